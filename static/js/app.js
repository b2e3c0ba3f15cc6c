// What pages do beyond links and forms. Every page works without it.
import { tick } from "./clocks.js";
import { listenToKeys } from "./keys.js";
import { followAddress, leaveOutEmpty } from "./lists.js";

listenToKeys(document);
leaveOutEmpty(document);
followAddress(document);
tick(document);
setInterval(() => tick(document), 1000);

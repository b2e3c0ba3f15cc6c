// What pages do beyond links and forms. Every page works without it.
import { tick } from "./clocks.js";
import { listenToKeys } from "./keys.js";
import { followAddress, leaveOutEmpty, showRefusals } from "./lists.js";

listenToKeys(document);
leaveOutEmpty(document);
followAddress(document);
showRefusals(document);
tick(document);
setInterval(() => tick(document), 1000);

// What pages do beyond links and forms. Every page works without it.
import { listenToActions, tellOutcomes } from "./acting.js";
import { tick } from "./clocks.js";
import { listenToKeys } from "./keys.js";
import { followAddress, leaveOutEmpty, showRefusals } from "./lists.js";
import { foldMenus } from "./menus.js";

foldMenus(document);
listenToKeys(document);
listenToActions(document);
tellOutcomes(document);
leaveOutEmpty(document);
followAddress(document);
showRefusals(document);
tick(document);
setInterval(() => tick(document), 1000);

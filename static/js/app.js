// What pages do beyond links and forms. Every page works without it.
import { listenToActions, tellOutcomes } from "./acting.js";
import { tick } from "./clocks.js";
import { chooseLetters, listenToKeys } from "./keys.js";
import { followAddress, leaveOutEmpty, showRefusals, waitForDates } from "./lists.js";
import { foldMenus } from "./menus.js";

foldMenus(document);
listenToKeys(document);
chooseLetters(document);
listenToActions(document);
tellOutcomes(document);
leaveOutEmpty(document);
followAddress(document);
waitForDates(document);
showRefusals(document);
tick(document);
setInterval(() => tick(document), 1000);

// Acting on people: letters open a row's forms and go to one, digits choose a reason, Esc closes.
import { currentRow, isForOthers } from "./keys.js";

const LETTERS = "cmnuqfa";

/** @param {Document} page */
export function listenToActions(page) {
  // the place whose forms are on their way, and the last letter typed meanwhile
  let awaited = null;
  let wanted = "";
  page.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(page.activeElement?.closest(".below .acting-place"));
    if (isForOthers(event)) return;
    if (/^\d$/.test(event.key)) choose(page.activeElement?.closest("[data-key]"), event.key);
    else if (LETTERS.includes(event.key)) {
      const place = currentPlace(page);
      if (!place) return;
      event.preventDefault();
      if (place === awaited) wanted = event.key;
      else if (place.firstElementChild) goTo(place, event.key);
      else {
        [awaited, wanted] = [place, event.key];
        opener(place)?.click();
      }
    }
  });
  page.addEventListener("click", toggle, { capture: true });
  page.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
    if (target.matches?.(".acting-place") && !target.firstElementChild) focusRow(target);
  });
  // once htmx listens to the new forms, and no sooner
  page.addEventListener("htmx:afterSettle", (event) => {
    const place = event.detail.target;
    if (!place.matches?.(".acting-place") || !place.firstElementChild) return;
    for (const other of page.querySelectorAll(".below .acting-place")) if (other !== place) other.replaceChildren();
    if (place === awaited) {
      goTo(place, wanted);
      awaited = null;
    } else if (event.detail.requestConfig.verb !== "get" && !place.contains(page.activeElement)) {
      // who was quicker and is in the new forms already stays where they are
      (place.querySelector("[role=alert]") ?? place).focus();
    }
  });
  page.addEventListener("htmx:afterRequest", ({ detail: { target, successful } }) => {
    if (target === awaited && !successful) awaited = null;
  });
}

/** Says what became of an action, to screen readers too; a part that is gone is asked for no more. @param {Document} page */
export function tellOutcomes(page) {
  const tell = (marks) => {
    if (!marks?.matches?.(".marks")) return;
    const said = page.getElementById("said");
    const words = marks.querySelector("p")?.textContent ?? "";
    if (said.textContent !== words) said.textContent = words;
  };
  page.addEventListener("htmx:afterSwap", (event) => tell(page.getElementById(event.detail.target.id)));
  page.addEventListener("htmx:oobAfterSwap", (event) => tell(event.detail.target));
  page.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (event.detail.elt.matches(".marks")) {
      // a server that is away for a moment is asked again at the next turn
      if (status < 500) event.detail.elt.replaceWith(event.detail.elt.cloneNode(true));
    } else if (event.detail.requestConfig.verb !== "get") {
      complain(event, status === 403
        ? "The page is too old: open it again and repeat it. Nothing was changed."
        : `That did not go through (${status}). Repeat it: done twice, it still happens once.`);
    }
  });
  page.addEventListener("htmx:sendError", (event) => {
    if (event.detail.requestConfig.verb === "get") return;
    complain(event, "The server is out of reach. Repeat it once it is back: done twice, it still happens once.");
  });
}

/** The forms of the row one is at, or those that stand on the page. */
function currentPlace(page) {
  const row = currentRow(page);
  return row ? row.closest("tr").nextElementSibling?.querySelector(".acting-place") : page.querySelector(".panel .acting-place");
}

function opener(place) {
  return place.closest("tr").previousElementSibling.querySelector("[data-act]");
}

/** A second click on what opened the forms closes them. */
function toggle(event) {
  const link = event.target.closest?.("[data-act]");
  const place = link?.closest("tr").nextElementSibling.querySelector(".acting-place");
  if (!place?.firstElementChild) return;
  event.preventDefault();
  event.stopPropagation();
  close(place);
}

function goTo(place, letter) {
  const part = place.querySelector(`[data-key="${letter}"]`);
  (part?.matches("form") ? part.querySelector("button") : part)?.focus();
  part?.scrollIntoView({ block: "nearest" });
}

function choose(form, digit) {
  const buttons = form?.querySelectorAll?.(".choices button") ?? [];
  for (const button of buttons) if (button.querySelector("kbd")?.textContent === digit) button.click();
}

function close(place) {
  if (!place?.firstElementChild) return;
  place.replaceChildren();
  focusRow(place);
}

function focusRow(place) {
  place.closest("tr")?.previousElementSibling?.querySelector("[data-row]")?.focus();
}

function complain(event, words) {
  const alert = document.createElement("p");
  alert.className = "alert";
  alert.role = "alert";
  alert.textContent = words;
  event.detail.elt.before(alert);
}

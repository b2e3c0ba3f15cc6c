// The address and what is selected on the page go together.

// whatever opens a list: a cell, a tile, a heading, a link in a sentence
const OPENERS = '[hx-target="#behind"]:not(#behind) a';

/** Marks the cell or tile whose list is shown, brings the list into sight, and says so to screen readers. @param {Document} page */
export function followAddress(page) {
  page.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "behind") return;
    const said = page.getElementById("behind").querySelector("h2, .none");
    page.getElementById("said").textContent = said?.textContent ?? "";
    const chosen = event.detail.requestConfig.triggeringEvent?.target?.closest?.(OPENERS);
    if (!chosen) return;
    for (const link of page.querySelectorAll(OPENERS)) link.removeAttribute("aria-current");
    chosen.setAttribute("aria-current", "true");
    page.getElementById("behind").scrollIntoView({ block: "nearest" });
  });
}

/**
 * Days and instants are asked for when one has written them all: with Enter, or the button that comes with the first.
 * Whatever else one chooses is asked for at once.
 * @param {Document} page
 */
export function waitForDates(page) {
  page.addEventListener(
    "change",
    (event) => {
      const show = event.target.form?.querySelector("[data-show]");
      if (!show || !["date", "datetime-local"].includes(event.target.type)) return;
      show.classList.remove("without-script");
      event.stopPropagation();
    },
    { capture: true },
  );
}

/** A filter that says nothing does not stand in the address. @param {Document} page */
export function leaveOutEmpty(page) {
  page.addEventListener("htmx:configRequest", (event) => {
    const parameters = event.detail.parameters;
    for (const name of Object.keys(parameters)) if (parameters[name] === "") delete parameters[name];
  });
}

/**
 * A refused look is shown as the page it is, not lost; refused deeds are acting.js's. Only where somebody followed a
 * link or sent a form: what a page asks by itself has no event and is asked again at its next turn, and what is counted
 * while one writes is worth less than what was written.
 * @param {Document} page
 */
export function showRefusals(page) {
  page.addEventListener("htmx:responseError", ({ detail: { requestConfig, pathInfo } }) => {
    const { verb, elt, triggeringEvent } = requestConfig;
    if (verb !== "get" || !triggeringEvent || !elt.matches("a, form")) return;
    location.assign(pathInfo.finalRequestPath);
  });
}

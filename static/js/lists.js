// The address and what is selected on the page go together.

/** Marks the cell or tile whose list is shown, brings the list into sight, and says so to screen readers. @param {Document} page */
export function followAddress(page) {
  page.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "behind") return;
    const said = page.getElementById("behind").querySelector("h2, .none");
    page.getElementById("said").textContent = said?.textContent ?? "";
    const chosen = event.detail.requestConfig.triggeringEvent?.target?.closest?.(".grid td a, .now a, .week a");
    if (!chosen) return;
    for (const link of page.querySelectorAll(".grid td a, .now a, .week a")) link.removeAttribute("aria-current");
    chosen.setAttribute("aria-current", "true");
    page.getElementById("behind").scrollIntoView({ block: "nearest" });
  });
}

/** A filter that says nothing does not stand in the address. @param {Document} page */
export function leaveOutEmpty(page) {
  page.addEventListener("htmx:configRequest", (event) => {
    const parameters = event.detail.parameters;
    for (const name of Object.keys(parameters)) if (parameters[name] === "") delete parameters[name];
  });
}

/** A refused look is shown as the page it is, not lost; refused deeds and marks are acting.js's, and the bell asks again. @param {Document} page */
export function showRefusals(page) {
  page.addEventListener("htmx:responseError", (event) => {
    if (event.detail.requestConfig.verb !== "get" || event.detail.elt.matches(".marks, .bell")) return;
    location.assign(event.detail.pathInfo.finalRequestPath);
  });
}

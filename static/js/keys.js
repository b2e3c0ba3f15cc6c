// The keyboard: j and k move through a list of people, o opens, / searches.

/** @param {Document} page */
export function listenToKeys(page) {
  page.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "/") {
      page.getElementById("find")?.focus();
      event.preventDefault();
      return;
    }
    const rows = [...page.querySelectorAll("[data-row]")];
    const at = rows.indexOf(page.activeElement);
    if (event.key === "j") focus(rows[Math.min(at + 1, rows.length - 1)]);
    else if (event.key === "k") focus(rows[Math.max(at - 1, 0)]);
    else if (event.key === "o" && at >= 0) rows[at].click();
  });
}

function focus(row) {
  row?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

function isTyping(element) {
  return element instanceof HTMLElement && element.matches("input, select, textarea, [contenteditable]");
}

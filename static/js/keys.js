// The keyboard: j and k move through a list of people, o opens, / searches. Acting on them: acting.js.

/** @param {Document} page */
export function listenToKeys(page) {
  page.addEventListener("keydown", (event) => {
    if (isForOthers(event)) return;
    if (event.key === "/") {
      page.getElementById("find")?.focus();
      event.preventDefault();
      return;
    }
    const rows = [...page.querySelectorAll("[data-row]")];
    const at = rows.indexOf(currentRow(page));
    if (event.key === "j") focus(rows[Math.min(at + 1, rows.length - 1)]);
    else if (event.key === "k") focus(rows[Math.max(at - 1, 0)]);
    else if (event.key === "o" && at >= 0) rows[at].click();
  });
}

/** Whether letters act by themselves is chosen at the top, and kept in this browser. @param {Document} page */
export function chooseLetters(page) {
  const choice = page.getElementById("letters");
  if (!choice) return;
  choice.checked = letters.areOn;
  choice.addEventListener("change", () => (letters.areOn = choice.checked));
}

// they can be switched off for who speaks to the machine, or rests a hand on the keys (WCAG 2.1.4)
const letters = {
  get areOn() {
    return kept()?.getItem("letters") !== "off";
  },
  set areOn(on) {
    if (on) kept()?.removeItem("letters");
    else kept()?.setItem("letters", "off");
  },
};

/** Where choices are kept; null in a browser that keeps nothing. */
function kept() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

/** The row one is at: the one that holds the focus, or whose opened forms do. @param {Document} page */
export function currentRow(page) {
  const line = page.activeElement?.closest("tr");
  const own = line?.matches(".below") ? line.previousElementSibling : line;
  return own?.querySelector("[data-row]") ?? null;
}

/** Whether a key belongs to a field, to the browser, or to nobody, as letters are off. @param {KeyboardEvent} event */
export function isForOthers(event) {
  const { target } = event;
  const isTyping = target instanceof HTMLElement && target.matches("input, select, textarea, [contenteditable]");
  const isOff = event.key.length === 1 && !letters.areOn;
  return event.ctrlKey || event.metaKey || event.altKey || isTyping || isOff;
}

function focus(row) {
  row?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

// The menus at the top fold up again: with Escape, and when one goes elsewhere. Opening them needs no script.

/** @param {Document} page */
export function foldMenus(page) {
  page.addEventListener("keydown", (event) => {
    const menu = page.querySelector(".menu[open]");
    if (event.key !== "Escape" || !menu) return;
    const isInside = menu.contains(page.activeElement);
    menu.open = false;
    if (isInside) menu.querySelector("summary").focus();
  });
  for (const elsewhere of ["pointerdown", "focusin"]) {
    page.addEventListener(elsewhere, ({ target }) => {
      for (const menu of page.querySelectorAll(".menu[open]")) if (!menu.contains(target)) menu.open = false;
    });
  }
}

/** The sources behind a cell, in a drawer beside the figures; without this module the same links open pages. */

/**
 * @param {HTMLDialogElement} drawer
 * @param {string} path of the pages that open in it
 */
export function openedInDrawer(drawer, path) {
  const content = /** @type {HTMLElement} */ (drawer.querySelector("#drawer-content"));
  document.addEventListener("click", (event) => {
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const href = link?.getAttribute("href") ?? "";
    const opens = drawer.contains(link) ? link?.hasAttribute("data-page") : true;
    if (!link || !isPlain || !opens || !href.startsWith(`${path}?`)) return;
    event.preventDefault();
    show(href).catch(() => location.assign(href));
  });
  // A click beside it closes it, as its Escape key does.
  drawer.addEventListener("click", (event) => {
    if (event.target === drawer) drawer.close();
  });

  /** @param {string} href */
  async function show(href) {
    const response = await fetch(href, { headers: { "HX-Request": "true" } });
    if (!response.ok || response.redirected) throw new Error(`${href}: ${response.status}`);
    content.innerHTML = await response.text();
    if (!drawer.open) drawer.showModal();
    drawer.scrollTop = 0;
  }
}

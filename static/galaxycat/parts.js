/** Bringing a fragment of the page up to date: what did not change stays, with its focus, pictures and open details. */

/**
 * Replace those parts of `container` (elements with `data-part`) that differ in `html`.
 * @param {HTMLElement} container
 * @param {string} html
 */
export function updateParts(container, html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  for (const part of fresh.content.querySelectorAll("[data-part]")) {
    const old = container.querySelector(`[data-part="${part.getAttribute("data-part")}"]`);
    if (!old || old.outerHTML === part.outerHTML) continue;
    keepItems(old, part);
    old.replaceWith(part);
  }
}

/**
 * Move the items (elements with `data-key`) that are the same in both from the old part to the new one.
 * @param {Element} old
 * @param {Element} fresh
 */
function keepItems(old, fresh) {
  const known = new Map([...old.querySelectorAll("[data-key]")].map((item) => [item.getAttribute("data-key"), item]));
  for (const item of fresh.querySelectorAll("[data-key]")) {
    const same = known.get(item.getAttribute("data-key"));
    if (same && same.outerHTML === item.outerHTML) item.replaceWith(same);
  }
}

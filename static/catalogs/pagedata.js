// @ts-check
/** What a template hands to its script. */

/**
 * @param {string} id of Django's json_script block
 * @returns {any}
 */
export function pageData(id) {
  const block = document.getElementById(id);
  if (!block) throw new Error(`the page has no #${id}`);
  return JSON.parse(block.textContent ?? "null");
}

/**
 * @template {Element} T
 * @param {string} selector
 * @param {new (...args: any[]) => T} kind
 * @returns {T}
 */
export function element(selector, kind) {
  const found = document.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page has no ${selector}`);
  return found;
}

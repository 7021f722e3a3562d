// @ts-check
/** A class with a bar and a number: votes of the round before, or what a model says. */

/**
 * @param {{value: string, name: string, colour: string}} label
 * @param {number} share 0 to 1
 * @param {string} text
 */
export function shareRow({ value, name, colour }, share, text) {
  const row = document.createElement("li");
  row.className = "share-row";
  const bar = span("count-bar", "");
  bar.style.setProperty("--label-colour", colour);
  bar.style.setProperty("--share", String(share));
  row.append(span("share-class", value), span("share-name", name), bar, span("share-number numeric", text));
  return row;
}

/** @param {string} className @param {string} text */
function span(className, text) {
  return Object.assign(document.createElement("span"), { className, textContent: text });
}

/** Where a figure's formula and source are written down. */

/** @param {string} place a document and its heading, as in "agreement/#votes" */
export function documented(place) {
  return (document.getElementById("dashboard")?.dataset.docs ?? "") + place;
}

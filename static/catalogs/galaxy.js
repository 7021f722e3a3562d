// @ts-check
/** The galaxy page: the viewer, with the ticked catalogues drawn on it. */

import { fetchPlaces } from "./catalogapi.js";
import { pageData } from "./pagedata.js";
import { markerSet } from "./sourcemarkers.js";
import { openViewer } from "./viewer.js";

/** @type {import("./map.js").ViewerConfig} */
const viewer = pageData("viewer");
/** @type {Set<string>} catalogues drawn, or on their way */
const drawn = new Set();

/** @type {import("./markers.js").MarkerLayer | null} until the map is there */
let markers = null;

void openViewer(viewer).then((opened) => {
  markers = opened.markers;
  drawTicked();
});
document.addEventListener("change", ({ target }) => {
  if (target instanceof HTMLElement && target.matches("[data-catalog]")) drawTicked();
});
// The list is fetched by htmx, and again when a detection has finished.
document.body.addEventListener("htmx:afterSettle", drawTicked);

function drawTicked() {
  if (!markers) return;
  for (const box of document.querySelectorAll("input[data-catalog]")) {
    if (!(box instanceof HTMLInputElement)) continue;
    const { catalog: uuid = "", kind, name = "" } = box.dataset;
    if (!box.checked) {
      drawn.delete(uuid);
      markers.put(uuid, null);
    } else if (!drawn.has(uuid)) {
      drawn.add(uuid);
      void draw({ uuid, name, kind: kind === "reference" ? "reference" : "detected" });
    }
  }
}

/** @param {import("./sourcemarkers.js").CatalogLook} catalog */
async function draw(catalog) {
  try {
    const places = await fetchPlaces(viewer.catalogs_url, catalog.uuid);
    if (!drawn.has(catalog.uuid)) return; // unticked meanwhile
    markers?.put(catalog.uuid, markerSet(catalog, places));
    if (!places.is_complete) tell(`Of ${catalog.name} the first ${places.number.length.toLocaleString("en")} sources are drawn.`);
  } catch (error) {
    drawn.delete(catalog.uuid);
    tell(`The sources of ${catalog.name} did not load (${error instanceof Error ? error.message : error}). Untick it and tick it again.`);
  }
}

/** @param {string} text */
function tell(text) {
  const note = document.getElementById("marker-note");
  if (!note) return;
  note.textContent = text;
  note.hidden = false;
}

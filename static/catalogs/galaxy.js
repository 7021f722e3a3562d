// @ts-check
/** The galaxy page: the viewer, with the ticked catalogues and rounds drawn on it. */

import { fetchPlaces } from "./catalogapi.js";
import { Comparison } from "./compare.js";
import { bindGoTo, keepAddress } from "./goto.js";
import { addInstruments } from "./instruments.js";
import { LiveTopic } from "../galaxycat/livetopic.js";
import { element, pageData } from "./pagedata.js";
import { bindShortcuts } from "./shortcuts.js";
import { markerSet } from "./sourcemarkers.js";
import { bindStretch, stretchingOf } from "./stretching.js";
import { openViewer } from "./viewer.js";

/** @type {import("./map.js").ViewerConfig} */
const viewer = pageData("viewer");
/** @type {Set<string>} addresses of the places drawn, or on their way */
const drawn = new Set();

/** @type {import("./markers.js").MarkerLayer | null} until the map is there */
let markers = null;

const stretching = stretchingOf(viewer);
void openViewer(viewer, stretching?.layerOf).then((opened) => {
  markers = opened.markers;
  bindStretch(element("#stretch", HTMLDetailsElement), opened.renditions, stretching);
  new Comparison(opened.map, opened.renditions, element("#compare", HTMLDetailsElement));
  bindGoTo(element("#go-to", HTMLFormElement), opened, viewer);
  keepAddress(opened, viewer);
  addInstruments(opened, viewer);
  drawTicked();
});
document.addEventListener("change", ({ target }) => {
  if (target instanceof HTMLElement && target.matches("[data-places]")) drawTicked();
});
bindShortcuts({ "/": () => element("#go-to input", HTMLInputElement).focus() });
// The lists are fetched by htmx, that of the catalogues again when a detection has finished.
document.body.addEventListener("htmx:afterSettle", drawTicked);
followJobs();

/** The list of catalogues is fetched again when a job of the team moved: a running detection shows in it. */
function followJobs() {
  const list = document.querySelector("[data-jobs-topic]");
  if (!(list instanceof HTMLElement)) return;
  const ask = () => document.body.dispatchEvent(new CustomEvent("jobs-moved"));
  let wasLive = false;
  new LiveTopic({
    topic: list.dataset.jobsTopic ?? "",
    onEvents: ask,
    onState(state) {
      // What moved while the page was away.
      if (state === "live" && wasLive) ask();
      wasLive ||= state === "live";
    },
  }).start();
}

function drawTicked() {
  if (!markers) return;
  for (const box of document.querySelectorAll("input[data-places]")) {
    if (!(box instanceof HTMLInputElement)) continue;
    const { places = "", sourcePage, kind, name = "" } = box.dataset;
    if (!box.checked) {
      drawn.delete(places);
      markers.put(places, null);
    } else if (!drawn.has(places)) {
      drawn.add(places);
      void draw(places, { name, sourcePage, kind: kind === "reference" || kind === "sampled" ? kind : "detected" });
    }
  }
}

/**
 * @param {string} url of the places
 * @param {import("./sourcemarkers.js").Look} look
 */
async function draw(url, look) {
  try {
    const places = await fetchPlaces(url);
    if (!drawn.has(url)) return; // unticked meanwhile
    markers?.put(url, markerSet(look, places));
    if (!places.is_complete) tell(`Of ${look.name} the first ${places.number.length.toLocaleString("en")} sources are drawn.`);
  } catch (error) {
    drawn.delete(url);
    tell(`The sources of ${look.name} did not load (${error instanceof Error ? error.message : error}). Untick it and tick it again.`);
  }
}

/** @param {string} text */
function tell(text) {
  const note = document.getElementById("marker-note");
  if (!note) return;
  note.textContent = text;
  note.hidden = false;
}

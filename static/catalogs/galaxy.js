// @ts-check
/** The galaxy page: the viewer, with the ticked catalogues and rounds drawn on it. */

import { keepAddress, viewChanged } from "./address.js";
import { Comparison } from "./compare.js";
import { addDrawing } from "./drawing.js";
import { bindGoTo } from "./goto.js";
import { addInstruments } from "./instruments.js";
import { LiveTopic } from "../galaxycat/livetopic.js";
import { showMarks } from "./markerchoice.js";
import { element, pageData } from "./pagedata.js";
import { bindShortcuts } from "./shortcuts.js";
import { bindStretch, stretchingOf } from "./stretching.js";
import { TickedSources } from "./tickedsources.js";
import { openViewer } from "./viewer.js";

/** @type {import("./map.js").ViewerConfig} */
const viewer = pageData("viewer");
/** @type {TickedSources | null} until the map is there */
let ticked = null;

const stretching = stretchingOf(viewer);
void openViewer(viewer, stretching?.layerOf).then((opened) => {
  const sources = (ticked = new TickedSources(opened, viewer, () => opened.renditions.current.cutout_url));
  const stretch = bindStretch(element("#stretch", HTMLDetailsElement), opened.renditions, stretching);
  const comparison = new Comparison(opened.map, opened.renditions, element("#compare", HTMLDetailsElement), stretching);
  const { regions } = addDrawing(opened.map, viewer, sources);
  const findSource = (/** @type {number} */ number) => sources.find(number);
  bindGoTo(element("#go-to", HTMLFormElement), { ...opened, findSource, findRegion: (label) => regions?.find(label) ?? null }, viewer);
  const instruments = addInstruments(opened, viewer, {
    regions: () => regions?.drawn ?? [],
    compared: () => comparison.shown,
    isStretched: (rendition) => stretching?.isChanged(rendition) ?? false,
    bar: (rendition) => stretching?.barOf(rendition) ?? null,
  });
  const marks = { name: "marks", read: () => (opened.markers.isShown ? "" : "off"), open: (/** @type {string} */ text) => opened.markers.setShown(text !== "off") };
  const otherImage = element("#other-image", HTMLElement);
  const image = { name: "image", read: () => viewer.image, open: (/** @type {string} */ text) => (otherImage.hidden = !text || text === viewer.image) };
  keepAddress(opened, viewer, [...stretch, comparison.part, ...instruments, marks, sources.part, image]);
  sources.draw();
});
document.addEventListener("change", ({ target }) => {
  if (!(target instanceof HTMLElement) || !target.matches("[data-places]")) return;
  ticked?.draw();
  viewChanged();
});
bindShortcuts({ "/": () => element("#go-to input", HTMLInputElement).focus() });
// The lists are fetched by htmx, that of the catalogues again when a detection has finished.
document.body.addEventListener("htmx:afterSettle", () => {
  showMarks(document);
  ticked?.draw();
});
document.addEventListener("mark-chosen", (event) => ticked?.restyle(/** @type {CustomEvent<string>} */ (event).detail));
followJobs();

/** The list of catalogues is fetched again when a detection of the team moved: it shows in it. */
function followJobs() {
  const list = document.querySelector("[data-jobs-topic]");
  if (!(list instanceof HTMLElement)) return;
  const ask = () => document.body.dispatchEvent(new CustomEvent("jobs-moved"));
  let wasLive = false;
  new LiveTopic({
    topic: list.dataset.jobsTopic ?? "",
    onEvents: (events) => events.some(({ payload }) => payload.kind === "detect") && ask(),
    onState(state) {
      // What moved while the page was away.
      if (state === "live" && wasLive) ask();
      wasLive ||= state === "live";
    },
  }).start();
}

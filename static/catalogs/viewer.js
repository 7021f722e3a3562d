// @ts-check
/** The map with all that the galaxy page and the page of a new round share. */

import { viewChanged } from "./address.js";
import { addCompass } from "./compass.js";
import { fitImage, keepFitted, limitToImage, mapReady } from "./map.js";
import { addTools } from "./maptools.js";
import { MarkerLayer } from "./markers.js";
import { element } from "./pagedata.js";
import { addReadout } from "./readout.js";
import { RenditionLayers } from "./renditions.js";
import { addScale } from "./scale.js";
import { bindShortcuts, helpToggle, panAndZoomKeys } from "./shortcuts.js";
import { SkyGrid } from "./sky.js";
import { parseViewHash } from "./viewaddress.js";

/**
 * @param {import("./map.js").ViewerConfig} viewer
 * @param {import("./renditions.js").LayerOf | null} [layerOf] how a rendition is drawn
 */
export async function openViewer(viewer, layerOf) {
  const map = await mapReady("map");
  const renditions = new RenditionLayers(map, viewer, layerOf);
  const markers = new MarkerLayer(viewer.height_px).addTo(map);
  const sky = viewer.sky_grid && new SkyGrid(viewer.sky_grid);
  limitToImage(map, viewer);
  fitImage(map, viewer, { animate: false });
  keepFitted(map, viewer);
  // What the address names is drawn at once, not after another one.
  renditions.show(Math.max(0, viewer.renditions.findIndex(({ slug }) => slug === parseViewHash(location.hash)?.rendition)));
  addScale(map, viewer);
  if (sky) addCompass(map, sky, viewer.height_px);
  addReadout(map, { heightPx: viewer.height_px, sky }, element("#readout", HTMLElement));
  bindRenditionChoice(renditions);
  bindLostTiles(renditions, element("#lost-tiles", HTMLElement));
  const fit = () => fitImage(map, viewer);
  const turnMarks = () => (markers.setShown(!markers.isShown), viewChanged());
  const [, marksButton] = addTools(map, [
    { text: "Fit", title: "The whole image", key: "0", act: fit },
    { text: "Marks", title: "Sources on the image", key: "m", isSwitch: true, act: turnMarks },
  ], "topright");
  const sayMarks = () => marksButton.setAttribute("aria-pressed", String(markers.isShown));
  markers.on("shown", sayMarks);
  sayMarks();
  bindShortcuts({
    ...panAndZoomKeys(map),
    0: fit,
    r: () => renditions.next(),
    m: turnMarks,
    "?": helpToggle(element("#help", HTMLDialogElement), document.querySelector("[data-help]")),
  });
  return { map, markers, renditions, sky };
}

/** @param {RenditionLayers} renditions @param {HTMLElement} sign */
function bindLostTiles(renditions, sign) {
  renditions.addEventListener("missing", () => (sign.hidden = !renditions.isIncomplete));
  sign.querySelector("button")?.addEventListener("click", () => renditions.retry());
  window.addEventListener("online", () => renditions.retry());
}

/** @param {RenditionLayers} renditions */
function bindRenditionChoice(renditions) {
  const choices = [...document.querySelectorAll("input[name=rendition]")].filter((input) => input instanceof HTMLInputElement);
  for (const [index, input] of choices.entries()) input.addEventListener("change", () => renditions.show(index));
  const tick = () => {
    for (const input of choices) input.checked = input.value === renditions.current.slug;
  };
  renditions.addEventListener("change", tick);
  tick();
}

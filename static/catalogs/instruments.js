// @ts-check
/** What the galaxy page has about its image: minimap, coordinate grid, values under the cursor, and the picture to keep. */

import { viewChanged } from "./address.js";
import { addBandValues } from "./bandvalues.js";
import { fetchPixelValues } from "./catalogapi.js";
import { BandLayer } from "./gl/bandlayer.js";
import { styleOf } from "./gl/style.js";
import { Graticule } from "./graticule.js";
import { addTools } from "./maptools.js";
import { openPopup } from "./markers.js";
import { addMinimap } from "./minimap.js";
import { element } from "./pagedata.js";
import { fromMap } from "./pixels.js";
import { bindShortcuts } from "./shortcuts.js";
import { formatDec, formatRa } from "./sky.js";
import { scaleBar, skyDirections } from "./skyframe.js";
import { snapshot } from "./snapshot.js";
import { channelText } from "./stretching.js";

const LONGEST_BAR_SCREEN = 140;
const BLINK_MS = 700;

/**
 * @typedef {object} Shown what else is on the map when a picture is kept
 * @property {() => import("./snapshot.js").Legend["regions"]} regions
 * @property {() => import("./snapshot.js").Compared | null} compared
 * @property {(rendition: import("./renditions.js").Rendition) => boolean} isStretched
 * @property {(rendition: import("./renditions.js").Rendition) => import("./snapshot.js").Bar | null} bar
 */

/**
 * @param {import("./goto.js").Viewer} viewer
 * @param {import("./map.js").ViewerConfig} image
 * @param {Shown} shown
 * @returns {import("./address.js").Part[]} what the page's address says of them
 */
export function addInstruments({ map, markers, renditions, sky }, image, shown) {
  addMinimap(map, image, renditions);
  addBandValues(map, fetchPixelValues(image.values_url), image.height_px, element("#band-values", HTMLElement));
  const complain = (/** @type {Error} */ { message }) => openPopup(map, map.getCenter(), `The picture was not kept (${message}). Try again.`, null);
  const keep = () => void keepPicture({ map, markers, renditions, sky }, image, shown).catch(complain);
  let blinking = 0;
  /** Once the picture is there and is looked at; and not under the hand of who stretches it. */
  const mayBlink = () => !renditions.layer?.isLoading() && !document.hidden && !document.activeElement?.closest("#stretch");
  const blinkAlone = () => {
    window.clearInterval(blinking);
    blinking = blinking ? 0 : window.setInterval(() => mayBlink() && renditions.blink(), BLINK_MS);
    autoButton.setAttribute("aria-pressed", String(blinking > 0));
  };
  /** @type {Parameters<typeof addTools>[1]} */
  const tools = [
    { text: "Blink", title: "To the rendition shown before, and back", key: "b", act: () => renditions.blink() },
    { text: "Auto", title: "Blink by itself, until pressed again", key: "shift+b", isSwitch: true, act: blinkAlone },
    { text: "PNG", title: "Keep this view as a picture", key: "p", act: keep },
  ];
  const graticule = sky && new Graticule(sky, image);
  const setGrid = (/** @type {boolean} */ isOn) => {
    if (isOn) graticule?.addTo(map);
    else graticule?.remove();
    gridButton.setAttribute("aria-pressed", String(isOn));
  };
  const hasGrid = () => graticule !== null && map.hasLayer(graticule);
  const turn = () => (setGrid(!hasGrid()), viewChanged());
  if (graticule) tools.push({ text: "Grid", title: "Grid of right ascension and declination", key: "g", isSwitch: true, act: turn });
  const [, autoButton, , gridButton] = addTools(map, tools, "topright");
  const walks = { n: () => markers.walk(map, 1), "shift+n": () => markers.walk(map, -1) };
  bindShortcuts({ ...Object.fromEntries(tools.map(({ key = "", act }) => [key, act])), ...walks });
  const grid = { name: "grid", read: () => (hasGrid() ? "on" : ""), open: (/** @type {string} */ text) => setGrid(text === "on") };
  return graticule ? [grid] : [];
}

/**
 * What the image shows, and that it is not as the galaxy's renditions are where somebody has changed it.
 * @param {import("./renditions.js").Rendition} current
 * @param {Shown} shown
 */
function renditionText(current, { compared, isStretched }) {
  const nameOf = (/** @type {import("./renditions.js").Rendition} */ rendition) => (isStretched(rendition) ? `${rendition.name} (own stretch)` : rendition.name);
  const over = compared();
  if (!over) return nameOf(current);
  return `${nameOf(current)} | ${nameOf(over.rendition)}${over.opacity < 1 ? `, ${Math.round(100 * over.opacity)} % opaque` : ""}`;
}

/**
 * The bands behind its colours, as the browser shows them or else the server does.
 * @param {import("./renditions.js").RenditionLayers} renditions
 * @param {import("./map.js").ViewerConfig} image
 */
function channelsOf({ layer, current }, { stretching }) {
  if (layer instanceof BandLayer) return channelText(layer.style);
  const recipe = stretching?.recipes[current.slug];
  return recipe ? channelText(styleOf(recipe)) : "";
}

/**
 * @param {import("./goto.js").Viewer} viewer
 * @param {import("./map.js").ViewerConfig} image
 * @param {Shown} shown
 */
async function keepPicture({ map, markers, renditions, sky }, image, shown) {
  await renditions.whole();
  // From here until it is drawn nothing else may run: picture, legend and name are of one moment.
  markers.drawNow();
  const { lat, lng } = map.getCenter();
  const { xPx, yPx } = fromMap(lat, lng, image.height_px);
  const place = sky?.toSky(xPx, yPx);
  const name = `${image.slug}_${renditions.current.slug}_x${Math.round(xPx)}_y${Math.round(yPx)}.png`;
  const pixel = `x ${xPx.toFixed(1)} y ${yPx.toFixed(1)} px`;
  const blob = await snapshot(map, {
    title: image.is_simulated ? `${image.name} · simulated galaxy` : image.name,
    rendition: renditionText(renditions.current, shown),
    channels: shown.compared() ? "" : channelsOf(renditions, image),
    place: place ? `ICRS ${formatRa(place.raDeg)} ${formatDec(place.decDeg)} · ${pixel}` : pixel,
    scale: scaleBar(map.getZoomScale(map.getZoom(), 0), image.pixel_scale_arcsec, LONGEST_BAR_SCREEN, image.distance_mpc),
    directions: sky && skyDirections(sky, xPx, yPx),
    catalogs: markers.isShown ? markers.legend : [],
    bar: shown.bar(renditions.current),
    compared: shown.compared(),
    regions: shown.regions(),
  });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// @ts-check
/** Drawing on the galaxy page: the tools on the map, for regions that are kept and for selecting sources. */

import { DrawTool } from "./drawtool.js";
import { addTools } from "./maptools.js";
import { closePopup } from "./markers.js";
import { element } from "./pagedata.js";
import { RegionPanel } from "./regions/panel.js";
import { Selection } from "./selection.js";
import { bindShortcuts } from "./shortcuts.js";

/** @typedef {import("./regions/shapes.js").Kind} Kind */

const ICONS = {
  selectBox: "M3 5h2M7 5h2M11 5h2M15 5h2v2M17 9v2M17 13v2h-2M13 15h-2M9 15h-2M5 15h-2v-2M3 11v-2M3 7v-2",
  selectPolygon: "M4 8l2-1.5M8 5l2-1.5M12 5l2 1.5M16 8l-.5 2.5M15 13l-.5 2.5M12 16h-2.5M7 16l-1.5-2M4.5 12l-.5-2",
  point: "M10 3v5M10 12v5M3 10h5M12 10h5",
  circle: "M17 10a7 7 0 1 1-14 0a7 7 0 1 1 14 0",
  ellipse: "M18 10a8 4.5 0 1 1-16 0a8 4.5 0 1 1 16 0",
  box: "M3 5h14v10h-14z",
  polygon: "M10 2.5l7 5.5l-2.5 8.5h-9l-2.5-8.5z",
};

/**
 * @param {L.Map} map
 * @param {import("./map.js").ViewerConfig} image
 * @param {import("./tickedsources.js").TickedSources} sources
 */
export function addDrawing(map, image, sources) {
  const tool = new DrawTool(map, image.height_px);
  const panel = document.getElementById("regions");
  const regions = panel && new RegionPanel(panel, map, image, tool);
  const selection = new Selection(element("#selection", HTMLElement), map, image, {
    catalogs: () => sources.catalogs,
    keep: regions && ((shape) => regions.keep(shape)),
  });
  /** @type {HTMLButtonElement[]} */
  let buttons = [];
  /** A tool's button stays pressed while it draws; pressed again it calls the drawing off. @param {number} index @param {() => Promise<unknown>} work */
  const drawing = async (index, work) => {
    const wasOn = buttons[index].getAttribute("aria-pressed") === "true";
    tool.cancel();
    if (wasOn) return;
    buttons[index].setAttribute("aria-pressed", "true");
    await work();
    buttons[index].setAttribute("aria-pressed", "false");
  };
  const select = async (/** @type {Kind} */ kind) => {
    const shape = await tool.draw(kind);
    if (shape) void selection.show(shape);
  };
  /** @type {[import("./maptools.js").Tool["text"], string, string, string | undefined, () => Promise<unknown>][]} */
  const parts = [
    ["Select by rectangle", "Select sources by a rectangle", ICONS.selectBox, "s", () => select("box")],
    ["Select by polygon", "Select sources by a polygon", ICONS.selectPolygon, "shift+s", () => select("polygon")],
  ];
  if (regions?.canDraw) {
    for (const kind of /** @type {Kind[]} */ (["point", "circle", "ellipse", "box", "polygon"])) {
      parts.push([`Draw a ${kind}`.replace("a e", "an e"), `Draw ${kind === "ellipse" ? "an" : "a"} ${kind}, kept as a region`, ICONS[kind], kind === "circle" ? "d" : undefined, () => regions.drawNew(kind)]);
    }
  }
  const tools = parts.map(([text, title, icon, key, work], index) => ({ text, title, icon, key, isSwitch: true, act: () => void drawing(index, work) }));
  buttons = addTools(map, tools);
  bindShortcuts({ ...Object.fromEntries(tools.flatMap(({ key, act }) => (key ? [[key, act]] : []))), Escape: () => closePopup(map) || selection.clear() });
  sources.viewer.markers.isAtWork = () => selection.isShown; // it would be gone on the way back
  sources.onTicked = () => void selection.update();
  return { regions, selection };
}

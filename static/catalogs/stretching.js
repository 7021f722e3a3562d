// @ts-check
/** Joins the parts that stretch the image in the browser: blocks, painter, layers, panel, memory. */

import { viewChanged } from "./address.js";
import { valueText } from "./bandvalues.js";
import { BandLayer } from "./gl/bandlayer.js";
import { BlockClient } from "./gl/blockclient.js";
import { coloursOf } from "./gl/colourmaps.js";
import { measuredLimits } from "./gl/limits.js";
import { Painter } from "./gl/painter.js";
import { isStyle, limitedStyle, styleOf } from "./gl/style.js";
import { parseStyleText, styleText } from "./gl/styletext.js";
import { browserStyles, KeptStyles, serverStyles } from "./stretchstore.js";
import { StretchPanel, unitOf } from "./stretchpanel.js";
import { parseViewHash } from "./viewaddress.js";

const PART = "stretch";
const NO_GL = "This browser draws no WebGL2 here, so the image comes as the server renders it.";
const LOST = "This browser has stopped drawing by WebGL2, so the image comes as the server renders it. Load the page again for the stretch.";
const REFUSED = "This browser cannot draw this stretch by WebGL2, so the image comes as the server renders it.";
const NOT_MEASURED = "Not measured: a part of the image in view has not come. Wait for it, and press again.";

/** @typedef {import("./map.js").StretchingConfig} StretchingConfig */

export class Stretching {
  /** @type {Map<string, import("./gl/style.js").Style>} by rendition, as an address said it */
  #linked = new Map();

  /**
   * Throws where the browser has no WebGL2.
   * @param {import("./map.js").ViewerConfig} viewer
   * @param {StretchingConfig} config
   */
  constructor(viewer, config) {
    this.viewer = viewer;
    this.config = config;
    this.painter = new Painter(config.bands);
    this.client = new BlockClient(config.worker_url, config.block_url);
    this.made = config.own ? serverStyles(config.own) : browserStyles(viewer.slug);
    const view = parseViewHash(location.hash);
    if (view) this.link(view.rendition, view.more[PART] ?? "");
  }

  /** Whether the browser draws no more, and the server does. */
  get isLost() {
    return this.painter.isLost || this.client.isBroken;
  }

  /** @type {import("./renditions.js").LayerOf} */
  layerOf = (rendition, options) =>
    new BandLayer(this.painter, (place, signal) => this.client.get(place, signal), this.viewer, this.styleOf(rendition), options);

  /** As an address says it, else as the person made it, else the rendition's own. @param {import("./renditions.js").Rendition} rendition */
  styleOf({ slug }) {
    const made = this.made.get(slug);
    return this.#linked.get(slug) ?? (isStyle(made, this.config.bands) ? made : this.originalOf(slug));
  }

  /** Whether it is shown otherwise than the galaxy's rendition is. @param {import("./renditions.js").Rendition} rendition */
  isChanged(rendition) {
    return this.textOf(rendition) !== "";
  }

  /** What an address says of the rendition's style as it is on the map; "" for its own. @param {import("./renditions.js").Rendition} rendition */
  textOf(rendition) {
    if (this.isLost) return "";
    const text = styleText(this.styleOf(rendition));
    return text === styleText(this.originalOf(rendition.slug)) ? "" : text;
  }

  /**
   * The colour bar of a rendition as it is on the map.
   * @param {import("./renditions.js").Rendition} rendition
   * @returns {import("./snapshot.js").Bar | null} null for one of three channels, and where the server draws
   */
  barOf(rendition) {
    const { channels: [channel, ...others], stretch, colourMap } = this.styleOf(rendition);
    if (others.length || this.isLost) return null;
    const white = `${valueText(channel.white)} ${unitOf(channel, this.config.bands)}`.trim();
    return { colours: coloursOf(colourMap), black: valueText(channel.black), white, curve: stretch };
  }

  /** Show a rendition as an address says, without keeping it. @param {string} slug @param {string} text */
  link(slug, text) {
    if (!Object.hasOwn(this.config.recipes, slug)) return; // a link may say "constructor"
    this.#linked.set(slug, parseStyleText(text, this.config.bands) ?? this.originalOf(slug));
  }

  /** Keep how a person shows it; null for the rendition's own. @param {string} slug @param {import("./gl/style.js").Style | null} style */
  keep(slug, style) {
    this.#linked.delete(slug);
    this.made.put(slug, style);
  }

  /** @param {string} slug of a rendition */
  originalOf(slug) {
    return styleOf(this.config.recipes[slug]);
  }
}

/**
 * What a style's colours show: "R F814W · G (F555W + F606W) · B F438W, asinh".
 * @param {import("./gl/style.js").Style} style
 * @returns {string} "" for one of a single channel, which has a colour bar
 */
export function channelText({ channels, stretch }) {
  if (channels.length < 3) return "";
  const sums = channels.map(({ weights }) => {
    const terms = Object.entries(weights).filter(([, weight]) => weight);
    const sum = terms.map(([band, weight], i) => (weight < 0 ? (i ? " − " : "−") : i ? " + " : "") + band).join("");
    return terms.length > 1 ? `(${sum})` : sum || "–";
  });
  return `${sums.map((sum, i) => `${"RGB"[i]} ${sum}`).join(" · ")}, ${stretch}`;
}

/**
 * @param {import("./map.js").ViewerConfig} viewer
 * @returns {Stretching | null} null where the page or the browser cannot
 */
export function stretchingOf(viewer) {
  if (!viewer.stretching) return null;
  try {
    return new Stretching(viewer, viewer.stretching);
  } catch {
    return null;
  }
}

/**
 * @param {HTMLDetailsElement} root
 * @param {import("./renditions.js").RenditionLayers} renditions
 * @param {Stretching | null} stretching
 * @returns {import("./address.js").Part[]} what the page's address says of it
 */
export function bindStretch(root, renditions, stretching) {
  const panel = new StretchPanel(root, stretching?.config.bands ?? []);
  if (!stretching) return panel.close(NO_GL), [];
  const { painter, client, made } = stretching;
  const layer = () => (renditions.layer instanceof BandLayer ? renditions.layer : null);
  /** @param {import("./gl/style.js").Style | null} style null for the rendition's own */
  const apply = (style) => {
    const { slug } = renditions.current;
    layer()?.setStyle(style ?? stretching.originalOf(slug));
    stretching.keep(slug, style);
    viewChanged();
  };
  const keptWords = () => (made instanceof KeptStyles ? made.words : "");
  let nAsked = 0; // limits that are being measured are put only where nothing else was done since
  const show = () => (nAsked++, panel.show(stretching.styleOf(renditions.current)));
  const ofImage = (/** @type {import("./gl/style.js").Style} */ style, /** @type {string} */ how) => limitedStyle(style, stretching.config.recipes[renditions.current.slug], how);
  panel.knowsImage = (style) => ofImage(style, "zscale") !== null;
  show();
  renditions.addEventListener("change", show);
  panel.addEventListener("change", () => (nAsked++, apply(panel.style)));
  panel.addEventListener("reset", () => {
    apply(null);
    show();
  });
  const put = (/** @type {import("./gl/style.js").Style} */ style) => (nAsked++, panel.show(style), apply(style));
  const measure = async (/** @type {BandLayer} */ measured, /** @type {string} */ how) => {
    const number = ++nAsked;
    const style = await withLimits(panel.style, measured, how).catch(() => null);
    if (number !== nAsked) return;
    if (style) put(style);
    panel.say(style ? keptWords() : NOT_MEASURED);
  };
  panel.addEventListener("limits", (event) => {
    const measured = layer();
    const { how, of } = /** @type {CustomEvent<{how: string, of: string}>} */ (event).detail;
    const known = of === "image" ? ofImage(panel.style, how) : null;
    if (known) put(known);
    else if (measured) void measure(measured, how);
  });
  const lose = () => {
    renditions.removeEventListener("change", show);
    if (painter.hasRefused) stretching.keep(renditions.current.slug, null); // else it would be refused whenever the page is loaded
    panel.close(painter.hasRefused ? REFUSED : LOST);
    renditions.fallBack();
    viewChanged();
  };
  if (stretching.isLost) return lose(), [];
  painter.addEventListener("lost", lose, { once: true });
  client.addEventListener("broken", lose, { once: true });
  if (made instanceof KeptStyles) made.addEventListener("told", () => stretching.isLost || panel.say(keptWords()));
  return [{
    name: PART,
    read: () => stretching.textOf(renditions.current),
    open(text) {
      stretching.link(renditions.current.slug, text);
      layer()?.setStyle(stretching.styleOf(renditions.current));
      show();
    },
  }];
}

/**
 * The style with each channel's limits measured on what is in view. Rejects where a part of that has not come.
 * @param {import("./gl/style.js").Style} style
 * @param {BandLayer} layer
 * @param {string} how "zscale", or per cent of the values
 */
async function withLimits(style, layer, how) {
  const patches = await layer.codes();
  const channels = style.channels.map((channel) => {
    const limits = measuredLimits(how, patches, channel, layer.painter.bands);
    return limits && limits.black < limits.white ? { ...channel, ...limits } : channel;
  });
  return { ...style, channels };
}

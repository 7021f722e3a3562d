// @ts-check
/** Everything a person looks at to judge a source: the image, its context, and the evidence beside them. */

import { element } from "../pagedata.js";
import { ContextMap } from "./contextmap.js";
import { EvidencePanel } from "./evidencepanel.js";
import { SourceMap } from "./sourcemap.js";
import { EvidenceStore, fetchEvidence } from "./store.js";

/** @typedef {{uuid: string, x_px: number, y_px: number}} Place */

/** @typedef {{isWhole: boolean, hasEvidence: boolean, late: Promise<boolean>}} Drawn whether the image is whole, and the evidence there, or there after all */

const LONGEST_WAIT_MS = 4000;

export class Bench {
  #current = "";
  #areShown = true;
  #hasHidden = false;
  /** @type {Set<string>} */
  #seen = new Set();

  /**
   * @param {L.Map} map
   * @param {{viewer: import("../map.js").ViewerConfig, evidence_url: string}} config
   */
  constructor(map, { viewer, evidence_url }) {
    this.view = new SourceMap(map, viewer);
    this.contextBox = element("#context", HTMLElement);
    this.context = new ContextMap(this.contextBox, map, viewer, this.view.renditions);
    this.panel = new EvidencePanel(viewer);
    this.store = new EvidenceStore(fetchEvidence(evidence_url));
    this.view.renditions.addEventListener("change", () => this.#nameRendition());
    this.#nameRendition();
  }

  /** What is seen now and was seen of this source, to be stored with a vote. */
  get shown() {
    return {
      rendition: this.view.renditions.current.slug,
      renditions_seen: [...this.#seen],
      zoom: this.view.map.getZoom(),
      stretch: this.panel.stretch.slug,
      overlays_hidden: this.#hasHidden,
      evidence: !this.panel.isEmpty,
    };
  }

  /**
   * @param {Place} source
   * @returns {Promise<Drawn>} when image and evidence are drawn, or have failed, or are late
   */
  async show(source) {
    this.#current = source.uuid;
    this.#hasHidden = !this.#areShown; // a key may be held from the source before
    this.#seen = new Set([this.view.renditions.current.slug]);
    this.panel.show(this.store.ready(source.uuid));
    return drawn(this.view.show(source), this.#showEvidence(source.uuid));
  }

  /** Back to the source, loading again what did not load. @param {Place} source @returns {Promise<Drawn>} */
  async recentre(source) {
    return drawn(this.view.recentre(), this.#showEvidence(source.uuid));
  }

  /** @param {string} uuid @returns {Promise<boolean>} whether it came */
  async #showEvidence(uuid) {
    if (this.store.ready(uuid)) return true;
    const asked = this.store.get(uuid).then((evidence) => (this.#current === uuid && this.panel.show(evidence), true));
    return asked.catch(() => false);
  }

  /** Fetch what sources that come next need. @param {Place[]} sources */
  prefetch(sources) {
    this.view.prefetch(sources);
    this.store.prefetch(sources.map(({ uuid }) => uuid));
    const { clientWidth: widthScreen, clientHeight: heightScreen } = this.contextBox;
    for (const source of sources) this.view.fetchView(source, { widthScreen, heightScreen, zoom: ContextMap.zoomFor(this.view.zoom) });
  }

  blink() {
    this.view.renditions.blink();
  }

  nextRendition() {
    this.view.renditions.next();
  }

  /** @param {boolean} areShown */
  setOverlays(areShown) {
    this.#areShown = areShown;
    if (!areShown) this.#hasHidden = true;
    this.view.setOverlays(areShown);
    this.panel.setOverlays(areShown);
  }

  #nameRendition() {
    const { current } = this.view.renditions;
    this.#seen.add(current.slug);
    for (const name of document.querySelectorAll("[data-rendition-name]")) name.textContent = current.name;
  }
}

/** @param {number} ms */
function elapsed(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** @param {Promise<boolean>} image @param {Promise<boolean>} evidence @returns {Promise<Drawn>} */
async function drawn(image, evidence) {
  const inTime = Promise.race([evidence, elapsed(LONGEST_WAIT_MS).then(() => false)]);
  const [isWhole, hasEvidence] = await Promise.all([image, inTime]);
  return { isWhole, hasEvidence, late: evidence };
}

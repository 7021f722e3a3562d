// @ts-check
/** The closer look on the labelling page: over the image while one wants it, from one source to the next. */

import { CloserLook } from "../catalogs/evidence/closerlook.js";
import { EvidenceStore, fetchEvidence } from "../catalogs/evidence/store.js";
import { element } from "../catalogs/pagedata.js";

export class CloserPanel {
  #root = element("#closer", HTMLElement);
  #note = element("#closer-note", HTMLElement);
  #uuid = "";
  /** @type {string[]} */
  #upcoming = [];
  #look;
  #store;

  /**
   * @param {{viewer: import("../catalogs/map.js").ViewerConfig, closer: import("../catalogs/evidence/closerlook.js").CloserConfig}} config
   * @param {import("../catalogs/evidence/evidencepanel.js").EvidencePanel} panel whose stretch it follows
   */
  constructor(config, panel) {
    this.#look = new CloserLook(config, { newTab: true });
    this.#store = new EvidenceStore(fetchEvidence(config.closer.evidence_url));
    this.panel = panel;
    panel.addEventListener("change", () => this.#look.restretch(panel.stretch.softness));
  }

  get isOpen() {
    return !this.#root.hidden;
  }

  toggle() {
    this.#root.hidden = this.isOpen;
    if (this.isOpen) void this.#fill();
  }

  /** @param {string} uuid of the source that is looked at @param {string[]} upcoming those after it */
  show(uuid, upcoming) {
    this.#uuid = uuid;
    this.#upcoming = upcoming;
    if (this.isOpen) void this.#fill();
  }

  async #fill() {
    const uuid = this.#uuid;
    if (!uuid) return;
    if (!this.#store.ready(uuid)) this.#look.clear(); // nothing of another source stays
    this.#note.hidden = true;
    try {
      const evidence = await this.#store.get(uuid);
      if (uuid !== this.#uuid || !this.isOpen) return;
      this.#look.show(evidence, this.panel.stretch.softness);
      this.#store.prefetch(this.#upcoming);
    } catch {
      this.#note.hidden = uuid !== this.#uuid;
    }
  }
}

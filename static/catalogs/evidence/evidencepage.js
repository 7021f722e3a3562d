// @ts-check
/** The page of one source's evidence: the bench, its keys and its buttons. */

import { mapReady } from "../map.js";
import { element, pageData } from "../pagedata.js";
import { bindShortcuts, helpToggle, isTyping, panAndZoomKeys } from "../shortcuts.js";
import { Bench } from "./bench.js";
import { CloserLook } from "./closerlook.js";

const config = pageData("config");

void mapReady("map").then((map) => {
  const bench = new Bench(map, config);
  const closer = new CloserLook(config);
  const incomplete = new Incomplete(element("#incomplete", HTMLElement));
  const help = helpToggle(element("#help", HTMLDialogElement), document.querySelector("[data-help]"));
  bench.panel.addEventListener("change", () => closer.restretch(bench.panel.stretch.softness));
  const showCloser = async () => {
    const evidence = await bench.store.get(config.source.uuid);
    incomplete.note("colours", !(await closer.show(evidence, bench.panel.stretch.softness)));
  };
  /** @param {Promise<import("./bench.js").Drawn>} drawing */
  const look = async (drawing) => {
    const { isWhole, hasEvidence, late } = await drawing;
    incomplete.note("image", !isWhole);
    incomplete.note("evidence", !hasEvidence);
    if (await late) incomplete.note("evidence", false);
  };
  /** @type {Record<string, () => void>} */
  const actions = {
    rendition: () => bench.nextRendition(),
    blink: () => bench.blink(),
    softer: () => bench.panel.moveStretch(-1),
    harder: () => bench.panel.moveStretch(1),
    plot: () => bench.panel.plots.next(),
    closer: () => element("#closer", HTMLElement).scrollIntoView(),
    recentre: () => {
      void look(bench.recentre(config.source));
      if (!closer.isWhole) void showCloser().catch(() => {}); // the bench says that the evidence is missing
    },
  };
  bindShortcuts({
    r: actions.rendition, b: actions.blink, q: actions.softer, w: actions.harder, x: actions.plot, v: actions.closer, 0: actions.recentre, "?": help, ...panAndZoomKeys(map),
  });
  for (const button of document.querySelectorAll("[data-action]")) {
    if (button instanceof HTMLElement) button.addEventListener("click", () => actions[button.dataset.action ?? ""]?.());
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || isTyping(event.target) || event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    bench.setOverlays(false);
  });
  document.addEventListener("keyup", (event) => event.key === " " && bench.setOverlays(true));
  window.addEventListener("blur", () => bench.setOverlays(true));
  void look(bench.show(config.source));
  void showCloser().catch(() => {});
});

/** What did not load, and the sign that says so. */
class Incomplete {
  /** @type {Set<string>} */
  #missing = new Set();

  /** @param {HTMLElement} sign */
  constructor(sign) {
    this.sign = sign;
  }

  /** @param {string} part @param {boolean} isMissing */
  note(part, isMissing) {
    if (isMissing) this.#missing.add(part);
    else this.#missing.delete(part);
    this.sign.hidden = this.#missing.size === 0;
  }
}

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
  bench.panel.addEventListener("change", () => closer.restretch(bench.panel.stretch.softness));
  const showCloser = () => void bench.store.get(config.source.uuid).then((evidence) => closer.show(evidence, bench.panel.stretch.softness), () => {});
  /** @type {Record<string, () => void>} */
  const actions = {
    rendition: () => bench.nextRendition(),
    blink: () => bench.blink(),
    softer: () => bench.panel.moveStretch(-1),
    harder: () => bench.panel.moveStretch(1),
    plot: () => bench.panel.plots.next(),
    closer: () => element("#closer", HTMLElement).scrollIntoView(),
    recentre: () => {
      void look(() => bench.recentre(config.source));
      if (!closer.isWhole) showCloser();
    },
  };
  bindShortcuts({
    r: actions.rendition, b: actions.blink, q: actions.softer, w: actions.harder, x: actions.plot, v: actions.closer, 0: actions.recentre, "?": helpToggle(element("#help", HTMLDialogElement), document.querySelector("[data-help]")), ...panAndZoomKeys(map),
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
  void look(() => bench.show(config.source));
  showCloser();
});

/** @param {() => Promise<import("./bench.js").Drawn>} load */
async function look(load) {
  const { isWhole, hasEvidence, late } = await load();
  const incomplete = element("#incomplete", HTMLElement);
  incomplete.hidden = isWhole && hasEvidence;
  if (await late) incomplete.hidden = isWhole;
}

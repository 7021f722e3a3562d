/** A figure's frame: title with its explanation, N, the plot or its numbers as a table, legend, download. */

import { html, table, tip } from "./dom.js";
import { morph } from "./morph.js";

/**
 * @typedef {{
 *   n: string,
 *   draw: ((width: number) => Element) | null,
 *   empty?: string,
 *   label: string,
 *   columns: string[],
 *   rows: (string | number | Node)[][],
 *   legend?: {name: string, className: string, shape: string}[],
 * }} Content what a figure shows now; `draw` is null where there is nothing to draw
 * @typedef {{key: string, title: string, explanation: string, doc: string, download?: string, isTable?: boolean}} Frame `doc`: where its formula and source are
 */

export class Figure {
  /** @type {Content | null} */
  #content = null;
  #asTable = false;

  /** @param {Frame} frame */
  constructor(frame) {
    this.frame = frame;
    this.n = html("span", { class: "figure-n numeric" });
    this.plot = html("div", { class: "figure-plot" });
    this.legend = html("ul", { class: "legend plain-list" });
    this.switch = html("button", { type: "button", class: "link-button", "aria-pressed": "false" }, ["As a table"]);
    this.switch.addEventListener("click", () => this.#turn());
    const formula = html("a", { href: frame.doc }, ["Formula and source"]);
    const files = frame.download ? [html("a", { href: frame.download, download: "" }, ["CSV"])] : [];
    const tools = html("span", { class: "figure-tools" }, [...(frame.isTable ? [] : [this.switch]), formula, ...files]);
    const id = `figure-${frame.key}`;
    this.root = html("figure", { class: "card figure", id, "aria-labelledby": `${id}-title` }, [
      html("figcaption", { class: "figure-head" }, [
        html("h3", { id: `${id}-title` }, [tip(frame.title, frame.explanation, `${id}-tip`)]),
        this.n,
      ]),
      this.plot,
      html("div", { class: "figure-foot" }, [this.legend, tools]),
    ]);
    this.#asTable = Boolean(frame.isTable);
    let width = 0;
    new ResizeObserver(([{ contentRect }]) => {
      if (Math.abs(contentRect.width - width) < 1) return;
      width = contentRect.width;
      this.#paint();
    }).observe(this.plot);
  }

  /** @param {Content} content */
  show(content) {
    this.#content = content;
    this.#paint();
  }

  #turn() {
    this.#asTable = !this.#asTable;
    this.switch.setAttribute("aria-pressed", String(this.#asTable));
    this.#paint();
  }

  #paint() {
    const content = this.#content;
    const width = Math.floor(this.plot.clientWidth);
    if (!content || !width) return;
    if (this.n.textContent !== content.n) this.n.textContent = content.n;
    morph(this.legend, html("ul", { class: "legend plain-list" }, (content.legend ?? []).map(key)));
    morph(this.plot, html("div", { class: "figure-plot" }, [this.#body(content, width)]));
  }

  /** @param {Content} content @param {number} width */
  #body(content, width) {
    if (content.empty && !content.draw) return html("p", { class: "figure-empty muted" }, [content.empty]);
    if (this.#asTable || !content.draw) return table(content.label, content.columns, content.rows);
    return html("div", { class: "plot-scroll" }, [content.draw(width)]);
  }
}

/** @param {{name: string, className: string, shape: string}} entry */
function key({ name, className, shape }) {
  return html("li", {}, [html("span", { class: `key-shape key-${shape} ${className}`, "aria-hidden": "true" }), name]);
}

/** Making HTML elements. */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} [attributes]
 * @param {(Node | string)[]} [children]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function html(tag, attributes = {}, children = []) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/**
 * A word with an explanation that shows on hover, focus and touch.
 * @param {string} word
 * @param {string} explanation
 * @param {string} id
 */
export function tip(word, explanation, id) {
  return html("button", { type: "button", class: "tip", "aria-describedby": id }, [
    word,
    html("span", { class: "tip-text", role: "tooltip", id }, [explanation]),
  ]);
}

/**
 * @param {string} label
 * @param {string[]} columns
 * @param {(string | number | Node)[][]} rows the first of each names it
 */
export function table(label, columns, rows) {
  /** @type {(i: number) => Record<string, string>} */
  const kind = (i) => ({ class: i ? "numeric" : "name" });
  /** @type {Record<string, string>} */
  const heading = { scope: "row" };
  return html("div", { class: "table-scroll", tabindex: "0", role: "group", "aria-label": label }, [
    html("table", { class: "table table-tight" }, [
      html("thead", {}, [html("tr", {}, columns.map((name, i) => html("th", { scope: "col", ...kind(i) }, [name])))]),
      html(
        "tbody",
        {},
        rows.map((row) =>
          html("tr", {}, row.map((cell, i) => html(i ? "td" : "th", i ? kind(i) : heading, [cell instanceof Node ? cell : String(cell)]))),
        ),
      ),
    ]),
  ]);
}

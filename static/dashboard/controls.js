/** What to look at: binary or all classes, whose votes, which measure over rounds. */

import { html } from "./dom.js";
import { capital } from "./figures.js";
import { morph } from "./morph.js";
import { LEVEL_NAMES, nameOf } from "./words.js";

/**
 * @typedef {{level: import("./types.js").Level, who: string, measure: "human_to_mode" | "leave_one_out"}} Choice
 */

/**
 * Put the controls where they belong; `onChange` is called after a choice.
 * @param {Choice} choice changed in place
 * @param {() => void} onChange
 * @returns {{show: (data: import("./types.js").Dashboard) => void}}
 */
export function controls(choice, onChange) {
  const level = select("Classes", Object.entries(LEVEL_NAMES), (value) => {
    choice.level = /** @type {Choice["level"]} */ (value);
    onChange();
  });
  const who = select("Votes of", [["all", "everybody"]], (value) => {
    choice.who = value;
    onChange();
  });
  const measures = ["human_to_mode", "leave_one_out"].map((name) => [name, capital(name.replaceAll("_", "-"))]);
  const measure = select("Over rounds", measures, (value) => {
    choice.measure = /** @type {Choice["measure"]} */ (value);
    onChange();
  });
  document.getElementById("differ-controls")?.append(level, who);
  document.getElementById("agreement-controls")?.append(measure);
  return {
    show(data) {
      const options = [["all", "everybody"], ...data.people.map((each) => [each.uuid, nameOf(each)])];
      const list = /** @type {HTMLSelectElement} */ (who.querySelector("select"));
      const chosen = list.value;
      const fresh = /** @type {HTMLSelectElement} */ (list.cloneNode(false));
      fresh.append(...options.map(([value, name]) => html("option", { value }, [name])));
      morph(list, fresh);
      list.value = chosen;
    },
  };
}

/** @param {string} name @param {string[][]} options @param {(value: string) => void} onChange */
function select(name, options, onChange) {
  const list = html("select", { class: "input select-small" }, options.map(([value, text]) => html("option", { value }, [text])));
  list.addEventListener("change", () => onChange(list.value));
  return html("label", { class: "row small muted control" }, [name, list]);
}

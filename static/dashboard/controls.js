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
 * @param {Choice} chosen changed in place
 * @param {() => void} onChange
 * @returns {{show: (data: import("./types.js").Dashboard) => void}}
 */
export function controls(chosen, onChange) {
  const level = levelChoice((value) => {
    chosen.level = /** @type {Choice["level"]} */ (value);
    onChange();
  });
  const who = choice("Votes of", (value) => {
    chosen.who = value;
    onChange();
  });
  const measure = choice("Over rounds", (value) => {
    chosen.measure = /** @type {Choice["measure"]} */ (value);
    onChange();
  });
  offer(measure.list, ["human_to_mode", "leave_one_out"].map((name) => [name, capital(name.replaceAll("_", "-"))]));
  document.getElementById("differ-controls")?.append(level.root, who.root);
  document.getElementById("agreement-controls")?.append(measure.root);
  return {
    show(data) {
      offer(who.list, [["all", "everybody"], ...data.people.map((each) => [each.uuid, nameOf(each)])]);
    },
  };
}

/**
 * A list to choose from, empty yet.
 * @param {string} name
 * @param {(value: string) => void} onChange
 */
export function choice(name, onChange) {
  const list = html("select", { class: "input select-small" });
  list.addEventListener("change", () => onChange(list.value));
  return { list, root: html("label", { class: "row small muted control" }, [name, list]) };
}

/** Binary or all classes. @param {(value: string) => void} onChange */
export function levelChoice(onChange) {
  const made = choice("Classes", onChange);
  offer(made.list, Object.entries(LEVEL_NAMES));
  return made;
}

/**
 * Make the list offer these, keeping what is chosen where it still is among them.
 * @param {HTMLSelectElement} list
 * @param {string[][]} options value and text of each
 */
export function offer(list, options) {
  const chosen = list.value;
  const fresh = /** @type {HTMLSelectElement} */ (list.cloneNode(false));
  fresh.append(...options.map(([value, text]) => html("option", { value }, [text])));
  morph(list, fresh);
  list.value = options.some(([value]) => value === chosen) ? chosen : (options[0]?.[0] ?? "");
}

// @ts-check
/** Buttons on the map for what has a key too. */

/** @typedef {{text: string, title: string, key?: string, icon?: string, isSwitch?: boolean, act: () => void}} Tool `icon`: a path on 20 by 20, shown in place of the text */

/**
 * @param {L.Map} map
 * @param {Tool[]} tools
 * @param {L.ControlPosition} [position]
 * @returns {HTMLButtonElement[]}
 */
export function addTools(map, tools, position = "topleft") {
  const control = new L.Control({ position });
  const bar = L.DomUtil.create("div", "leaflet-bar map-tools");
  const buttons = tools.map(({ text, title, key, icon, isSwitch, act }) => {
    const button = /** @type {HTMLButtonElement} */ (L.DomUtil.create("button", "map-tool", bar));
    Object.assign(button, { type: "button", title: key ? `${title} (${keyText(key)})` : title });
    button.append(icon ? picture(icon) : text);
    if (icon) button.setAttribute("aria-label", text);
    if (key) button.setAttribute("aria-keyshortcuts", keyText(key));
    if (isSwitch) button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", act);
    return button;
  });
  L.DomEvent.disableClickPropagation(bar);
  control.onAdd = () => bar;
  control.addTo(map);
  return buttons;
}

/** @param {string} key as in bindShortcuts */
function keyText(key) {
  return key.replace("shift+", "Shift+").replace(/.$/, (letter) => letter.toUpperCase());
}

/** @param {string} path */
function picture(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

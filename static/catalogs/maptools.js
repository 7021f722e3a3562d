// @ts-check
/** Buttons on the map for what has a key too. */

/**
 * @param {L.Map} map
 * @param {{text: string, title: string, key: string, isSwitch?: boolean, act: () => void}[]} tools
 * @returns {HTMLButtonElement[]}
 */
export function addTools(map, tools) {
  const control = new L.Control({ position: "topleft" });
  const bar = L.DomUtil.create("div", "leaflet-bar map-tools");
  const buttons = tools.map(({ text, title, key, isSwitch, act }) => {
    const button = /** @type {HTMLButtonElement} */ (L.DomUtil.create("button", "map-tool", bar));
    Object.assign(button, { type: "button", textContent: text, title: `${title} (${key.toUpperCase()})` });
    button.setAttribute("aria-keyshortcuts", key.toUpperCase());
    if (isSwitch) button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", act);
    return button;
  });
  L.DomEvent.disableClickPropagation(bar);
  control.onAdd = () => bar;
  control.addTo(map);
  return buttons;
}

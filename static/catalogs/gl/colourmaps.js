// @ts-check
/** Colours of grey levels. The last four are matplotlib's (CC0), taken at ten levels. */

/** @type {Record<string, string>} hexadecimal colours at equal distances, that of black first */
export const COLOUR_MAPS = {
  grey: "000000 ffffff",
  inverted: "ffffff 000000",
  heat: "000000 800000 ff8000 ffff80 ffffff",
  cool: "000000 000080 0080ff 80ffff ffffff",
  viridis: "440154 482878 3e4a89 31688e 26828e 1f9e89 35b779 6ece58 b5de2b fde725",
  cividis: "00204d 00336f 39486b 575c6d 707173 8a8779 a69d75 c4b56c e4cf5b ffea46",
  inferno: "000004 1b0c41 4a0c6b 781c6d a52c60 cf4446 ed6925 fb9b06 f7d13d fcffa4",
  magma: "000004 180f3d 440f76 721f81 9e2f7f cd4071 f1605d fd9668 feca8d fcfdbf",
};

/**
 * @param {string} name one of COLOUR_MAPS
 * @returns {Uint8Array} red, green, blue and full opacity of each of 256 levels
 */
export function coloursOf(name) {
  const stops = COLOUR_MAPS[name].split(" ").map((hex) => [0, 2, 4].map((i) => Number.parseInt(hex.slice(i, i + 2), 16)));
  const colours = new Uint8Array(4 * 256);
  for (let level = 0; level < 256; level++) {
    const place = (level / 255) * (stops.length - 1);
    const before = Math.min(Math.floor(place), stops.length - 2);
    const mixed = stops[before].map((channel, i) => Math.round(channel + (stops[before + 1][i] - channel) * (place - before)));
    colours.set([...mixed, 255], 4 * level);
  }
  return colours;
}

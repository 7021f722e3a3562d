// @ts-check
/** What a catalogue measured of a source, in a fixed order: magnitudes by wavelength, then concentration and width. No DOM. */

/** @typedef {import("./evidence/readings.js").Reading} Reading */
/** @typedef {{name: string, pivot_wavelength_nm: number | null}} Band */
/** @typedef {{descriptions: Record<string, string>, bands: Band[]}} Columns what its columns are, and the galaxy's bands */

const MOST_MAGNITUDES = 9;
const MAGNITUDE = /^mag_(?!err(?:or)?(?:_|$))(?:(vega|ab|st)_)?(.+)$/i;
const ERROR = /_err(or)?$/i;
const FILTER = /^f(\d{3,4})[a-z]*\d?$/i;
// As catalogs/readings.py has them.
const LETTERS = { nuv: 275, u: 336, b: 438, v: 555, i: 814 };
const SYSTEMS = ["Vega", "AB", "ST"];

/**
 * @param {Record<string, unknown>} measurements of a source
 * @param {Columns} columns
 * @returns {{magnitudes: Reading[], shapes: Reading[]}} only what there is
 */
export function sourceReadings(measurements, { descriptions, bands }) {
  const found = Object.keys(measurements).flatMap((key) => {
    const [, , rest] = MAGNITUDE.exec(key) ?? [];
    const value = numberOf(measurements[key]);
    return rest && !ERROR.test(key) && value !== null ? [{ key, rest, value, ...bandOf(rest.toLowerCase(), bands) }] : [];
  });
  found.sort((a, b) => a.rank - b.rank || a.nm - b.nm || (a.key < b.key ? -1 : 1));
  const magnitudes = found.slice(0, MOST_MAGNITUDES).map(({ key, rest, name, value }) =>
    reading(name, value, systemOf(key, descriptions[key] ?? ""), errorOf(measurements, key, rest)));
  const shapes = [["CI", "concentration_index", "mag"], ["FWHM", "fwhm_px", "px"]].flatMap(([name, key, unit]) => {
    const value = numberOf(measurements[key]);
    return value === null ? [] : [reading(name, value, unit, null)];
  });
  return { magnitudes, shapes };
}

/**
 * How a band is written, and where it stands: the galaxy's first, then other filters by their number.
 * @param {string} key
 * @param {Band[]} bands
 */
function bandOf(key, bands) {
  const band = bands.find(({ name }) => keyOf(name) === key);
  if (band) return { name: band.name, rank: 0, nm: band.pivot_wavelength_nm ?? Infinity };
  const letter = LETTERS[/** @type {"v"} */ (key)];
  if (letter) return { name: key.toUpperCase(), rank: 0, nm: letter };
  const filter = FILTER.exec(key);
  if (filter) return { name: key.toUpperCase(), rank: 1, nm: Number(filter[1]) };
  return { name: `mag ${key.replaceAll("_", " ")}`, rank: 2, nm: 0 };
}

/** As catalogs/measuring.py writes a band's name in a column's. @param {string} name */
function keyOf(name) {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "") || "band";
}

/** @param {Record<string, unknown>} measurements @param {string} key of a magnitude @param {string} rest of it, its band */
function errorOf(measurements, key, rest) {
  const named = [`${key}_error`, `${key}_err`, `mag_err_${rest}`, `mag_error_${rest}`].find((each) => numberOf(measurements[each]) !== null);
  return named ? numberOf(measurements[named]) : null;
}

/** AB, Vega or ST where column or description name it as a word of its own. @param {string} key @param {string} description */
function systemOf(key, description) {
  const words = `${description} ${MAGNITUDE.exec(key)?.[1] ?? ""}`.toLowerCase().split(/[\s,()]+/);
  return SYSTEMS.find((system) => words.includes(system.toLowerCase())) ?? "";
}

/** @param {string} name @param {number} value @param {string} unit @param {number | null} error @returns {Reading} */
function reading(name, value, unit, error) {
  return { name, value, error, unit, note: "", reason: "" };
}

/** @param {unknown} value */
function numberOf(value) {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

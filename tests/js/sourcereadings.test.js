// A source's numbers on its card: every band, in a fixed order, named as people name them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { sourceReadings } from "../../static/catalogs/sourcereadings.js";

const bands = [
  { name: "F814W", pivot_wavelength_nm: 803 }, { name: "F275W", pivot_wavelength_nm: 271 }, { name: "F555W", pivot_wavelength_nm: 531 },
  { name: "F200W", pivot_wavelength_nm: 1990 }, { name: "F657N line", pivot_wavelength_nm: 657 },
];
const names = ({ magnitudes, shapes }) => [...magnitudes, ...shapes].map(({ name }) => name);

test("magnitudes by wavelength, then concentration and width, whatever the order they come in", () => {
  const measured = {
    fwhm_px: 8.04, mag_f200w: 20, mag_f814w: 21, mag_f275w: 24.05, flux_f555w: 3, mag_f657n_line: 22, concentration_index: 2.19, mag_f555w: 21.9, mag_f555w_error: 0.02,
  };
  const found = sourceReadings(measured, { descriptions: {}, bands });
  assert.deepEqual(names(found), ["F275W", "F555W", "F657N line", "F814W", "F200W", "CI", "FWHM"]);
  assert.deepEqual(names(sourceReadings(Object.fromEntries(Object.entries(measured).reverse()), { descriptions: {}, bands })), names(found));
});

test("errors and systems belong to their magnitudes, and none is made up", () => {
  const descriptions = { mag_f555w: "AB magnitude in F555W, circle of 4 px radius, no aperture or extinction correction", mag_v: "V magnitude, Vega, aperture and extinction corrected", mag_f814w: "able" };
  const measured = { mag_f555w: 21.9, mag_f555w_error: 0.04, mag_v: 22, mag_err_v: 0.1, mag_vega_f275w: 23, mag_f814w: 20, mag_f814w_err: null };
  const { magnitudes } = sourceReadings(measured, { descriptions, bands });
  assert.deepEqual(magnitudes.map(({ name, value, error, unit }) => [name, value, error, unit]), [
    ["F275W", 23, null, "Vega"], ["F555W", 21.9, 0.04, "AB"], ["V", 22, 0.1, "Vega"], ["F814W", 20, null, ""],
  ]);
});

test("the galaxy's bands come first, then other filters by their number, then what is no filter; at most nine", () => {
  const others = { mag_f502n: 1, mag_f110w: 2, mag_auto: 3, mag_f438w: 4, mag_f814w: 5, mag_b: 6, mag_nuv: 7 };
  assert.deepEqual(names(sourceReadings(others, { descriptions: {}, bands })), ["NUV", "B", "F814W", "F110W", "F438W", "F502N", "mag auto"]);
  const many = Object.fromEntries(Array.from({ length: 14 }, (_, i) => [`mag_f${300 + i}w`, i]));
  assert.deepEqual(names(sourceReadings({ ...many, fwhm_px: 3 }, { descriptions: {}, bands: [] })).slice(-2), ["F308W", "FWHM"]);
});

test("what is no number is left out", () => {
  assert.deepEqual(names(sourceReadings({ mag_f555w: null, mag_f814w: "20.1", concentration_index: NaN }, { descriptions: {}, bands })), []);
});

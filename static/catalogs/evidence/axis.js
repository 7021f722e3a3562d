// @ts-check
/** Ticks of the radial profile's axes. No DOM. */

/**
 * Decades from the lowest worth showing to the first above the highest.
 * @param {number} highest above zero
 * @param {number} lowest above zero
 * @returns {{low: number, high: number, ticks: number[]}} exponents of ten, and those that carry a tick
 */
export function decades(highest, lowest) {
  const high = Math.ceil(Math.log10(highest) * 2 + 0.2) / 2;
  const low = Math.min(Math.floor(Math.log10(lowest)), Math.floor(high) - 1);
  const ticks = [];
  for (let exponent = low; exponent <= high; exponent++) ticks.push(exponent);
  return { low, high, ticks };
}

const STEPS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];

/**
 * Round values from 0 to `end`, about `n` of them.
 * @param {number} end
 * @param {number} n
 */
export function roundTicks(end, n) {
  const step = STEPS.find((each) => end / each <= n) ?? end;
  return Array.from({ length: Math.floor(end / step + 1e-9) + 1 }, (_, i) => Number((i * step).toPrecision(6)));
}

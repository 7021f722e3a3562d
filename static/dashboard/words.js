/** Numbers and moments as the dashboard writes them. */

/** @param {number} n */
export const count = (n) => n.toLocaleString("en-GB");

/** @param {number} n @param {string} one @param {string} [many] */
export const counted = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

/** 0.8734 -> "87.3 %" @param {number | null} share */
export const percent = (share) => (share === null ? "–" : `${(100 * share).toFixed(1)} %`);

/** "87.3 % [85.0, 89.4]" @param {{value: number | null, low: number | null, high: number | null}} estimate */
export function withInterval({ value, low, high }) {
  return low === null || high === null ? percent(value) : `${percent(value)} [${(100 * low).toFixed(1)}, ${(100 * high).toFixed(1)}]`;
}

/** "14:05", with the day where it is another one than today's. UTC. @param {number} seconds @param {number} now */
export function moment(seconds, now) {
  const iso = new Date(seconds * 1000).toISOString();
  const isToday = iso.slice(0, 10) === new Date(now * 1000).toISOString().slice(0, 10);
  return isToday ? iso.slice(11, 16) : `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;
}

/** @param {{name: string, is_simulated: boolean}} person */
export const nameOf = (person) => (person.is_simulated ? `${person.name} (simulated)` : person.name);

/** @type {Record<import("./types.js").Level, string>} */
export const LEVEL_NAMES = { group: "Binary", label: "All classes" };

/** "0.713 [0.690, 0.735]" @param {{value: number | null, low: number | null, high: number | null}} estimate */
export function coefficient({ value, low, high }) {
  if (value === null) return "–";
  return low === null || high === null ? value.toFixed(3) : `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

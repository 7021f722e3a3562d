// @ts-check
/** Times as pages write them: the same words as the template filter `duration`. */

/**
 * @param {number} seconds whole
 * @returns {string} 42 s, 3 min 05 s, 1 h 02 min
 */
export function duration(seconds) {
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`;
}

// @ts-check
/** Sizes of files: as people read them, and what is too much. No DOM. */

const UNITS = ["bytes", "KB", "MB", "GB", "TB"];

/** @typedef {{file: number, all: number}} Most bytes that one file may have, and all together */

/**
 * @param {number} bytes
 * @returns {string} as the template filter `filesizeformat` writes it: 2.0 GB, of 1024 MB each
 */
export function fileSize(bytes) {
  const step = stepOf(bytes);
  return `${inStep(bytes, step)}\u00a0${UNITS[step]}`;
}

/**
 * @param {number} sent @param {number} total bytes
 * @returns {string} 1.2 of 2.8 GB, 42 %
 */
export function sentOf(sent, total) {
  return `${inStep(sent, stepOf(total))} of ${fileSize(total)}, ${percent(sent, total)}\u00a0%`;
}

/** @param {number} sent @param {number} total @returns {number} whole, 100 only when all is sent */
export function percent(sent, total) {
  return total ? Math.floor((100 * sent) / total) : 0;
}

/**
 * @param {{name: string, size: number}[]} files
 * @param {Most} most
 * @returns {string} what is too much and what to do; empty where all may be sent
 */
export function refusal(files, most) {
  const large = files.find(({ size }) => size > most.file);
  if (large) {
    const [has, limit] = apart(large.size, most.file);
    return `${large.name} has ${has}; a file may have ${limit} here. Extract its science extension (SCI) into a file of its own, or use the ingest command on the server.`;
  }
  const total = files.reduce((sum, { size }) => sum + size, 0);
  if (total <= most.all) return "";
  const [have, limit] = apart(total, most.all);
  return `The ${files.length} files have ${have} together; all may have ${limit} here. Compress them (gzip, fpack), or use the ingest command on the server.`;
}

/** @param {number} size @param {number} limit @returns {string[]} in bytes where both would read the same */
function apart(size, limit) {
  const rounded = [size, limit].map(fileSize);
  return rounded[0] === rounded[1] ? [size, limit].map((bytes) => `${bytes.toLocaleString("en-GB")}\u00a0bytes`) : rounded;
}

/** @param {number} bytes @returns {number} of UNITS */
function stepOf(bytes) {
  return bytes < 1024 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
}

/** @param {number} bytes @param {number} step @returns {string} */
function inStep(bytes, step) {
  return (bytes / 1024 ** step).toFixed(step ? 1 : 0);
}

// @ts-check
/** Blocks of the display pyramid in memory: 256 x 256 codes of one band. No DOM, no URLs. */

export const BLOCK_PX = 256;

/**
 * The codes of an inflated block, whose rows are differences from the left neighbour (TIFF's predictor 2), modulo 65,536.
 * @param {ArrayBuffer} stored 131,072 bytes, little-endian as the machines that run browsers are; overwritten
 * @returns {Uint16Array} in the same memory
 */
export function undoDifferences(stored) {
  if (stored.byteLength !== 2 * BLOCK_PX * BLOCK_PX) throw new Error(`a block of ${stored.byteLength} bytes, not ${2 * BLOCK_PX * BLOCK_PX}`);
  const codes = new Uint16Array(stored);
  for (let row = 0; row < codes.length; row += BLOCK_PX) {
    let code = 0;
    for (let i = row; i < row + BLOCK_PX; i++) codes[i] = code = (code + codes[i]) & 0xffff;
  }
  return codes;
}

/**
 * The values used last, as many as fit into a number of bytes.
 * @template {{byteLength: number}} T
 */
export class RecentlyUsed {
  /** @type {Map<string, T>} the oldest first */
  #kept = new Map();
  bytes = 0;

  /**
   * @param {number} mostBytes
   * @param {(dropped: T) => void} [onDrop]
   */
  constructor(mostBytes, onDrop) {
    this.mostBytes = mostBytes;
    this.onDrop = onDrop;
  }

  /** @param {string} key */
  get(key) {
    const value = this.#kept.get(key);
    if (value === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, value);
    return value;
  }

  /** @param {string} key */
  has(key) {
    return this.#kept.has(key);
  }

  /**
   * @param {string} key not kept yet
   * @param {T} value
   */
  put(key, value) {
    this.#kept.set(key, value);
    this.bytes += value.byteLength;
    for (const [oldest, dropped] of this.#kept) {
      if (this.bytes <= this.mostBytes || oldest === key) return;
      this.#kept.delete(oldest);
      this.bytes -= dropped.byteLength;
      this.onDrop?.(dropped);
    }
  }
}

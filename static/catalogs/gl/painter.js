// @ts-check
/** One WebGL2 context that paints blocks of codes onto the canvases of tiles. Knows neither map nor server. */

import { BLOCK_PX, RecentlyUsed } from "./blocks.js";
import { coloursOf } from "./colourmaps.js";
import { fragments, VERTICES } from "./shader.js";
import { bandsOf, numbersOf } from "./style.js";

/** @typedef {{widthPx: number, heightPx: number}} Size how much of a tile is image */
/** @typedef {{gl: WebGLProgram, at: (name: string) => WebGLUniformLocation | null}} Program */

// More than the tiles of a large screen in all bands; what is dropped comes again from the worker.
const MOST_TEXTURE_BYTES = 256 * 2 ** 20;
const BLOCK_BYTES = 2 * BLOCK_PX * BLOCK_PX;

export class Painter extends EventTarget {
  canvas = new OffscreenCanvas(BLOCK_PX, BLOCK_PX);
  /** @type {Map<string, Program>} by variant */
  #programs = new Map();
  /** @type {RecentlyUsed<{texture: WebGLTexture, byteLength: number}>} by block */
  #blocks;
  #colourMap = "";
  isLost = false;
  /** Lost over a style that the browser does not take. */
  hasRefused = false;

  /** Throws where the browser has no WebGL2. @param {import("./style.js").Band[]} bands of the image */
  constructor(bands) {
    super();
    this.bands = bands;
    const gl = this.canvas.getContext("webgl2", { antialias: false, depth: false, stencil: false });
    if (!gl) throw new Error("this browser has no WebGL2");
    this.gl = gl;
    this.#blocks = new RecentlyUsed(MOST_TEXTURE_BYTES, ({ texture }) => gl.deleteTexture(texture));
    this.colours = this.#texture();
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    this.canvas.addEventListener("webglcontextlost", () => {
      this.#lose();
    });
  }

  #lose() {
    this.isLost = true;
    this.dispatchEvent(new Event("lost"));
  }

  /**
   * Bands that a style shows, in the order in which `paint` takes their blocks.
   * @param {import("./style.js").Style} style
   */
  bandsIn(style) {
    const shown = bandsOf(style);
    return this.bands.filter(({ name }) => shown.includes(name));
  }

  /** @param {string} block */
  has(block) {
    return this.#blocks.has(block);
  }

  /**
   * @param {string} block its name
   * @param {Uint16Array} codes (256, 256), top row first
   */
  put(block, codes) {
    if (this.has(block)) return;
    const { gl } = this;
    const texture = this.#texture();
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R16UI, BLOCK_PX, BLOCK_PX, 0, gl.RED_INTEGER, gl.UNSIGNED_SHORT, codes);
    this.#blocks.put(block, { texture, byteLength: BLOCK_BYTES });
  }

  /**
   * Paint a tile, at once; no data is transparent. Nothing where the painter is lost, or is so by this.
   * @param {ImageBitmapRenderingContext} onto a canvas of 256 x 256
   * @param {string[]} blocks one for each of `bandsIn(style)`, all put before
   * @param {import("./style.js").Style} style
   * @param {Size} size
   */
  paint(onto, blocks, style, { widthPx, heightPx }) {
    const { gl } = this;
    const isGrey = style.channels.length === 1;
    const program = this.#use({ nBands: blocks.length, stretch: style.stretch, isGrey, hasGamma: style.gamma !== 1 });
    if (!program) {
      this.hasRefused = true;
      return this.#lose();
    }
    for (const [unit, block] of blocks.entries()) this.#bind(unit, program.at(`band${unit}`), /** @type {any} */ (this.#blocks.get(block)).texture);
    this.#bind(blocks.length, program.at("colours"), this.colours);
    this.#setColours(style.colourMap, blocks.length);
    this.#set(program, numbersOf(style, this.bandsIn(style)), isGrey);
    gl.uniform2i(program.at("size"), widthPx, heightPx);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    onto.transferFromImageBitmap(this.canvas.transferToImageBitmap());
  }

  /**
   * @param {Program} program
   * @param {ReturnType<typeof numbersOf>} numbers
   * @param {boolean} isGrey
   */
  #set({ at }, numbers, isGrey) {
    const { gl } = this;
    for (const name of /** @type {const} */ (["gains", "offsets"])) {
      if (isGrey) gl.uniform1fv(at(name), numbers[name]);
      else gl.uniform3fv(at(name), numbers[name]);
    }
    for (const name of /** @type {const} */ (["spacings", "lupton"])) gl.uniform2fv(at(name), numbers[name]);
    for (const name of /** @type {const} */ (["softness", "curveScale", "exponent"])) gl.uniform1f(at(name), numbers[name]);
  }

  /**
   * @param {number} unit
   * @param {WebGLUniformLocation | null} location
   * @param {WebGLTexture} texture
   */
  #bind(unit, location, texture) {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.uniform1i(location, unit);
  }

  /**
   * @param {string} name
   * @param {number} unit where the texture of colours is bound
   */
  #setColours(name, unit) {
    if (name === this.#colourMap) return;
    const { gl } = this;
    this.#colourMap = name;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, coloursOf(name));
  }

  /** A new texture, bound, read without any filter. */
  #texture() {
    const { gl } = this;
    const texture = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
    return texture;
  }

  /** @param {import("./shader.js").Variant} variant @returns {Program | null} null where the browser does not take it */
  #use(variant) {
    const name = Object.values(variant).join();
    const program = this.#programs.get(name) ?? this.#link(variant);
    if (!program) return null;
    this.#programs.set(name, program);
    this.gl.useProgram(program.gl);
    return program;
  }

  /** @param {import("./shader.js").Variant} variant @returns {Program | null} */
  #link(variant) {
    const { gl } = this;
    const linked = gl.createProgram();
    for (const [kind, source] of /** @type {const} */ ([[gl.VERTEX_SHADER, VERTICES], [gl.FRAGMENT_SHADER, fragments(variant)]])) {
      const shader = /** @type {WebGLShader} */ (gl.createShader(kind));
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(linked, shader);
    }
    gl.linkProgram(linked); // not where a shader did not compile
    if (!gl.getProgramParameter(linked, gl.LINK_STATUS) && !gl.isContextLost()) return null;
    /** @type {Map<string, WebGLUniformLocation | null>} */
    const locations = new Map();
    /** @param {string} name */
    const at = (name) => {
      if (!locations.has(name)) locations.set(name, gl.getUniformLocation(linked, name));
      return locations.get(name) ?? null;
    };
    return { gl: linked, at };
  }
}

// @ts-check
/** The shaders that turn codes into pixels, as catalogs/imagery/compose.py does. */

export const VERTICES = `#version 300 es
// One triangle over everything, without any buffer.
void main() {
  gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0);
}`;

/** @typedef {{nBands: number, stretch: string, isGrey: boolean, hasGamma: boolean}} Variant what is known before the shader runs: a choice in it would cost each pixel all sides */

/** @type {Record<string, string>} the fraction t, 0 to 1, to a level; `curveScale` lets the curve end at 1 */
const CURVES = {
  linear: "t",
  sqrt: "sqrt(t)",
  log: "log(1.0 + softness * t) * curveScale",
  asinh: "asinhOf(softness * t) * curveScale",
};

// Lupton et al. 2004: one asinh of the mean of the channels scales all three; where the brightest overflows, all are dimmed.
const LUPTON_COLOUR = `
  float intensity = max((sum.r + sum.g + sum.b) / 3.0, 1e-30);
  vec3 scaled = max(sum * (asinhOf(intensity * lupton.x) * lupton.y / intensity), 0.0);
  scaled /= max(max(scaled.r, max(scaled.g, scaled.b)) / 255.0, 1.0);
  Level level = intensity > 1e-30 ? floor(scaled) / 255.0 : Level(0.0);`;
const LUPTON_GREY = `
  Level level = floor(min(asinhOf(max(sum, 0.0) * lupton.x) * lupton.y, 255.0)) / 255.0;`;

/** @param {Variant} variant */
export function fragments({ nBands, stretch, isGrey, hasGamma }) {
  // A sampler's index must be a constant.
  const numbers = Array.from({ length: nBands }, (_, i) => i);
  return `#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;
#define Level ${isGrey ? "float" : "vec3"}
${numbers.map((i) => `uniform usampler2D band${i};`).join("\n")}
uniform sampler2D colours;
uniform Level gains[${nBands}];
uniform vec2 spacings[${nBands}];
uniform Level offsets;
uniform vec2 lupton;
uniform ivec2 size;
uniform float softness;
uniform float curveScale;
uniform float exponent;
out vec4 pixel;

float asinhOf(float x) { return log(x + sqrt(x * x + 1.0)); }
vec3 asinhOf(vec3 x) { return log(x + sqrt(x * x + 1.0)); }

void main() {
  // The block's first row is the tile's top; the frame buffer's is its bottom.
  ivec2 place = ivec2(int(gl_FragCoord.x), 255 - int(gl_FragCoord.y));
  Level sum = offsets;
  uint any = 0u;
  uint code;
  float power;
${numbers
  .map(
    (i) => `
  code = texelFetch(band${i}, place, 0).r;
  any |= code;
  // A band without data counts as background where another one has data.
  power = code == 0u ? 1.0 : exp((float(code) - spacings[${i}].x) * spacings[${i}].y);
  sum += gains[${i}] * (0.5 * (power - 1.0 / power));`,
  )
  .join("\n")}
${stretch === "lupton" ? (isGrey ? LUPTON_GREY : LUPTON_COLOUR) : `  Level t = clamp(sum, 0.0, 1.0);\n  Level level = ${CURVES[stretch]};`}
${hasGamma ? "  level = pow(level, Level(exponent));" : ""}
  // Beyond the image's edge a block's codes mean nothing.
  bool isData = any != 0u && place.x < size.x && place.y < size.y;
  pixel = isData ? vec4(${isGrey ? "texelFetch(colours, ivec2(int(level * 255.0 + 0.5), 0), 0).rgb" : "level"}, 1.0) : vec4(0.0);
}`;
}

// @ts-check
/** The shader that turns codes into pixels, as catalogs/imagery/compose.py does. */

export const VERTICES = `#version 300 es
// One triangle over everything, without any buffer.
void main() {
  gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0);
}`;

/**
 * For so many bands: a sampler's index must be a constant.
 * @param {number} nBands
 */
export function fragments(nBands) {
  const numbers = Array.from({ length: nBands }, (_, i) => i);
  return `#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;
${numbers.map((i) => `uniform usampler2D band${i};`).join("\n")}
uniform sampler2D colours;
uniform vec3 gains[${nBands}];
uniform vec2 spacings[${nBands}];
uniform vec3 offsets;
uniform vec2 lupton;
uniform ivec2 size;
uniform int stretch;
uniform float softness;
uniform float exponent;
uniform bool isGrey;
out vec4 pixel;

float asinhOf(float x) { return log(x + sqrt(x * x + 1.0)); }
vec3 asinhOf(vec3 x) { return log(x + sqrt(x * x + 1.0)); }

vec3 curve(vec3 t) {
  t = clamp(t, 0.0, 1.0);
  if (stretch == 1) return sqrt(t);
  if (stretch == 2) return log(1.0 + softness * t) / log(1.0 + softness);
  if (stretch == 3) return asinhOf(softness * t) / asinhOf(softness);
  return t;
}

// Lupton et al. 2004: one asinh of the mean of the channels scales all three; where the brightest overflows, all are dimmed.
vec3 keepingColour(vec3 channels) {
  float intensity = (channels.r + channels.g + channels.b) / 3.0;
  if (intensity <= 0.0) return vec3(0.0);
  vec3 scaled = max(channels * (asinhOf(intensity * lupton.x) * lupton.y / intensity), 0.0);
  scaled /= max(max(scaled.r, max(scaled.g, scaled.b)) / 255.0, 1.0);
  return floor(scaled) / 255.0;
}

void main() {
  // The block's first row is the tile's top; the frame buffer's is its bottom.
  ivec2 place = ivec2(int(gl_FragCoord.x), 255 - int(gl_FragCoord.y));
  vec3 sum = offsets;
  uint any = 0u;
${numbers
  .map(
    (i) => `  {
    uint code = texelFetch(band${i}, place, 0).r;
    any |= code;
    // A band without data counts as background where another one has data.
    float units = code == 0u ? 0.0 : (float(code) - spacings[${i}].x) * spacings[${i}].y;
    sum += gains[${i}] * (0.5 * (exp(units) - exp(-units)));
  }`,
  )
  .join("\n")}
  // Beyond the image's edge a block's codes mean nothing.
  if (any == 0u || place.x >= size.x || place.y >= size.y) {
    pixel = vec4(0.0);
    return;
  }
  vec3 levels = pow(stretch == 4 ? keepingColour(sum) : curve(sum), vec3(exponent));
  pixel = vec4(isGrey ? texelFetch(colours, ivec2(int(levels.r * 255.0 + 0.5), 0), 0).rgb : levels, 1.0);
}`;
}

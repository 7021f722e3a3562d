import assert from "node:assert/strict";
import { test } from "node:test";

import { parseStyleText, styleText } from "../../static/catalogs/gl/styletext.js";
import { parseViewHash, viewHash } from "../../static/catalogs/viewaddress.js";

const SCALE = { background: 0, noise: 1, zero_code: 32768, codes_per_unit: 2048 };
const BANDS = ["F438W", "F555W", "a,b;c"].map((name, position) => ({ name, position, unit: "", scale: SCALE }));
const STYLE = {
  channels: [
    { weights: { F555W: 1, F438W: 0.1 + 0.2 }, black: -0.0123456789012345, white: 5.1 },
    { weights: { "a,b;c": 1 }, black: 0, white: 1e-7 },
    { weights: { F438W: -1 }, black: -1, white: 2 },
  ],
  stretch: "lupton", softness: 15.000000000000002, gamma: 1, colourMap: "grey",
};

test("a view's address is read back as it was", () => {
  const view = { xPx: 512.25, yPx: 0, zoom: -0.1512, rendition: "hst-colour", more: { grid: "on", stretch: styleText(STYLE), compare: "grey-f814w,0.5,1" } };
  assert.match(viewHash(view), /^#x=512\.25&y=0\.00&zoom=-0\.1512&rendition=hst-colour&grid=on&stretch=lupton,15\.000000000000002,1,grey%3B|;/);
  assert.deepEqual(parseViewHash(viewHash(view)), view);
  assert.equal(viewHash({ ...view, more: { grid: "" } }), "#x=512.25&y=0.00&zoom=-0.1512&rendition=hst-colour");
  for (const hash of ["", "#", "#sources", "#x=1&y=2", "#x=a&y=2&zoom=0", "#x=&y=2&zoom=Infinity"]) assert.equal(parseViewHash(hash), null, hash);
});

test("a style in an address is the style, to the last digit", () => {
  assert.deepEqual(parseStyleText(styleText(STYLE), BANDS), STYLE);
  // The same text whatever order its bands came in; a band of weight 0 is none.
  const [first, ...others] = STYLE.channels;
  const turned = { ...STYLE, channels: [{ ...first, weights: { F438W: 0.1 + 0.2, F555W: 1, "a,b;c": 0 } }, ...others] };
  assert.equal(styleText(turned), styleText(STYLE));
});

test("what is no style for these bands is none", () => {
  const text = styleText(STYLE);
  for (const wrong of ["", "asinh", text.replace("lupton", "cube"), text.replace("F438W", "F999W"), text.replace("5.1", "-5.1"), text.replace(",grey", ",mud"), `${text};0,1,F438W,1`, text.replace("F438W", "%E0%A4%A"), text.replace(",1,grey", ",,grey")]) {
    assert.equal(parseStyleText(wrong, BANDS), null, wrong);
  }
  assert.equal(parseStyleText(text, BANDS.slice(0, 2)), null);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { duration } from "../../static/galaxycat/duration.js";

test("durations read as the server writes them", () => {
  assert.deepEqual([0, 59, 185, 3720].map(duration), ["0 s", "59 s", "3 min 05 s", "1 h 02 min"]);
});

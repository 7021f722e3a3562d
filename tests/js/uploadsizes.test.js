import assert from "node:assert/strict";
import { test } from "node:test";

import { fileSize, percent, refusal, sentOf } from "../../static/catalogs/ingest/sizes.js";

const GB = 1024 ** 3;
const MOST = { file: 2 * GB, all: 5 * GB };
const plain = (text) => text.replaceAll("\u00a0", " ");

test("sizes read as the server writes them", () => {
  const sizes = [0, 1023, 1024, 1024 ** 2 - 1, 1024 ** 2, 2 * GB, 1536 * GB];
  assert.deepEqual(sizes.map(fileSize).map(plain), ["0 bytes", "1023 bytes", "1.0 KB", "1024.0 KB", "1.0 MB", "2.0 GB", "1.5 TB"]);
});

test("what is sent is said in the unit of all, and 100 % only at the end", () => {
  assert.equal(plain(sentOf(1.2 * GB, 2.8 * GB)), "1.2 of 2.8 GB, 42 %");
  assert.deepEqual([percent(0, 0), percent(999, 1000), percent(1000, 1000)], [0, 99, 100]);
});

test("a file above the limit is named, with its size, the limit and the mend", () => {
  const text = plain(refusal([{ name: "v.fits", size: GB }, { name: "i.fits", size: 3.1 * GB }], MOST));
  assert.match(text, /^i\.fits has 3\.1 GB; a file may have 2\.0 GB here\. Extract its science extension/);
});

test("so are all together, and what reads the same is said to the byte", () => {
  const files = ["b", "v", "i"].map((name) => ({ name, size: 2 * GB }));
  assert.match(plain(refusal(files, MOST)), /^The 3 files have 6\.0 GB together; all may have 5\.0 GB here\. Compress/);
  assert.match(plain(refusal([{ name: "v.fits", size: 2 * GB + 1 }], MOST)), /2,147,483,649 bytes; a file may have 2,147,483,648 bytes/);
});

test("what is at the limit, or nothing, may be sent", () => {
  assert.equal(refusal([{ name: "v", size: 2 * GB }, { name: "i", size: 2 * GB }, { name: "b", size: GB }], MOST), "");
  assert.equal(refusal([], MOST), "");
});

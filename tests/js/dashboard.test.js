/** The dashboard's modules that know no DOM: following several topics, scales, words. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Following } from "../../static/dashboard/following.js";
import { heatColour } from "../../static/dashboard/plots/heat.js";
import { linear, percentRange, ticks } from "../../static/dashboard/plots/svg.js";
import { moment, percent, withInterval } from "../../static/dashboard/words.js";

/** Followers that the test moves by hand. */
function setUp() {
  const made = new Map();
  const seen = { states: [], changes: 0 };
  const following = new Following({
    make(topic, onChange, onState) {
      const follower = { isOn: false, start: () => (follower.isOn = true), stop: () => (follower.isOn = false), onChange, onState };
      made.set(topic, follower);
      return follower;
    },
    onChange: () => (seen.changes += 1),
    onState: (state) => seen.states.push(state),
  });
  return { following, made, seen };
}

test("the page is live only when every topic is", () => {
  const { following, made, seen } = setUp();
  following.follow(["round.a", "round.b"]);
  made.get("round.a").onState("live");
  assert.equal(seen.states.at(-1), "connecting");
  made.get("round.b").onState("live");
  assert.equal(seen.states.at(-1), "live");
  made.get("round.a").onState("offline");
  assert.equal(seen.states.at(-1), "offline");
  made.get("round.b").onState("refused");
  assert.equal(seen.states.at(-1), "refused");
});

test("a vote, a reconnection and a refusal each ask for the numbers again", () => {
  const { following, made, seen } = setUp();
  following.follow(["round.a"]);
  made.get("round.a").onState("live");
  made.get("round.a").onChange();
  made.get("round.a").onState("offline");
  assert.equal(seen.changes, 2);
  made.get("round.a").onState("live");
  made.get("round.a").onState("refused");
  assert.equal(seen.changes, 4);
});

test("a topic that is no longer wanted is left, one that stays is not begun anew, none says nothing", () => {
  const { following, made, seen } = setUp();
  following.follow(["round.a", "round.b"]);
  const first = made.get("round.a");
  following.follow(["round.a"]);
  assert.equal(made.get("round.b").isOn, false);
  assert.equal(made.get("round.a"), first);
  assert.equal(first.isOn, true);
  made.get("round.b").onState("offline");
  assert.equal(seen.states.at(-1), "connecting");
  following.follow([]);
  assert.equal(seen.states.at(-1), null);
});

test("ticks are round numbers within the range", () => {
  assert.deepEqual(ticks(0, 37, 4), [0, 10, 20, 30]);
  assert.deepEqual(ticks(60, 100, 5), [60, 70, 80, 90, 100]);
  assert.deepEqual(ticks(0, 0.5, 5), [0, 0.1, 0.2, 0.3, 0.4, 0.5]);
  assert.equal(linear([0, 10], [100, 0])(2.5), 75);
});

test("a range of percent holds all values, on tens", () => {
  assert.deepEqual(percentRange([0.71, 0.93]), [60, 100]);
  assert.deepEqual(percentRange([1, 1]), [90, 100]);
  assert.deepEqual(percentRange([0.01]), [0, 20]);
});

test("numbers and moments in words", () => {
  assert.equal(percent(0.8734), "87.3 %");
  assert.equal(percent(null), "–");
  assert.equal(withInterval({ value: 0.5, low: 0.451, high: 0.55 }), "50.0 % [45.1, 55.0]");
  assert.equal(withInterval({ value: 0.5, low: null, high: null }), "50.0 %");
  const noon = Date.UTC(2026, 0, 2, 12) / 1000;
  assert.equal(moment(noon + 3600, noon), "13:00");
  assert.equal(moment(noon + 86_400, noon), "2026-01-03 12:00");
});

test("the ramp of a heat table gets lighter all the way", () => {
  const lightness = (share) => {
    const [r, g, b] = heatColour(share).match(/\d+/g).map(Number);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const steps = Array.from({ length: 21 }, (_, i) => lightness(i / 20));
  for (let i = 1; i < steps.length; i += 1) assert.ok(steps[i] > steps[i - 1], `step ${i}`);
});

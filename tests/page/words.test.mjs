/** The modules that need no page. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { dotsOf, linesOf, piecesOf } from "../../src/lineament/server/page/script/outlines.js";
import { routeOf } from "../../src/lineament/server/page/script/routes.js";
import { counted, oneIn, percent, score, turned, until } from "../../src/lineament/server/page/script/words.js";

const plain = (text) => text.replaceAll("\u00a0", " ");

test("probabilities never claim to be certain", () => {
  assert.deepEqual([1, 0.995, 0.99, 0.25, 0.005, 0].map(percent).map(plain), [
    "> 99 %",
    "> 99 %",
    "99 %",
    "25 %",
    "< 1 %",
    "< 1 %",
  ]);
});

test("rates, counts and scores are written for people", () => {
  assert.deepEqual([0.001, 0.1, 0.0001, 0.3, 1, 0].map(oneIn), [
    "1 in 1,000",
    "1 in 10",
    "1 in 10,000",
    "1 in 3.3",
    "every one",
    "none",
  ]);
  assert.equal(counted(1, "face"), "1 face");
  assert.equal(counted(1200, "person", "people"), "1,200 people");
  assert.equal(score(-0.1234), "\u22120.123");
});

test("the end of a retention is rounded up to days", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  assert.equal(until("2026-01-31T00:00:00+00:00", now), "in 30 days");
  assert.equal(until("2026-01-30T00:00:01+00:00", now), "in 30 days");
  assert.equal(until("2026-01-01T05:00:00+00:00", now), "within a day");
  assert.equal(until("2025-12-20T00:00:00+00:00", now), "past");
});

test("poses are said with the signs of docs/output.md", () => {
  assert.equal(turned({ yaw: 20.4, pitch: -9, roll: 1 }), "turned to their left 20°, looking down 9°");
  assert.equal(turned({ yaw: -5, pitch: 4, roll: -8 }), "turned to their right 5°, looking up 4°, leaning right in the picture 8°");
  assert.equal(turned({ yaw: 1, pitch: 2, roll: -2 }), "straight ahead");
});

test("outlines become paths", () => {
  assert.equal(dotsOf([[1, 2], [3.5, 4]]), "M1 2h0M3.5 4h0");
  const square = [[0, 0], [4, 0], [4, 4]];
  const hole = [[1, 1], [2, 1], [2, 2]];
  assert.equal(piecesOf([[square, hole], [hole]]), "M0 0L4 0L4 4ZM1 1L2 1L2 2ZM1 1L2 1L2 2Z");
  assert.equal(piecesOf([]), "");
  const points = Array.from({ length: 68 }, (_, place) => [place, 0]);
  const lines = linesOf({ scheme: "ibug-68", points });
  assert.equal(lines.match(/M/g).length, 9);
  assert.equal(lines.match(/Z/g).length, 4);
  assert.equal(linesOf({ scheme: "wflw-98", points }), "");
});

test("addresses lead to views", () => {
  assert.deepEqual(routeOf(""), { view: "faces", of: null, section: "faces" });
  assert.deepEqual(routeOf("#/nowhere"), { view: "faces", of: null, section: "faces" });
  assert.deepEqual(routeOf("#/people"), { view: "people", of: null, section: "people" });
  assert.deepEqual(routeOf("#/people/0a1b"), { view: "person", of: "0a1b", section: "people" });
  assert.deepEqual(routeOf("#/enrol/Ada%20L%2F"), { view: "enrol", of: "Ada L/", section: "people" });
  assert.deepEqual(routeOf("#/enrol/%E0%A4%A"), { view: "enrol", of: "%E0%A4%A", section: "people" });
});

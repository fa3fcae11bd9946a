import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { cohortOf, random, vocabulary } from "ehrloom";
import { isWaitStart, toldWait, waitStart, waitStep } from "ehrloom/models/waits/wait_start.ts";

/** A record a list of waits. */
function waiting(lists: readonly (readonly number[])[]) {
  return cohortOf(
    vocabulary(["a"]),
    [],
    lists.map((waits) => ({
      visits: [0, ...waits].map(() => [0]),
      gapDays: [0, ...waits],
      labels: [],
    })),
  );
}

Deno.test("waitStep() is the longest step that tells half of the waits", () => {
  assertEquals(waitStep([1, 7, 371, 0.3]), 1);
  assertEquals(waitStep([1, 7.5, 371.25, 0.25]), 1 / 24);
  assertEquals(waitStep([1, 7 / 1440, 31 / 1440, 1 / 7]), 1 / 1440);
  assertEquals(waitStep([Math.PI, Math.E, Math.SQRT2]), 1 / 86_400);
});

Deno.test("toldWait() is in whole steps, and no longer than the longest", () => {
  const start = { step: 1 / 24, longest: 10 };
  assertAlmostEquals(toldWait(start, 1.03), 25 / 24, 1e-12);
  assertEquals([toldWait(start, 0.02), toldWait(start, 99)], [0, 10]);
});

Deno.test("waitStart() finds the mixture that waits were drawn from", () => {
  const draws = random(3);
  const waits = Array.from({ length: 4000 }, () =>
    Math.round(
      Math.exp(
        draws.integer(4) === 0
          ? Math.log(20) + 0.3 * draws.normal()
          : Math.log(365) + 0.05 * draws.normal(),
      ),
    ));
  const lists = Array.from({ length: 400 }, (_, i) => waits.slice(10 * i, 10 * i + 10));
  const found = waitStart(waiting(lists), 2, 1);
  assert(found !== undefined);
  assertEquals(found.step, 1);
  assertEquals(found.longest, 512);
  const [short, long] = [0, 1].sort((a, b) => found.means[a] - found.means[b]);
  assertAlmostEquals(found.weights[short], 0.25, 0.02);
  assertAlmostEquals(found.means[short], Math.log(20), 0.03);
  assertAlmostEquals(found.deviations[short], 0.3, 0.03);
  assertAlmostEquals(found.means[long], Math.log(365), 0.005);
  assertAlmostEquals(found.deviations[long], 0.05, 0.005);
  assertAlmostEquals(found.weights[0] + found.weights[1], 1, 1e-12);
  assert(isWaitStart(JSON.parse(JSON.stringify(found))));
});

Deno.test("waitStart() tells the longest wait as a power of two", () => {
  const longest = (...waits: number[]) => waitStart(waiting([waits, [1]]), 2, 1)?.longest;
  assertEquals([longest(5, 9), longest(16), longest(17, 2000), longest(1)], [16, 16, 2048, 1]);
  const hourly = waitStart(waiting([[1 / 24, 3 / 24], [0.2 / 24]]), 1, 1);
  assertEquals(hourly?.longest, 3 / 24); // an eighth of a day
});

Deno.test("waitStart() has no component that is about the waits of too few patients", () => {
  // 30 patients who wait about a year each time, one who waits 5 days ten times
  const lists = Array.from({ length: 30 }, (_, i) => [350 + i, 365, 380 - i]);
  const waits = waiting([...lists, Array(10).fill(5)]);
  const narrowAt = (days: number, minCell: number) => {
    const { means = [], deviations = [] } = waitStart(waits, 4, minCell) ?? {};
    return means.some((mean, k) =>
      Math.abs(mean - Math.log(days)) < deviations[k] && deviations[k] < 0.2
    );
  };
  assert(narrowAt(5, 1));
  assert(!narrowAt(5, 2));
  assert(narrowAt(365, 2));
});

Deno.test("waitStart() has no start where too few patients wait, or no time passes", () => {
  assertEquals(waitStart(waiting([[], [5]]), 2, 2), undefined);
  assertEquals(waitStart(waiting([[0, 0], [0]]), 2, 1), undefined);
});

Deno.test("waitStart() bears more components than waits, and equal waits", () => {
  const found = waitStart(waiting([[7], [7]]), 3, 1);
  assert(found !== undefined && isWaitStart(found));
  assertAlmostEquals(found.weights.reduce((sum, own) => sum + own, 0), 1, 1e-12);
});

Deno.test("isWaitStart() refuses what is no mixture", () => {
  const start = { step: 1, longest: 9, weights: [1], means: [0], deviations: [1] };
  assert(isWaitStart(start));
  for (
    const wrong of [
      { ...start, step: 0 },
      { ...start, longest: NaN },
      { ...start, weights: [] },
      { ...start, means: [0, 1] },
      { ...start, deviations: [0] },
      { ...start, means: ["0"] },
      null,
    ]
  ) assert(!isWaitStart(wrong), JSON.stringify(wrong));
});

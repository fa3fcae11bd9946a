import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type Cohort, cohortOf, vocabulary } from "ehrloom";
import { effects } from "ehrloom/evaluate/utility/effects/effects.ts";
import {
  chosenPairs,
  codesAndLabels,
  codesAndLaterCodes,
} from "ehrloom/evaluate/utility/effects/exposures.ts";
import {
  intervalOf,
  intervalOverlap,
  isSignificant,
  logOddsRatio,
} from "ehrloom/evaluate/utility/effects/odds_ratio.ts";
import { figuresOf, letters } from "../../fidelity/figures_of.ts";

Deno.test("logOddsRatio() by hand, finite where a cell is empty", () => {
  const found = logOddsRatio({ both: 9.5, exposed: 4.5, outcome: 1.5, neither: 19.5 });
  assertAlmostEquals(found.value, Math.log(10 * 20 / (5 * 2)), 1e-12);
  assertAlmostEquals(found.error, Math.sqrt(1 / 10 + 1 / 5 + 1 / 2 + 1 / 20), 1e-12);
  const { low, high } = intervalOf({ value: 1, error: 0.5 });
  assertAlmostEquals(low, 1 - 0.5 * 1.959963984540054, 1e-12);
  assertAlmostEquals(high, 1 + 0.5 * 1.959963984540054, 1e-12);
  assertEquals(isSignificant({ value: -1, error: 0.51 }), true);
  assertEquals(isSignificant({ value: -1, error: 0.52 }), false);
  const empty = logOddsRatio({ both: 10, exposed: 0, outcome: 0, neither: 10 });
  assertAlmostEquals(empty.value, Math.log(21 ** 2), 1e-12);
});

Deno.test("intervalOverlap() is 1 for equal intervals, and below 0 by the gap between others", () => {
  const z = 1.959963984540054;
  const interval = (low: number, high: number) => ({
    value: (low + high) / 2,
    error: (high - low) / 2 / z,
  });
  assertAlmostEquals(intervalOverlap(interval(0, 2), interval(0, 2)), 1, 1e-9);
  assertAlmostEquals(intervalOverlap(interval(0, 2), interval(1, 5)), (1 / 2 + 1 / 4) / 2, 1e-9);
  assertAlmostEquals(intervalOverlap(interval(0, 2), interval(3, 4)), (-1 / 2 - 1) / 2, 1e-9);
});

Deno.test("later codes are those of the second half; the visit in the middle is in the first", () => {
  const cohort = letters("a b c", "ab cd", "a");
  const read = (record: number) => {
    const { exposures, outcomes } = codesAndLaterCodes(cohort, record) ?? {};
    return [[...exposures ?? []], [...outcomes ?? []]];
  };
  assertEquals(read(0), [[0, 1], [2]]);
  assertEquals(read(1), [[0, 1], [2, 3]]);
  assertEquals(codesAndLaterCodes(cohort, 2), undefined);
});

/**
 * Every second patient has code 0. Of these four in five have label x, of the others one in five; `flips`
 * turns that round. Code 1 only follows code 0.
 */
function linked(flips: boolean): Cohort {
  const names = Array.from({ length: 8 }, (_, code) => `c${code}`);
  return cohortOf(
    vocabulary(names),
    ["x", "y"],
    Array.from({ length: 600 }, (_, i) => {
      const has = i % 2;
      const label = i % 10 < 2 ? 1 - has : has;
      return {
        visits: [[...has ? [0] : [], 2 + i % 5], [has && i % 3 ? 1 : 7]],
        labels: [flips ? 1 - label : label, 0],
      };
    }),
  );
}

Deno.test("chosenPairs() leave out tables with an empty cell, and labels that nobody has", async () => {
  const cohort = linked(false);
  const labels = await chosenPairs(cohort, codesAndLabels, { outcomes: 2, most: 50 });
  assert(labels.every(({ outcome }) => outcome === 0));
  assertEquals(labels[0], { exposure: 0, outcome: 0 }); // the most certain one
  const codes = await chosenPairs(cohort, codesAndLaterCodes, { outcomes: 8, most: 50 });
  assert(codes.every(({ exposure, outcome }) => exposure !== outcome));
  assert(codes.every(({ exposure, outcome }) => exposure !== 0 || outcome !== 1)); // no 1 without 0
});

Deno.test("effects of equal cohorts agree; turned round, their sign and slope do not", async () => {
  const [real, flipped] = [linked(false), linked(true)];
  const same = (await figuresOf(effects, real, real)).labels;
  assertEquals([same?.r2.value, same?.same_sign?.value], [1, 1]);
  assertAlmostEquals(same?.slope.value ?? 0, 1, 1e-9);
  assertAlmostEquals(same?.interval_overlap.value ?? 0, 1, 1e-9);
  const broken = (await figuresOf(effects, real, flipped, { resamples: 50 })).labels;
  assert((broken?.slope.high ?? 1) < 0);
  assert((broken?.interval_overlap.high ?? 1) < 0.7);
  const own = broken?.list.find(({ effect }) => effect === "c0 → x");
  assertAlmostEquals(own?.real.value ?? 0, 2 * Math.log(240.5 / 60.5), 1e-9);
  assertAlmostEquals(own?.synthetic.value ?? 0, -2 * Math.log(240.5 / 60.5), 1e-9);
});

Deno.test("effects with few real patients in a cell are counted, not listed", async () => {
  const real = linked(false);
  const all = (await figuresOf(effects, real, real)).labels;
  const some = (await figuresOf(effects, real, real, { minCell: 60 })).labels;
  assert((some?.list.length ?? 0) < (all?.list.length ?? 0));
  assertEquals((some?.list.length ?? 0) + (some?.rare_effects ?? 0), all?.list.length);
  assertEquals([some?.r2, some?.effects], [all?.r2, all?.effects]);
});

Deno.test("without enough patients there is a reason instead of figures", async () => {
  const found = await figuresOf(effects, letters("a b", "b a"), letters("a b"));
  assertEquals([found.labels, found.codes], [null, null]);
  assertEquals(found.left_out.map(({ label }) => label), ["labels", "codes"]);
});

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { cohortOf, judge, vocabulary } from "ehrloom";
import { ruleFidelity } from "ehrloom/evaluate/fidelity/rules.ts";
import { wilson } from "ehrloom/evaluate/wilson.ts";

/** Records of the codes "a" and "b": so many with only "a", only "b", and both in two visits. */
function cohort(onlyA: number, onlyB: number, both: number) {
  const record = (...visits: number[][]) => ({ visits, labels: [] });
  return cohortOf(vocabulary(["a", "b"], ["Menarche", "Prostate"]), [], [
    ...Array.from({ length: onlyA }, () => record([0])),
    ...Array.from({ length: onlyB }, () => record([1])),
    ...Array.from({ length: both }, () => record([0], [1])),
  ]);
}

/** Figures against 20 training records with only "a", and 20 with only "b". */
async function figuresOf(
  other: ReturnType<typeof cohort>,
  { role = "synthetic", minCell = 1 }: { role?: "synthetic" | "held_out"; minCell?: number } = {},
) {
  const [{ figures }] = await judge([ruleFidelity], {
    real: { role: "real", cohort: cohort(20, 20, 0) },
    others: [{ role, cohort: other }],
    resamples: 50,
    minCell,
  });
  return figures.rules;
}

Deno.test("rules is the share of records that break what training records keep", async () => {
  const found = await figuresOf(cohort(2, 1, 1));
  assertEquals([found?.rules, found?.broken, found?.mean.value], [1, 1, 1 / 4]);
  assertEquals(found?.records, wilson(1, 4));
  assertEquals(found?.most_broken, [{ rule: "Menarche / Prostate", share: wilson(1, 4) }]);
});

Deno.test("rules never says that a rule cannot be broken", async () => {
  const found = await figuresOf(cohort(2, 2, 0));
  assertEquals(found?.mean.value, 0);
  assertAlmostEquals(found?.mean.high ?? NaN, 3.8414588206941236 / (4 + 3.8414588206941236), 1e-9);
  assertEquals(found?.most_broken, []);
});

Deno.test("rules lists no rule that few held-out patients break, or whose codes few patients have", async () => {
  const heldOut = await figuresOf(cohort(5, 5, 2), { role: "held_out", minCell: 10 });
  assertEquals([heldOut?.most_broken, heldOut?.rare_rules], [[], 1]);
  const synthetic = await figuresOf(cohort(5, 5, 2), { minCell: 10 });
  assertEquals([synthetic?.most_broken.length, synthetic?.rare_rules], [1, undefined]);
  const rare = await figuresOf(cohort(5, 5, 2), { minCell: 21 });
  assertEquals([rare?.most_broken, rare?.rare_rules], [[], 1]);
});

Deno.test("rules is null where nothing can be learnt", async () => {
  const [{ figures }] = await judge([ruleFidelity], {
    real: { role: "real", cohort: cohort(1, 1, 0) },
    others: [{ role: "synthetic", cohort: cohort(1, 1, 1) }],
    resamples: 0,
  });
  assertEquals(figures.rules, null);
});

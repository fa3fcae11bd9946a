import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type Cohort, cohortOf, judge, useBackend, vocabulary } from "ehrloom";
import { c2st } from "ehrloom/evaluate/fidelity/two_sample/c2st_logistic.ts";
import { c2stSequences } from "ehrloom/evaluate/fidelity/two_sample/c2st_sequences.ts";
import { coins, figuresOf, walks } from "./cohorts.ts";

Deno.test("c2st finds Bayes' area under the curve between two coins", async () => {
  const { auc, reference_auc, accuracy, p_value } = await figuresOf(c2st, {
    training: coins(1, 1000, 0.3),
    heldOut: coins(2, 1000, 0.3),
    synthetic: coins(3, 1000, 0.7),
  });
  // 1/2 + (0.7 − 0.3) / 2, of both the area and the accuracy; a standard error is 0.01
  assertAlmostEquals(auc.value, 0.7, 0.03);
  assertAlmostEquals(accuracy.value, 0.7, 0.03);
  assertAlmostEquals(reference_auc.value, 0.5, 0.03);
  assert(p_value < 1e-10 && auc.low < 0.7 && auc.high > 0.7);
});

Deno.test("c2st compares with held-out records: copies of training records are not rewarded", async () => {
  const training = coins(1, 1000, 0.7); // by bad luck unlike the held-out ones
  const heldOut = coins(2, 1000, 0.3);
  const copied = await figuresOf(c2st, { training, heldOut, synthetic: training });
  assertAlmostEquals(copied.auc.value, 0.7, 0.03); // 0.5 against training records
  assert(copied.above_reference.low <= 0 && copied.above_reference.high >= 0);
  const right = await figuresOf(c2st, { training, heldOut, synthetic: coins(3, 1000, 0.3) });
  assert(right.auc.value < copied.auc.value && right.above_reference.high < 0);
});

Deno.test("c2st's p values and intervals hold for cohorts of the same distribution", async () => {
  let [low, held, sum] = [0, 0, 0];
  for (let run = 0; run < 20; run++) {
    const { auc, p_value } = await figuresOf(c2st, {
      training: walks(3 * run, 60),
      heldOut: walks(3 * run + 1, 60),
      synthetic: walks(3 * run + 2, 60),
    }, { resamples: 0 });
    if (p_value < 0.05) low++;
    if (auc.low <= 0.5 && auc.high >= 0.5) held++;
    sum += p_value;
  }
  assert(low <= 3, `${low} of 20 p values below 0.05`);
  assert(held >= 17, `${held} of 20 intervals hold 1/2`);
  assert(sum > 6 && sum < 14, `mean p value ${sum / 20}`); // 0.5 ± 3 standard errors
});

/** Records of two visits, one with "a" and one with "b", in this order or in the other. */
const ordered = (records: number, [first, second]: readonly number[]): Cohort =>
  cohortOf(
    vocabulary(["a", "b"]),
    [],
    Array.from({ length: records }, () => ({ visits: [[first], [second]], labels: [] })),
  );

Deno.test("c2st_sequences sees the order of visits, which c2st does not", async () => {
  await useBackend("wasm");
  const cohorts = {
    training: ordered(60, [0, 1]),
    heldOut: ordered(60, [0, 1]),
    synthetic: ordered(60, [1, 0]),
  };
  const bag = await figuresOf(c2st, cohorts);
  assertEquals(bag.auc.value, 0.5);
  const sequences = await figuresOf(c2stSequences, cohorts);
  assertEquals(sequences.auc.value, 1);
  assertEquals(sequences.auc.low < 1 && sequences.auc.low > 0.8, true);
  assertEquals(sequences.reference_auc.value, 0.5);
  const again = await figuresOf(c2stSequences, cohorts);
  assertEquals(again, sequences);
});

Deno.test("c2st of fewer than 20 records is left out, with the reason", async () => {
  const [{ figures, resampled }] = await judge([c2st], {
    real: { role: "real", cohort: walks(1, 30) },
    others: [{ role: "synthetic", cohort: walks(2, 30) }],
    heldOut: walks(3, 19),
    resamples: 5,
  });
  assertEquals(figures.c2st, {
    left_out: [{ label: "all records", reason: "19 records of each cohort, must be at least 20" }],
  });
  assertEquals(resampled, {});
});

Deno.test("c2st of held-out records is that of training records against them: the ceiling", async () => {
  const heldOut = walks(1, 40);
  const [{ figures }] = await judge([c2st], {
    real: { role: "real", cohort: walks(2, 80) },
    others: [{ role: "held_out", cohort: heldOut }],
    heldOut,
    resamples: 5,
  });
  const found = figures.c2st;
  assert(found !== null && "auc" in found);
  assertEquals(found.auc, found.reference_auc);
  assertEquals(found.above_reference, { value: 0, low: 0, high: 0 });
});

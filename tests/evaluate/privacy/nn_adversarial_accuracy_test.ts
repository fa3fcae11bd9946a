import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type Cohort, cohortOf, subset, vocabulary } from "ehrloom";
import type { Distance } from "ehrloom/evaluate/privacy/distances/distance_rows.ts";
import { visitSets } from "ehrloom/evaluate/privacy/distances/record_sets.ts";
import {
  accuraciesOf,
  further,
  nnAdversarialAccuracy,
} from "ehrloom/evaluate/privacy/nn_adversarial_accuracy.ts";
import { withoutEmptyRecords } from "ehrloom/evaluate/without_empty_records.ts";
import { cohorts, golden, goldenTolerance } from "../golden.ts";
import { figuresOf, partlyCopied, simulated } from "./simulated.ts";

/** Of three cohorts as they are. */
async function accuracies(
  three: readonly Cohort[],
  distance: Distance = "visits",
  isPublished = false,
) {
  const [training, heldOut, records] = visitSets(three);
  return accuraciesOf(await further({ training, heldOut, records }, { distance, isPublished }));
}

Deno.test("accuraciesOf() are the original's: as published, and with copies seen", async () => {
  const all = [cohorts.train, cohorts.test, withoutEmptyRecords(cohorts.synthetic)];
  const three = all.map((cohort) =>
    subset(cohort, Array.from({ length: golden.nnaa.n }, (_, record) => record))
  );
  const forms = [
    ["reference", "visits_as_published", true],
    ["self_excluded_zero_allowed", "visits_as_published", false],
    ["symmetric_self_excluded_zero_allowed", "visits", false],
  ] as const;
  for (const [name, distance, isPublished] of forms) {
    const found = await accuracies(three, distance, isPublished);
    const wanted = golden.nnaa[name];
    assertAlmostEquals(found.held_out, wanted.aa_es, goldenTolerance, name);
    assertAlmostEquals(found.training, wanted.aa_ts, goldenTolerance, name);
    assertAlmostEquals(found.loss, wanted.nnaa, goldenTolerance, name);
  }
});

/** Records of one visit with the codes 3k, 3k + 1 and 3k + 2, so that all are 6 codes apart. */
function distinct(from: number, to: number): Cohort {
  const records = Array.from({ length: to - from }, (_, i) => {
    const code = 3 * (from + i);
    return { visits: [[code, code + 1, code + 2]], labels: [] };
  });
  const names = Array.from({ length: 180 }, (_, code) => `code${code}`);
  return cohortOf(vocabulary(names), [], records);
}

Deno.test("a set that is the training set has the accuracy 0 against it", async () => {
  const [training, heldOut] = [distinct(0, 20), distinct(20, 40)];
  // held-out records are as far from the copies as from each other: none is further
  assertEquals(await accuracies([training, heldOut, training]), {
    held_out: 0,
    training: 0,
    loss: 0,
  });
});

Deno.test("exact copies of training records are seen; as published, with zeros skipped, half of that is lost", async () => {
  const [train, test, others] = [1, 2, 3].map((seed) => simulated(seed, 200, 400));
  const copies = partlyCopied(train, others, 0.5);
  const seen = await accuracies([train, test, copies]);
  const unseen = await accuracies([train, test, copies], "visits", true);
  assert(seen.loss > 0.15, `${seen.loss}`);
  assert(unseen.loss < seen.loss - 0.07, `${unseen.loss}`);
});

Deno.test("nn_adversarial_accuracy tells a copier from independent records", async () => {
  const [training, heldOut, others] = [1, 2, 3].map((seed) => simulated(seed, 300));
  const asked = { training, heldOut, resamples: 200 };
  const loss = async (records: Cohort) =>
    (await figuresOf(nnAdversarialAccuracy, { ...asked, records })).corrected?.loss;
  const copied = await loss(partlyCopied(training, others, 0.5));
  const independent = await loss(others);
  assert(copied !== undefined && copied.low > 0.05, JSON.stringify(copied));
  assert(independent !== undefined && independent.low <= 0, JSON.stringify(independent));
  assert(independent.high > 0, JSON.stringify(independent));
});

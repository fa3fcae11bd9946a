import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type Cohort, cohortOf, judge, subset, vocabulary } from "ehrloom";
import type { Distance } from "ehrloom/evaluate/privacy/distances/distance_rows.ts";
import { nearest } from "ehrloom/evaluate/privacy/distances/nearest.ts";
import { visitSets } from "ehrloom/evaluate/privacy/distances/record_sets.ts";
import { membershipByDistance } from "ehrloom/evaluate/privacy/membership_by_distance.ts";
import { withoutEmptyRecords } from "ehrloom/evaluate/without_empty_records.ts";
import { cohorts, golden } from "../golden.ts";
import { figuresOf, partlyCopied, simulated } from "./simulated.ts";

const first = (cohort: Cohort, records: number) =>
  subset(cohort, Array.from({ length: records }, (_, record) => record));

Deno.test("distances to the nearest synthetic record are the original's, as published and symmetric", async () => {
  const synthetic = withoutEmptyRecords(cohorts.synthetic);
  const sets = visitSets([first(cohorts.train, 30), first(cohorts.test, 30), synthetic]);
  const distancesBy = async (distance: Distance) => [
    ...(await nearest(sets[0], sets[2], { distance })).distances,
    ...(await nearest(sets[1], sets[2], { distance })).distances,
  ];
  const { distances, distances_symmetric } = golden.membership_by_dataset;
  assertEquals(await distancesBy("visits_as_published"), distances);
  assertEquals(await distancesBy("visits"), distances_symmetric);
});

const [training, heldOut, others] = [1, 2, 3].map((seed) => simulated(seed, 400));

Deno.test("membership_by_distance finds those whose records were copied, and nobody in others", async () => {
  const asked = { training, heldOut, resamples: 200 };
  const copied = await figuresOf(membershipByDistance, {
    ...asked,
    records: partlyCopied(training, others, 0.5),
  });
  const independent = await figuresOf(membershipByDistance, { ...asked, records: others });
  const [caught, spared] = [copied, independent].map(({ corrected }) => corrected?.auc);
  assert(caught !== undefined && caught.low > 0.6, JSON.stringify(caught));
  assert(spared !== undefined && spared.low < 0.5 && spared.high > 0.5, JSON.stringify(spared));
  assertEquals(copied.corrected?.members, 400);
  assertEquals(copied.corrected?.non_members, 400);
});

Deno.test("membership_by_distance of the training set itself is the share of held-out twins, halved", async () => {
  const { corrected } = await figuresOf(membershipByDistance, {
    training,
    heldOut,
    records: training,
  });
  const sets = visitSets([heldOut, training]);
  const { distances } = await nearest(sets[0], sets[1], { distance: "visits" });
  const twins = distances.filter((distance) => distance === 0).length / 400;
  assertAlmostEquals(corrected?.auc.value ?? NaN, 1 - twins / 2, 1e-9);
});

Deno.test("membership_by_distance is no attack without non-members: it is null, not a distance", async () => {
  const [{ figures }] = await judge([membershipByDistance], {
    real: { role: "real", cohort: training },
    others: [{ role: "synthetic", cohort: others }],
    resamples: 0,
  });
  assertEquals(figures.membership_by_distance, null);
});

/** Each code twice, as two codes: all distances between visits double. */
function doubled(source: Cohort): Cohort {
  const { visitOffsets, codeOffsets, codes, recordCount } = source;
  const width = source.vocabulary.codes.length;
  return cohortOf(
    vocabulary(Array.from({ length: 2 * width }, (_, code) => `code${code}`)),
    [],
    Array.from({ length: recordCount }, (_, record) => ({
      visits: Array.from({ length: visitOffsets[record + 1] - visitOffsets[record] }, (_, i) => {
        const visit = visitOffsets[record] + i;
        const own = [...codes.subarray(codeOffsets[visit], codeOffsets[visit + 1])];
        return own.flatMap((code) => [code, code + width]);
      }),
      labels: [],
    })),
  );
}

Deno.test("membership_by_distance has no fixed threshold: longer visits do not change what it finds", async () => {
  const oneVisit = (cohort: Cohort) =>
    cohortOf(
      cohort.vocabulary,
      [],
      Array.from({ length: 200 }, (_, record) => {
        const from = cohort.visitOffsets[record];
        const [begin, end] = [cohort.codeOffsets[from], cohort.codeOffsets[from + 1]];
        return { visits: [[...cohort.codes.subarray(begin, end)]], labels: [] };
      }),
    );
  const three = [training, heldOut, partlyCopied(training, others, 0.3)].map(oneVisit);
  const figures = async ([training, heldOut, records]: Cohort[]) =>
    (await figuresOf(membershipByDistance, { training, heldOut, records })).corrected;
  assertEquals(await figures(three.map(doubled)), await figures(three));
});

Deno.test("membership_by_distance says why there are no figures for a handful of held-out records", async () => {
  const few = await figuresOf(membershipByDistance, {
    training,
    heldOut: first(heldOut, 9),
    records: others,
  });
  assertEquals(few.corrected, null);
  assertEquals(few.left_out, [{
    label: "membership by distance",
    reason: "fewer than 10 training and held-out records each",
  }]);
});

Deno.test("membership_by_distance has 0.5 in 95 ± 2% of 400 intervals where no record is copied", async () => {
  const runs = 400;
  let covered = 0;
  for (let run = 0; run < runs; run++) {
    const [training, heldOut, records] = [1, 2, 3].map((set) => simulated(3 * run + set, 80));
    const { corrected } = await figuresOf(membershipByDistance, { training, heldOut, records });
    if (corrected === null) continue;
    if (corrected.auc.low <= 0.5 && 0.5 <= corrected.auc.high) covered++;
  }
  assert(Math.abs(covered / runs - 0.95) <= 0.02, `covered ${covered / runs}`);
});

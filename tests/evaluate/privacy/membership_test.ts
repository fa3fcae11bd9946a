import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type Random, random } from "ehrloom";
import { rankedCases } from "ehrloom/evaluate/classification/ranked_cases.ts";
import {
  aboveMedian,
  halfAccuracy,
  highestHalf,
  membership,
} from "ehrloom/evaluate/privacy/membership.ts";
import { publishedAttack } from "ehrloom/evaluate/privacy/membership_by_likelihood.ts";
import { golden, goldenTolerance } from "../golden.ts";

const byDistance = golden.membership_by_dataset;
const byModel = golden.membership_by_model;
const areMembers = byDistance.labels.map((label) => label === 1);

function assertCalled(found: object, wanted: object) {
  const known = new Map(Object.entries(found));
  for (const [name, value] of Object.entries(wanted)) {
    if (known.has(name)) assertAlmostEquals(known.get(name), value, goldenTolerance, name);
  }
}

Deno.test("aboveMedian() and highestHalf() call those members that the original and the paper call so", () => {
  const scores = byDistance.distances.map((distance) => -distance);
  assertCalled(aboveMedian(scores, areMembers), byDistance.reference);
  assertCalled(highestHalf(scores, areMembers), byDistance.exact_half_as_in_paper);
  const symmetric = byDistance.distances_symmetric.map((distance) => -distance);
  assertCalled(aboveMedian(symmetric, areMembers), byDistance.symmetric_distance);
});

Deno.test("publishedAttack() by likelihood scores overlapping windows; once each is another figure", () => {
  const scores = byModel.log_probabilities;
  const [members, others] = [true, false].map((isMember) =>
    scores.filter((_, i) => (byModel.labels[i] === 1) === isMember)
  );
  assertCalled(
    publishedAttack(members, others, byModel.batch_size),
    byModel.reference_overlapping_windows,
  );
  assertCalled(aboveMedian(scores, areMembers), byModel.right_each_once);
});

Deno.test("membership() is 1 for scores that tell all apart, 0.5 for equal ones, 0 for reversed ones", () => {
  const how = { seed: 0, resamples: 0 };
  const [high, low] = [new Float64Array(20).fill(2), new Float64Array(20).fill(1)];
  for (const [members, others, auc] of [[high, low, 1], [low, low, 0.5], [low, high, 0]] as const) {
    const { figures } = membership(members, others, how);
    assertEquals(figures.auc.value, auc);
    assertEquals(figures.accuracy.value, auc);
  }
});

Deno.test("halfAccuracy() counts equal scores at the boundary as drawn at random", () => {
  // half of four is called members: 3, and one of the two with 2, of which one is a member
  const cases = rankedCases([3, 2, 2, 1], [true, true, false, false]);
  assertAlmostEquals(halfAccuracy(cases), (1.5 + 1.5) / 4);
  // as published, both at the boundary are called non-members
  assertEquals(aboveMedian([3, 2, 2, 1], [true, true, false, false]).recall, 0.5);
  assertAlmostEquals(halfAccuracy(cases, [2, 0, 1, 1]), 1);
});

Deno.test("membership() shows a few exposed patients whom accuracy at the median hides", () => {
  const draws = random(1);
  const members = Float64Array.from({ length: 2000 }, (_, i) => i < 60 ? 10 : draws.normal());
  const others = Float64Array.from({ length: 2000 }, () => draws.normal());
  const { figures } = membership(members, others, { seed: 0, resamples: 200 });
  assertAlmostEquals(figures.accuracy.value, 0.5, 0.03);
  const row = figures.tpr_at_fpr.find(({ fpr }) => fpr === 0.01);
  assert(row !== undefined && row.tpr.low > 0.02, JSON.stringify(row));
});

Deno.test("membership() does not estimate rates from fewer than ten false positives, and says so", () => {
  const scores = new Float64Array(999);
  const { figures } = membership(scores, scores, { seed: 0, resamples: 0 });
  assertEquals(figures.tpr_at_fpr.map(({ fpr }) => fpr), [0.1]);
  assertEquals(figures.left_out.map(({ reason }) => reason), [
    "not estimable from 999 non-members, at least 1000 are needed",
    "not estimable from 999 non-members, at least 10000 are needed",
  ]);
});

/** Distances to the nearest record, 0 to 12, each as the number of heads in 12 throws. */
function distances(draws: Random, count: number, share: (i: number) => number): Float64Array {
  const heads = (of: number) =>
    Array.from({ length: 12 }).filter(() => draws.uniform() < of).length;
  return Float64Array.from({ length: count }, (_, i) => -heads(share(i)));
}

/** [13] Probability of each distance. */
function binomial(share: number): number[] {
  let choices = 1;
  return Array.from({ length: 13 }, (_, heads) => {
    if (heads > 0) choices *= (13 - heads) / heads;
    return choices * share ** heads * (1 - share) ** (12 - heads);
  });
}

/** Probability that a member is nearer than a non-member, ties half. */
function areaOf(members: number[], others: number[]): number {
  const nearer = (of: number, than: number) => of < than ? 1 : of === than ? 0.5 : 0;
  return members.reduce(
    (sum, p, of) => sum + others.reduce((own, q, than) => own + p * q * nearer(of, than), 0),
    0,
  );
}

for (
  const { leak, exposed, shares: [exposedShare, memberShare], most } of [
    { leak: "nobody is exposed", exposed: 0, shares: [0, 0.5], most: 0.5 },
    { leak: "all members are exposed a little", exposed: 1, shares: [0.4, 0.5], most: 0.8 },
    {
      leak: "one member in twenty is exposed altogether",
      exposed: 0.05,
      shares: [0, 0.5],
      most: 0.6,
    },
  ]
) {
  Deno.test(`membership() has the true area in 95 ± 2% of 400 intervals where ${leak}`, () => {
    const [exposedOnes, members] = [binomial(exposedShare), binomial(memberShare)];
    const mixed = members.map((p, i) => exposed * exposedOnes[i] + (1 - exposed) * p);
    const truth = areaOf(mixed, members);
    assert(truth >= 0.5 - 1e-12 && truth <= most, String(truth));
    const runs = 400;
    let covered = 0;
    for (let run = 0; run < runs; run++) {
      const draws = random(13, run);
      const isExposed = Array.from({ length: 150 }, () => draws.uniform() < exposed);
      const own = distances(draws, 150, (i) => isExposed[i] ? exposedShare : memberShare);
      const others = distances(draws, 100, () => memberShare);
      const { low, high } = membership(own, others, { seed: run, resamples: 0 }).figures.auc;
      if (low <= truth && truth <= high) covered++;
    }
    assert(Math.abs(covered / runs - 0.95) <= 0.02, `covered ${covered / runs}`);
  });
}

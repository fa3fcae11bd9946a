import { assert, assertEquals } from "@std/assert";
import { cohortOf, random, vocabulary } from "ehrloom";
import { disjointPools, setSizes } from "ehrloom/evaluate/utility/balanced_sets.ts";
import { balancedCases, type Case, casesOf, drawnCases } from "ehrloom/evaluate/utility/cases.ts";

/** As many records of one visit, the first ones with the label. */
const labelled = (having: number, lacking: number) =>
  cohortOf(
    vocabulary(["a"]),
    ["ill"],
    Array.from({ length: having + lacking }, (_, record) => ({
      visits: [[0]],
      labels: [record < having ? 1 : 0],
    })),
  );

const records = (cases: readonly Case[]) => cases.map(({ record }) => record);

Deno.test("casesOf() are the records by a label; those without visits are left out", () => {
  const cohort = cohortOf(vocabulary(["a"]), ["x", "ill"], [
    { visits: [[0], []], labels: [0, 1] },
    { visits: [], labels: [1, 1] },
    { visits: [[0]], labels: [1, 0] },
  ]);
  const { positives, negatives } = casesOf(cohort, 1);
  assertEquals(positives.map(({ record, visits }) => [record, visits]), [[0, 2]]); // an empty visit counts
  assertEquals(records(negatives), [2]);
});

Deno.test("drawnCases() draws with replacement exactly when the pool is smaller than what is drawn", () => {
  const { positives } = casesOf(labelled(5, 0), 0);
  for (let seed = 0; seed < 20; seed++) {
    assertEquals(new Set(records(drawnCases(positives, 5, random(seed)))).size, 5);
    assertEquals(new Set(records(drawnCases(positives, 3, random(seed)))).size, 3);
    assertEquals(drawnCases(positives, 6, random(seed)).length, 6);
  }
});

Deno.test("balancedCases() are as many of each class, though one is rare", () => {
  const cases = balancedCases(casesOf(labelled(3, 90), 0), 20, random(1));
  assertEquals(cases.filter(({ isPositive }) => isPositive === 1).length, 20);
  assertEquals(new Set(records(cases.slice(20))).size, 20); // there are enough without the label
});

Deno.test("setSizes() are the published ones where there are enough records, else the cohort's", () => {
  assertEquals(setSizes(2778, 500, 3), {
    train: 2500,
    validation: 250,
    test: 500,
    as_published: true,
    repetitions: 3,
  });
  assertEquals(setSizes(288, 80, 1), {
    train: 258,
    validation: 28,
    test: 80,
    as_published: false,
    repetitions: 1,
  });
});

Deno.test("disjointPools() never validate with what is trained on", () => {
  const pool = casesOf(labelled(25, 300), 0);
  const { train, validation } = disjointPools(pool, setSizes(325, 80, 1));
  assertEquals([validation.positives.length, train.positives.length], [2, 23]);
  assertEquals([validation.negatives.length, train.negatives.length], [16, 284]); // all that are drawn
  const trained = new Set(records([...train.positives, ...train.negatives]));
  assert(!records([...validation.positives, ...validation.negatives]).some((r) => trained.has(r)));
});

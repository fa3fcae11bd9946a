import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Measure } from "ehrloom/evaluate/measure.ts";
import { identicalTo } from "ehrloom/evaluate/privacy/identical_records.ts";
import { judgeScale, onScale, scaledCohorts } from "ehrloom/evaluate/scale.ts";
import * as v from "valibot";
import { listedCohort, randomRecords } from "./random_cohort.ts";

const labels = [0, 0];
const empty = { visits: [], labels };
const full = { visits: [[0], [1]], labels };

Deno.test("scaledCohorts() are synthetic, held-out, floor and memoriser, all without records that have no visits", () => {
  const { real, others, heldOut, recordsWithoutVisits } = scaledCohorts({
    train: listedCohort([full, empty, full, full], 3),
    heldOut: listedCohort([full, empty], 3),
    synthetic: listedCohort([empty, full, empty], 3),
  }, 1);
  const sizes = [real, ...others].map(({ role, cohort }) => [role, cohort.recordCount]);
  const expected = [["real", 3], ["synthetic", 1], ["held_out", 1], ["floor", 3], ["memoriser", 3]];
  assertEquals(sizes, expected);
  assertEquals(heldOut.recordCount, 1);
  assertEquals(recordsWithoutVisits, 2);
});

Deno.test("scaledCohorts() draw the floor and the memoriser by the seed", () => {
  const cohort = listedCohort(randomRecords(1, 30, 6), 6);
  const drawn = (seed: number, other: number) =>
    scaledCohorts({ train: cohort, heldOut: cohort, synthetic: cohort }, seed).others[other].cohort;
  for (const other of [2, 3]) {
    assertEquals(drawn(1, other).codes, drawn(1, other).codes);
    assertEquals(drawn(1, other).codes.join() === drawn(2, other).codes.join(), false);
  }
});

Deno.test("scaledCohorts() have a memoriser whose records are all copies, some drawn twice", () => {
  const train = listedCohort(randomRecords(1, 300, 50), 50);
  const [, , , { cohort }] = scaledCohorts({ train, heldOut: train, synthetic: train }, 1).others;
  assert(identicalTo(train, cohort).every((copy) => copy === 1));
  const missed = identicalTo(cohort, train).filter((copy) => copy === 0).length;
  assertAlmostEquals(missed / 300, Math.exp(-1), 0.1); // the bootstrap leaves out 37%
});

Deno.test("judgeScale() asks no thorough measure about samples of equal numbers", async () => {
  const [train, few] = [40, 20].map((n) => listedCohort(Array(n).fill(full), 3));
  const asked: Record<string, number[]> = {};
  const counter = (key: string, effort?: "thorough"): Measure<string, number> => ({
    key,
    question: "How many?",
    schema: v.number(),
    ...effort && { effort },
    ask({ others }) {
      asked[key] = others.map(({ cohort }) => cohort.recordCount);
      return Promise.resolve(others.map(() => ({ figures: 1, resampled: {} })));
    },
  });
  const cohorts = scaledCohorts({ train, heldOut: few, synthetic: train }, 1);
  const measures = [counter("quick"), counter("slow", "thorough")];
  const { figures } = onScale(measures, cohorts, await judgeScale(measures, cohorts, {}));
  assertEquals(asked, { quick: [40, 20, 40, 40, 20], slow: [40, 20, 40, 40] });
  assertEquals(figures.memoriser, { quick: 1, slow: 1 });
});

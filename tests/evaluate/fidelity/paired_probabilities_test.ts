import { assertEquals, assertThrows } from "@std/assert";
import { pairedProbabilities } from "ehrloom";
import { listedCohort, randomRecords } from "../random_cohort.ts";

const real = listedCohort([{ visits: [[0, 1], [1]], labels: [0, 0] }], 3);
const synthetic = listedCohort([{ visits: [[1, 2]], labels: [0, 0] }], 3);

Deno.test("pairedProbabilities() lines up both cohorts over the union of keys", () => {
  assertEquals(pairedProbabilities(real, synthetic, "unigram"), {
    kind: "unigram",
    first: Uint32Array.of(0, 1, 2),
    second: null,
    real: Float64Array.of(0.5, 1, 0),
    synthetic: Float64Array.of(0, 1, 1),
  });
  assertEquals(pairedProbabilities(real, synthetic, "sequential_bigram"), {
    kind: "sequential_bigram",
    first: Uint32Array.of(0, 1),
    second: Uint32Array.of(1, 1),
    real: Float64Array.of(1, 1),
    synthetic: Float64Array.of(0, 0), // no consecutive visits at all
  });
});

Deno.test("pairedProbabilities() exchanges its sides with its arguments", () => {
  const [a, b] = [1, 2].map((seed) => listedCohort(randomRecords(seed, 40, 9), 9));
  const there = pairedProbabilities(a, b, "same_visit_bigram");
  const back = pairedProbabilities(b, a, "same_visit_bigram");
  assertEquals(back, { ...there, real: there.synthetic, synthetic: there.real });
});

Deno.test("pairedProbabilities() refuses cohorts over other codes", () => {
  const other = listedCohort([], 2);
  assertThrows(
    () => pairedProbabilities(real, other, "unigram"),
    RangeError,
    'the synthetic cohort has no "c2"',
  );
});

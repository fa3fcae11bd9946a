import { assertEquals } from "@std/assert";
import { cohortOf, pairedProbabilities, vocabulary } from "ehrloom";
import { heldOutProbabilities } from "ehrloom/evaluate/fidelity/held_out_probabilities.ts";

/** Records of visits over the codes a and b. */
const cohort = (...records: number[][][]) =>
  cohortOf(vocabulary(["a", "b"]), [], records.map((visits) => ({ visits, labels: [] })));

const real = cohort([[0, 1], [0]], [[0, 1]]);
// Of four visits, a is in three, of two patients; b is in one, of one patient.
const heldOut = cohort([[0], [0]], [[0, 1], []]);

Deno.test("heldOutProbabilities() are shares of held-out visits, in the order of the keys", () => {
  const codes = pairedProbabilities(real, real, "unigram");
  assertEquals([...heldOutProbabilities(heldOut, codes, 1)], [3 / 4, 1 / 4]);
  const pairs = pairedProbabilities(real, real, "same_visit_bigram");
  assertEquals([...heldOutProbabilities(heldOut, pairs, 1)], [1 / 4]);
  const sequences = pairedProbabilities(real, real, "sequential_bigram"); // a → a, b → a
  assertEquals([...sequences.first], [0, 1]);
  assertEquals([...heldOutProbabilities(heldOut, sequences, 1)], [1 / 2, 0]);
});

Deno.test("heldOutProbabilities() are NaN where fewer than minCell held-out patients have the key", () => {
  const codes = pairedProbabilities(real, real, "unigram");
  assertEquals([...heldOutProbabilities(heldOut, codes, 2)], [3 / 4, NaN]);
  assertEquals([...heldOutProbabilities(cohort(), codes, 2)], [NaN, NaN]);
});

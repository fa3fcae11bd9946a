import { assertEquals } from "@std/assert";
import { cohortOf } from "ehrloom/cohort/records.ts";
import { vocabulary } from "ehrloom/cohort/vocabulary.ts";
import { pairedProbabilities } from "ehrloom/evaluate/fidelity/paired_probabilities.ts";
import { probabilityFrame } from "ehrloom/evaluate/fidelity/probability_frame.ts";

const codes = vocabulary(["a", "b"], ["first", "second"]);
const real = cohortOf(codes, [], [{ visits: [[0, 1], [1]], labels: [] }]);
const synthetic = cohortOf(codes, [], [{ visits: [[0], [1]], labels: [] }]);

Deno.test("probabilityFrame() names the codes of every key and both probabilities", () => {
  const rowsOf = (kind: "unigram" | "same_visit_bigram" | "sequential_bigram") =>
    probabilityFrame(pairedProbabilities(real, synthetic, kind), codes).toRecords();
  assertEquals(rowsOf("unigram"), [
    { description: "first", real: 0.5, synthetic: 0.5, difference: 0 },
    { description: "second", real: 1, synthetic: 0.5, difference: -0.5 },
  ]);
  assertEquals(rowsOf("same_visit_bigram"), [
    { description: "first", with: "second", real: 0.5, synthetic: 0, difference: -0.5 },
  ]);
  assertEquals(rowsOf("sequential_bigram"), [
    { description: "first", then: "second", real: 1, synthetic: 1, difference: 0 },
    { description: "second", then: "second", real: 1, synthetic: 0, difference: -1 },
  ]);
});

import { assert, assertEquals } from "@std/assert";
import { syntheaSample } from "ehrloom";
import { recordCounts } from "ehrloom/cohort/code_counts.ts";
import { playCohort } from "../../tasks/play/sample.ts";

Deno.test("playCohort() has what at least 20 patients of the sample have, and whether they are female", async () => {
  const [cohort, sample] = [await playCohort(), await syntheaSample()];
  const { labelNames, labels, recordCount, vocabulary, visitOffsets, codeOffsets } = cohort;
  assertEquals(recordCount, 400);
  assertEquals(cohort.splits, sample.splits);
  assert(recordCounts(cohort).every((count) => count >= 20));
  assertEquals(vocabulary.indexOf.get("SNOMED-CT//314529007"), undefined);
  assertEquals(visitOffsets[recordCount] + 1, codeOffsets.length);
  assert(codeOffsets.every((offset, visit) => visit === 0 || offset > codeOffsets[visit - 1]));
  const labelOf = (from: typeof sample, name: string) => {
    const label = from.labelNames.indexOf(name);
    return Array.from({ length: 400 }, (_, i) => from.labels[i * from.labelNames.length + label]);
  };
  for (const name of labelNames.slice(1)) {
    assertEquals(labelOf(cohort, name), labelOf(sample, name));
  }
  assertEquals(labelNames.slice(1), [
    "hypertension",
    "prediabetes",
    "obesity",
    "anemia",
    "chronic_sinusitis",
    "asthma",
  ]);
  const female = Array.from(sample.demographics?.sexes ?? [], (sex) => sex === 1 ? 1 : 0);
  assertEquals(labelOf(cohort, labelNames[0]), female);
  assertEquals(labels.length, 400 * 7);
});

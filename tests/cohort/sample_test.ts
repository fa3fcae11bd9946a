import { assert, assertEquals } from "@std/assert";
import { splitOf } from "ehrloom/cohort/cohort.ts";
import { syntheaSample } from "ehrloom/cohort/sample.ts";

Deno.test("syntheaSample() gives 400 labelled and split patients of at most 46 visits", async () => {
  const cohort = await syntheaSample();
  assertEquals(cohort.recordCount, 400);
  assertEquals(cohort.vocabulary.codes.length, 252);
  assertEquals(splitOf(cohort, "test").recordCount, 80);
  for (let record = 0; record < 400; record++) {
    const visits = cohort.visitOffsets[record + 1] - cohort.visitOffsets[record];
    assert(visits >= 1 && visits <= 46);
  }
  for (const [label, name] of cohort.labelNames.entries()) {
    const bits = cohort.labels.filter((_, index) => index % cohort.labelNames.length === label);
    assert(bits.includes(1) && bits.includes(0), name);
  }
});

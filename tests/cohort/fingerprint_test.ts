import { assertEquals, assertNotEquals } from "@std/assert";
import { splitOf, subset } from "ehrloom/cohort/cohort.ts";
import { fingerprint } from "ehrloom/cohort/fingerprint.ts";
import { syntheaSample } from "ehrloom/cohort/sample.ts";

Deno.test("fingerprint() is equal for equal cohorts and differs for any other", async () => {
  const sample = await syntheaSample();
  const whole = await fingerprint(sample);
  assertEquals(whole.length, 64);
  assertEquals(await fingerprint(await syntheaSample()), whole);
  const others = [
    splitOf(sample, "train"),
    subset(sample, Array.from(sample.subjectIds.keys()).reverse()),
    { ...sample, splits: sample.splits?.map((split) => (split + 1) % 3) ?? null },
    { ...sample, codes: sample.codes.with(7, sample.codes[7] ^ 1) },
    { ...sample, labelNames: sample.labelNames.with(0, "other") },
  ];
  for (const other of others) assertNotEquals(await fingerprint(other), whole);
});

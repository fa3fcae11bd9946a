import { assertEquals, assertNotEquals } from "@std/assert";
import { splitOf, subset } from "ehrloom/cohort/cohort.ts";
import { fingerprint } from "ehrloom/cohort/fingerprint.ts";
import { cohortOf } from "ehrloom/cohort/records.ts";
import { syntheaSample } from "ehrloom/cohort/sample.ts";
import { vocabulary } from "ehrloom/cohort/vocabulary.ts";

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
    { ...sample, gapDays: sample.gapDays.with(1, 0.5) },
    { ...sample, demographics: null },
    { ...sample, values: new Float32Array(sample.codes.length) },
    { ...sample, labelNames: sample.labelNames.with(0, "other") },
  ];
  for (const other of others) assertNotEquals(await fingerprint(other), whole);
});

Deno.test("fingerprint() has what runs of earlier versions have, for cohorts with days", async () => {
  const wanted = "aaba501f0b7708c139bc532da975fd97ec865989dcccf8b6ec5053cc4aa1ac71";
  const sample = await syntheaSample();
  assertEquals(await fingerprint(sample), wanted);
  // visits at the same time stood a microsecond apart in folders of earlier versions
  const first = new Set(sample.visitOffsets);
  const written = sample.gapDays.map((days, visit) =>
    days === 0 && !first.has(visit) ? 1 / 86_400_000_000 : days
  );
  assertEquals(await fingerprint({ ...sample, gapDays: written }), wanted);
});

Deno.test("fingerprint() passes over days where a cohort has neither values nor demographics", async () => {
  const plain = cohortOf(vocabulary(["a", "b"]), ["x"], [{ visits: [[1], [0, 1]], labels: [1] }]);
  // as runs of earlier versions have it in their config
  const wanted = "688d283e41e3a981a4581754a78881b2c15b5f1e0f12a392bcd58129ca7236c6";
  assertEquals(await fingerprint(plain), wanted);
  assertEquals(await fingerprint({ ...plain, startDays: Float64Array.of(7) }), wanted);
});

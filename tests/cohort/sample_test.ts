import { assert, assertEquals } from "@std/assert";
import { splitOf } from "ehrloom/cohort/cohort.ts";
import type { Quality } from "ehrloom/cohort/quality.ts";
import { brokenTableFile, syntheaLabsSample, syntheaSample } from "ehrloom/cohort/sample.ts";
import { prepare } from "ehrloom/cohort/sources/prepare.ts";
import { measurements } from "ehrloom/cohort/statistics.ts";

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

Deno.test("syntheaSample() gives labels by rare codes too, which its vocabulary lacks", async () => {
  const { labelNames, labels, vocabulary } = await syntheaSample();
  const obesity = labelNames.indexOf("obesity");
  const records = labels.filter((_, index) => index % labelNames.length === obesity)
    .reduce((sum, bit) => sum + bit, 0);
  assertEquals(records, 114); // by those of at least 5 patients 113
  assert(!vocabulary.indexOf.has("SNOMED-CT//408512008"));
});

Deno.test("syntheaLabsSample() gives 100 split patients with values, births and sexes", async () => {
  const cohort = await syntheaLabsSample();
  assertEquals(cohort.recordCount, 100);
  assertEquals(cohort.visitCount, 1518);
  assertEquals(splitOf(cohort, "test").recordCount, 20);
  assertEquals(measurements(cohort).height, 87);
  assert(cohort.demographics?.sexes.every((sex) => sex > 0));
  assert(cohort.demographics?.birthDays.every((day, i) => day <= cohort.startDays[i]));
  const series = await syntheaLabsSample({ timeSeries: true });
  assertEquals(series.visitCount, 4407);
  assert(series.gapDays.some((days) => days > 0 && days < 1));
});

Deno.test("brokenTableFile has the faults that its README promises, once each", async () => {
  const found: Quality[] = [];
  await prepare("csv", brokenTableFile, {
    values: { columns: { subject: "patient", time: "date" } },
    onBadRow: () => {},
    onQuality: (quality) => found.push(quality),
  });
  const [{ bad_rows, findings, tables }] = found;
  assertEquals(bad_rows, 1); // 1. a day before its month
  assertEquals(findings?.visits_in_future, 1); // 2. figures of a year exchanged
  const noted = tables?.[0].noted.map(({ why }) => why) ?? [];
  assert(noted.some((why) => why.includes("before the birth")), noted.join("; ")); // 3.
  assertEquals(findings?.spellings.first, [["E11.9", "E119", "e11.9"]]); // 4.
  assertEquals(findings?.units.first.map(({ code }) => code), ["HbA1c"]); // 5.
  assertEquals(findings?.far_values.count, 1); // 6. a decimal point that was lost
  assert((findings?.repeated_events ?? 0) > 0); // 7. a month that was exported twice
  assertEquals(findings?.long_records?.longest, 120); // 8. a number for everybody
  const rows = (await Deno.readTextFile(brokenTableFile)).split("\n");
  assertEquals(rows.filter((row) => /;M;.*;Z34\.9;/.test(row)).length, 1); // 9. no page shows it
});

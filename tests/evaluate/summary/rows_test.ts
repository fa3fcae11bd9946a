import { assertEquals } from "@std/assert";
import { evaluate } from "ehrloom";
import { summaryRows, verdictOf } from "ehrloom/evaluate/summary/rows.ts";
import { measuredCohort, smallCohort } from "../../plot/fixture.ts";

const interval = (low: number, high: number) => ({ value: (low + high) / 2, low, high });
const far = { synthetic: 2, ceiling: 1 };

Deno.test("verdictOf() an R² is off only if the whole interval is below the ceiling", () => {
  assertEquals(verdictOf("r2", interval(-0.2, -0.1), far), "off");
  assertEquals(verdictOf("r2", interval(-0.2, 0), far), "close");
  assertEquals(verdictOf("r2", interval(-0.2, 0.1), far), "close");
  assertEquals(verdictOf("r2", interval(0.1, 0.2), far), "close"); // beyond the ceiling
});

Deno.test("verdictOf() a distance is off only if the whole interval is above the ceiling", () => {
  assertEquals(verdictOf("distance", interval(0.1, 0.2), far), "off");
  assertEquals(verdictOf("distance", interval(0, 0.2), far), "close");
  assertEquals(verdictOf("distance", interval(-0.2, -0.1), far), "close");
});

Deno.test("verdictOf() a mean is off on either side, unless it is nearer than the ceiling", () => {
  assertEquals(verdictOf("difference", interval(0.5, 1), far), "off");
  assertEquals(verdictOf("difference", interval(-1, -0.5), { synthetic: -2, ceiling: 1 }), "off");
  assertEquals(verdictOf("difference", interval(-0.5, 1), far), "close");
  const nearer = { synthetic: 1, ceiling: -1.5 };
  assertEquals(verdictOf("difference", interval(1, 4), nearer), "close");
});

const { fidelity } = await evaluate(smallCohort(1), smallCohort(2), { quick: true, resamples: 10 });
if (fidelity === undefined) throw new Error("fidelity was asked");
const differences = {
  "unigram.r2": interval(-0.2, -0.1),
  "same_visit_bigram.r2": interval(-0.2, 0.1),
  "sequential_bigram.r2": interval(-0.2, 0.1),
  "aggregate.visits_per_record.synthetic_mean": interval(-1, 1),
  "aggregate.codes_per_visit.synthetic_mean": interval(-1, 1),
  "label_prevalence.r2": interval(-0.3, -0.1),
};

/** The verdict of each row, or why there is none. */
function verdicts(patients: number, heldOut: number, resamples: number): (string | undefined)[] {
  if (fidelity === undefined) return [];
  const rows = summaryRows(fidelity, { patients, heldOut, differences }, resamples);
  return rows.map(({ verdict, reason }) => reason ?? verdict);
}

Deno.test("summaryRows() give a verdict from 100 patients on, and say what the cohorts lack", () => {
  const lack = [
    "the real records lack times between visits",
    "the real records lack measured values",
    "the real records lack measured values",
  ];
  assertEquals(verdicts(100, 100, 10), ["off", "close", "close", "close", "close", "off", ...lack]);
  const none = (reason: string) => [...new Array<string>(6).fill(reason), ...lack];
  assertEquals(verdicts(99, 99, 10), none("99 held out: too few for a ceiling"));
  assertEquals(verdicts(12, 100, 10), none("12 synthetic records: too few for a verdict"));
  assertEquals(verdicts(100, 100, 0), none("no resamples, so no intervals"));
});

Deno.test("summaryRows() show each figure with its ceiling and floor, of what was asked alone", async () => {
  const [real, synthetic] = [measuredCohort(1), measuredCohort(2)];
  const only = ["fidelity.unigram", "fidelity.gap_days", "fidelity.values"];
  const { fidelity: found, summary } = await evaluate(real, synthetic, { resamples: 10, only });
  const rows = summary?.rows ?? [];
  assertEquals(rows.map(({ name, scale }) => [name, scale]), [
    ["Codes", "r2"],
    ["Days between visits", "difference"],
    ["How often each code is measured", "r2"],
    ["Measured values", "distance"],
  ]);
  const [codes, days] = rows;
  assertEquals(
    [codes.synthetic?.value, codes.ceiling?.value, codes.floor?.value],
    [found?.unigram?.r2, found?.ceiling.unigram?.r2, found?.floor.unigram?.r2],
  );
  assertEquals([days.synthetic?.value, days.floor], [0, null]); // the floor has no times
  assertEquals(summary?.patients_each, 100);
});

import { assertEquals } from "@std/assert";
import { evaluate } from "ehrloom";
import type { PartialReport } from "ehrloom";
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

const only = [
  "unigram",
  "same_visit_bigram",
  "sequential_bigram",
  "aggregate",
  "label_prevalence",
  "gap_days",
  "values",
].map((key) => `fidelity.${key}`);
const report = await evaluate(smallCohort(1), smallCohort(2), { only, resamples: 10 });
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
  const about = { ...report.about, resamples };
  const rows = summaryRows({ ...report, about }, { patients, heldOut, differences });
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

Deno.test("summaryRows() judge utility on the same test patients, and attacks against guessing", () => {
  const share = interval(0.6, 0.7);
  const attack = { auc: interval(0.45, 0.6), advantage: 0.1, tpr_at_fpr: [] };
  const all = {
    members: 200,
    non_members: 100,
    attacks: { closest_record: attack },
    strongest: { attack: "closest_record", attacks: 1, auc: attack.auc },
  };
  const utility = { survival: null, ceiling: {}, floor: { survival: null }, memoriser: {} };
  const closest = { low: share, median: share };
  const closestRecords = { distance: closest, ratio: closest };
  const privacy: PartialReport["privacy"] = {
    membership: {
      records: 200,
      references: 50,
      all,
      exposed: null,
      empirical_epsilon: null,
      left_out: [],
    },
    copying_check: {
      records: 200,
      compared_with: 100,
      training_samples: 2,
      found: {
        share,
        alarmed: true,
        to_training: closestRecords,
        to_held_out: closestRecords,
      },
      left_out: [],
    },
    ceiling: {},
    floor: {},
    memoriser: {},
  };
  const about = { ...report.about, resamples: 10 };
  const found = (heldOut: number) =>
    summaryRows({ about, utility, privacy }, { patients: heldOut, heldOut, differences: {} });
  const shown = found(100).map(({ kind, name, verdict, from_ceiling, ceiling, reason }) => [
    kind,
    name,
    reason ?? verdict,
    ceiling?.value ?? null,
    from_ceiling && [from_ceiling.low, from_ceiling.high].map((end) => Number(end.toFixed(9))),
  ]);
  assertEquals(shown, [
    ["utility", "Survival curves", "the records lack what this figure needs", null, null],
    ["privacy", "Copying check", "off", 0.5, [0.1, 0.2]],
    ["privacy", "Membership, strongest attack", "close", 0.5, [-0.05, 0.1]],
    ["privacy", "Membership at 1% false positives", "too few patients or codes", 0.01, null],
  ]);
  assertEquals(found(99)[1].verdict, "not judged");
});

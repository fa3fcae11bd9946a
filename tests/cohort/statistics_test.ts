import { assertAlmostEquals, assertEquals } from "@std/assert";
import { cohort } from "ehrloom/cohort/cohort.ts";
import {
  codes,
  events,
  labels,
  measurements,
  records,
  summary,
} from "ehrloom/cohort/statistics.ts";
import { vocabulary } from "ehrloom/cohort/vocabulary.ts";

const source = cohort({
  vocabulary: vocabulary(["a", "b", "c"], ["A", "<i>B</i>", "C"]),
  labelNames: ["x", "y"],
  subjectIds: BigInt64Array.of(7n, 8n),
  visitOffsets: Uint32Array.of(0, 2, 3),
  codeOffsets: Uint32Array.of(0, 2, 3, 4),
  codes: Uint32Array.of(0, 1, 1, 0),
  labels: Uint8Array.of(1, 0, 1, 1),
  startDays: Float64Array.of(1, NaN),
  gapDays: Float64Array.of(0, 2, 0),
  values: Float32Array.of(NaN, 2.5, NaN, NaN),
  demographics: { birthDays: Float64Array.of(1 - 36_525, 0), sexes: Uint8Array.of(2, 0) },
  splits: Uint8Array.of(0, 2),
});

Deno.test("events() has a row per code of a visit, with time and value where known", () => {
  const frame = events(source);
  assertEquals(frame.columns, [
    "subject_id",
    "visit",
    "time",
    "code",
    "description",
    "numeric_value",
  ]);
  assertEquals(frame.rows().map((row) => [row[0], row[1], row[3], row[4], row[5]]), [
    [7, 0, "a", "A", null],
    [7, 0, "b", "<i>B</i>", 2.5],
    [7, 1, "b", "<i>B</i>", null],
    [8, 0, "a", "A", null],
  ]);
  assertEquals(frame.getColumn("time").nullCount(), 1);
  assertEquals(frame.getColumn("time").toArray().map((time) => Number(time)), [
    86_400_000,
    86_400_000,
    3 * 86_400_000,
    0, // null
  ]);
});

Deno.test("records(), codes() and labels() count", () => {
  assertEquals(records(source).select("subject_id", "split", "visits", "events").rows(), [
    [7, "train", 2, 3],
    [8, "test", 1, 1],
  ]);
  assertEquals(codes(source).rows(), [
    ["a", "A", 2, 2, 1],
    ["b", "<i>B</i>", 1, 2, 0.5],
    ["c", "C", 0, 0, 0],
  ]);
  assertEquals(labels(source).rows(), [["x", 2, 1], ["y", 1, 0.5]]);
});

Deno.test("records() knows sex and the age at the first visit", () => {
  assertEquals(records(source).select("sex", "age").rows(), [["male", 100], [null, null]]);
  const unknown = cohort({ ...source, demographics: null });
  assertEquals(records(unknown).select("sex", "age").rows(), [[null, null], [null, null]]);
});

Deno.test("measurements() describes the values of each measured code", () => {
  const measured = cohort({ ...source, values: Float32Array.of(Infinity, 4, 1, 2) });
  assertEquals(measurements(measured).columns.slice(0, 6), [
    "code",
    "description",
    "records",
    "visits",
    "mean",
    "sd",
  ]);
  assertEquals(measurements(measured).rows(), [
    ["a", "A", 1, 1, 2, 0, 2, 2, 2],
    ["b", "<i>B</i>", 1, 2, 2.5, 1.5, 1.075, 2.5, 3.925],
  ]);
  assertEquals(measurements(cohort({ ...source, values: null })).height, 0);
});

Deno.test("summary() gives counts, means and deviations for all and for each split", () => {
  const frame = summary(source);
  assertEquals(frame.select("part", "records", "visits", "codes").rows(), [
    ["all", 2, 3, 2],
    ["train", 1, 2, 2],
    ["validation", 0, 0, 0],
    ["test", 1, 1, 1],
  ]);
  const [all] = frame.toRecords();
  assertEquals(all.visits_per_record_mean, 1.5);
  assertEquals(all.visits_per_record_sd, 0.5);
  assertAlmostEquals(Number(all.codes_per_visit_mean), 4 / 3, 1e-12);
  assertAlmostEquals(Number(all.codes_per_visit_sd), Math.sqrt(2) / 3, 1e-12);
  assertEquals(summary(cohort({ ...source, splits: null })).height, 1);
});

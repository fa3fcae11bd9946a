/**
 * A cohort as Polars frames: tables to look at, join and group.
 *
 * @module
 */
import pl from "nodejs-polars";
import { checkArguments } from "../arguments.ts";
import { occurrenceCounts, recordCounts } from "./code_counts.ts";
import { raceNamesOf } from "./races.ts";
import { ageAtStart, type Cohort, sexNames, splitNames } from "./cohort.ts";
import { measuredValues } from "./measured_values.ts";
import { quantile } from "./quantile.ts";
import { microsecondsOf } from "./time.ts";

/** A Polars DataFrame. */
export type Frame = pl.DataFrame;

/** [records] The name of each record's split; null for a cohort without splits. */
function splitColumn({ splits, recordCount }: Cohort): pl.Series {
  const names = splits === null
    ? new Array<string | null>(recordCount).fill(null)
    : Array.from(splits, (split) => splitNames[split]);
  return pl.Series("split", names, pl.String);
}

function timeColumn(name: string, microseconds: Float64Array): pl.Series {
  return pl.DataFrame([pl.Series("time", microseconds)])
    .select(
      pl.when(pl.col("time").isNan()).then(pl.lit(null)).otherwise(pl.col("time"))
        .cast(pl.Int64).cast(pl.Datetime("us")).alias(name),
    ).getColumn(name);
}

/**
 * One row per code of a visit: `subject_id`, `visit` (from 0 within the record), `time` (null where
 * days are unknown), `code`, `description`, `numeric_value`. For cohorts of up to about ten million
 * events; use a {@link subset} of larger ones.
 */
export function events(source: Cohort): Frame {
  checkArguments("events", [source, "cohort"]);
  const { visitOffsets, codeOffsets, vocabulary } = source;
  const count = source.codes.length;
  const subject = new BigInt64Array(count);
  const visitNumber = new Int32Array(count);
  const times = new Float64Array(count);
  for (let record = 0; record < source.recordCount; record++) {
    let time = microsecondsOf(source.startDays[record]);
    for (let visit = visitOffsets[record]; visit < visitOffsets[record + 1]; visit++) {
      if (visit > visitOffsets[record]) time += microsecondsOf(source.gapDays[visit]);
      visitNumber.fill(visit - visitOffsets[record], codeOffsets[visit], codeOffsets[visit + 1]);
      times.fill(time, codeOffsets[visit], codeOffsets[visit + 1]);
    }
    const begin = codeOffsets[visitOffsets[record]];
    subject.fill(source.subjectIds[record], begin, codeOffsets[visitOffsets[record + 1]]);
  }
  const names = pl.DataFrame([
    pl.Series("index", Uint32Array.from(vocabulary.codes.keys())),
    pl.Series("code", [...vocabulary.codes], pl.String),
    pl.Series("description", [...vocabulary.descriptions], pl.String),
  ]);
  const values = source.values ?? new Float32Array(count).fill(NaN);
  return pl.DataFrame([
    pl.Series("subject_id", subject),
    pl.Series("visit", visitNumber),
    timeColumn("time", times),
    pl.Series("index", source.codes),
    pl.Series("value", values),
  ]).join(names, { on: "index", how: "left" }).select(
    pl.col("subject_id"),
    pl.col("visit"),
    pl.col("time"),
    pl.col("code"),
    pl.col("description"),
    pl.when(pl.col("value").isNan()).then(pl.lit(null)).otherwise(pl.col("value"))
      .cast(pl.Float32).alias("numeric_value"),
  );
}

/**
 * One row per record: `subject_id`, `split`, `sex`, `race`, `age` (years at the first visit), `start`,
 * `visits`, `events`; null where unknown.
 */
export function records(source: Cohort): Frame {
  checkArguments("records", [source, "cohort"]);
  const { visitOffsets, codeOffsets, recordCount } = source;
  const visits = new Uint32Array(recordCount);
  const eventCounts = new Uint32Array(recordCount);
  for (let record = 0; record < recordCount; record++) {
    const begin = visitOffsets[record];
    const end = visitOffsets[record + 1];
    visits[record] = end - begin;
    eventCounts[record] = codeOffsets[end] - codeOffsets[begin];
  }
  const sexes = Array.from(source.demographics?.sexes ?? new Uint8Array(recordCount));
  const ages = source.startDays.map((_, record) => ageAtStart(source, record));
  return pl.DataFrame([
    pl.Series("subject_id", source.subjectIds.slice()),
    splitColumn(source),
    pl.Series("sex", sexes.map((sex) => sex === 0 ? null : sexNames[sex]), pl.String),
    pl.Series(
      "race",
      raceNamesOf(source.demographics?.races, recordCount)
        .map((race) => race === "" ? null : race),
      pl.String,
    ),
    pl.Series("age", Array.from(ages, (age) => Number.isNaN(age) ? null : age), pl.Float64),
    timeColumn("start", source.startDays.map(microsecondsOf)),
    pl.Series("visits", visits),
    pl.Series("events", eventCounts),
  ]);
}

/**
 * One row per code of the vocabulary, in its order: `code`, `description`, `records` and `visits`
 * that have it, and `prevalence`, the share of records that have it, in [0, 1].
 */
export function codes(source: Cohort): Frame {
  checkArguments("codes", [source, "cohort"]);
  const { vocabulary, recordCount } = source;
  const recordsOf = recordCounts(source);
  return pl.DataFrame([
    pl.Series("code", [...vocabulary.codes], pl.String),
    pl.Series("description", [...vocabulary.descriptions], pl.String),
    pl.Series("records", recordsOf),
    pl.Series("visits", occurrenceCounts(source)),
    pl.Series("prevalence", Float64Array.from(recordsOf, (count) => count / recordCount)),
  ]);
}

/**
 * One row per code that is measured, in the vocabulary's order: `code`, `description`, `records`
 * and `visits` with a value of it, `mean`, `sd` (of the population) and the quantiles `low` (2.5%),
 * `median` and `high` (97.5%) of its values.
 */
export function measurements(source: Cohort): Frame {
  checkArguments("measurements", [source, "cohort"]);
  const { vocabulary, visitOffsets, codeOffsets, recordCount } = source;
  const recordsOf = new Uint32Array(vocabulary.codes.length);
  const lastRecord = new Int32Array(vocabulary.codes.length).fill(-1);
  for (let record = 0; record < recordCount; record++) {
    const end = codeOffsets[visitOffsets[record + 1]];
    for (let i = codeOffsets[visitOffsets[record]]; i < end; i++) {
      const code = source.codes[i];
      if (lastRecord[code] === record || !Number.isFinite(source.values?.[i] ?? NaN)) continue;
      recordsOf[code]++;
      lastRecord[code] = record;
    }
  }
  const values = measuredValues(source);
  const measured = [...values.keys()];
  const own = Array.from(values.values(), (each) => Float64Array.from(each));
  const spreads = own.map(spread);
  const column = (name: string, of: (place: number) => number) =>
    pl.Series(name, Float64Array.from(measured.keys(), of));
  return pl.DataFrame([
    pl.Series("code", measured.map((code) => vocabulary.codes[code]), pl.String),
    pl.Series("description", measured.map((code) => vocabulary.descriptions[code]), pl.String),
    pl.Series("records", Uint32Array.from(measured, (code) => recordsOf[code])),
    pl.Series("visits", Uint32Array.from(own, ({ length }) => length)),
    column("mean", (place) => spreads[place].mean),
    column("sd", (place) => spreads[place].sd),
    column("low", (place) => quantile(own[place], 0.025)),
    column("median", (place) => quantile(own[place], 0.5)),
    column("high", (place) => quantile(own[place], 0.975)),
  ]);
}

/** One row per label: `label`, `records` that have it, `prevalence`, their share in [0, 1]. */
export function labels(source: Cohort): Frame {
  checkArguments("labels", [source, "cohort"]);
  const { labelNames, recordCount } = source;
  const counts = new Uint32Array(labelNames.length);
  for (const [bit, value] of source.labels.entries()) counts[bit % labelNames.length] += value;
  return pl.DataFrame([
    pl.Series("label", [...labelNames], pl.String),
    pl.Series("records", counts),
    pl.Series("prevalence", Float64Array.from(counts, (count) => count / recordCount)),
  ]);
}

/** Mean and standard deviation of the population; NaN for no numbers. */
function spread(numbers: readonly number[] | Float64Array): { mean: number; sd: number } {
  const { length } = numbers;
  let mean = 0;
  for (const number of numbers) mean += number / length;
  let variance = 0;
  for (const number of numbers) variance += (number - mean) ** 2 / length;
  return length === 0 ? { mean: NaN, sd: NaN } : { mean, sd: Math.sqrt(variance) };
}

/**
 * One row for the whole cohort and one per split: `part`, `records`, `visits`, `codes` (distinct),
 * and mean and standard deviation (of the population) of visits per record and codes per visit.
 */
export function summary(source: Cohort): Frame {
  checkArguments("summary", [source, "cohort"]);
  const { splits, visitOffsets, codeOffsets } = source;
  const row = (part: string, isIn: (record: number) => boolean) => {
    const visitsPerRecord: number[] = [];
    const codesPerVisit: number[] = [];
    const seen = new Uint8Array(source.vocabulary.codes.length);
    for (let record = 0; record < source.recordCount; record++) {
      if (!isIn(record)) continue;
      visitsPerRecord.push(visitOffsets[record + 1] - visitOffsets[record]);
      for (let visit = visitOffsets[record]; visit < visitOffsets[record + 1]; visit++) {
        codesPerVisit.push(codeOffsets[visit + 1] - codeOffsets[visit]);
        for (let i = codeOffsets[visit]; i < codeOffsets[visit + 1]; i++) seen[source.codes[i]] = 1;
      }
    }
    const visits = spread(visitsPerRecord);
    const perVisit = spread(codesPerVisit);
    return {
      part,
      records: visitsPerRecord.length,
      visits: codesPerVisit.length,
      codes: seen.reduce((sum, bit) => sum + bit, 0),
      visits_per_record_mean: visits.mean,
      visits_per_record_sd: visits.sd,
      codes_per_visit_mean: perVisit.mean,
      codes_per_visit_sd: perVisit.sd,
    };
  };
  const parts = splits === null
    ? []
    : splitNames.map((name, split) => row(name, (record) => splits[record] === split));
  const counts = ["records", "visits", "codes"].map((name) => pl.col(name).cast(pl.UInt32));
  return pl.DataFrame([row("all", () => true), ...parts]).withColumns(...counts);
}

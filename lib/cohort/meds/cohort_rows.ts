/**
 * The rows of a MEDS file for records of a cohort.
 *
 * @module
 */
import pl from "nodejs-polars";
import { type Cohort, sexNames } from "../cohort.ts";
import { birthCode, emptyVisitCode, raceCode, sexCodes } from "../reserved_names.ts";
import { raceOf } from "../races.ts";
import { microsecondsOf, microsecondsPerDay } from "../time.ts";
import { unknownStart } from "./names.ts";

/**
 * [visits] When a record's visits were, in microseconds since 1970.
 *
 * @param leastGap microseconds at least between two visits of a record without days
 */
function visitTimes(
  { startDays, gapDays, visitOffsets }: Cohort,
  record: number,
  leastGap: number,
): Float64Array {
  const isDated = !Number.isNaN(startDays[record]);
  let now = isDated ? microsecondsOf(startDays[record]) : unknownStart;
  return gapDays.slice(visitOffsets[record], visitOffsets[record + 1]).map((days, visit) => {
    if (visit > 0) now += Math.max(isDated ? 0 : leastGap, microsecondsOf(days));
    return now;
  });
}

/**
 * The rows of records `from` up to `to`.
 *
 * @param how.leastGap microseconds at least between two visits of a record without days
 * @param how.races that codes are numbered by
 */
function dataFrame(
  source: Cohort,
  from: number,
  to: number,
  { leastGap, races }: { readonly leastGap: number; readonly races: readonly string[] },
): pl.DataFrame {
  const { visitOffsets, codeOffsets, codes, demographics } = source;
  const emptyVisit = source.vocabulary.codes.length;
  let rows = demographics === null ? 0 : 3 * (to - from);
  for (let visit = visitOffsets[from]; visit < visitOffsets[to]; visit++) {
    rows += Math.max(1, codeOffsets[visit + 1] - codeOffsets[visit]);
  }
  const subject = new BigInt64Array(rows);
  const time = new Float64Array(rows);
  const visitNumber = new Int32Array(rows).fill(-1);
  const code = new Uint32Array(rows);
  const value = new Float32Array(rows).fill(NaN);
  let row = 0;
  for (let record = from; record < to; record++) {
    const firstRow = row;
    if (demographics !== null && demographics.sexes[record] > 0) {
      time[row] = NaN;
      code[row++] = emptyVisit + 1 + demographics.sexes[record];
    }
    const race = races.indexOf(raceOf(demographics?.races, record));
    if (race >= 0) {
      time[row] = NaN;
      code[row++] = emptyVisit + 2 + sexCodes.length + race;
    }
    if (demographics !== null && !Number.isNaN(demographics.birthDays[record])) {
      time[row] = microsecondsOf(demographics.birthDays[record]);
      code[row++] = emptyVisit + 1;
    }
    const times = visitTimes(source, record, leastGap);
    for (let visit = visitOffsets[record]; visit < visitOffsets[record + 1]; visit++) {
      const begin = codeOffsets[visit];
      const end = Math.max(begin + 1, codeOffsets[visit + 1]);
      for (let i = begin; i < end; i++, row++) {
        const isEmpty = codeOffsets[visit + 1] === begin;
        time[row] = times[visit - visitOffsets[record]];
        visitNumber[row] = visit - visitOffsets[record];
        code[row] = isEmpty ? emptyVisit : codes[i];
        if (!isEmpty && source.values !== null) value[row] = source.values[i];
      }
    }
    subject.fill(source.subjectIds[record], firstRow, row);
  }
  const known = (column: string, isMissing: pl.Expr) =>
    pl.when(isMissing).then(pl.lit(null)).otherwise(pl.col(column));
  return pl.DataFrame([
    pl.Series("subject_id", subject.subarray(0, row)),
    pl.Series("time", time.subarray(0, row)),
    pl.Series("code_index", code.subarray(0, row)),
    pl.Series("numeric_value", value.subarray(0, row)),
    pl.Series("visit", visitNumber.subarray(0, row)),
  ]).withColumns(
    known("time", pl.col("time").isNan()).cast(pl.Int64).cast(pl.Datetime("us")).alias("time"),
    known("numeric_value", pl.col("numeric_value").isNan()).cast(pl.Float32)
      .alias("numeric_value"),
    known("visit", pl.col("visit").lt(0)).cast(pl.Int32).alias("visit"),
  );
}

/**
 * All codes that rows may have by `code_index`: the vocabulary's, then those that are none of it.
 */
function codesFrame(
  { vocabulary, demographics }: Cohort,
  races: readonly string[],
): pl.DataFrame {
  const others = [[emptyVisitCode, "A visit without codes"]];
  if (demographics !== null) {
    others.push([birthCode, "Birth"]);
    sexCodes.forEach((code, index) => others.push([code, `Sex: ${sexNames[1 + index]}`]));
    others.push(...races.map((race) => [raceCode(race), `Race: ${race}`]));
  }
  const codes = [...vocabulary.codes, ...others.map(([code]) => code)];
  const descriptions = [
    ...vocabulary.descriptions,
    ...others.map(([, description]) => description),
  ];
  const parents = codes.map((_, code) => {
    const names = vocabulary.parents?.[code] ?? [];
    return names.length > 0 ? [...names] : null;
  });
  return pl.DataFrame([
    pl.Series("code_index", Uint32Array.from(codes.keys())),
    pl.Series("code", codes, pl.String),
    pl.Series("description", descriptions, pl.String),
    // Polars tells the type of lists by the first row, which must not be null
    pl.Series("parent_codes", [[""], ...parents], pl.List(pl.String)).slice(1, codes.length),
  ]);
}

/** Turns records of cohorts with one vocabulary into rows. */
export class CohortRows {
  private readonly races: string[] = [];
  private codes: pl.DataFrame;
  private readonly leastGap: number;

  constructor(private readonly first: Cohort, { isOrderOnly }: { readonly isOrderOnly: boolean }) {
    this.codes = codesFrame(first, this.races);
    this.leastGap = isOrderOnly ? microsecondsPerDay : 1;
  }

  /** Rows of records `from` up to `to`: `subject_id`, `time`, `code`, `numeric_value`, `visit`. */
  of(source: Cohort, from: number, to: number): pl.DataFrame {
    this.addRaces(source);
    const { leastGap, races } = this;
    return dataFrame(source, from, to, { leastGap, races })
      .join(this.codes, { on: "code_index", how: "left" })
      .select("subject_id", "time", "code", "numeric_value", "visit");
  }

  /** Gives numbers to races that no cohort before had. */
  private addRaces({ demographics }: Cohort): void {
    const more = demographics?.races?.names.filter((race) => !this.races.includes(race)) ?? [];
    if (more.length === 0) return;
    this.races.push(...more);
    this.codes = codesFrame(this.first, this.races);
  }

  /** [visits] When a record's visits were, in microseconds since 1970. */
  timesOf(source: Cohort, record: number): Float64Array {
    return visitTimes(source, record, this.leastGap);
  }

  /** The rows of `metadata/codes.parquet`. */
  codesTable(): pl.DataFrame {
    return this.codes.select("code", "description", "parent_codes");
  }
}

/**
 * Reads one Parquet file of a MEDS folder, on whole columns.
 *
 * @module
 */
import pl from "nodejs-polars";
import { readParquet } from "../../files/parquet.ts";
import { type CodeNumbers, emptyVisit } from "./codes.ts";
import { typed } from "./typed.ts";

/** The events of one file, those of a subject one after another, in time order. */
export interface Shard {
  /** [events] */
  readonly subjects: Subjects;
  /** [events] In microseconds since 1970 UTC. */
  readonly times: Float64Array;
  /** [events] Number of the visit in the folder; 0 if it has none. */
  readonly visits: Float64Array;
  /** [events] Index in the list of codes, or {@link emptyVisit}. */
  readonly codes: Uint32Array<ArrayBuffer>;
  /** [events] Null for a file without values. */
  readonly values: Float32Array<ArrayBuffer> | null;
  /** Births, sexes and races. */
  readonly demographics: readonly DemographicRow[];
  /** Number of other events without a time. */
  readonly staticCount: number;
  /** Subjects of these, each once: they may have no other events. */
  readonly staticSubjects: BigInt64Array;
  /** Number of other events at the very time of birth. */
  readonly birthCount: number;
  /** Number of values that float32 does not hold, infinite ones among them. */
  readonly infiniteCount: number;
}

/** A birth, a sex or a race. */
export interface DemographicRow {
  readonly subject: bigint;
  /** 0 for a birth, an index into `sexNames`, or a larger number for a race. */
  readonly kind: number;
  /** "" where it says that it is unknown; undefined for births and sexes. */
  readonly race: string | undefined;
  /** In microseconds since 1970 UTC; null where the file says none. */
  readonly time: number | null;
}

/** Subject ids of rows, which compare without making a BigInt each. */
export class Subjects {
  /** [rows] */
  readonly ids: BigInt64Array;
  /** [rows × 2] */
  private readonly halves: Uint32Array;

  constructor(ids: BigInt64Array) {
    this.ids = ids;
    this.halves = new Uint32Array(ids.buffer, ids.byteOffset, 2 * ids.length);
  }

  /** Whether a row is of the same subject as the row before. */
  isAsBefore(row: number): boolean {
    const { halves } = this;
    return row > 0 && halves[2 * row] === halves[2 * row - 2] &&
      halves[2 * row + 1] === halves[2 * row - 1];
  }
}

/** Whether subjects are contiguous, times ascend within each, and visits within each time. */
function isOrdered(
  { subjects, times, visits }: Pick<Shard, "subjects" | "times" | "visits">,
): boolean {
  const seen = new Set<bigint>();
  for (let row = 0; row < times.length; row++) {
    if (subjects.isAsBefore(row)) {
      if (times[row] < times[row - 1]) return false;
      if (times[row] === times[row - 1] && visits[row] < visits[row - 1]) return false;
    } else {
      if (seen.has(subjects.ids[row])) return false;
      seen.add(subjects.ids[row]);
    }
  }
  return true;
}

/** The file's rows with `code_index`, and in `unknown` the codes that have none. */
async function codedRows(path: string, codes: CodeNumbers): Promise<pl.DataFrame> {
  const frame = await readParquet(
    path,
    { subject_id: "id", time: "time", code: "text" },
    { numeric_value: "number" },
  );
  const hasVisits = frame.columns.includes("visit") &&
    /Int/.test(String(frame.getColumn("visit").dtype));
  const hasValues = frame.columns.includes("numeric_value");
  // one lazy query, since what Polars holds is only freed when V8 happens to collect its handle
  return frame.lazy().select(
    pl.col("subject_id").cast(pl.Int64),
    pl.col("time").cast(pl.Datetime("us")).cast(pl.Int64).cast(pl.Float64),
    pl.col("code").cast(pl.String),
    (hasValues ? pl.col("numeric_value") : pl.lit(null)).cast(pl.Float32).alias("value"),
    (hasVisits ? pl.col("visit") : pl.lit(null)).cast(pl.Float64).alias("visit"),
  ).join(codes.table.lazy(), { on: "code", how: "left" })
    .select(
      pl.col("subject_id"),
      pl.col("time"),
      pl.col("value"),
      pl.col("visit"),
      pl.col("code_index"),
      pl.when(pl.col("code_index").isNull()).then(pl.col("code")).otherwise(pl.lit(null))
        .alias("unknown"),
    ).collectSync();
}

/** The codes of rows that have no number. */
function unknownCodes(rows: pl.DataFrame): string[] {
  if (rows.getColumn("code_index").nullCount() === 0) return [];
  const unknown = rows.select(pl.col("unknown")).unique().getColumn("unknown").dropNulls();
  return unknown.toArray().map(String).sort();
}

/** The rows with the numbers that codes have by now. */
function recoded(rows: pl.DataFrame, codes: CodeNumbers): pl.DataFrame {
  if (rows.getColumn("code_index").nullCount() === 0) return rows;
  const table = codes.table.select(
    pl.col("code").alias("unknown"),
    pl.col("code_index").alias("found"),
  );
  const isKnown = pl.col("code_index").isNotNull();
  return rows.lazy().join(table.lazy(), { on: "unknown", how: "left" }).select(
    pl.col("subject_id"),
    pl.col("time"),
    pl.col("value"),
    pl.col("visit"),
    pl.when(isKnown).then(pl.col("code_index")).otherwise(pl.col("found")).alias("code_index"),
    pl.when(pl.col("found").isNull()).then(pl.col("unknown")).otherwise(pl.lit(null))
      .alias("unknown"),
  ).collectSync();
}

function demographicRows(rows: pl.DataFrame, numbers: CodeNumbers): DemographicRow[] {
  const ids = typed<BigInt64Array>(rows.getColumn("subject_id"), pl.Int64);
  const codes = typed<Uint32Array>(rows.getColumn("code_index"), pl.UInt32);
  const times = rows.getColumn("time").toArray() as (number | null)[];
  return Array.from(ids, (subject, row) => {
    const kind = codes[row] - emptyVisit - 1;
    return { subject, kind, race: numbers.raceOf(kind), time: times[row] };
  });
}

/** The rows without those at the time of the subject's birth, unless they have the number of a visit. */
function withoutBirths(rows: pl.DataFrame, demographic: pl.DataFrame): pl.DataFrame {
  const births = demographic
    .filter(pl.col("code_index").eq(emptyVisit + 1).and(pl.col("time").isNotNull()))
    .select(pl.col("subject_id"), pl.col("time")).unique();
  if (births.height === 0 || rows.getColumn("visit").nullCount() === 0) return rows;
  return rows.lazy()
    .join(births.withColumns(pl.lit(true).alias("isBirth")).lazy(), {
      on: ["subject_id", "time"],
      how: "left",
    })
    .filter(pl.col("isBirth").isNull().or(pl.col("visit").isNotNull()))
    .select(...rows.columns.map((name) => pl.col(name))).collectSync();
}

/** The rows with the numbers of visits: one without is of the first visit at its time. */
function withVisits(rows: pl.DataFrame): pl.DataFrame {
  const nulls = rows.getColumn("visit").nullCount();
  if (nulls === 0) return rows;
  const first = nulls === rows.height
    ? pl.lit(0).cast(pl.Float64)
    : pl.col("visit").fillNull(pl.col("visit").min().over("subject_id", "time"))
      .fillNull(pl.lit(0));
  return rows.withColumns(first.alias("visit"));
}

function columnsOf(
  rows: pl.DataFrame,
): Pick<Shard, "subjects" | "times" | "visits" | "codes" | "values"> {
  const hasValues = rows.getColumn("value").nullCount() < rows.height;
  return {
    subjects: new Subjects(typed(rows.getColumn("subject_id"), pl.Int64)),
    times: typed(rows.getColumn("time"), pl.Float64),
    visits: typed(rows.getColumn("visit"), pl.Float64),
    codes: typed(rows.getColumn("code_index"), pl.UInt32),
    values: hasValues
      ? typed(rows.select(pl.col("value").fillNull(pl.lit(NaN))).getColumn("value"), pl.Float32)
      : null,
  };
}

/** Takes out infinite values; returns how many. */
function withoutInfinite(values: Float32Array | null): number {
  let count = 0;
  values?.forEach((value, row) => {
    if (Number.isFinite(value) || Number.isNaN(value)) return;
    values[row] = NaN;
    count++;
  });
  return count;
}

/**
 * The events of a file.
 *
 * @param codes what codes are numbered by; those that it lacks are added
 * @throws {SyntaxError} If the file is damaged or lacks a column; names it
 */
export async function readShard(path: string, codes: CodeNumbers): Promise<Shard> {
  let frame = await codedRows(path, codes);
  codes.addDemographic(unknownCodes(frame));
  frame = recoded(frame, codes);
  const demographic = frame.filter(pl.col("code_index").gt(emptyVisit));
  if (demographic.height > 0) {
    frame = frame.filter(
      pl.col("code_index").isNull().or(pl.col("code_index").ltEq(emptyVisit)),
    );
  }
  const staticCount = frame.getColumn("time").nullCount();
  const statics = frame.filter(pl.col("time").isNull()).select(pl.col("subject_id")).unique();
  if (staticCount > 0) frame = frame.filter(pl.col("time").isNotNull());
  const dated = frame.height;
  frame = withoutBirths(frame, demographic);
  const birthCount = dated - frame.height;
  const unlisted = unknownCodes(frame);
  if (unlisted.includes("")) throw new SyntaxError(`Cannot read "${path}": a code is empty`);
  codes.addUnlisted(unlisted);
  frame = withVisits(recoded(frame, codes));
  let columns = columnsOf(frame);
  if (!isOrdered(columns)) {
    frame = frame.sort({
      by: [pl.col("subject_id"), pl.col("time"), pl.col("visit")],
      maintainOrder: true, // of a code's values in a visit, the last one counts
    });
    columns = columnsOf(frame);
  }
  return {
    ...columns,
    demographics: demographicRows(demographic, codes),
    staticCount,
    staticSubjects: typed(statics.getColumn("subject_id"), pl.Int64),
    birthCount,
    infiniteCount: withoutInfinite(columns.values),
  };
}

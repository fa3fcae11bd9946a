/**
 * Reads one Parquet file of a MEDS folder, on whole columns.
 *
 * @module
 */
import pl from "nodejs-polars";
import { readParquet } from "../../files/parquet.ts";
import { typed } from "./typed.ts";

/** The events of one file, those of a subject one after another, in time order. */
export interface Shard {
  /** [events] */
  readonly subjects: Subjects;
  /** [events] In microseconds since 1970 UTC. */
  readonly times: Float64Array;
  /** [events] Number of the visit in the folder; 0 if it has none. */
  readonly visits: Float64Array;
  /** [events] `code_index`: in the vocabulary, or after it the empty visit's. */
  readonly codes: Uint32Array<ArrayBuffer>;
  /** [events] Null for a file without values. */
  readonly values: Float32Array<ArrayBuffer> | null;
  /** Births and sexes. */
  readonly demographics: readonly DemographicRow[];
  /** Number of other events without a time. */
  readonly staticCount: number;
}

/** A birth or a sex. */
export interface DemographicRow {
  readonly subject: bigint;
  /** 0 for a birth, else an index into `sexNames`. */
  readonly kind: number;
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

function subjectsAndTimes(rows: pl.DataFrame): Pick<Shard, "subjects" | "times"> {
  return {
    subjects: new Subjects(typed(rows.getColumn("subject_id"), pl.Int64)),
    times: typed(rows.getColumn("time"), pl.Float64),
  };
}

/** Whether subjects are contiguous and times ascend within each; ties in any order. */
function isOrdered({ subjects, times }: Pick<Shard, "subjects" | "times">): boolean {
  const seen = new Set<bigint>();
  for (let row = 0; row < times.length; row++) {
    if (subjects.isAsBefore(row)) {
      if (times[row] < times[row - 1]) return false;
    } else {
      if (seen.has(subjects.ids[row])) return false;
      seen.add(subjects.ids[row]);
    }
  }
  return true;
}

/** The file's rows with `code_index`, and in `unknown` the codes that have none. */
async function codedRows(path: string, codesTable: pl.DataFrame): Promise<pl.DataFrame> {
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
    (hasVisits ? pl.col("visit") : pl.lit(0)).cast(pl.Float64).alias("visit"),
  ).join(codesTable.lazy(), { on: "code", how: "left" })
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

function demographicRows(rows: pl.DataFrame, birth: number): DemographicRow[] {
  const ids = typed<BigInt64Array>(rows.getColumn("subject_id"), pl.Int64);
  const codes = typed<Uint32Array>(rows.getColumn("code_index"), pl.UInt32);
  const times = rows.getColumn("time").toArray() as (number | null)[];
  return Array.from(
    ids,
    (subject, row) => ({ subject, kind: codes[row] - birth, time: times[row] }),
  );
}

/**
 * The events of a file.
 *
 * @param codesTable from `code` to `code_index`
 * @param emptyVisit `code_index` of a visit without codes; birth, female and male come after it
 * @throws {SyntaxError} If the file is damaged, lacks a column or has an unknown code; names it
 */
export async function readShard(
  path: string,
  codesTable: pl.DataFrame,
  emptyVisit: number,
): Promise<Shard> {
  let frame = await codedRows(path, codesTable);
  const demographic = frame.filter(pl.col("code_index").gt(emptyVisit));
  if (demographic.height > 0) {
    frame = frame.filter(
      pl.col("code_index").isNull().or(pl.col("code_index").ltEq(emptyVisit)),
    );
  }
  const staticCount = frame.getColumn("time").nullCount();
  if (staticCount > 0) frame = frame.filter(pl.col("time").isNotNull());
  if (frame.getColumn("visit").nullCount() > 0) {
    frame = frame.withColumns(pl.lit(0).cast(pl.Float64).alias("visit"));
  }
  if (frame.getColumn("code_index").nullCount() > 0) {
    const unknown = frame.getColumn("unknown").dropNulls().get(0);
    throw new SyntaxError(
      `Cannot read "${path}": the code "${unknown}" is not in metadata/codes.parquet`,
    );
  }
  let columns = subjectsAndTimes(frame);
  if (!isOrdered(columns)) {
    frame = frame.sort([pl.col("subject_id"), pl.col("time"), pl.col("visit")]);
    columns = subjectsAndTimes(frame);
  }
  const hasValues = frame.getColumn("value").nullCount() < frame.height;
  return {
    ...columns,
    visits: typed(frame.getColumn("visit"), pl.Float64),
    codes: typed(frame.getColumn("code_index"), pl.UInt32),
    values: hasValues
      ? typed(frame.select(pl.col("value").fillNull(pl.lit(NaN))).getColumn("value"), pl.Float32)
      : null,
    demographics: demographicRows(demographic, emptyVisit + 1),
    staticCount,
  };
}

/**
 * What was drawn of continued patients, as meds-trajectory-evaluation reads it: MEDS rows with a
 * `prediction_time`, the time of the last visit that was given. They have the subject ids of the
 * patients that they continue, so that they can be compared with what really came next.
 *
 * A file has at most one continuation of each patient, as that package wants it: when all patients were
 * continued once, the next file begins. Its patients are in the same order in every file. One of whom
 * nothing was drawn has one row, of code {@link emptyVisitCode} at `prediction_time`; one of whom no
 * visit was given has none.
 *
 * @see https://github.com/mmcdermott/MEDS_trajectory_evaluation, schema.py
 * @module
 */
import pl from "nodejs-polars";
import { writeParquet } from "../../files/parquet_writer.ts";
import type { Cohort } from "../cohort.ts";
import { cohortOf, type RecordLists, recordLists } from "../records.ts";
import { microsecondsPerDay } from "../time.ts";
import type { CohortRows } from "./cohort_rows.ts";
import { fileName, medsPaths } from "./names.ts";

/** What was drawn of a patient. */
interface Continuation {
  readonly subject: bigint;
  /** In microseconds since 1970. */
  readonly predictionTime: number;
  readonly drawn: RecordLists;
}

/** [records] Visits with codes. */
function filledVisits({ visitOffsets, codeOffsets, recordCount }: Cohort): Uint32Array {
  const filled = new Uint32Array(recordCount);
  for (let record = 0; record < recordCount; record++) {
    for (let visit = visitOffsets[record]; visit < visitOffsets[record + 1]; visit++) {
      filled[record] += Number(codeOffsets[visit + 1] > codeOffsets[visit]);
    }
  }
  return filled;
}

/**
 * The visits after the first ones, or an empty visit at once where there are none.
 *
 * @param times [visits] in microseconds since 1970
 * @param given visits of those, at least one
 */
function drawnVisits(record: RecordLists, times: Float64Array, given: number): RecordLists {
  const { visits, values } = record;
  const isOver = visits.length === given;
  const days = times.subarray(isOver ? given - 1 : given).map((time) => time / microsecondsPerDay);
  return {
    labels: [],
    visits: isOver ? [[]] : visits.slice(given),
    ...values && { values: isOver ? [[]] : values.slice(given) },
    startDay: days[0],
    gapDays: Array.from(days, (day, visit) => visit === 0 ? 0 : day - days[visit - 1]),
  };
}

/** Writes the continuations of records that come in order; those of one file are held in memory. */
export class Continuations {
  private readonly given: Uint32Array;
  private turn = 0;
  private frames: pl.DataFrame[] = [];

  /**
   * @param folder that gets the folder of the files
   * @param continued the patients; each has at most once the codes of its visits
   */
  constructor(private readonly folder: string, private readonly continued: Cohort) {
    this.given = filledVisits(continued);
  }

  /** Adds the next records, which have the numbers of their subject ids, less 1. */
  async add(records: Cohort, rows: CohortRows): Promise<void> {
    const { continued: { recordCount, subjectIds }, given } = this;
    let found: Continuation[] = [];
    for (const [record, id] of records.subjectIds.entries()) {
      const number = Number(id) - 1;
      const patient = number % recordCount;
      const turn = Math.floor(number / recordCount);
      if (turn !== this.turn) {
        this.keep(found, records, rows);
        found = [];
        await this.close();
        this.turn = turn;
      }
      if (given[patient] === 0) continue;
      const times = rows.timesOf(records, record);
      found.push({
        subject: subjectIds[patient],
        predictionTime: times[given[patient] - 1],
        drawn: drawnVisits(recordLists(records, record), times, given[patient]),
      });
    }
    this.keep(found, records, rows);
  }

  /** Keeps continuations as rows until their file is complete. */
  private keep(found: readonly Continuation[], { vocabulary }: Cohort, rows: CohortRows): void {
    if (found.length === 0) return;
    const subjectIds = BigInt64Array.from(found, ({ subject }) => subject);
    const drawn = { ...cohortOf(vocabulary, [], found.map(({ drawn }) => drawn)), subjectIds };
    const predicted = pl.DataFrame([
      pl.Series("subject_id", subjectIds),
      pl.Series("prediction_time", Float64Array.from(found, (each) => each.predictionTime)),
    ]).withColumns(pl.col("prediction_time").cast(pl.Int64).cast(pl.Datetime("us")));
    this.frames.push(
      rows.of(drawn, 0, found.length).join(predicted, { on: "subject_id", how: "left" })
        .select("subject_id", "time", "code", "numeric_value", "prediction_time"),
    );
  }

  /** Writes the file of the continuations that are kept, if there are any. */
  async close(): Promise<void> {
    if (this.frames.length === 0) return;
    await Deno.mkdir(`${this.folder}/${medsPaths.continuations}`, { recursive: true });
    const path = `${this.folder}/${medsPaths.continuations}/${fileName(this.turn)}`;
    await writeParquet(path, pl.concat(this.frames));
    this.frames = [];
  }
}

/**
 * HALO's layout of a record as multi-hot rows: the start token, the labels, then one row per visit,
 * the last of which ends the record. Other visit-level models share it.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { recordLists } from "../../cohort/records.ts";
import type { MultiHot } from "../../nn/multi_hot.ts";
import { equalOffsets, type RecordOffsets } from "../../nn/record_rows.ts";
import type { cohortSizes, ConfigOf } from "../interface/settings.ts";
import type { Codec, RecordReader } from "../interface/writing.ts";

/** Special columns after codes and labels: start of record, end of record, padding. */
const specials = 3;

/** Numbers of codes and labels in a row. */
export type RowSizes = ConfigOf<typeof cohortSizes>;

/** Numbers of codes and labels of a cohort. */
export function sizesOf({ vocabulary, labelNames }: Cohort): RowSizes {
  return { codes: vocabulary.codes.length, labels: labelNames.length };
}

/** Width of a row: codes, labels and special tokens. */
export function columnsOf({ codes, labels }: RowSizes): number {
  return codes + labels + specials;
}

/** Column of the token that begins a record. */
export function startColumn({ codes, labels }: RowSizes): number {
  return codes + labels;
}

/** Column of the token that ends a record, on in the row of its last visit. */
export function endColumn({ codes, labels }: RowSizes): number {
  return codes + labels + 1;
}

/** Columns of the labels that are on. */
export function labelColumns({ codes }: RowSizes, labels: ArrayLike<number>): number[] {
  return Array.from(labels, (_, i) => codes + i).filter((_, i) => labels[i] === 1);
}

/** Rows of a record that are predicted: its labels and its visits. */
export function rowsOf({ visitOffsets }: Cohort, record: number): number {
  return visitOffsets[record + 1] - visitOffsets[record] + 1;
}

/**
 * Rows of each record in a batch at most: those of the longest, and padding to a multiple of four.
 */
export function longestRows(cohort: Cohort, records: Int32Array): number {
  return 3 + records.reduce((most, record) => Math.max(most, rowsOf(cohort, record)), 1);
}

/** Records laid out as rows for a visit-level model. */
export interface VisitRows {
  /** Number of records. */
  readonly records: number;
  /** [records + 1] Which rows are whose; rows after the last record are padding. */
  readonly offsets: RecordOffsets;
  /** [rows] What the model sees: start, labels, visits but the last. */
  readonly inputs: MultiHot;
  /** [rows] What it is to predict: labels, visits. */
  readonly targets: MultiHot;
  /** [rows] 1 for rows to predict, 0 for padding, which follows a record's rows or all records. */
  readonly mask: Float32Array;
  /** [rows] Days from the visit before to the visit to predict; NaN where there is none. */
  readonly waits: Float64Array;
}

/** Visit rows in which every record is as long as the longest. */
export interface PaddedRows extends VisitRows {
  /** Rows of each record. */
  readonly rows: number;
}

/**
 * HALO's layout of records as multi-hot rows, without padding between records. It is one row shorter than
 * the paper's since the last is only ever a target and the first only ever an input.
 *
 * @param sizes of the vocabulary and labels
 * @param cohort where the records are
 * @param records indices into it
 * @param multiple of which the number of rows is to be one: padding follows the last record
 * @see docs/specs/halo.md section 1
 */
export function packedRows(
  sizes: RowSizes,
  cohort: Cohort,
  records: Int32Array,
  multiple = 1,
): VisitRows {
  const offsets = new Int32Array(records.length + 1);
  records.forEach((record, b) => offsets[b + 1] = offsets[b] + rowsOf(cohort, record));
  const total = multiple * Math.ceil(offsets[records.length] / multiple);
  return laidOut(sizes, cohort, records, offsets, total);
}

/**
 * {@link packedRows} padded to the longest record, for models that go through all records step by step.
 *
 * @param most if given, rows are padded to a multiple of four, but at most to this: TensorFlow
 * compiles a kernel for each new shape
 */
export function paddedRows(
  sizes: RowSizes,
  cohort: Cohort,
  records: Int32Array,
  most?: number,
): PaddedRows {
  let rows = records.reduce((longest, record) => Math.max(longest, rowsOf(cohort, record)), 1);
  if (most !== undefined) rows = Math.max(rows, Math.min(most, 4 * Math.ceil(rows / 4)));
  const offsets = equalOffsets(records.length, rows);
  return { ...laidOut(sizes, cohort, records, offsets, records.length * rows), rows };
}

/** Records from the given rows on, in a layout of `total` rows. */
function laidOut(
  sizes: RowSizes,
  cohort: Cohort,
  records: Int32Array,
  offsets: RecordOffsets,
  total: number,
): VisitRows {
  const targets = targetRows(sizes, cohort, records, offsets, total);
  const mask = new Float32Array(total);
  records.forEach((record, b) => mask.fill(1, offsets[b], offsets[b] + rowsOf(cohort, record)));
  return {
    records: records.length,
    offsets,
    mask,
    inputs: inputRows(startColumn(sizes), targets, offsets, mask),
    targets,
    waits: waitsOf(cohort, records, offsets, total),
  };
}

/** The waits before the visits to predict, which follow the row of labels and the first visit. */
function waitsOf(
  { visitOffsets, gapDays }: Cohort,
  records: Int32Array,
  offsets: RecordOffsets,
  total: number,
): Float64Array {
  const waits = new Float64Array(total).fill(NaN);
  records.forEach((record, b) => {
    const later = gapDays.subarray(visitOffsets[record] + 1, visitOffsets[record + 1]);
    if (later.length > 0) waits.set(later, offsets[b] + 2);
  });
  return waits;
}

/** What is to be predicted: labels, then visits, the end token in the row of the last one. */
function targetRows(
  sizes: RowSizes,
  cohort: Cohort,
  records: Int32Array,
  offsets: RecordOffsets,
  total: number,
): MultiHot {
  const { visitOffsets, codeOffsets, codes, labels } = cohort;
  const entries = records.reduce((sum, record) => {
    const codeCount = codeOffsets[visitOffsets[record + 1]] - codeOffsets[visitOffsets[record]];
    return sum + codeCount + sizes.labels + 1;
  }, 0);
  const columnOffsets = new Int32Array(total + 1);
  const columns = new Int32Array(entries); // at most: labels may be 0
  let count = 0;
  for (let b = 0; b < records.length; b++) {
    const first = visitOffsets[records[b]];
    const visits = visitOffsets[records[b] + 1] - first;
    for (let row = 0; row <= visits; row++) {
      if (row === 0) {
        for (let label = 0; label < sizes.labels; label++) {
          const isOn = labels[records[b] * sizes.labels + label] === 1;
          if (isOn) columns[count++] = sizes.codes + label;
        }
      } else {
        const visit = first + row - 1;
        for (let i = codeOffsets[visit]; i < codeOffsets[visit + 1]; i++) {
          columns[count++] = codes[i];
        }
      }
      if (row === visits) columns[count++] = endColumn(sizes);
      columnOffsets[offsets[b] + row + 1] = count;
    }
    columnOffsets.fill(count, offsets[b] + visits + 2, offsets[b + 1] + 1); // padding
  }
  columnOffsets.fill(count, offsets[records.length] + 1);
  return { rows: total, offsets: columnOffsets, columns: columns.subarray(0, count) };
}

/**
 * What is seen: in each row that counts the target before it, in a record's first the start token.
 */
function inputRows(
  start: number,
  targets: MultiHot,
  offsets: RecordOffsets,
  mask: Float32Array,
): MultiHot {
  const columnOffsets = new Int32Array(targets.rows + 1);
  const columns = new Int32Array(targets.columns.length + offsets.length - 1);
  let count = 0;
  let record = 0;
  for (let at = 0; at < targets.rows; at++) {
    const isFirst = at === offsets[record];
    if (isFirst) record++;
    if (mask[at] === 1) {
      if (isFirst) columns[count++] = start;
      else {
        for (let i = targets.offsets[at - 1]; i < targets.offsets[at]; i++) {
          columns[count++] = targets.columns[i];
        }
      }
    }
    columnOffsets[at + 1] = count;
  }
  return { rows: targets.rows, offsets: columnOffsets, columns: columns.subarray(0, count) };
}

/**
 * How rows spell records. Labels are those of row 1, codes those of later rows; rows without codes
 * are dropped, as in the original, and all other columns are ignored.
 *
 * @param sizes of the vocabulary and labels
 * @param context largest number of rows of a record, with the start
 * @see docs/specs/halo.md section 6
 */
export function rowCodec(sizes: RowSizes, context: number): Codec {
  return {
    step: "row",
    specials: ["start", "end", "padding"],
    first: [startColumn(sizes)],
    limit: context,
    labelSteps: (labels) => [labelColumns(sizes, labels)],
    beginning(cohort, record) {
      const { labels, visits, gapDays = [] } = recordLists(cohort, record);
      return {
        steps: [labelColumns(sizes, labels), ...visits.map((visit) => [...visit])],
        waits: [NaN, ...visits.map((_, visit) => visit === 0 ? NaN : gapDays[visit])],
      };
    },
    reader: () => rowReader(sizes),
  };
}

function rowReader(sizes: RowSizes): RecordReader {
  const { codes } = sizes;
  const [start, end] = [startColumn(sizes), endColumn(sizes)];
  let part: RecordReader["part"] = "labels";
  let labels: number[] = [];
  const visits: number[][] = [];
  const waits: number[] = [];
  let passed = 0; // days, with those before visits that are dropped
  return {
    get part() {
      return part;
    },
    get labels() {
      return labels;
    },
    visits,
    waits,
    read(row, wait = 0) {
      if (wait > 0) passed += wait;
      const isOfLabels = part === "labels";
      if (isOfLabels) labels = new Array<number>(sizes.labels).fill(0);
      const visit: number[] = [];
      let isLast = false;
      for (let i = 0; i < row.length; i++) {
        if (row[i] < codes) visit.push(row[i]);
        else if (row[i] === end) isLast = true;
        else if (isOfLabels && row[i] < start) labels[row[i] - codes] = 1;
      }
      if (!isOfLabels && visit.length > 0) {
        visits.push(visit);
        waits.push(passed);
        passed = 0;
      }
      part = isLast ? "end" : "visits";
    },
  };
}

/**
 * HALO's layout of a record as multi-hot rows: the start token, the labels, then one row per visit,
 * the last of which ends the record. Other visit-level models share it.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { recordLists } from "../../cohort/records.ts";
import type { MultiHot } from "../../nn/multi_hot.ts";
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

/** Records laid out as rows for a visit-level model: every record as long as the longest. */
export interface VisitRows {
  /** Number of records. */
  readonly records: number;
  /** Rows of each record. */
  readonly rows: number;
  /** [records × rows] What the model sees: start, labels, visits but the last. */
  readonly inputs: MultiHot;
  /** [records × rows] What it is to predict: labels, visits. */
  readonly targets: MultiHot;
  /** [records × rows] 1 for rows to predict, 0 for padding. */
  readonly mask: Float32Array;
  /** [records × rows] Days from the visit before to the visit to predict; NaN where there is none. */
  readonly waits: Float64Array;
}

/**
 * HALO's layout of records as multi-hot rows, one row shorter than the paper's since the last is
 * only ever a target and the first only ever an input.
 *
 * @param sizes of the vocabulary and labels
 * @param cohort where the records are
 * @param records indices into it
 * @param most if given, rows are padded to a multiple of four, but at most to this: TensorFlow
 * compiles a kernel for each new shape
 * @see docs/specs/halo.md section 1
 */
export function visitRows(
  sizes: RowSizes,
  cohort: Cohort,
  records: Int32Array,
  most?: number,
): VisitRows {
  let rows = records.reduce((longest, record) => Math.max(longest, rowsOf(cohort, record)), 1);
  if (most !== undefined) rows = Math.max(rows, Math.min(most, 4 * Math.ceil(rows / 4)));
  const targets = targetRows(sizes, cohort, records, rows);
  const mask = new Float32Array(targets.rows);
  records.forEach((record, b) => mask.fill(1, b * rows, b * rows + rowsOf(cohort, record)));
  return {
    records: records.length,
    rows,
    mask,
    inputs: inputRows(startColumn(sizes), targets, rows, mask),
    targets,
    waits: waitsOf(cohort, records, rows),
  };
}

/** The waits before the visits to predict, which follow the row of labels and the first visit. */
function waitsOf(
  { visitOffsets, gapDays }: Cohort,
  records: Int32Array,
  rows: number,
): Float64Array {
  const waits = new Float64Array(records.length * rows).fill(NaN);
  records.forEach((record, b) => {
    const later = gapDays.subarray(visitOffsets[record] + 1, visitOffsets[record + 1]);
    waits.set(later, b * rows + 2);
  });
  return waits;
}

/** What is to be predicted: labels, then visits, the end token in the row of the last one. */
function targetRows(
  sizes: RowSizes,
  cohort: Cohort,
  records: Int32Array,
  rows: number,
): MultiHot {
  const { visitOffsets, codeOffsets, codes, labels } = cohort;
  const entries = records.reduce((sum, record) => {
    const codeCount = codeOffsets[visitOffsets[record + 1]] - codeOffsets[visitOffsets[record]];
    return sum + codeCount + sizes.labels + 1;
  }, 0);
  const offsets = new Int32Array(records.length * rows + 1);
  const columns = new Int32Array(entries); // at most: labels may be 0
  let count = 0;
  for (let b = 0; b < records.length; b++) {
    const first = visitOffsets[records[b]];
    const visits = visitOffsets[records[b] + 1] - first;
    for (let row = 0; row < rows; row++) {
      if (row === 0) {
        for (let label = 0; label < sizes.labels; label++) {
          const isOn = labels[records[b] * sizes.labels + label] === 1;
          if (isOn) columns[count++] = sizes.codes + label;
        }
      } else if (row <= visits) {
        const visit = first + row - 1;
        for (let i = codeOffsets[visit]; i < codeOffsets[visit + 1]; i++) {
          columns[count++] = codes[i];
        }
      }
      if (row === visits) columns[count++] = endColumn(sizes);
      offsets[b * rows + row + 1] = count;
    }
  }
  return { rows: records.length * rows, offsets, columns: columns.subarray(0, count) };
}

/**
 * What is seen: in each row that counts the target before it, in a record's first the start token.
 */
function inputRows(
  start: number,
  targets: MultiHot,
  rows: number,
  mask: Float32Array,
): MultiHot {
  const offsets = new Int32Array(targets.rows + 1);
  const columns = new Int32Array(targets.columns.length + targets.rows / rows);
  let count = 0;
  for (let at = 0; at < targets.rows; at++) {
    if (mask[at] === 1) {
      if (at % rows === 0) columns[count++] = start;
      else {
        for (let i = targets.offsets[at - 1]; i < targets.offsets[at]; i++) {
          columns[count++] = targets.columns[i];
        }
      }
    }
    offsets[at + 1] = count;
  }
  return { rows: targets.rows, offsets, columns: columns.subarray(0, count) };
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

/**
 * HALO's layout of a record as multi-hot rows: the start token, the labels, then a row to each
 * visit, the last of which ends the record. Other visit-level models share it.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import type { MultiHot } from "../../nn/multi_hot.ts";
import type { cohortSizes, ConfigOf } from "../interface/settings.ts";
import type { Codec, RecordReader } from "../interface/writing.ts";

/** Special columns after codes and labels: start of record, end of record, padding. */
const specials = 3;

/** How many codes and labels a row must hold. */
export type RowSizes = ConfigOf<typeof cohortSizes>;

/** How many codes and labels a cohort has. */
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

/** Rows of a record that are predicted: its labels and its visits. */
export function rowsOf({ visitOffsets }: Cohort, record: number): number {
  return visitOffsets[record + 1] - visitOffsets[record] + 1;
}

/** Rows of each record in a batch at most: those of the longest, and padding to a multiple of four. */
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
}

/**
 * HALO's layout of records as multi-hot rows, one row shorter than the paper's since the last is
 * only ever a target and the first only ever an input.
 *
 * @param sizes of the vocabulary and labels
 * @param cohort where the records are
 * @param records indices into it
 * @param most where given, rows are padded to a multiple of four, but to no more than this: every new
 * shape costs TensorFlow a kernel
 * @see docs/specs/halo.md section 1
 */
export function visitRows(
  sizes: RowSizes,
  cohort: Cohort,
  records: Int32Array,
  most?: number,
): VisitRows {
  const { visitOffsets, codeOffsets, codes, labels } = cohort;
  let rows = 1;
  let entries = 0;
  for (const record of records) {
    const from = visitOffsets[record];
    const to = visitOffsets[record + 1];
    rows = Math.max(rows, to - from + 1);
    entries += codeOffsets[to] - codeOffsets[from] + sizes.labels + 1;
  }
  if (most !== undefined) rows = Math.max(rows, Math.min(most, 4 * Math.ceil(rows / 4)));
  const total = records.length * rows;
  const mask = new Float32Array(total);
  const targets = {
    rows: total,
    offsets: new Int32Array(total + 1),
    columns: new Int32Array(entries),
  };
  const inputs = {
    rows: total,
    offsets: new Int32Array(total + 1),
    columns: new Int32Array(entries),
  };
  let target = 0;
  let input = 0;
  for (let b = 0; b < records.length; b++) {
    const first = visitOffsets[records[b]];
    const visits = visitOffsets[records[b] + 1] - first;
    for (let row = 0; row < rows; row++) {
      const at = b * rows + row;
      if (row <= visits) { // the row before this target, as it stands in targets already
        mask[at] = 1;
        if (row === 0) inputs.columns[input++] = startColumn(sizes);
        else {
          for (let i = targets.offsets[at - 1]; i < targets.offsets[at]; i++) {
            inputs.columns[input++] = targets.columns[i];
          }
        }
        if (row === 0) {
          for (let label = 0; label < sizes.labels; label++) {
            if (labels[records[b] * sizes.labels + label] === 1) {
              targets.columns[target++] = sizes.codes + label;
            }
          }
        } else {
          const visit = first + row - 1;
          for (let i = codeOffsets[visit]; i < codeOffsets[visit + 1]; i++) {
            targets.columns[target++] = codes[i];
          }
        }
        if (row === visits) targets.columns[target++] = endColumn(sizes);
      }
      inputs.offsets[at + 1] = input;
      targets.offsets[at + 1] = target;
    }
  }
  return {
    records: records.length,
    rows,
    mask,
    inputs: { ...inputs, columns: inputs.columns.subarray(0, input) },
    targets: { ...targets, columns: targets.columns.subarray(0, target) },
  };
}

/**
 * How rows spell records. Labels are those of row 1, codes those of later rows; rows without codes
 * are dropped, as in the original, and whatever else comes on is ignored.
 *
 * @param sizes of the vocabulary and labels
 * @param context most rows of a record, the start included
 * @see docs/specs/halo.md section 6
 */
export function rowCodec(sizes: RowSizes, context: number): Codec {
  const { codes } = sizes;
  return {
    first: [startColumn(sizes)],
    limit: context,
    labelSteps: (labels) => [
      Array.from(labels, (_, i) => codes + i).filter((_, i) => labels[i] === 1),
    ],
    visitSteps: (visits) => visits.map((visit) => [...visit]), // none of which is the last
    reader: () => rowReader(sizes),
  };
}

function rowReader(sizes: RowSizes): RecordReader {
  const { codes } = sizes;
  let part: RecordReader["part"] = "labels";
  let labels: number[] = [];
  const visits: number[][] = [];
  return {
    get part() {
      return part;
    },
    get labels() {
      return labels;
    },
    visits,
    read(row) {
      const on = Array.from(row);
      if (part === "labels") {
        labels = Array.from({ length: sizes.labels }, (_, i) => on.includes(codes + i) ? 1 : 0);
      } else {
        const visit = on.filter((column) => column < codes);
        if (visit.length > 0) visits.push(visit);
      }
      part = on.includes(endColumn(sizes)) ? "end" : "visits";
    },
  };
}

/**
 * GPT's layout of a record as a sequence of tokens: start, the labels that are on, end of labels,
 * then each visit's codes in ascending order and an end of visit, and an end of record.
 *
 * @see docs/specs/baselines.md section 3
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { recordLists } from "../../cohort/records.ts";
import { type MultiHot, rowsFrom } from "../../nn/multi_hot.ts";
import type { Codec, RecordReader } from "../interface/writing.ts";
import { labelColumns, type RowSizes } from "../rows/visit_rows.ts";

/** Tokens after codes and labels. */
export function specialTokens({ codes, labels }: RowSizes): {
  start: number;
  endLabels: number;
  endVisit: number;
  endRecord: number;
} {
  const start = codes + labels;
  return { start, endLabels: start + 1, endVisit: start + 2, endRecord: start + 3 };
}

/** Number of different tokens: codes, labels, four special ones, and padding as in the original. */
export function tokenKinds({ codes, labels }: RowSizes): number {
  return codes + labels + 5;
}

/** Number of tokens of a record, with the start. */
export function tokenCount({ labels }: RowSizes, cohort: Cohort, record: number): number {
  const from = cohort.visitOffsets[record];
  const to = cohort.visitOffsets[record + 1];
  let count = 3 + (to - from) + cohort.codeOffsets[to] - cohort.codeOffsets[from];
  for (let i = record * labels; i < (record + 1) * labels; i++) count += cohort.labels[i];
  return count;
}

/** Tokens to predict in a number of records of the cohort's mean length. */
export function meanTokens(
  sizes: Parameters<typeof tokenCount>[0],
  cohort: Cohort,
  recordCount: number,
): number {
  let tokens = 0;
  for (let record = 0; record < cohort.recordCount; record++) {
    tokens += tokenCount(sizes, cohort, record) - 1;
  }
  return recordCount * tokens / cohort.recordCount;
}

/** A record as tokens. */
export function tokensOf(sizes: RowSizes, cohort: Cohort, record: number): number[] {
  const { start, endLabels, endVisit, endRecord } = specialTokens(sizes);
  const labels = cohort.labels.subarray(record * sizes.labels, (record + 1) * sizes.labels);
  const tokens = [start, ...labelColumns(sizes, labels), endLabels];
  for (let visit = cohort.visitOffsets[record]; visit < cohort.visitOffsets[record + 1]; visit++) {
    tokens.push(
      ...cohort.codes.subarray(cohort.codeOffsets[visit], cohort.codeOffsets[visit + 1]),
      endVisit,
    );
  }
  tokens.push(endRecord);
  return tokens;
}

/** Records as tokens, each padded to the longest by rows without a token. */
export interface TokenRows {
  /** Number of records. */
  readonly records: number;
  /** [records × steps] What the model sees: all tokens but the last. */
  readonly inputs: MultiHot;
  /** [records × steps] What it is to predict: all tokens but the first. */
  readonly targets: MultiHot;
}

/** Lays records out as tokens. */
export function tokenRows(sizes: RowSizes, cohort: Cohort, records: Int32Array): TokenRows {
  return sequenceRows(Array.from(records, (record) => tokensOf(sizes, cohort, record)), 1);
}

/**
 * Lays sequences of tokens side by side.
 *
 * @param unread how many tokens at the end of each the model does not see: the last has no target
 */
export function sequenceRows(
  sequences: readonly (readonly number[])[],
  unread: 0 | 1,
): TokenRows {
  const longest = sequences.reduce((most, { length }) => Math.max(most, length), 0);
  const rows = (first: number, end: number) =>
    rowsFrom(sequences.flatMap((tokens) =>
      Array.from(
        { length: longest - unread },
        (_, step) => step + end < tokens.length ? [tokens[step + first]] : [],
      )
    ));
  return { records: sequences.length, inputs: rows(0, unread), targets: rows(1, 1) };
}

/**
 * How tokens spell records. All sequences that {@link tokensOf} cannot give are forbidden: labels
 * and codes of a visit ascend, a visit has a code, a record ends after its labels or a visit. The
 * original draws freely and drops what it cannot read.
 *
 * @param sizes of the vocabulary and labels
 * @param context largest number of tokens of a record, with the start
 */
export function tokenCodec(sizes: RowSizes, context: number): Codec {
  const { start, endLabels, endVisit } = specialTokens(sizes);
  const labelSteps = (labels: ArrayLike<number>) =>
    [...labelColumns(sizes, labels), endLabels].map((token) => [token]);
  return {
    step: "token",
    specials: ["start", "end of labels", "end of visit", "end of record", "padding"],
    first: [start],
    limit: context,
    labelSteps,
    beginning(cohort, record) {
      const { labels, visits } = recordLists(cohort, record);
      const spelled = visits.flatMap((visit) => [...visit, endVisit].map((token) => [token]));
      return { steps: [...labelSteps(labels), ...spelled] };
    },
    reader: () => tokenReader(sizes),
  };
}

function tokenReader(sizes: RowSizes): RecordReader {
  const { codes } = sizes;
  const { start, endLabels, endVisit, endRecord } = specialTokens(sizes);
  const columns = new Uint8Array(tokenKinds(sizes));
  let part: RecordReader["part"] = "labels";
  let next = codes; // the least code or label that may follow
  const labels = new Array<number>(sizes.labels).fill(0);
  const visits: number[][] = [];
  let open: number[] = []; // the visit that is being written
  return {
    get part() {
      return part;
    },
    labels,
    visits,
    get isOpen() {
      return open.length > 0;
    },
    forbidden() {
      const isLabels = part === "labels";
      columns.fill(1).fill(0, next, isLabels ? start : codes);
      columns[isLabels ? endLabels : open.length > 0 ? endVisit : endRecord] = 0;
      return { columns };
    },
    read({ 0: token }) {
      next = token + 1;
      if (token === endRecord) part = "end";
      else if (token === endLabels || token === endVisit) {
        part = "visits";
        open = [];
        next = 0;
      } else if (part === "labels") labels[token - codes] = 1;
      else {
        if (open.length === 0) visits.push(open);
        open.push(token);
      }
    },
  };
}

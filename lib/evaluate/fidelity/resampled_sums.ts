/**
 * Sums over patients, one resample after another: what each record adds to each of many cells (codes,
 * pairs of chapters, values of a statistic) is read once, and only its weight changes.
 *
 * @module
 */
import { breathe } from "../../breathe.ts";
import type { Cohort } from "../../cohort/cohort.ts";
import { growing } from "../../cohort/growing.ts";
import type { OnProgress } from "../../progress.ts";
import { resampleWeights } from "../bootstrap.ts";
import type { Asked } from "../measure.ts";

/** What each record of a cohort adds to each cell, as sparse rows. */
export interface RecordRows {
  /** Number of cells. */
  readonly cellCount: number;
  /** [records + 1] Record r's entries are `offsets[r]` up to `offsets[r + 1]`. */
  readonly offsets: Uint32Array;
  /** [entries] Each cell once a record. */
  readonly cells: Uint32Array;
  /** [entries] What the record adds to the cell. */
  readonly counts: Uint32Array;
}

/** Adds a count, default 1, to a cell of the record that is being read. */
export type Add = (cell: number, count?: number) => void;

/** Reads what each record of a cohort adds to each of `cellCount` cells. */
export function recordRows(
  { recordCount }: Cohort,
  cellCount: number,
  read: (record: number, add: Add) => void,
): RecordRows {
  const offsets = new Uint32Array(recordCount + 1);
  const cells = growing((length) => new Uint32Array(length));
  const counts = growing((length) => new Uint32Array(length));
  const places = new Uint32Array(cellCount); // where a cell stands in the row, if it does
  let start = 0;
  const add: Add = (cell, count = 1) => {
    const place = places[cell];
    if (place >= start && place < cells.length && cells.at(place) === cell) {
      counts.set(place, counts.at(place) + count);
      return;
    }
    places[cell] = cells.length;
    cells.push(cell);
    counts.push(count);
  };
  for (let record = 0; record < recordCount; record++) {
    start = cells.length;
    read(record, add);
    offsets[record + 1] = cells.length;
  }
  return { cellCount, offsets, cells: cells.view(), counts: counts.view() };
}

/** Overwrites `sums` with the weighted sums of all records. */
function sum({ offsets, cells, counts }: RecordRows, weights: Int32Array, sums: Float64Array) {
  sums.fill(0);
  for (let record = 0; record < weights.length; record++) {
    const weight = weights[record];
    if (weight === 0) continue;
    for (let i = offsets[record]; i < offsets[record + 1]; i++) {
      sums[cells[i]] += weight * counts[i];
    }
  }
}

/** [cells] The sums over the cohort as it is. */
export function sumsOf(rows: RecordRows): Float64Array {
  const sums = new Float64Array(rows.cellCount);
  sum(rows, new Int32Array(rows.offsets.length - 1).fill(1), sums);
  return sums;
}

/** Sums over a cohort or a resample: one array for each kind of rows; overwritten by the next. */
export type KindsOfSums = readonly Float64Array[];

/**
 * Figures of each of `asked.others` against the real cohort, for the cohorts as they are and for each
 * resample.
 *
 * @param kinds [kinds][1 + others] what records add, real ones first
 * @param figures from the sums of each kind: of the real cohort, and of one of the others
 * @returns one entry for each of the others: by name, [resamples + 1] of a figure
 */
export async function resampledFigures<Name extends string>(
  asked: Asked,
  kinds: readonly (readonly RecordRows[])[],
  figures: (real: KindsOfSums, other: KindsOfSums, index: number) => Record<Name, number>,
  onProgress?: OnProgress,
): Promise<Record<Name, Float64Array>[]> {
  const { real, others, seed, resamples } = asked;
  const cohorts = [real, ...others].map(({ role, cohort }, i) => ({
    role,
    weights: new Int32Array(cohort.recordCount),
    rows: kinds.map((each) => each[i]),
    sums: kinds.map((each) => new Float64Array(each[i].cellCount)),
  }));
  const columns = others.map(() => new Map<string, Float64Array>());
  for (let resample = 0; resample <= resamples; resample++) {
    for (const { role, weights, rows, sums } of cohorts) {
      resampleWeights({ role, seed }, resample, weights);
      rows.forEach((each, kind) => sum(each, weights, sums[kind]));
      await breathe();
    }
    const [truth, ...judged] = cohorts;
    for (const [i, { sums }] of judged.entries()) {
      for (const [name, figure] of Object.entries<number>(figures(truth.sums, sums, i))) {
        const column = columns[i].get(name) ?? new Float64Array(resamples + 1);
        column[resample] = figure;
        columns[i].set(name, column);
      }
    }
    onProgress?.({ stage: "resampling patients", done: resample + 1, total: resamples + 1 });
  }
  // `figures` has the same names in every resample
  return columns.map((each) => Object.fromEntries(each) as Record<Name, Float64Array>);
}

/**
 * Sums over patients, one resample after another: what each record adds to each of many cells (codes,
 * pairs of chapters, values of a statistic) stays the same, and only its weight changes.
 *
 * @module
 */
import { breathe } from "../../breathe.ts";
import type { Cohort } from "../../cohort/cohort.ts";
import { growing } from "../../cohort/growing.ts";
import type { OnProgress } from "../../progress.ts";
import { type Role, type Units, unitsOf, unitWeights } from "../bootstrap.ts";
import type { Asked } from "../measure.ts";

/** What consecutive records add to each cell, as sparse rows. */
export interface RowRun {
  /** Index of the first record. */
  readonly from: number;
  /** [records + 1] Row r is `cells[offsets[r]]` up to `cells[offsets[r + 1]]`. */
  readonly offsets: Uint32Array;
  /** [entries] Each cell once a record. */
  readonly cells: Uint32Array;
  /** [entries] What the record adds to the cell. */
  readonly counts: Uint32Array;
}

/** What each record of a cohort adds to each cell. */
export interface RecordRows {
  /** Number of records. */
  readonly recordCount: number;
  /** Number of cells. */
  readonly cellCount: number;
  /** Adds what a record adds. */
  readonly read: (record: number, add: Add) => void;
  /** Reads the records, in runs of bounded size. */
  runs(): Iterable<RowRun>;
}

/** Adds a count, default 1, to a cell of the record that is being read. */
export type Add = (cell: number, count?: number) => void;

/** Entries after which a run ends. */
const runEntries = 1 << 20;

/** Rows that are read from a cohort whenever they are asked for. */
export function recordRows(
  { recordCount }: Pick<Cohort, "recordCount">,
  cellCount: number,
  read: RecordRows["read"],
): RecordRows {
  const readRun = (from: number, places: Uint32Array): RowRun => {
    const offsets: number[] = [0];
    const cells = growing((length) => new Uint32Array(length));
    const counts = growing((length) => new Uint32Array(length));
    let start = 0;
    const add: Add = (cell, count = 1) => {
      const place = places[cell]; // where the cell stands in the row, if it does
      if (place >= start && place < cells.length && cells.at(place) === cell) {
        counts.set(place, counts.at(place) + count);
        return;
      }
      places[cell] = cells.length;
      cells.push(cell);
      counts.push(count);
    };
    for (let record = from; record < recordCount && cells.length < runEntries; record++) {
      start = cells.length;
      read(record, add);
      offsets.push(cells.length);
    }
    const [ownCells, ownCounts] = [cells.view().slice(), counts.view().slice()];
    return { from, offsets: Uint32Array.from(offsets), cells: ownCells, counts: ownCounts };
  };
  return {
    recordCount,
    cellCount,
    read,
    *runs() {
      const places = new Uint32Array(cellCount);
      for (let from = 0; from < recordCount;) {
        const run = readRun(from, places);
        yield run;
        from += run.offsets.length - 1;
      }
    },
  };
}

/** The rows of what resamples draw: of groups of records, if these are drawn together. */
function inUnits(rows: RecordRows, { count, unitOf }: Units): RecordRows {
  if (unitOf === undefined) return rows;
  const offsets = new Uint32Array(count + 1);
  for (const unit of unitOf) offsets[unit + 1]++;
  for (let unit = 0; unit < count; unit++) offsets[unit + 1] += offsets[unit];
  const next = offsets.slice();
  const records = new Uint32Array(unitOf.length);
  unitOf.forEach((unit, record) => records[next[unit]++] = record);
  return recordRows({ recordCount: count }, rows.cellCount, (unit, add) => {
    for (let i = offsets[unit]; i < offsets[unit + 1]; i++) rows.read(records[i], add);
  });
}

/** The same rows, which are kept in memory when they are first read, if they have few entries. */
function kept(rows: RecordRows, mostEntries: number): RecordRows {
  let found: RowRun[] | undefined;
  return {
    ...rows,
    *runs() {
      if (found !== undefined) return yield* found;
      const read: RowRun[] = [];
      let entries = 0;
      for (const run of rows.runs()) {
        entries += run.cells.length;
        if (entries <= mostEntries) read.push(run);
        else read.length = 0;
        yield run;
      }
      if (entries <= mostEntries) found = read;
    },
  };
}

/**
 * Adds the weighted rows of a run to sums.
 *
 * @param weights [records × columns]
 * @param sums [cells × columns]
 */
function addRun(
  { from, offsets, cells, counts }: RowRun,
  weights: Int32Array,
  sums: Float64Array,
  columns: number,
): void {
  for (let row = 0; row + 1 < offsets.length; row++) {
    const weight = (from + row) * columns;
    for (let i = offsets[row]; i < offsets[row + 1]; i++) {
      const sum = cells[i] * columns;
      const count = counts[i];
      for (let column = 0; column < columns; column++) {
        sums[sum + column] += weights[weight + column] * count;
      }
    }
  }
}

/** [cells] The sums over the cohort as it is. */
export function sumsOf(rows: RecordRows): Float64Array {
  const sums = new Float64Array(rows.cellCount);
  const weights = new Int32Array(rows.recordCount).fill(1);
  for (const run of rows.runs()) addRun(run, weights, sums, 1);
  return sums;
}

/** Cells whose sums are turned at a time: they stay in the processor's first cache. */
const tile = 64;

/**
 * Turns a block of sums, so that those of one resample stand together: 20 times as fast as reading
 * them one by one where there are 100,000 cells.
 *
 * @param block [cells × columns]
 * @param turned [columns × cells] is overwritten
 */
function turn(block: Float64Array, turned: Float64Array, columns: number): void {
  const cells = block.length / columns;
  for (let from = 0; from < cells; from += tile) {
    const to = Math.min(cells, from + tile);
    for (let column = 0; column < columns; column++) {
      for (let cell = from; cell < to; cell++) {
        turned[column * cells + cell] = block[cell * columns + column];
      }
    }
  }
}

/** Sums over a cohort or a resample: one array for each kind of rows; overwritten by later ones. */
export type KindsOfSums = readonly Float64Array[];

/** A cohort while its resamples are summed, a block of resamples at a time. */
class BlockSums {
  /** [kinds][columns × cells] */
  readonly #sums: readonly Float64Array[];

  /** @param kinds rows of the units */
  constructor(
    private readonly resampling: { readonly role: Role; readonly seed: number },
    readonly units: Units,
    private readonly kinds: readonly RecordRows[],
    private readonly columns: number,
  ) {
    this.#sums = kinds.map(({ cellCount }) => new Float64Array(cellCount * columns));
  }

  /**
   * Sums the resamples `first`, `first` + 1, … of a block.
   *
   * @param buffer [at least units × columns] is overwritten
   */
  async read(first: number, buffer: Int32Array): Promise<void> {
    const { columns, units } = this;
    const weights = buffer.subarray(0, units.count * columns);
    for (let column = 0; column < columns; column++) {
      unitWeights(this.resampling, first + column, units, weights, { column, columns });
    }
    for (const [kind, rows] of this.kinds.entries()) {
      const block = new Float64Array(rows.cellCount * columns);
      for (const run of rows.runs()) {
        addRun(run, weights, block, columns);
        await breathe();
      }
      turn(block, this.#sums[kind], columns);
    }
  }

  /** The sums of one resample of the block. */
  at(column: number): KindsOfSums {
    return this.kinds.map(({ cellCount }, kind) =>
      this.#sums[kind].subarray(column * cellCount, (column + 1) * cellCount)
    );
  }
}

/** Resamples that are summed at a time: many, but with at most 2²⁴ sums (128 MiB) in all. */
function blockColumns(kinds: readonly (readonly RecordRows[])[], resamples: number): number {
  const cells = kinds.flat().reduce((sum, { cellCount }) => sum + cellCount, 1);
  return Math.max(1, Math.min(64, resamples + 1, Math.floor(2 ** 24 / cells)));
}

/**
 * Figures of each of `asked.others` against the real cohort, for the cohorts as they are and for each
 * resample.
 *
 * @param kinds [kinds][1 + others] what records add, real ones first; at least one kind
 * @param figures from the sums of each kind: of the real cohort, and of one of the others
 * @returns one entry for each of the others: by name, [resamples + 1] of a figure
 */
export async function resampledFigures<Name extends string>(
  asked: Asked,
  kinds: readonly (readonly RecordRows[])[],
  figures: (real: KindsOfSums, other: KindsOfSums) => Record<Name, number>,
  onProgress?: OnProgress,
): Promise<Record<Name, Float64Array>[]> {
  const { real, others, seed, resamples, keptEntries = 2 ** 26 } = asked;
  const columns = blockColumns(kinds, resamples);
  const mostEntries = Math.floor(keptEntries / kinds.flat().length);
  const cohorts = [real, ...others].map(({ role }, i) => {
    const units = unitsOf({ role, seed }, kinds[0][i].recordCount);
    const own = kinds.map((each) => kept(inUnits(each[i], units), mostEntries));
    return new BlockSums({ role, seed }, units, own, columns);
  });
  const mostUnits = Math.max(...cohorts.map(({ units }) => units.count));
  const buffer = new Int32Array(mostUnits * columns);
  const found = others.map(() => new Map<string, Float64Array>());
  for (let first = 0; first <= resamples; first += columns) {
    for (const cohort of cohorts) await cohort.read(first, buffer);
    const end = Math.min(first + columns, resamples + 1);
    for (let resample = first; resample < end; resample++) {
      const [truth, ...judged] = cohorts.map((cohort) => cohort.at(resample - first));
      for (const [i, sums] of judged.entries()) {
        for (const [name, figure] of Object.entries<number>(figures(truth, sums))) {
          const column = found[i].get(name) ?? new Float64Array(resamples + 1);
          column[resample] = figure;
          found[i].set(name, column);
        }
      }
      await breathe();
    }
    onProgress?.({ stage: "resampling patients", done: end, total: resamples + 1 });
  }
  // `figures` has the same names in every resample
  return found.map((each) => Object.fromEntries(each) as Record<Name, Float64Array>);
}

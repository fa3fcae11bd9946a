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
import { type Asked, usualKeptEntries } from "../measure.ts";

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

/** What a run adds, cell by cell. */
interface CellRun {
  /** Cells that some row adds to. */
  readonly cells: Uint32Array;
  /** [cells of the run + 1] Cell c is added to by `units[offsets[c]]` up to `units[offsets[c + 1]]`. */
  readonly offsets: Uint32Array;
  /** [entries] Indices of rows. */
  readonly units: Uint16Array | Uint32Array;
  /** [entries] What the row adds to the cell. */
  readonly counts: Uint16Array | Uint32Array;
}

/** An array for whole numbers up to `most`: of two bytes each, if these are enough. */
function wholeNumbers(length: number, most: number): Uint16Array | Uint32Array {
  return most < 2 ** 16 ? new Uint16Array(length) : new Uint32Array(length);
}

/**
 * The entries of a run by their cells.
 *
 * @param next [cells of all rows] all 0, as they are left
 */
function byCells({ from, offsets, cells, counts }: RowRun, next: Uint32Array): CellRun {
  const found = growing((length) => new Uint32Array(length));
  for (const cell of cells) if (next[cell]++ === 0) found.push(cell);
  const own = found.view().slice();
  const starts = new Uint32Array(own.length + 1);
  for (let i = 0; i < own.length; i++) {
    starts[i + 1] = starts[i] + next[own[i]];
    next[own[i]] = starts[i];
  }
  const units = wholeNumbers(cells.length, from + offsets.length);
  const ofCells = wholeNumbers(
    cells.length,
    counts.reduce((most, each) => Math.max(most, each), 0),
  );
  for (let row = 0; row + 1 < offsets.length; row++) {
    for (let i = offsets[row]; i < offsets[row + 1]; i++) {
      const place = next[cells[i]]++;
      units[place] = from + row;
      ofCells[place] = counts[i];
    }
  }
  for (const cell of own) next[cell] = 0;
  return { cells: own, offsets: starts, units, counts: ofCells };
}

/** Memory that is left for runs. */
interface Room {
  bytes: number;
}

/** Runs by their cells, which are kept in memory when they are first read if there is room. */
function cellRuns(rows: RecordRows, room: Room): () => Iterable<CellRun> {
  let found: CellRun[] | undefined;
  return function* () {
    if (found !== undefined) return yield* found;
    const read: CellRun[] = [];
    const next = new Uint32Array(rows.cellCount);
    let bytes = 0;
    for (const each of rows.runs()) {
      const run = byCells(each, next);
      bytes += Object.values(run).reduce((sum, { byteLength }) => sum + byteLength, 0);
      if (bytes <= room.bytes) read.push(run);
      else read.length = 0;
      yield run;
    }
    if (bytes > room.bytes) return;
    room.bytes -= bytes;
    found = read;
  };
}

/** [cells] The sums over the cohort as it is. */
export function sumsOf(rows: RecordRows): Float64Array {
  const sums = new Float64Array(rows.cellCount);
  for (const { cells, counts } of rows.runs()) {
    for (let i = 0; i < cells.length; i++) sums[cells[i]] += counts[i];
  }
  return sums;
}

/** Resamples that are summed at once: their sums stay in the processor's registers. */
const panel = 8;

/**
 * Weights of resamples in panels, [panels][units × 8]; the last resamples one by one, [units] of each.
 *
 * @param weights [units × columns]
 */
function inPanels(weights: Int32Array, columns: number): Float64Array {
  const units = weights.length / columns;
  const whole = columns - columns % panel;
  const panels = new Float64Array(weights.length);
  for (let unit = 0; unit < units; unit++) {
    for (let column = 0; column < columns; column++) {
      const first = column < whole ? column - column % panel : column;
      const width = column < whole ? panel : 1;
      panels[first * units + unit * width + column - first] = weights[unit * columns + column];
    }
  }
  return panels;
}

/**
 * Adds what a run adds to the sums of eight resamples.
 *
 * @param weights [units × 8]
 * @param sums [8 × cells]
 */
function addPanel(
  { cells, offsets, units, counts }: CellRun,
  weights: Float64Array,
  sums: Float64Array,
): void {
  const size = sums.length / panel;
  for (let i = 0; i < cells.length; i++) {
    let [a, b, c, d, e, f, g, h] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (let k = offsets[i]; k < offsets[i + 1]; k++) {
      const at = units[k] * panel;
      const count = counts[k];
      a += weights[at] * count;
      b += weights[at + 1] * count;
      c += weights[at + 2] * count;
      d += weights[at + 3] * count;
      e += weights[at + 4] * count;
      f += weights[at + 5] * count;
      g += weights[at + 6] * count;
      h += weights[at + 7] * count;
    }
    const cell = cells[i];
    sums[cell] += a;
    sums[cell + size] += b;
    sums[cell + 2 * size] += c;
    sums[cell + 3 * size] += d;
    sums[cell + 4 * size] += e;
    sums[cell + 5 * size] += f;
    sums[cell + 6 * size] += g;
    sums[cell + 7 * size] += h;
  }
}

/**
 * Adds what a run adds to the sums of one resample.
 *
 * @param weights [units]
 * @param sums [cells]
 */
function addColumn(
  { cells, offsets, units, counts }: CellRun,
  weights: Float64Array,
  sums: Float64Array,
): void {
  for (let i = 0; i < cells.length; i++) {
    let sum = 0;
    for (let k = offsets[i]; k < offsets[i + 1]; k++) sum += weights[units[k]] * counts[k];
    sums[cells[i]] += sum;
  }
}

/**
 * Adds what a run adds to the sums of each resample of a block.
 *
 * @param weights of {@link inPanels}
 * @param sums [columns × cells]
 */
function addRun(run: CellRun, weights: Float64Array, sums: Float64Array, columns: number): void {
  const [units, cells] = [weights.length / columns, sums.length / columns];
  for (let column = 0; column < columns;) {
    const width = column + panel <= columns ? panel : 1;
    const own = weights.subarray(column * units, (column + width) * units);
    const add = width === panel ? addPanel : addColumn;
    add(run, own, sums.subarray(column * cells, (column + width) * cells));
    column += width;
  }
}

/** Sums over a cohort or a resample: one array for each kind of rows; overwritten by later ones. */
export type KindsOfSums = readonly Float64Array[];

/** A cohort while its resamples are summed, a block of resamples at a time. */
class BlockSums {
  /** [kinds][columns × cells] */
  readonly #sums: readonly Float64Array[];
  readonly #runs: readonly (() => Iterable<CellRun>)[];

  /** @param kinds rows of the units */
  constructor(
    private readonly resampling: { readonly role: Role; readonly seed: number },
    private readonly units: Units,
    private readonly kinds: readonly RecordRows[],
    private readonly columns: number,
    room: Room,
  ) {
    this.#sums = kinds.map(({ cellCount }) => new Float64Array(cellCount * columns));
    this.#runs = kinds.map((rows) => cellRuns(rows, room));
  }

  /** Sums the resamples `first`, `first` + 1, … of a block. */
  async read(first: number): Promise<void> {
    const { columns, units } = this;
    const weights = new Int32Array(units.count * columns);
    for (let column = 0; column < columns; column++) {
      unitWeights(this.resampling, first + column, units, weights, { column, columns });
    }
    const panels = inPanels(weights, columns);
    for (const [kind, sums] of this.#sums.entries()) {
      sums.fill(0);
      for (const run of this.#runs[kind]()) {
        addRun(run, panels, sums, columns);
        await breathe();
      }
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
  const { real, others, seed, resamples, keptEntries = usualKeptEntries } = asked;
  const columns = blockColumns(kinds, resamples);
  const room: Room = { bytes: 8 * keptEntries };
  const cohorts = [real, ...others].map(({ role }, i) => {
    const units = unitsOf({ role, seed }, kinds[0][i].recordCount);
    const own = kinds.map((each) => inUnits(each[i], units));
    return new BlockSums({ role, seed }, units, own, columns, room);
  });
  const found = others.map(() => new Map<string, Float64Array>());
  for (let first = 0; first <= resamples; first += columns) {
    for (const cohort of cohorts) await cohort.read(first);
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

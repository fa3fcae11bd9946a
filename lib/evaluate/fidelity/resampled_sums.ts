/**
 * Sums over patients, one resample after another: what each record adds to each of many cells (codes,
 * pairs of chapters, values of a statistic) stays the same, and only its weight changes.
 *
 * @module
 */
import { breathe } from "../../breathe.ts";
import type { Cohort } from "../../cohort/cohort.ts";
import type { OnProgress } from "../../progress.ts";
import { type Role, type Units, unitsOf, unitWeights } from "../bootstrap.ts";
import { type Asked, usualKeptEntries } from "../measure.ts";
import { type CellRun, lanes, mostCount, WeightedSums } from "./weighted_sums.ts";

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

/** Numbers with room for twice as many. */
function doubled(numbers: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * numbers.length);
  larger.set(numbers);
  return larger;
}

/** Rows that are read from a cohort whenever they are asked for. */
export function recordRows(
  { recordCount }: Pick<Cohort, "recordCount">,
  cellCount: number,
  read: RecordRows["read"],
): RecordRows {
  return {
    recordCount,
    cellCount,
    read,
    *runs() {
      const places = new Uint32Array(cellCount); // where each cell stands in the row, if it does
      let cells = new Uint32Array(2 ** 12);
      let counts = new Uint32Array(2 ** 12);
      let [start, length] = [0, 0];
      const add: Add = (cell, count = 1) => {
        const place = places[cell];
        if (place >= start && place < length && cells[place] === cell) {
          counts[place] += count;
          return;
        }
        if (length === cells.length) [cells, counts] = [doubled(cells), doubled(counts)];
        places[cell] = length;
        cells[length] = cell;
        counts[length++] = count;
      };
      for (let record = 0; record < recordCount;) {
        const from = record;
        const offsets: number[] = [0];
        for (length = 0; record < recordCount && length < runEntries; record++) {
          start = length;
          read(record, add);
          offsets.push(length);
        }
        yield {
          from,
          offsets: Uint32Array.from(offsets),
          cells: cells.slice(0, length),
          counts: counts.slice(0, length),
        };
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

/**
 * The entries of a run by their cells.
 *
 * @param next [cells of all rows] all 0, as they are left
 */
function byCells({ from, offsets, cells, counts }: RowRun, next: Uint32Array): CellRun {
  const entriesOf = (count: number) => count <= mostCount ? 1 : Math.ceil(count / mostCount);
  const found = new Uint32Array(cells.length);
  let distinct = 0;
  for (let i = 0; i < cells.length; i++) {
    if (next[cells[i]] === 0) found[distinct++] = cells[i];
    next[cells[i]] += entriesOf(counts[i]);
  }
  const own = found.slice(0, distinct).sort();
  const starts = new Uint32Array(distinct + 1);
  for (let i = 0; i < distinct; i++) {
    starts[i + 1] = starts[i] + next[own[i]];
    next[own[i]] = starts[i];
  }
  const units = new Uint16Array(starts[distinct]);
  const parts = new Uint16Array(starts[distinct]);
  for (let row = 0; row + 1 < offsets.length; row++) {
    for (let i = offsets[row]; i < offsets[row + 1]; i++) {
      let count = counts[i];
      for (let entry = entriesOf(count); entry > 0; entry--) {
        const place = next[cells[i]]++;
        units[place] = from + row;
        parts[place] = Math.min(count, mostCount);
        count -= parts[place];
      }
    }
  }
  for (const cell of own) next[cell] = 0;
  return { cells: own, offsets: starts, units, counts: parts };
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
  const add: Add = (cell, count = 1) => {
    sums[cell] += count;
  };
  for (let record = 0; record < rows.recordCount; record++) rows.read(record, add);
  return sums;
}

/** Bytes that sums of a block of resamples may take; kinds that need more are summed one by one. */
const sumBytes = 2 ** 27;

/** Resamples whose sums are read at once: so many are beside each other in the memory that is fetched. */
const readAtOnce = 8;

/**
 * Adds what a run adds to the sums of one resample.
 *
 * @param weights [units]
 * @param sums [cells]
 */
function addColumn(
  { cells, offsets, units, counts }: CellRun,
  weights: Int16Array,
  sums: Float64Array,
): void {
  for (let i = 0; i < cells.length; i++) {
    let sum = 0;
    for (let k = offsets[i]; k < offsets[i + 1]; k++) sum += weights[units[k]] * counts[k];
    sums[cells[i]] += sum;
  }
}

/** Sums over a cohort or a resample: one array for each kind of rows; overwritten by later ones. */
export type KindsOfSums = readonly Float64Array[];

/** One kind of rows of a cohort while its resamples are summed. */
interface SummedKind {
  /** Its runs. */
  readonly runs: () => Iterable<CellRun>;
  /** Number of its cells. */
  readonly cells: number;
  /** Where sums of a whole block are; undefined if they are summed one by one. */
  readonly address: number | undefined;
  /** [{@link readAtOnce} × cells] Those of some resamples, or of one. */
  readonly sums: Float64Array;
}

/** A cohort while its resamples are summed, a block of resamples at a time. */
class BlockSums {
  readonly #kinds: readonly SummedKind[];
  /** [units × columns] */
  #weights = new Int16Array();
  /** [units] Those of one resample. */
  readonly #own: Int16Array;

  /**
   * @param kinds rows of the units
   * @param isWide of each kind, whether sums of a whole block have room
   */
  constructor(
    private readonly resampling: { readonly role: Role; readonly seed: number },
    private readonly units: Units,
    kinds: readonly RecordRows[],
    private readonly block: WeightedSums,
    { isWide, room }: { readonly isWide: readonly boolean[]; readonly room: Room },
  ) {
    this.#own = new Int16Array(units.count);
    this.#kinds = kinds.map((rows, kind) => ({
      runs: cellRuns(rows, room),
      cells: rows.cellCount,
      address: isWide[kind] ? block.reserve(rows.cellCount) : undefined,
      sums: new Float64Array(isWide[kind] ? readAtOnce * rows.cellCount : rows.cellCount),
    }));
  }

  /** Begins with the resamples `first`, `first` + 1, … of a block. */
  async read(first: number): Promise<void> {
    const { units, block } = this;
    const { columns } = block;
    const weights = new Int32Array(units.count * columns);
    for (let column = 0; column < columns; column++) {
      unitWeights(this.resampling, first + column, units, weights, { column, columns });
    }
    this.#weights = new Int16Array(weights); // of at most 2¹⁴ draws
    block.setWeights(this.#weights);
    for (const { runs, address, cells } of this.#kinds) {
      if (address === undefined) continue;
      block.clear(address, cells);
      for (const run of runs()) {
        block.add(run, address);
        await breathe();
      }
    }
  }

  /** The sums of one resample of the block, after those before. */
  async at(column: number): Promise<KindsOfSums> {
    const place = column % readAtOnce;
    const all: Float64Array[] = [];
    for (const { runs, address, cells, sums } of this.#kinds) {
      if (address !== undefined) {
        if (place === 0) this.block.read(address, column, cells, sums);
        all.push(sums.subarray(place * cells, (place + 1) * cells));
        continue;
      }
      this.#readWeights(column);
      sums.fill(0);
      for (const run of runs()) {
        addColumn(run, this.#own, sums);
        await breathe();
      }
      all.push(sums);
    }
    return all;
  }

  /** Puts the weights of one resample beside each other. */
  #readWeights(column: number): void {
    const { columns } = this.block;
    for (let unit = 0; unit < this.#own.length; unit++) {
      this.#own[unit] = this.#weights[unit * columns + column];
    }
  }
}

/** Resamples of a block, and of which kinds the sums of all of them have room. */
function blockOf(kinds: readonly (readonly RecordRows[])[], resamples: number) {
  const cells = kinds.map((each) => each.reduce((sum, { cellCount }) => sum + cellCount, 0));
  const bytes = 4 * cells.reduce((sum, each) => sum + each, 0);
  const columns = resamples < lanes || bytes * 2 * lanes > sumBytes ? lanes : 2 * lanes;
  const isWide = cells.map((each) => 4 * each * columns <= sumBytes / kinds.length);
  return { columns, isWide };
}

/**
 * Figures of each of `asked.others` against the real cohort, for the cohorts as they are and for each
 * resample.
 *
 * @param kinds [kinds][1 + others] what records add, real ones first; at least one kind
 * @param figuresAgainst from the sums of each kind of the real cohort, once a resample, the figures from
 *   those of one of the others
 * @returns one entry for each of the others: by name, [resamples + 1] of a figure
 */
export async function resampledFigures<Name extends string>(
  asked: Asked,
  kinds: readonly (readonly RecordRows[])[],
  figuresAgainst: (real: KindsOfSums) => (other: KindsOfSums) => Record<Name, number>,
  onProgress?: OnProgress,
): Promise<Record<Name, Float64Array>[]> {
  const { real, others, seed, resamples, keptEntries = usualKeptEntries } = asked;
  const { columns, isWide } = blockOf(kinds, resamples);
  const block = new WeightedSums(columns);
  const room: Room = { bytes: 8 * keptEntries };
  const cohorts = [real, ...others].map(({ role }, i) => {
    const units = unitsOf({ role, seed }, kinds[0][i].recordCount);
    const own = kinds.map((each) => inUnits(each[i], units));
    return new BlockSums({ role, seed }, units, own, block, { isWide, room });
  });
  const found = others.map(() => new Map<string, Float64Array>());
  for (let first = 0; first <= resamples; first += columns) {
    for (const cohort of cohorts) await cohort.read(first);
    const end = Math.min(first + columns, resamples + 1);
    for (let resample = first; resample < end; resample++) {
      const sums: KindsOfSums[] = [];
      for (const cohort of cohorts) sums.push(await cohort.at(resample - first));
      const [truth, ...judged] = sums;
      const figures = figuresAgainst(truth);
      for (const [i, sums] of judged.entries()) {
        for (const [name, figure] of Object.entries<number>(figures(sums))) {
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

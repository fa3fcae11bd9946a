/**
 * Sums of rows with the weights of many resamples at once, in WebAssembly: a row's counts are read once
 * for 32 resamples (tasks/simd/kernels/sums.as). Ten times as fast as loops in JavaScript where 40% of
 * the cells of each row are filled, thirty times where 1% are.
 *
 * @module
 */
import { wasmCode } from "./weighted_sums_code.ts";

/** Counts that rows add, cell by cell. */
export interface CellRun {
  /** Cells that some row adds to, ascending. */
  readonly cells: Uint32Array;
  /** [cells of the run + 1] Cell c is added to by `units[offsets[c]]` up to `units[offsets[c + 1]]`. */
  readonly offsets: Uint32Array;
  /** [entries] Indices of rows. */
  readonly units: Uint16Array;
  /** [entries] What the row adds to the cell, at most {@link mostCount}. */
  readonly counts: Uint16Array;
}

/** The most that one entry adds; a row that adds more has several entries for the cell. */
export const mostCount = 2 ** 15 - 1;

/** Resamples whose weights are read together: columns are a multiple of it. */
export const lanes = 32;

/** What tasks/simd/kernels/sums.as exports. */
interface Operations {
  addRun(cellCount: number, columns: number, ...addresses: number[]): void;
}

const code = new WebAssembly.Module(
  Uint8Array.from(atob(wasmCode), (letter) => letter.charCodeAt(0)),
);
const pageBytes = 2 ** 16;

/** The next address at which vectors may begin. */
const aligned = (address: number) => Math.ceil(address / 16) * 16;

/** Sums over several cohorts and kinds of rows, all with so many resamples. */
export class WeightedSums {
  readonly #memory = new WebAssembly.Memory({ initial: 0 });
  readonly #operations: Operations;
  /** Where sums end, and weights begin. */
  #end = 0;
  /** Where weights end. */
  #free = 0;

  /** @param columns resamples, a multiple of {@link lanes} */
  constructor(readonly columns: number) {
    const { exports } = new WebAssembly.Instance(code, { env: { memory: this.#memory } });
    this.#operations = exports as WebAssembly.Exports & Operations; // no types come with the code
  }

  /** Room for the sums of each cell, all 0: their address. Called before there are weights. */
  reserve(cells: number): number {
    const from = this.#end;
    this.#end += 4 * cells * this.columns;
    this.#grow(this.#end);
    return from;
  }

  /** Sets sums to 0. */
  clear(sums: number, cells: number): void {
    new Uint32Array(this.#memory.buffer, sums, cells * this.columns).fill(0);
  }

  /** @param weights [units × columns] of the rows that are added next */
  setWeights(weights: Int16Array): void {
    this.#free = this.#put(weights, this.#end);
  }

  /** Adds what a run adds to the sums, which stay below 2³². */
  add({ cells, offsets, units, counts }: CellRun, sums: number): void {
    const ofOffsets = this.#put(cells, this.#free);
    const ofUnits = this.#put(offsets, ofOffsets);
    const ofCounts = this.#put(units, ofUnits);
    this.#put(counts, ofCounts);
    const addresses = [this.#free, ofOffsets, ofUnits, ofCounts, this.#end, sums];
    this.#operations.addRun(cells.length, this.columns, ...addresses);
  }

  /** The sums of `to.length / cells` resamples, [resamples × cells] written to `to`. */
  read(sums: number, column: number, cells: number, to: Float64Array): void {
    const all = new Uint32Array(this.#memory.buffer, sums, cells * this.columns);
    for (let cell = 0; cell < cells; cell++) {
      let from = cell * this.columns + column;
      for (let at = cell; at < to.length; at += cells) to[at] = all[from++];
    }
  }

  /** Copies numbers to an address: the next free one. */
  #put({ buffer, byteOffset, byteLength }: ArrayBufferView, address: number): number {
    this.#grow(address + byteLength);
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    new Uint8Array(this.#memory.buffer).set(bytes, address);
    return aligned(address + byteLength);
  }

  #grow(bytes: number): void {
    const more = bytes - this.#memory.buffer.byteLength;
    if (more > 0) this.#memory.grow(Math.ceil(more / pageBytes));
  }
}

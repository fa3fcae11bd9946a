/**
 * How numbers lie within their bins: quantiles that cut each bin into cells of equally many values, so
 * that a draw from a bin follows what was measured. As published, a draw is even over the bin.
 *
 * A run may be passed on, so each cell has values of enough patients, and only its ends are stored.
 *
 * @module
 */
import { isShownCell, type PatientNumbers } from "../../cohort/small_cells.ts";
import { binCount } from "./record_schema.ts";
import { binOf, drawnFromBin, endsOfBin } from "./value_bins.ts";

/** Cells of a bin at most. */
const mostCells = 20;

/** Distinct records among some that are not sorted. */
const patientsOf = (records: readonly number[]) => new Set(records).size;

/** Where the nth of equally large cells ends among so many values. */
function cellEnd(n: number, cells: number, values: number): number {
  return Math.ceil(n * values / cells);
}

/** The most cells of which each has values of at least N patients; at least 1. */
function cellsOf(records: readonly number[], minCell: number): number {
  const { length } = records;
  let cells = Math.min(mostCells, Math.floor(length / Math.max(1, minCell)));
  const isShown = (cell: number) => {
    const own = records.slice(cellEnd(cell, cells, length), cellEnd(cell + 1, cells, length));
    return isShownCell(minCell, patientsOf(own));
  };
  while (cells > 1 && !Array.from({ length: cells }, (_, cell) => cell).every(isShown)) cells--;
  return Math.max(1, cells);
}

/**
 * [bins] The ends of each bin's cells, from the least to the greatest number that it can have. A cell of
 * width 0 is of a value that many have.
 *
 * @param values those beyond the edges are as if at them
 * @param options.decimals of the values, as `decimalsOf` gave
 * @param options.minCell patients that each cell must have values of; at most 1 for any
 */
export function innerQuantiles(
  edges: readonly number[],
  { numbers, records }: PatientNumbers,
  { decimals, minCell }: { readonly decimals: number | null; readonly minCell: number },
): number[][] {
  const inBins: { value: number; record: number }[][] = Array.from(
    { length: binCount(edges) },
    () => [],
  );
  for (let i = 0; i < numbers.length; i++) {
    inBins[binOf(edges, numbers[i])].push({ value: numbers[i], record: records[i] });
  }
  return inBins.map((own, bin) => {
    const [low, high] = endsOfBin(edges, bin, decimals);
    own.sort((a, b) => a.value - b.value);
    const cells = cellsOf(own.map(({ record }) => record), minCell);
    const cuts = Array.from({ length: cells - 1 }, (_, i) => {
      const { value } = own[cellEnd(i + 1, cells, own.length) - 1];
      return Math.min(high, Math.max(low, value));
    });
    return [low, ...cuts, high];
  });
}

/**
 * A float32 number from a bin, as {@link drawnFromBin} gives, but by its cells, which are equally likely.
 *
 * @param inner as {@link innerQuantiles} gave
 * @param uniform in [0, 1)
 */
export function drawnByCells(
  inner: readonly (readonly number[])[],
  bin: number,
  decimals: number | null,
  uniform: number,
): number {
  const ends = inner[bin];
  const at = uniform * (ends.length - 1);
  const cell = Math.floor(at);
  return drawnFromBin(ends, cell, decimals, at - cell);
}

/**
 * Small cells: what fewer than N patients have may identify one of them, so it is neither shown nor
 * stored where results are meant to be passed on.
 *
 * @see Hundepool et al. 2012, Statistical Disclosure Control, chapter 4 (minimum frequency rule)
 * @module
 */
import { quantile } from "./quantile.ts";

/** Patients that a cell must have to be shown, unless another number is asked for. */
export const usualMinCell = 10;

/** Numbers of patients, such as all values of one measurement. */
export interface PatientNumbers {
  /** [numbers] */
  readonly numbers: ArrayLike<number>;
  /** [numbers] The record that has each of them, ascending. */
  readonly records: ArrayLike<number>;
}

/** Whether cells of single patients are shown: nothing is hidden then. */
export function showsSinglePatients(minCell: number): boolean {
  return minCell <= 1;
}

/** Whether a cell may be shown: each of these numbers of patients is at least N, or nothing is hidden. */
export function isShownCell(minCell: number, ...patients: readonly number[]): boolean {
  return showsSinglePatients(minCell) || patients.every((each) => each >= minCell);
}

/** [patients] The lowest number of each patient, and the highest. */
function extremesOf({ numbers, records }: PatientNumbers): { lowest: number[]; highest: number[] } {
  const [lowest, highest]: [number[], number[]] = [[], []];
  for (let i = 0; i < numbers.length; i++) {
    if (i === 0 || records[i] !== records[i - 1]) {
      lowest.push(numbers[i]);
      highest.push(numbers[i]);
      continue;
    }
    const own = lowest.length - 1;
    lowest[own] = Math.min(lowest[own], numbers[i]);
    highest[own] = Math.max(highest[own], numbers[i]);
  }
  return { lowest, highest };
}

/**
 * The range whose lower end at least N patients reach or fall below, and whose upper end at least N
 * patients reach or exceed; from the median to itself where no range is like that. Undefined if
 * there are fewer than N patients.
 *
 * @param minCell N; at most 1 for the range from the lowest to the highest number
 */
export function sharedRange(
  of: PatientNumbers,
  minCell: number,
): [low: number, high: number] | undefined {
  const { lowest, highest } = extremesOf(of);
  const least = Math.max(1, minCell);
  if (lowest.length < least) return undefined;
  const low = lowest.sort((a, b) => a - b)[least - 1];
  const high = highest.sort((a, b) => b - a)[least - 1];
  if (low <= high) return [low, high];
  const median = quantile(Float64Array.from(of.numbers).sort(), 0.5);
  return [median, median];
}

/** [cells] The distinct records that have a number in each cell. */
export function recordsByCell(
  { numbers, records }: PatientNumbers,
  cells: number,
  cellOf: (number: number) => number,
): number[][] {
  const found: number[][] = Array.from({ length: cells }, () => []);
  for (let i = 0; i < numbers.length; i++) {
    const own = found[cellOf(numbers[i])];
    if (own.at(-1) !== records[i]) own.push(records[i]);
  }
  return found;
}

/**
 * Neighbouring cells joined until each has at least N patients: the last cell of each, plus one. What
 * is left at the end joins the last one.
 *
 * @param holders [cells] of {@link recordsByCell}
 * @returns ascending; the last is the number of cells
 */
export function joinedCells(
  holders: readonly (readonly number[])[],
  minCell: number,
): number[] {
  if (showsSinglePatients(minCell)) return holders.map((_, cell) => cell + 1);
  const ends: number[] = [];
  let joined = new Set<number>();
  for (const [cell, records] of holders.entries()) {
    for (const record of records) joined.add(record);
    if (joined.size < minCell) continue;
    ends.push(cell + 1);
    joined = new Set();
  }
  return [...ends.slice(0, -1), holders.length];
}

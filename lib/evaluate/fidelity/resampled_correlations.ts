/**
 * Many correlations at once, over resamples of patients: each record observes pairs of numbers, as
 * many as it has.
 *
 * @module
 */
import { breathe } from "../../breathe.ts";
import type { OnProgress } from "../../progress.ts";
import { resampleWeights } from "../bootstrap.ts";
import type { Asked, Judged } from "../measure.ts";

/** Adds a pair of numbers to one of the correlations. */
export type Observe = (correlation: number, x: number, y: number) => void;

/** Sums behind a correlation: pairs, x, y, x², y², xy. */
const sums = 6;
/** Resamples that share a pass over the records. */
const block = 50;

/** Pearson's correlation from its sums, at an index; 0 without spread in both numbers. */
function correlationAt(of: Float64Array, at: number): number {
  const [n, x, y, xx, yy, xy] = of.subarray(at, at + sums);
  const spreads = (n * xx - x ** 2) * (n * yy - y ** 2);
  // of numbers that are all the same rounding may leave a spread
  const isConstant = !(n * xx - x ** 2 > 1e-12 * n * xx && n * yy - y ** 2 > 1e-12 * n * yy);
  return isConstant ? 0 : Math.max(-1, Math.min(1, (n * xy - x * y) / Math.sqrt(spreads)));
}

/** The sums of one record: those of the correlations that it observes something of. */
class RecordSums {
  readonly touched: number[] = [];
  readonly own: Float64Array;
  private readonly isTouched: Uint8Array;

  constructor(correlations: number) {
    this.own = new Float64Array(correlations * sums);
    this.isTouched = new Uint8Array(correlations);
  }

  readonly add: Observe = (correlation, x, y) => {
    if (this.isTouched[correlation] === 0) this.touched.push(correlation);
    this.isTouched[correlation] = 1;
    const { own } = this;
    const at = correlation * sums;
    own[at] += 1;
    own[at + 1] += x;
    own[at + 2] += y;
    own[at + 3] += x * x;
    own[at + 4] += y * y;
    own[at + 5] += x * y;
  };

  clear(): void {
    for (const correlation of this.touched) {
      this.own.fill(0, correlation * sums, (correlation + 1) * sums);
      this.isTouched[correlation] = 0;
    }
    this.touched.length = 0;
  }
}

/** Number of pairs behind each correlation over the records as they are, and additions they take. */
export function observations(
  records: number,
  correlations: number,
  observe: (record: number, add: Observe) => void,
): { pairs: Float64Array; operations: number } {
  const pairs = new Float64Array(correlations);
  const touchedBy = new Int32Array(correlations).fill(-1);
  let operations = 0;
  for (let record = 0; record < records; record++) {
    observe(record, (correlation) => {
      pairs[correlation]++;
      if (touchedBy[correlation] !== record) operations += sums;
      touchedBy[correlation] = record;
    });
  }
  return { pairs, operations };
}

/**
 * The correlations over a cohort and each of its resamples.
 *
 * Numbers should be taken from a centre: squares of large ones swallow their spread. Memory is linear
 * in the correlations times the resamples.
 *
 * @param observe calls `add` for each pair of numbers of a record
 * @param onProgress called after every block of resamples
 * @returns [(resamples + 1) × correlations] in [-1, 1]; 0 where one of the numbers does not vary
 */
export async function resampledCorrelations(
  { role, cohort: { recordCount } }: Judged,
  correlations: number,
  observe: (record: number, add: Observe) => void,
  { seed, resamples }: Pick<Asked, "seed" | "resamples">,
  onProgress?: OnProgress,
): Promise<Float64Array> {
  const found = new Float64Array((resamples + 1) * correlations);
  const record = new RecordSums(correlations);
  for (let first = 0; first <= resamples; first += block) {
    const columns = Math.min(block, resamples + 1 - first);
    const weights = new Int32Array(recordCount * columns);
    for (let column = 0; column < columns; column++) {
      resampleWeights({ role, seed }, first + column, weights, { column, columns });
    }
    const all = new Float64Array(columns * correlations * sums);
    for (let i = 0; i < recordCount; i++) {
      record.clear();
      observe(i, record.add);
      for (let column = 0; column < columns; column++) {
        const weight = weights[i * columns + column];
        if (weight === 0) continue;
        for (const correlation of record.touched) {
          const from = correlation * sums;
          const to = column * correlations * sums + from;
          for (let k = 0; k < sums; k++) all[to + k] += weight * record.own[from + k];
        }
      }
      await breathe();
    }
    for (let i = 0; i < columns * correlations; i++) {
      found[first * correlations + i] = correlationAt(all, i * sums);
    }
    const done = first + columns;
    onProgress?.({ stage: "comparing correlations", done, total: resamples + 1 });
  }
  return found;
}

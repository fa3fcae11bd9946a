/**
 * Coins for many columns of which few come up, such as the codes of a visit: time goes into those that
 * do, not into all that might.
 *
 * A coin of probability p comes up where a Poisson process has a point in a stretch of length
 * −ln(1 − p). The stretches of all columns lie one behind the other, and each leap of the process goes
 * from one column that comes up to the next.
 *
 * @module
 */
import { fineUniform, type Random } from "../random.ts";

/** An exponential number of mean 1, fine enough for columns of probability 10⁻¹⁰. */
function leap(draws: Random): number {
  return -Math.log1p(-fineUniform(draws));
}

/** Independent coins, one a column. */
export class SparseCoins {
  private readonly certain: number[] = [];
  private readonly columns: Uint32Array;
  /** [columns] Where the stretch of each ends. */
  private readonly ends: Float64Array;

  /**
   * @param columns names of the coins, distinct
   * @param probabilities [columns] in [0, 1]
   */
  constructor(columns: ArrayLike<number>, probabilities: ArrayLike<number>) {
    const uncertain: number[] = [];
    const ends: number[] = [];
    let end = 0;
    for (let i = 0; i < columns.length; i++) {
      if (probabilities[i] >= 1) this.certain.push(columns[i]);
      else if (probabilities[i] > 0) {
        uncertain.push(columns[i]);
        ends.push(end -= Math.log1p(-probabilities[i]));
      }
    }
    this.columns = Uint32Array.from(uncertain);
    this.ends = Float64Array.from(ends);
  }

  /** The columns that come up in one toss of all coins, in no order that means anything. */
  toss(draws: Random): number[] {
    const up = [...this.certain];
    let at = this.stretchOf(leap(draws), 0);
    while (at < this.ends.length) {
      up.push(this.columns[at]);
      at = this.stretchOf(this.ends[at] + leap(draws), at + 1);
    }
    return up;
  }

  /** The first stretch, from one on, that ends behind a place; their number if none does. */
  private stretchOf(place: number, from: number): number {
    let to = this.ends.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.ends[middle] > place) to = middle;
      else from = middle + 1;
    }
    return to;
  }
}

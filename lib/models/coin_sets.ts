/**
 * Many sets of coins for the same columns, such as one for each code that may be in the visit before:
 * a toss of one set takes time that grows with the columns that come up.
 *
 * A coin of probability p comes up where a Poisson process of mean −ln(1 − p) has at least one
 * point. So the number of points of a whole set is drawn, and each point's column by Walker's alias
 * table: no point waits for the one before it, as in `sparse_coins.ts`, for one set. Coins
 * that are likelier than not are tossed one by one, since each would have many points.
 *
 * @see Walker 1977, An efficient method for generating discrete random variables
 * @module
 */
import { fineUniform, type Random } from "../random.ts";

/** The coins of a set; the others never come up. */
export interface CoinSet {
  /** Distinct names of columns. */
  readonly columns: ArrayLike<number>;
  /** [columns] In [0, 1]. */
  readonly probabilities: ArrayLike<number>;
}

/** Largest mean of a Poisson number that is drawn at once: e⁻ᵐ must not become too small. */
const mostAtOnce = 16;

const isLikely = (probability: number) => probability > 0.5;
const isUnlikely = (probability: number) => probability > 0 && !isLikely(probability);

/** A Poisson number by inversion: `none` is e⁻ᵐ for the mean m. */
function poisson(mean: number, none: number, draws: Random): number {
  let count = 0;
  let probability = none;
  let above = fineUniform(draws) - probability;
  while (above >= 0 && probability > 0) {
    probability *= mean / ++count;
    above -= probability;
  }
  return count;
}

/** Sets of independent coins. */
export class CoinSets {
  /** [sets + 1] Where the likely coins of each begin. */
  private readonly likelyBegins: Uint32Array;
  private readonly likelyColumns: Uint32Array;
  private readonly likelyShares: Float64Array;
  /** [sets + 1] Where the others of each begin, which are the cells of its alias table. */
  private readonly begins: Uint32Array;
  /** [cells × 2] How wide the left part of each cell is, in [0, 1], and beside it {@link columns}. */
  private readonly lefts: Float64Array;
  /** [cells × 4] After the bytes of the width, the columns of each cell's left and right part. */
  private readonly columns: Uint32Array;
  /** [sets] In how many parts the points of each are drawn, their mean in each, and e to minus it. */
  private readonly parts: Uint32Array;
  private readonly means: Float64Array;
  private readonly nones: Float64Array;
  /** Columns of the points of a part, which are fewer: for 512, e⁻ᵐ mⁿ / n! is 0 in float64. */
  private readonly points = new Uint32Array(512);

  constructor(sets: readonly CoinSet[]) {
    const ends = (isOne: (probability: number) => boolean) => {
      const begins = new Uint32Array(sets.length + 1);
      sets.forEach(({ probabilities }, set) => {
        begins[set + 1] = begins[set];
        for (let i = 0; i < probabilities.length; i++) {
          if (isOne(probabilities[i])) begins[set + 1]++;
        }
      });
      return begins;
    };
    this.likelyBegins = ends(isLikely);
    this.begins = ends(isUnlikely);
    this.likelyColumns = new Uint32Array(this.likelyBegins[sets.length]);
    this.likelyShares = new Float64Array(this.likelyBegins[sets.length]);
    this.lefts = new Float64Array(2 * this.begins[sets.length]);
    this.columns = new Uint32Array(this.lefts.buffer); // a cell in one line of the cache
    this.parts = new Uint32Array(sets.length);
    this.means = new Float64Array(sets.length);
    this.nones = new Float64Array(sets.length);
    sets.forEach((coins, set) => this.fill(set, coins));
  }

  /**
   * Tosses all coins of a set once.
   *
   * @param up gets the columns that come up, each once, in no order that means anything
   * @returns how many come up
   */
  toss(set: number, draws: Random, up: Uint32Array): number {
    const { likelyColumns, likelyShares, points } = this;
    let count = 0;
    for (let i = this.likelyBegins[set]; i < this.likelyBegins[set + 1]; i++) {
      if (draws.uniform() < likelyShares[i]) up[count++] = likelyColumns[i];
    }
    const likely = count;
    for (let part = 0; part < this.parts[set]; part++) {
      const pointCount = this.drawPoints(set, draws);
      for (let point = 0; point < pointCount; point++) {
        const column = points[point];
        let at = likely;
        while (at < count && up[at] !== column) at++;
        if (at === count) up[count++] = column; // its second point changes nothing
      }
    }
    return count;
  }

  /**
   * Draws the columns of a part's points into {@link points}. No step depends on what it reads: the
   * table is larger than the processor's cache, and so the waits for it overlap.
   */
  private drawPoints(set: number, draws: Random): number {
    const { points, lefts, columns } = this;
    const first = this.begins[set];
    const cells = this.begins[set + 1] - first;
    const count = poisson(this.means[set], this.nones[set], draws);
    for (let point = 0; point < count; point++) {
      const place = fineUniform(draws) * cells;
      const cell = Math.floor(place);
      const isRight = place - cell >= lefts[2 * (first + cell)];
      points[point] = columns[4 * (first + cell) + 2 + Number(isRight)];
    }
    return count;
  }

  /** Enters the coins of a set. */
  private fill(set: number, { columns, probabilities }: CoinSet): void {
    let likely = this.likelyBegins[set];
    const first = this.begins[set];
    let cell = first;
    let mean = 0;
    for (let i = 0; i < columns.length; i++) {
      if (isLikely(probabilities[i])) {
        this.likelyColumns[likely] = columns[i];
        this.likelyShares[likely++] = probabilities[i];
      } else if (isUnlikely(probabilities[i])) {
        this.columns.fill(columns[i], 4 * cell + 2, 4 * cell + 4);
        mean += this.lefts[2 * cell++] = -Math.log1p(-probabilities[i]);
      }
    }
    const parts = Math.ceil(mean / mostAtOnce);
    this.parts[set] = parts;
    if (parts === 0) return;
    this.means[set] = mean / parts;
    this.nones[set] = Math.exp(-mean / parts);
    this.share(first, cell, mean);
  }

  /** Makes an alias table of cells that hold weights: what is short of a cell's width is given by others. */
  private share(first: number, end: number, total: number): void {
    const { lefts, columns } = this;
    const short: number[] = [];
    const long: number[] = [];
    for (let cell = first; cell < end; cell++) {
      lefts[2 * cell] *= (end - first) / total;
      (lefts[2 * cell] < 1 ? short : long).push(cell);
    }
    let [taker, giver] = [short.pop(), long.pop()];
    while (taker !== undefined && giver !== undefined) {
      columns[4 * taker + 3] = columns[4 * giver + 2];
      lefts[2 * giver] -= 1 - lefts[2 * taker];
      const isSpent = lefts[2 * giver] < 1;
      taker = isSpent ? giver : short.pop();
      if (isSpent) giver = long.pop();
    }
  }
}

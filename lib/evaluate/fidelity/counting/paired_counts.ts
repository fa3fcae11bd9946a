/**
 * Keys by their counts in two cohorts. A large cohort has tens of millions of pairs of codes, but most of
 * them are rare and have the same few counts: what is the same for equal counts is computed once.
 *
 * @module
 */
import { growing } from "../../../cohort/growing.ts";

/** Keys with smaller counts on both sides are alike if their counts are. */
const small = 256;

/** The keys that either of two cohorts has. */
export class PairedCounts {
  /** [entries] Counts in the real cohort. */
  readonly real: Int32Array;
  /** [entries] Counts in the other cohort. */
  readonly other: Int32Array;
  /** [entries] How many keys have these counts; 1 from {@link small} on. */
  readonly times: Float64Array;
  /** Number of keys. */
  readonly keys: number;
  readonly #counts: readonly [real: Int32Array, other: Int32Array];
  readonly #size: number;
  /** [small × small] The entry of small counts, by both; −1 for none. */
  readonly #shared = new Int32Array(small ** 2).fill(-1);
  readonly #firstLarge: number;

  /**
   * @param real [keys] counts in the real cohort
   * @param other [keys] counts in the other cohort
   * @param size number of keys, of which each may have no counts
   */
  constructor(real: Int32Array, other: Int32Array, size: number) {
    this.#counts = [real, other];
    this.#size = size;
    const times = new Float64Array(small ** 2);
    const [ofReal, ofOther] = [0, 0].map(() => growing((length) => new Uint32Array(length)));
    let keys = 0;
    for (let key = 0; key < size; key++) {
      const [a, b] = [real[key], other[key]];
      if (a === 0 && b === 0) continue;
      keys++;
      if (a < small && b < small) times[a * small + b]++;
      else {
        ofReal.push(a);
        ofOther.push(b);
      }
    }
    const used = Int32Array.from(times.keys()).filter((at) => times[at] > 0);
    used.forEach((at, entry) => this.#shared[at] = entry);
    this.#firstLarge = used.length;
    this.keys = keys;
    this.times = new Float64Array(used.length + ofReal.length).fill(1);
    this.times.set(Float64Array.from(used, (at) => times[at]));
    [this.real, this.other] = [
      used.map((at) => Math.floor(at / small)),
      used.map((at) => at % small),
    ].map((counts, side) => {
      const all = new Int32Array(this.times.length);
      all.set(counts);
      all.set([ofReal, ofOther][side].view(), used.length);
      return all;
    });
  }

  /** Calls a function with each key and its entry, by ascending keys. */
  each(visit: (key: number, entry: number) => void): void {
    const [real, other] = this.#counts;
    let large = this.#firstLarge;
    for (let key = 0; key < this.#size; key++) {
      const [a, b] = [real[key], other[key]];
      if (a === 0 && b === 0) continue;
      visit(key, a < small && b < small ? this.#shared[a * small + b] : large++);
    }
  }

  /**
   * The most frequent keys, ascending, by the sum of their shares in both cohorts. Of those that are as
   * frequent as the last one, the first are taken.
   *
   * @param most how many keys
   * @param totals what counts are divided by, in the real and in the other cohort
   */
  mostFrequent(most: number, totals: readonly number[]): Uint32Array {
    const together = Float32Array.from(
      this.times.keys(),
      (entry) => this.real[entry] / totals[0] + this.other[entry] / totals[1],
    );
    const order = Uint32Array.from(together.keys()).sort((a, b) => together[b] - together[a]);
    let [least, above, keys] = [0, 0, 0]; // above: keys that are more frequent than the last one
    for (const entry of order) {
      if (keys >= most) break;
      if (together[entry] !== least) above = keys;
      keys += this.times[entry];
      least = together[entry];
    }
    const found: number[] = [];
    let alike = 0;
    this.each((key, entry) => {
      const share = together[entry];
      if (share > least || share === least && alike++ < most - above) found.push(key);
    });
    return Uint32Array.from(found);
  }
}

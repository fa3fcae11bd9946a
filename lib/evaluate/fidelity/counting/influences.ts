/**
 * How much does each patient influence R² and the figures beside it: one pass over the records.
 *
 * @module
 */
import { growing } from "../../../cohort/growing.ts";
import { slopedFigures as figures } from "../agreement/moments.ts";
import type { CountedCohort } from "./counted_cohort.ts";
import { groups, type GroupSums } from "./second_order.ts";
import { SamplingVariance } from "./sampling_variance.ts";
import { visitsOf } from "./visit_denominators.ts";

/** Numbers of a row of slopes: those of all figures, and the share. */
const width = figures + 1;

/**
 * What is known of each key before the pass. Keys may share a row, as rare ones do: there are tens of
 * millions of keys in a large cohort, and most of their counts are small.
 */
export class KeySlopes {
  /** [2 × figures] Σ_k slope_k p_k. */
  readonly products = new Float64Array(2 * figures);
  /** [2] Σ_k p_k². */
  readonly squares = new Float64Array(2);

  readonly #rows = growing((length) => new Float32Array(length));

  /** @param places [keys × 2] gets where the row of each key and part is; others are not read */
  constructor(readonly places: Uint32Array) {}

  /** [rows × 8] Slopes of all figures, and the share. */
  get rows(): Float32Array {
    return this.#rows.view();
  }

  /**
   * Adds the row of keys with equal counts.
   *
   * @param share of each of them
   * @param times how many they are
   * @returns its place
   */
  add(part: 0 | 1, slopes: Float32Array<ArrayBuffer>, share: number, times: number): number {
    const place = this.#rows.length;
    this.#rows.append(slopes);
    this.#rows.push(share);
    for (let figure = 0; figure < figures; figure++) {
      this.products[part * figures + figure] += times * slopes[figure] * share;
    }
    this.squares[part] += times * share * share;
    return place;
  }
}

/** What a pass finds; everything twice: of shares of visits, and of shares of records. */
export interface Influences {
  /** [2][records] By how much R² would change with one more of the record. */
  readonly r2: readonly [Float64Array, Float64Array];
  /** [2 × figures] Sum of the squared influences on each figure: its variance. */
  readonly variances: Float64Array;
  /** [2] Sum over keys of the variance of their probabilities. */
  readonly sampling: readonly [number, number];
  /** [2] Sums of groups of records. */
  readonly groups: readonly [GroupSums, GroupSums];
}

/**
 * Influences of all records of a cohort: of a record with occurrences a_k and a part m of the
 * denominator M, Σ_k slope_k (a_k − p_k m) / M.
 *
 * @param slots [keys] Place among the kept keys, from 1; 0 for the others
 * @param keptShares [2][kept keys]
 */
export async function influencesOf(
  counted: CountedCohort,
  { places, rows, products, squares }: KeySlopes,
  { slots, keptShares }: { slots: Uint16Array; keptShares: readonly [Float64Array, Float64Array] },
  advance: (records: number) => void,
): Promise<Influences> {
  const { denominators, kind, judged: { cohort } } = counted;
  const { recordCount } = cohort;
  const r2 = [new Float64Array(recordCount), new Float64Array(recordCount)] as const;
  const variances = new Float64Array(2 * figures);
  const spread = [new SamplingVariance(squares[0]), new SamplingVariance(squares[1])] as const;
  const kept = keptShares[0].length;
  const counts = [new Int32Array(kept * groups), new Int32Array(kept * groups)] as const;
  const own = [new Float64Array(groups), new Float64Array(groups)] as const;
  const sums = new Float64Array(2 * width); // slopes of visits, of records, and both shares
  for await (const { from, offsets, keys, occurrences } of counted.rows(advance)) {
    for (let row = 0; row + 1 < offsets.length; row++) {
      const record = from + row;
      const group = record % groups;
      sums.fill(0);
      let squaresOfOwn = 0;
      for (let i = offsets[row]; i < offsets[row + 1]; i++) {
        const [times, key, slot] = [occurrences[i], keys[i], slots[keys[i]]];
        const [ofVisits, ofRecords] = [places[2 * key], places[2 * key + 1]];
        for (let j = 0; j < figures; j++) sums[j] += rows[ofVisits + j] * times;
        for (let j = 0; j < figures; j++) sums[figures + j] += rows[ofRecords + j];
        sums[2 * figures] += rows[ofVisits + figures] * times;
        sums[2 * figures + 1] += rows[ofRecords + figures];
        squaresOfOwn += times * times;
        if (slot === 0) continue;
        counts[0][(slot - 1) * groups + group] += times;
        counts[1][(slot - 1) * groups + group]++;
      }
      const visits = visitsOf(cohort, kind, record);
      own[0][group] += visits;
      own[1][group]++;
      spread[0].add(visits, squaresOfOwn, sums[2 * figures]);
      spread[1].add(1, offsets[row + 1] - offsets[row], sums[2 * figures + 1]);
      for (let figure = 0; figure < 2 * figures; figure++) {
        const part = figure < figures ? 0 : 1;
        const ownPart = part === 0 ? visits : 1;
        const influence = (sums[figure] - products[figure] * ownPart) / denominators[part];
        variances[figure] += influence * influence;
        if (figure % figures === 0) r2[part][record] = influence;
      }
    }
  }
  const groupSums = (part: 0 | 1): GroupSums => ({
    counts: counts[part],
    own: own[part],
    denominator: denominators[part],
    shares: keptShares[part],
  });
  return {
    r2,
    variances,
    sampling: [spread[0].over(denominators[0]), spread[1].over(denominators[1])],
    groups: [groupSums(0), groupSums(1)],
  };
}

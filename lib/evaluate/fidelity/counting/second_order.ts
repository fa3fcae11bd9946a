/**
 * The part of an R² that is quadratic in sampling noise: Σ ε_k², where ε_k is the noise of the
 * difference of the real and the synthetic probability of key k. It decides how far an R² near 1
 * varies, where the linear part vanishes.
 *
 * Patients are put into 64 groups of each cohort, and the noise of a group is the sum of that of its
 * patients. The covariance of the noise over keys is the sum of the groups' outer products, so all that
 * is needed of the keys are the products of groups with each other. Only the most frequent keys are
 * kept: rare ones hardly matter for squares of covariances.
 *
 * @module
 */

/** Groups of patients in each cohort; a record is in the group of its number's last six bits. */
export const groups = 64;
/** The most frequent keys that are kept. */
export const keptKeys = 1 << 14;

/** One cohort's groups. */
export interface GroupSums {
  /** [kept keys × groups] Occurrences of a key in a group. */
  readonly counts: Int32Array;
  /** [groups] The groups' parts of the denominator. */
  readonly own: Float64Array;
  /** What occurrences are divided by. */
  readonly denominator: number;
  /** [kept keys] Probabilities, of the whole cohort. */
  readonly shares: Float64Array;
}

/** [groups] The noise of a key in each group: from the occurrences that the group would have. */
function noiseOf({ counts, own, denominator, shares }: GroupSums, key: number): Float64Array {
  return own.map((own, group) => (counts[key * groups + group] - shares[key] * own) / denominator);
}

/** Products of the groups' noise, summed over the kept keys: first the real groups, then the others. */
export class NoiseProducts {
  /** [2 groups × 2 groups], lower triangle. */
  readonly #products = new Float64Array((2 * groups) ** 2);

  constructor(real: GroupSums, other: GroupSums) {
    for (let key = 0; key < real.shares.length; key++) {
      this.#add(noiseOf(real, key), noiseOf(other, key).map((each) => -each));
    }
  }

  #add(real: Float64Array, other: Float64Array): void {
    const all = new Float64Array(2 * groups);
    all.set(real);
    all.set(other, groups);
    for (let i = 0; i < all.length; i++) {
      if (all[i] === 0) continue;
      const row = i * all.length;
      for (let j = 0; j <= i; j++) this.#products[row + j] += all[i] * all[j];
    }
  }

  /** Expected Σ ε_k². */
  get mean(): number {
    let sum = 0;
    for (let i = 0; i < 2 * groups; i++) sum += this.#products[i * (2 * groups + 1)];
    return sum;
  }

  /**
   * Σ_kl cov(ε_k, ε_l)², without bias: only products of different groups, whose patients are
   * independent. The variance of Σ ε_k² is twice this.
   */
  get squaredCovariances(): number {
    let [within, between] = [0, 0];
    for (let i = 0; i < 2 * groups; i++) {
      for (let j = 0; j < i; j++) {
        const square = 2 * this.#products[i * 2 * groups + j] ** 2;
        if (i < groups === j < groups) within += square;
        else between += square;
      }
    }
    return within * groups / (groups - 1) + between;
  }

  /** Σ ε_k² of a resample, from how often each group was drawn beyond its size, in deviations. */
  of(drawn: Float64Array): number {
    let sum = 0;
    for (let i = 0; i < drawn.length; i++) {
      const row = i * drawn.length;
      let part = this.#products[row + i] * drawn[i] / 2;
      for (let j = 0; j < i; j++) part += this.#products[row + j] * drawn[j];
      sum += 2 * part * drawn[i];
    }
    return sum;
  }
}

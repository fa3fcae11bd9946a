/**
 * How much do probabilities vary from one sample of patients to the next, all keys together?
 *
 * @module
 */

/**
 * Σ_k var p_k of the probabilities p_k = Σ_i a_ik / Σ_i m_i, over patients i, where a_ik are the
 * occurrences of key k and m_i is the patient's part of the denominator: the sum of the squares of
 * (a_ik − p_k m_i) / Σ m. Divided by the real spread Σ (y − ȳ)², it is what sampling alone takes from
 * an R² near 1.
 */
export class SamplingVariance {
  #sum = 0;

  /** @param keySquares Σ_k p_k² */
  constructor(private readonly keySquares: number) {}

  /**
   * Adds a patient.
   *
   * @param own the patient's part of the denominator, m_i
   * @param squares Σ_k a_ik²
   * @param products Σ_k p_k a_ik
   */
  add(own: number, squares: number, products: number): void {
    this.#sum += squares - 2 * own * products + own * own * this.keySquares;
  }

  /** @param denominator Σ_i m_i */
  over(denominator: number): number {
    return this.#sum / denominator ** 2;
  }
}

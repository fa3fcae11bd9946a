/**
 * A sum whose rounding errors are added back, for sums over millions of numbers.
 *
 * @see Neumaier 1974, Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen
 * @module
 */

/** A running sum; its error does not grow with the number of terms. */
export class CompensatedSum {
  #sum = 0;
  #lost = 0;

  /** Adds a number, and keeps what the sum loses of it by rounding. */
  add(value: number): void {
    const sum = this.#sum + value;
    this.#lost += Math.abs(this.#sum) >= Math.abs(value)
      ? (this.#sum - sum) + value
      : (value - sum) + this.#sum;
    this.#sum = sum;
  }

  /** The sum of all numbers so far. */
  get value(): number {
    return this.#sum + this.#lost;
  }
}

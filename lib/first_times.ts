/**
 * What comes for the first time in a reading, such as a code in a record: without a set for each reading.
 */
export class FirstTimes {
  /** [size] The number of the reading in which each index came last, from 1. */
  readonly #last: Float64Array;
  #reading = 0;

  /** @param size indices that there are */
  constructor(size: number) {
    this.#last = new Float64Array(size);
  }

  /** Begins a reading, in which nothing has come yet. */
  begin(): void {
    this.#reading++;
  }

  /** Whether an index has not come in this reading so far; now it has. */
  isFirst(index: number): boolean {
    if (this.#last[index] === this.#reading) return false;
    this.#last[index] = this.#reading;
    return true;
  }
}

/**
 * The distinct numbers among very many, each with an index: a hash table of typed arrays, which takes
 * 24 to 48 bytes for each distinct number.
 *
 * @module
 */

/** Numbers in the order in which they came. */
export class DistinctNumbers {
  /** Slots of the table, a power of two. */
  #keys = new Float64Array(2 ** 10);
  /** [slots] One more than the index of the number in a slot; 0 for an empty one. */
  #indices = new Uint32Array(2 ** 10);
  #count = 0;
  readonly #number = new Float64Array(1);
  readonly #bits = new Uint32Array(this.#number.buffer);

  /** The index of a number other than NaN, a new one if it has not come before. */
  indexOf(number: number): number {
    const slot = this.#slotOf(number);
    if (this.#indices[slot] > 0) return this.#indices[slot] - 1;
    this.#keys[slot] = number;
    this.#indices[slot] = ++this.#count;
    if (2 * this.#count > this.#keys.length) this.#grow();
    return this.#count - 1;
  }

  /** The numbers ascending, and the place of each index among them. */
  sorted(): { readonly values: Float64Array; readonly placeOf: Uint32Array } {
    const isFull = (_: number, slot: number) => this.#indices[slot] > 0;
    const values = this.#keys.filter(isFull).sort();
    const placeOf = new Uint32Array(values.length);
    for (let place = 0; place < values.length; place++) {
      placeOf[this.indexOf(values[place])] = place;
    }
    return { values, placeOf };
  }

  /** Where a number is, or would be. */
  #slotOf(number: number): number {
    this.#number[0] = number + 0; // -0 and 0 are the same
    const [low, high] = [this.#bits[0], this.#bits[1]];
    let hash = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    const mask = this.#keys.length - 1;
    let slot = (hash ^ (hash >>> 13)) & mask;
    while (this.#indices[slot] > 0 && this.#keys[slot] !== number) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [keys, indices] = [this.#keys, this.#indices];
    this.#keys = new Float64Array(2 * keys.length);
    this.#indices = new Uint32Array(2 * keys.length);
    for (let from = 0; from < keys.length; from++) {
      if (indices[from] === 0) continue;
      const slot = this.#slotOf(keys[from]);
      this.#keys[slot] = keys[from];
      this.#indices[slot] = indices[from];
    }
  }
}

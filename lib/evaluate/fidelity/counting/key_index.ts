/**
 * Numbers for keys: which row of a counter belongs to a code, or to a pair of codes. Several
 * cohorts counted with one index have comparable rows, and rows are only spent on keys that occur.
 *
 * @module
 */

/** Gives keys (pairs of codes) the numbers 0, 1, 2, … in the order in which they are first seen. */
export interface KeyIndex {
  /** Number of keys seen so far. */
  readonly size: number;
  /** [size] First code of each key. */
  readonly first: Uint32Array;
  /** [size] Second code of each key. */
  readonly second: Uint32Array;
  /** The number of a key, a new one if it was never seen. */
  number(first: number, second: number): number;
}

/** Above this many possible keys (64 MiB of them) a hash table takes the place of a dense one. */
const denseKeys = 4096 ** 2;

/** Codes of the keys in the order of their numbers; grows by doubling. */
class KeyList {
  size = 0;
  #first = new Uint32Array(1024);
  #second = new Uint32Array(1024);

  get first(): Uint32Array {
    return this.#first.subarray(0, this.size);
  }

  get second(): Uint32Array {
    return this.#second.subarray(0, this.size);
  }

  push(first: number, second: number): number {
    if (this.size === this.#first.length) {
      this.#first = grown(this.#first);
      this.#second = grown(this.#second);
    }
    this.#first[this.size] = first;
    this.#second[this.size] = second;
    return this.size++;
  }

  is(number: number, first: number, second: number): boolean {
    return this.#first[number] === first && this.#second[number] === second;
  }

  firstOf(number: number): number {
    return this.#first[number];
  }

  secondOf(number: number): number {
    return this.#second[number];
  }
}

function grown(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(array.length * 2);
  longer.set(array);
  return longer;
}

class DenseIndex extends KeyList implements KeyIndex {
  readonly #numbers: Int32Array; // number + 1, 0 for a key never seen

  constructor(firsts: number, private readonly seconds: number) {
    super();
    this.#numbers = new Int32Array(firsts * seconds);
  }

  number(first: number, second: number): number {
    const at = first * this.seconds + second;
    const found = this.#numbers[at];
    if (found !== 0) return found - 1;
    const number = this.push(first, second);
    this.#numbers[at] = number + 1;
    return number;
  }
}

/** Open addressing with linear probing, at most half full. */
class HashIndex extends KeyList implements KeyIndex {
  #slots = new Int32Array(1 << 16); // number + 1, 0 for a free slot
  #mask = this.#slots.length - 1;

  #slot(first: number, second: number): number {
    let hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca77);
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae3d);
    return (hash ^ (hash >>> 13)) & this.#mask;
  }

  number(first: number, second: number): number {
    let slot = this.#slot(first, second);
    while (true) {
      const found = this.#slots[slot];
      if (found === 0) break;
      if (this.is(found - 1, first, second)) return found - 1;
      slot = (slot + 1) & this.#mask;
    }
    const number = this.push(first, second);
    this.#slots[slot] = number + 1;
    if (this.size * 2 > this.#slots.length) this.#grow();
    return number;
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 4);
    this.#mask = this.#slots.length - 1;
    for (let number = 0; number < this.size; number++) {
      let slot = this.#slot(this.firstOf(number), this.secondOf(number));
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = number + 1;
    }
  }
}

/**
 * An empty index for keys of codes `first < firsts`, `second < seconds`.
 *
 * @param options.dense a table of all possible keys (true) or a hash table of those seen (false);
 *   by size when left out. Both give the same numbers.
 */
export function keyIndex(
  firsts: number,
  seconds: number,
  options: { dense?: boolean } = {},
): KeyIndex {
  return options.dense ?? firsts * seconds <= denseKeys
    ? new DenseIndex(firsts, seconds)
    : new HashIndex();
}

/** [keys] The numbers of all keys of an index, in order of their codes. */
export function orderedKeys({ first, second, size }: KeyIndex, codes: number): Uint32Array {
  const rank = Float64Array.from({ length: size }, (_, key) => first[key] * codes + second[key]);
  return Uint32Array.from({ length: size }, (_, key) => key).sort((a, b) => rank[a] - rank[b]);
}

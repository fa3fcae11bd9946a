/**
 * Numbers for keys: which row of a counter belongs to a code, or to a pair of codes. Several
 * cohorts counted with one index have comparable rows, and rows are only spent on keys that occur.
 *
 * @module
 */

/** Gives keys (pairs of codes) numbers. */
export interface KeyNumbers {
  /** All numbers are below it. */
  readonly size: number;
  /** The number of a key. */
  number(first: number, second: number): number;
}

/** Numbers from which the codes are known again. */
export interface KeyIndex extends KeyNumbers {
  /** The first code of a key. */
  firstOf(key: number): number;
  /** The second code of a key. */
  secondOf(key: number): number;
  /** All numbers, in order of their codes. */
  inOrder(): Iterable<number>;
}

/** Above this many possible keys (64 MiB of them) a hash table takes the place of a dense one. */
const denseKeys = 4096 ** 2;

/** Codes of the keys in the order of their numbers; grows by doubling. */
class KeyList {
  size = 0;
  #first = new Uint32Array(1024);
  #second = new Uint32Array(1024);

  firstOf(key: number): number {
    return this.#first[key];
  }

  secondOf(key: number): number {
    return this.#second[key];
  }

  inOrder(): Iterable<number> {
    const [first, second] = [this.#first, this.#second];
    return Uint32Array.from({ length: this.size }, (_, key) => key)
      .sort((a, b) => first[a] - first[b] || second[a] - second[b]);
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

/** Codes from which a pair no longer fits into 32 bits. */
const wideCodes = 2 ** 16;

/**
 * Open addressing with linear probing, at most two thirds full. A slot has a tag and a number side by side,
 * so that a key is mostly found by one access to memory. Where pairs of codes fit into 32 bits the tag is
 * the key itself; otherwise it is a hash, and the key is compared too.
 */
class HashIndex extends KeyList implements KeyIndex {
  #slots = new Int32Array(1 << 17); // tag, number + 1; 0 for a free slot
  #mask = this.#slots.length / 2 - 1;
  readonly #isWide: boolean;

  constructor(firsts: number, private readonly seconds: number) {
    super();
    this.#isWide = Math.max(firsts, seconds) > wideCodes;
  }

  #tag(first: number, second: number): number {
    if (!this.#isWide) return Math.imul(first, this.seconds) + second | 0;
    return mixed(Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca77));
  }

  number(first: number, second: number): number {
    const tag = this.#tag(first, second);
    const slots = this.#slots;
    const mask = this.#mask;
    let slot = mixed(tag) & mask;
    while (true) {
      const found = slots[2 * slot + 1];
      if (found === 0) break;
      if (slots[2 * slot] === tag && (!this.#isWide || this.is(found - 1, first, second))) {
        return found - 1;
      }
      slot = (slot + 1) & mask;
    }
    const number = this.push(first, second);
    slots[2 * slot] = tag;
    slots[2 * slot + 1] = number + 1;
    if (this.size * 3 > mask * 2) this.#grow();
    return number;
  }

  #grow(): void {
    const old = this.#slots;
    const slots = new Int32Array(old.length * 2);
    const mask = slots.length / 2 - 1;
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === 0) continue;
      let slot = mixed(old[i]) & mask;
      while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
      slots[2 * slot] = old[i];
      slots[2 * slot + 1] = old[i + 1];
    }
    this.#slots = slots;
    this.#mask = mask;
  }
}

/** A hash of 32 bits. */
function mixed(key: number): number {
  const hash = Math.imul(key ^ (key >>> 15), 0xc2b2ae3d);
  return hash ^ (hash >>> 13);
}

/**
 * An empty index for keys of codes `first < firsts`, `second < seconds`. They get the numbers 0, 1, 2, … in
 * the order in which they are first seen; its size is how many.
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
    : new HashIndex(firsts, seconds);
}

/** Numbers of all pairs of codes, which need no table: for cohorts in which many of them occur. */
export function pairNumbers(codes: number): KeyIndex {
  const size = codes ** 2;
  return {
    size,
    number: (first, second) => first * codes + second,
    firstOf: (key) => Math.floor(key / codes),
    secondOf: (key) => key % codes,
    *inOrder() {
      for (let key = 0; key < size; key++) yield key;
    },
  };
}

/** Numbers of all pairs of two codes `first < second`; see {@link pairNumbers}. */
export function unorderedPairNumbers(codes: number): KeyNumbers {
  return {
    size: codes * (codes - 1) / 2,
    number: (first, second) => second * (second - 1) / 2 + first,
  };
}

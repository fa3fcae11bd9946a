/** A typed array that can be appended to. */
export interface Growing<A extends Uint8Array | Uint32Array | Float32Array | Float64Array> {
  /** Number of entries so far. */
  readonly length: number;
  /** The entries so far; a view that is valid until the next `push`, `append` or `clear`. */
  view(): A;
  /** The entry at an index. */
  at(index: number): number;
  /** Replaces the entry at an index. */
  set(index: number, value: number): void;
  /** Appends a number. */
  push(value: number): void;
  /** Appends numbers. */
  append(values: A): void;
  /** Takes all entries out; their memory stays for others. */
  clear(): void;
}

/**
 * An empty typed array that grows: an entry takes its own bytes only, while a list of numbers takes
 * eight bytes for each.
 *
 * @param make allocates the array for a number of entries
 */
export function growing<A extends Uint8Array | Uint32Array | Float32Array | Float64Array>(
  make: (length: number) => A,
): Growing<A> {
  let array = make(1024);
  let length = 0;
  const grow = (wanted: number) => {
    const factor = array.length < 1 << 20 ? 2 : 1.25; // what is not filled yet takes memory too
    const larger = make(Math.max(wanted, Math.ceil(factor * array.length)));
    larger.set(array);
    array = larger;
  };
  return {
    get length() {
      return length;
    },
    view: () => array.subarray(0, length) as A,
    at: (index) => array[index],
    set(index, value) {
      array[index] = value;
    },
    push(value) {
      if (length === array.length) grow(length + 1);
      array[length++] = value;
    },
    append(values) {
      if (length + values.length > array.length) grow(length + values.length);
      array.set(values, length);
      length += values.length;
    },
    clear() {
      length = 0;
    },
  };
}

/**
 * Typed arrays one after the other, as one.
 *
 * @param make allocates the whole for a number of entries
 */
export function joined<A extends { length: number; set(part: A, at: number): void }>(
  parts: readonly A[],
  make: (length: number) => A,
): A {
  const whole = make(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

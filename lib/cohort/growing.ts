/** A typed array that can be appended to. */
export interface Growing<A extends Uint8Array | Uint32Array | Float32Array | Float64Array> {
  /** Number of entries so far. */
  readonly length: number;
  /** The entries so far; a view that the next `push` may leave behind. */
  view(): A;
  /** Appends a number. */
  push(value: number): void;
}

/**
 * An empty typed array that doubles its room as it fills: an entry takes its own bytes only, where
 * a list of numbers would take eight.
 *
 * @param make allocates the array for a number of entries
 */
export function growing<A extends Uint8Array | Uint32Array | Float32Array | Float64Array>(
  make: (length: number) => A,
): Growing<A> {
  let array = make(1024);
  let length = 0;
  return {
    get length() {
      return length;
    },
    view: () => array.subarray(0, length) as A,
    push(value) {
      if (length === array.length) {
        const larger = make(2 * length);
        larger.set(array);
        array = larger;
      }
      array[length++] = value;
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

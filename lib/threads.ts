/**
 * What all work in Workers shares: their answers, and memory that they read together.
 *
 * @module
 */

/** One answer of a Worker; its failures become ours. */
export function answerOf<T = number>(worker: Worker): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
  });
}

/** The same array in memory that threads can share. */
export function sharedCopy<A extends Uint8Array | Uint32Array>(
  array: A,
  make: (buffer: SharedArrayBuffer) => A,
): A {
  const copy = make(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}

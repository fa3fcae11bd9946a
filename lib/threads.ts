/**
 * What all work in Workers shares: their answers, and memory that they read together.
 *
 * @module
 */

/** One answer of a Worker; its failures become ours. */
export function answerOf<T = number>(worker: Worker): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    onFailure(worker, reject);
  });
}

/** Calls with the failure of a Worker, which then does not end this process. */
export function onFailure(worker: Worker, call: (failure: Error) => void): void {
  worker.onerror = (event) => {
    event.preventDefault();
    call(new Error(event.message));
  };
}

/** The same array in memory that threads can share; the very array if it is there. */
export function sharedCopy<A extends ArrayBufferView>(
  array: A,
  make: (buffer: SharedArrayBuffer) => A,
): A {
  if (array.buffer instanceof SharedArrayBuffer) return array;
  const copy = new SharedArrayBuffer(array.byteLength);
  new Uint8Array(copy).set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return make(copy);
}

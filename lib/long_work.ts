/**
 * How long work is watched and stopped: by a callback and a signal of the caller's or, in a Jupyter
 * kernel, by a line in the cell and Jupyter's Stop.
 *
 * @module
 */
import { jupyter, notebookProgress } from "./notebook_progress.ts";
import type { OnProgress } from "./progress.ts";

/** What the caller of long work may give. */
export interface LongWorkOptions {
  /** Called from time to time; default: in a Jupyter kernel, a line in the cell. */
  readonly onProgress?: OnProgress | undefined;
  /**
   * Ends the work: soon after it is aborted, the call throws its reason. By default, Jupyter's Stop
   * does so in a Jupyter kernel.
   */
  readonly signal?: AbortSignal | undefined;
}

/** The same, for the parts of the work. */
export interface LongWork {
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** Progress that ends the work once its signal is aborted: it throws the signal's reason. */
export function stoppable({ onProgress, signal }: LongWorkOptions): OnProgress {
  return (progress) => {
    signal?.throwIfAborted();
    onProgress?.(progress);
  };
}

/**
 * Runs work that may take long. Its progress must be reported through what it gets, since this is
 * where it ends when it is stopped.
 *
 * In a Jupyter kernel, Stop sends SIGINT, which would end the kernel and lose all variables. While
 * the work runs, SIGINT ends only the work, unless the caller has a signal of its own.
 *
 * @param stopped the sentence of the error when Jupyter's Stop ended the work
 * @throws what the work throws, or the reason of the signal
 * @throws {DOMException} An AbortError, if Jupyter's Stop ended the work
 */
export async function longWork<T>(
  options: LongWorkOptions,
  stopped: () => string | Promise<string>,
  work: (watched: LongWork) => Promise<T>,
): Promise<T> {
  const kernel = jupyter();
  const stop = new AbortController();
  const listens = kernel !== undefined && options.signal === undefined;
  const listener = () => stop.abort();
  const shown = kernel !== undefined && options.onProgress === undefined
    ? notebookProgress(kernel)
    : undefined;
  const signal = options.signal ?? stop.signal;
  const onProgress = stoppable({ onProgress: shown?.onProgress ?? options.onProgress, signal });
  if (listens) Deno.addSignalListener("SIGINT", listener);
  try {
    signal.throwIfAborted();
    const result = await work({ onProgress, signal });
    await shown?.end("Done");
    return result;
  } catch (error) {
    await shown?.end("Stopped");
    if (error !== stop.signal.reason) throw error;
    const reason = new DOMException(await stopped(), "AbortError");
    // Jupyter shows the stack, which says nothing about a stop; the sentence alone does
    throw Object.defineProperty(reason, "stack", { value: reason.message });
  } finally {
    if (listens) Deno.removeSignalListener("SIGINT", listener);
  }
}

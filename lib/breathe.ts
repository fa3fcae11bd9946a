/** Milliseconds of work after which others get their turn. */
const interval = 50;

let last = 0;

/**
 * Lets waiting tasks run, at most every 50 ms: signals, progress bars, messages of a notebook.
 * Engines that compute in this thread answer without leaving it, so a long loop that does not
 * breathe would not even notice Ctrl-C.
 */
export async function breathe(): Promise<void> {
  if (Date.now() - last < interval) return;
  await new Promise((resolve) => setTimeout(resolve));
  last = Date.now();
}

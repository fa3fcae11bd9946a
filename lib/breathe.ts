/** Milliseconds of work after which others have their turn. */
const interval = 50;

let last = 0;

/**
 * Lets what waits have its turn, every 50 ms at most: signals, progress bars, a notebook's messages.
 * Engines that compute in this thread answer without leaving it, so a long loop that does not
 * breathe would not even hear Ctrl-C.
 */
export async function breathe(): Promise<void> {
  if (Date.now() - last < interval) return;
  await new Promise((resolve) => setTimeout(resolve));
  last = Date.now();
}

import type { OnProgress } from "../progress.ts";

/**
 * The progress of work that has equally long parts, one after the other.
 *
 * @param parts how many
 * @returns called at the beginning of each part, for the callback of that part
 */
export function progressInParts(
  onProgress: OnProgress | undefined,
  parts: number,
): () => OnProgress {
  let begun = 0;
  return () => {
    const before = begun++;
    return ({ done, total, ...about }) =>
      onProgress?.({ ...about, done: before * total + done, total: parts * total });
  };
}

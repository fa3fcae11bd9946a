/**
 * Which runs a page can play with: those of HALO that write codes alone and are small enough for a
 * browser.
 *
 * @module
 */
import { counted } from "../in_words.ts";
import type { Run } from "../train/run_folder.ts";

/**
 * Bytes that the parameters may take in the page, as base64. HALO over 1,600 codes of width 64 has as
 * many; Chromium on two busy cores started it in 7 s, and answered a press in 2 s.
 */
const mostBytes = 32_000_000;

/** Bytes of base64 for some float32. */
export function bytesInPage(numbers: number): number {
  return 4 * Math.ceil(4 * numbers / 3);
}

/**
 * Makes sure that a page can play with a run.
 *
 * @throws {RangeError} If it is of another model, writes more than codes, or is too large
 */
export function checkPlayable({ runConfig: { model, config }, parameters }: Run): void {
  if (model !== "halo") throw new RangeError(`Cannot play with "${model}": must be halo`);
  for (const name of ["numbers", "waits"]) {
    const value = config[name] ?? 0;
    if (value === 0) continue;
    throw new RangeError(
      `Cannot play with this run: it writes more than codes (${name}=${value}), and the page shows ` +
        `codes alone; train one with ${name}=0`,
    );
  }
  const bytes = Object.values(parameters)
    .reduce((sum, { numbers }) => sum + bytesInPage(numbers.length), 0);
  if (bytes <= mostBytes) return;
  throw new RangeError(
    `Cannot play with this run: its parameters take ${
      counted(bytes)
    } bytes of a page, and a browser ` +
      `plays with at most ${counted(mostBytes)}; train one with fewer codes or a smaller width`,
  );
}

import type { Cohort } from "./cohort.ts";

/** [codes] 1 for some codes. */
export type CodeMask = Uint8Array;

/** A mask of the codes in any of the lists. */
export function codeMask({ vocabulary }: Cohort, ...lists: readonly Iterable<number>[]): CodeMask {
  const mask = new Uint8Array(vocabulary.codes.length);
  for (const list of lists) for (const code of list) mask[code] = 1;
  return mask;
}

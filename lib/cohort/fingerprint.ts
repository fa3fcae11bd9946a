import type { Cohort } from "./cohort.ts";

/**
 * A SHA-256 of everything that a model can learn from a cohort: codes, labels, visits and splits.
 * Equal cohorts have equal fingerprints, whatever files they came from.
 *
 * @returns 64 hexadecimal digits
 */
export async function fingerprint(source: Cohort): Promise<string> {
  const { vocabulary, labelNames, visitOffsets, codeOffsets, codes, labels, splits } = source;
  const names = JSON.stringify([vocabulary.codes, labelNames]);
  const parts = [
    new TextEncoder().encode(names),
    ...[visitOffsets, codeOffsets, codes, labels, splits ?? new Uint8Array(0)],
  ];
  const digests = new Uint8Array(32 * parts.length);
  for (const [i, part] of parts.entries()) { // one copy at a time: digest() takes no shared memory
    digests.set(new Uint8Array(await crypto.subtle.digest("SHA-256", part.slice())), 32 * i);
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", digests)).toHex();
}

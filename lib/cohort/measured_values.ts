import type { Cohort } from "./cohort.ts";

/**
 * The values of each measured code, ascending, by code in the vocabulary's order. Events without
 * a finite value do not count.
 */
export function measuredValues({ vocabulary, codes, values }: Cohort): Map<number, Float32Array> {
  const found = new Map<number, Float32Array>();
  if (values === null) return found;
  const counts = new Uint32Array(vocabulary.codes.length);
  for (const [event, code] of codes.entries()) {
    counts[code] += Number.isFinite(values[event]) ? 1 : 0;
  }
  for (const [code, count] of counts.entries()) {
    if (count > 0) found.set(code, new Float32Array(count));
  }
  for (const [event, code] of codes.entries()) {
    const own = found.get(code);
    if (own !== undefined && Number.isFinite(values[event])) own[--counts[code]] = values[event];
  }
  for (const own of found.values()) own.sort();
  return found;
}

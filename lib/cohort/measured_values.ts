import type { Cohort } from "./cohort.ts";

/** The values of a cohort, code by code. */
export interface MeasuredValues {
  /** [codes + 1] Code c's values are `values[offsets[c]]` up to `values[offsets[c + 1]]`. */
  readonly offsets: Uint32Array;
  /** [measured events] Rising within a code. */
  readonly values: Float32Array;
}

/** All values of a cohort, sorted within their codes; events without a value do not count. */
export function measuredValues({ vocabulary, codes, values }: Cohort): MeasuredValues {
  const offsets = new Uint32Array(vocabulary.codes.length + 1);
  const isMeasured = (event: number) => values !== null && !Number.isNaN(values[event]);
  for (let event = 0; event < codes.length; event++) {
    if (isMeasured(event)) offsets[codes[event] + 1]++;
  }
  for (let code = 0; code < vocabulary.codes.length; code++) offsets[code + 1] += offsets[code];
  const filled = offsets.slice();
  const sorted = new Float32Array(offsets[vocabulary.codes.length]);
  for (let event = 0; event < codes.length; event++) {
    if (values !== null && isMeasured(event)) sorted[filled[codes[event]]++] = values[event];
  }
  for (let code = 0; code < vocabulary.codes.length; code++) {
    sorted.subarray(offsets[code], offsets[code + 1]).sort();
  }
  return { offsets, values: sorted };
}

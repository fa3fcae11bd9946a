import { sharedCopy } from "../threads.ts";
import type { Cohort } from "./cohort.ts";

const bytes = (array: Uint8Array) => sharedCopy(array, (buffer) => new Uint8Array(buffer));
const wholes = (array: Uint32Array) => sharedCopy(array, (buffer) => new Uint32Array(buffer));
const floats = (array: Float64Array) => sharedCopy(array, (buffer) => new Float64Array(buffer));

/**
 * The same cohort in memory that threads can share. {@link evaluate}, which asks several threads about
 * large cohorts, makes such copies itself; if memory is short, pass these and drop the others.
 *
 * @example
 * ```ts
 * import { sharedCohort, syntheaSample } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const cohort = sharedCohort(await syntheaSample());
 * assertEquals(cohort.codes.buffer instanceof SharedArrayBuffer, true);
 * ```
 *
 * @returns arrays that already are there are not copied
 */
export function sharedCohort(source: Cohort): Cohort {
  const { values, demographics, splits } = source;
  return {
    ...source,
    subjectIds: sharedCopy(source.subjectIds, (buffer) => new BigInt64Array(buffer)),
    visitOffsets: wholes(source.visitOffsets),
    codeOffsets: wholes(source.codeOffsets),
    codes: wholes(source.codes),
    labels: bytes(source.labels),
    startDays: floats(source.startDays),
    gapDays: floats(source.gapDays),
    values: values && sharedCopy(values, (buffer) => new Float32Array(buffer)),
    demographics: demographics && {
      birthDays: floats(demographics.birthDays),
      sexes: bytes(demographics.sexes),
      ...demographics.races && {
        races: {
          names: demographics.races.names,
          indices: sharedCopy(demographics.races.indices, (buffer) => new Int32Array(buffer)),
        },
      },
    },
    splits: splits && bytes(splits),
  };
}

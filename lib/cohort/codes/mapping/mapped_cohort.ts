/**
 * A cohort whose codes are mapped to others.
 *
 * @module
 */
import { type Cohort, cohort } from "../../cohort.ts";
import { distinctCodes } from "../../sources/distinct_codes.ts";
import type { WhichValue } from "../../sources/which_value.ts";
import { type CodeMap, mappedVocabulary, type Mapping } from "./code_map.ts";

/** A cohort after a map. */
export interface MappedCohort {
  readonly cohort: Cohort;
  readonly mapping: Mapping;
  /** Values that another value of the same visit and code replaced. */
  readonly replaced: number;
}

/** [codes] How many events each code has. */
export function eventCounts(events: Uint32Array, codes: number): Uint32Array {
  const counts = new Uint32Array(codes);
  for (const code of events) counts[code]++;
  return counts;
}

/**
 * The cohort with its codes mapped: those of a visit that become the same are one, with one of
 * their values: the first and the last are those of the first and the last code by name.
 */
export function mappedCohort(
  source: Cohort,
  map: CodeMap,
  keep: WhichValue = "last",
): MappedCohort {
  const counts = eventCounts(source.codes, source.vocabulary.codes.length);
  const { vocabulary, indexOf, mapping } = mappedVocabulary(source.vocabulary, counts, map);
  const codes = source.codes.map((code) => indexOf[code]);
  const values = source.values?.slice() ?? null;
  const codeOffsets = new Uint32Array(source.codeOffsets.length);
  let replaced = 0;
  for (let visit = 0; visit < source.visitCount; visit++) {
    const [from, to] = [source.codeOffsets[visit], source.codeOffsets[visit + 1]];
    const distinct = distinctCodes({ codes, values, from, to, into: codeOffsets[visit] }, keep);
    codeOffsets[visit + 1] = distinct.end;
    replaced += distinct.replaced;
  }
  const end = codeOffsets[source.visitCount];
  return {
    cohort: cohort({
      ...source,
      vocabulary,
      codeOffsets,
      codes: codes.slice(0, end),
      values: values && values.slice(0, end),
    }),
    mapping,
    replaced,
  };
}

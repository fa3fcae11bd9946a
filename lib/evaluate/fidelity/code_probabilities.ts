/**
 * The probabilities that a visit, or a record, has a code or a pair of codes: the six
 * probability dictionaries of HALO's evaluation (Theodorou et al. 2023), counted in typed arrays.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { countKeys } from "./counting/key_counts.ts";
import { codeKeyIndex, type CodeKind } from "./counting/key_rows.ts";
import { visitDenominators } from "./counting/visit_denominators.ts";

/** Probabilities of codes or pairs of codes; only keys that occur in a record of weight above 0. */
export interface CodeProbabilities {
  /** What the keys are. */
  readonly kind: CodeKind;
  /** [keys] The code, or the first code of the pair, as a vocabulary index. */
  readonly first: Uint32Array;
  /** [keys] The second code of the pair; null for unigrams. */
  readonly second: Uint32Array | null;
  /** [keys] Share of visits (of pairs of consecutive visits for the sequential kind), in (0, 1]. */
  readonly perVisit: Float64Array;
  /** [keys] Share of records, in (0, 1]. */
  readonly perRecord: Float64Array;
}

/**
 * The probabilities of one kind in a cohort.
 *
 * Unordered pairs of a visit have `first < second`; ordered pairs are (earlier, later).
 *
 * @example
 * ```ts
 * import { codeProbabilities, cohortOf, vocabulary } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const cohort = cohortOf(vocabulary(["a", "b"]), [], [
 *   { visits: [[0, 1], [1]], labels: [] },
 *   { visits: [[1]], labels: [] },
 * ]);
 * const { first, perVisit, perRecord } = codeProbabilities(cohort, "unigram");
 * assertEquals([...first], [0, 1]);
 * assertEquals([...perVisit], [1 / 3, 1]);
 * assertEquals([...perRecord], [1 / 2, 1]);
 * ```
 *
 * @param options.weights [records] how often each record counts, whole numbers; default once
 * @param options.dense which table numbers the pairs, see {@link keyIndex}
 * @returns keys in order of their codes
 */
export function codeProbabilities(
  cohort: Cohort,
  kind: CodeKind,
  options: { weights?: ArrayLike<number>; dense?: boolean } = {},
): CodeProbabilities {
  const codes = cohort.vocabulary.codes.length;
  const index = codeKeyIndex(kind, codes, options);
  const counts = countKeys(cohort, kind, index, options.weights);
  const [visits] = visitDenominators(cohort, kind, options.weights);
  let records = cohort.recordCount;
  if (options.weights !== undefined) {
    records = 0;
    for (let record = 0; record < cohort.recordCount; record++) records += options.weights[record];
  }
  const keys = Uint32Array.from(index.inOrder()).filter((key) => counts.records[key] > 0);
  return {
    kind,
    first: Uint32Array.from(keys, (key) => index.firstOf(key)),
    second: kind === "unigram" ? null : Uint32Array.from(keys, (key) => index.secondOf(key)),
    perVisit: Float64Array.from(keys, (key) => counts.occurrences[key] / visits),
    perRecord: Float64Array.from(keys, (key) => counts.records[key] / records),
  };
}

/**
 * The probability of each code or pair of codes in the real and in the synthetic cohort: the
 * points of the scatter figures, over the union of keys.
 *
 * @module
 */
import { checkArguments, checkWord } from "../../arguments.ts";
import type { Cohort } from "../../cohort/cohort.ts";
import { countKeys } from "./counting/key_counts.ts";
import { orderedKeys } from "./counting/key_index.ts";
import { codeKeyIndex, type CodeKind, codeKinds } from "./counting/key_rows.ts";
import { visitDenominators } from "./counting/visit_denominators.ts";
import { checkVocabularies } from "../vocabularies.ts";

/** Per-visit probabilities of one kind in two cohorts, key by key. */
export interface PairedProbabilities {
  /** What the keys are. */
  readonly kind: CodeKind;
  /** [keys] The code, or the first code of the pair, as a vocabulary index. */
  readonly first: Uint32Array;
  /** [keys] The second code of the pair; null for unigrams. */
  readonly second: Uint32Array | null;
  /** [keys] Share of the real visits (of pairs of consecutive visits when sequential), in [0, 1]. */
  readonly real: Float64Array;
  /** [keys] The same of the synthetic visits; 0 where only the real cohort has the key. */
  readonly synthetic: Float64Array;
}

/**
 * The per-visit probabilities of every key that occurs in either cohort, in order of their codes.
 *
 * @throws {RangeError} If the two vocabularies differ, or there is no such kind
 */
export function pairedProbabilities(
  real: Cohort,
  synthetic: Cohort,
  kind: CodeKind,
): PairedProbabilities {
  checkArguments("pairedProbabilities", [real, "cohort"], [synthetic, "cohort"]);
  checkWord("pairedProbabilities", "kind", kind, codeKinds);
  checkVocabularies(real, synthetic);
  const codes = real.vocabulary.codes.length;
  const index = codeKeyIndex(kind, codes);
  const shares = [real, synthetic].map((cohort) => {
    const { occurrences } = countKeys(cohort, kind, index);
    const [visits] = visitDenominators(cohort, kind);
    return (key: number) => key < occurrences.length ? occurrences[key] / (visits || 1) : 0;
  });
  const keys = orderedKeys(index, codes);
  return {
    kind,
    first: Uint32Array.from(keys, (key) => index.first[key]),
    second: kind === "unigram" ? null : Uint32Array.from(keys, (key) => index.second[key]),
    real: Float64Array.from(keys, shares[0]),
    synthetic: Float64Array.from(keys, shares[1]),
  };
}

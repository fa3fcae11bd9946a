/**
 * The probability of each code or pair of codes in the real and in the synthetic cohort: the
 * points of the scatter figures, over the union of keys.
 *
 * @module
 */
import { checkArguments, checkWord } from "../../arguments.ts";
import type { Cohort } from "../../cohort/cohort.ts";
import { growing } from "../../cohort/growing.ts";
import { isShownCell } from "../../cohort/small_cells.ts";
import { checkVocabularies } from "../vocabularies.ts";
import { countKeys, haveAny } from "./counting/key_counts.ts";
import { type CodeKind, codeKinds, keyIndexFor } from "./counting/key_rows.ts";
import { visitDenominators } from "./counting/visit_denominators.ts";

/** The codes or pairs that too few real patients have, together: none of them is named. */
export interface RareKeys {
  /** They are rare since fewer real patients have each of them. */
  readonly minCell: number;
  /** How many there are, also those that only the synthetic cohort has. */
  readonly keys: number;
  /** Mean of their real probabilities; null if fewer than `minCell` patients have any of them. */
  readonly real: number | null;
  /** Mean of their synthetic probabilities. */
  readonly synthetic: number;
}

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
  /** What is left out of the keys since too few real patients have it; absent if nothing is. */
  readonly rare?: RareKeys | undefined;
}

/** Which keys {@link pairedProbabilities} names. */
export interface PairedOptions {
  /** Keys that fewer real patients have are put together as `rare`; default 1: each is named. */
  readonly minCell?: number | undefined;
}

/**
 * The per-visit probabilities of the keys that occur in either cohort, in order of their codes. What
 * is to be passed on asks for a `minCell`: figures, tables and files that show the result then name
 * no code or pair of fewer real patients.
 *
 * @example Codes of at least two patients
 * ```ts
 * import { cohortOf, pairedProbabilities, vocabulary } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const cohort = cohortOf(vocabulary(["flu", "rare"]), [], [
 *   { visits: [[0, 1]], labels: [] },
 *   { visits: [[0]], labels: [] },
 * ]);
 * const { first, rare } = pairedProbabilities(cohort, cohort, "unigram", { minCell: 2 });
 * assertEquals([...first], [0]);
 * assertEquals(rare, { minCell: 2, keys: 1, real: null, synthetic: 1 / 2 });
 * ```
 *
 * @throws {RangeError} If the two vocabularies differ, or there is no such kind
 */
export function pairedProbabilities(
  real: Cohort,
  synthetic: Cohort,
  kind: CodeKind,
  { minCell = 1 }: PairedOptions = {},
): PairedProbabilities {
  checkArguments("pairedProbabilities", [real, "cohort"], [synthetic, "cohort"]);
  checkWord("pairedProbabilities", "kind", kind, codeKinds);
  checkVocabularies(real, synthetic);
  const index = keyIndexFor(kind, real);
  const [truth, other] = [real, synthetic].map((cohort) => {
    const { occurrences, records } = countKeys(cohort, kind, index);
    const [visits] = visitDenominators(cohort, kind);
    const share = (key: number) => key < occurrences.length ? occurrences[key] / (visits || 1) : 0;
    return { share, patients: (key: number) => records[key] ?? 0 };
  });
  const [first, second] = [0, 0].map(() => growing((length) => new Uint32Array(length)));
  const [ofReal, ofSynthetic] = [0, 0].map(() => growing((length) => new Float64Array(length)));
  const isRare = new Uint8Array(index.size);
  const rare = { keys: 0, real: 0, synthetic: 0 }; // sums of probabilities
  for (const key of index.inOrder()) {
    if (truth.patients(key) === 0 && other.patients(key) === 0) continue;
    const shares = { real: truth.share(key), synthetic: other.share(key) };
    if (isShownCell(minCell, truth.patients(key))) {
      first.push(index.firstOf(key));
      second.push(index.secondOf(key));
      ofReal.push(shares.real);
      ofSynthetic.push(shares.synthetic);
    } else {
      isRare[key] = 1;
      rare.keys++;
      rare.real += shares.real;
      rare.synthetic += shares.synthetic;
    }
  }
  const isRealShown = rare.keys > 0 && haveAny(real, { kind, index, isWanted: isRare }, minCell);
  return {
    kind,
    first: first.view(),
    second: kind === "unigram" ? null : second.view(),
    real: ofReal.view(),
    synthetic: ofSynthetic.view(),
    ...rare.keys > 0 && {
      rare: {
        minCell,
        keys: rare.keys,
        real: isRealShown ? rare.real / rare.keys : null,
        synthetic: rare.synthetic / rare.keys,
      },
    },
  };
}

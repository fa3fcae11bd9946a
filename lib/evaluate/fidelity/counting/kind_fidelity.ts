/**
 * What is found of one kind of probabilities: R² with resamples, and the figures beside it.
 *
 * @module
 */
import type { OnProgress } from "../../../progress.ts";
import { isDrawnInGroups } from "../../bootstrap.ts";
import type { Asked } from "../../measure.ts";
import { countKeys } from "./key_counts.ts";
import { codeKeyIndex, type CodeKind, occurrencesIn } from "./key_rows.ts";
import { onePass } from "./one_pass.ts";
import type { KindFidelity } from "./found.ts";
import { resampledR2 } from "./resampled_r2.ts";

/** Occurrences in resamples that are counted at most: a minute or two on one core. */
const mostCounted = 2e10;
/**
 * A key of the real cohort takes as long in each resample as this number of occurrences: each of the
 * others has an R² over its keys and their own, at 40 ns a key, as against 1.7 ns an occurrence.
 */
const occurrencesPerKey = 40;

/**
 * Whether counting the records of every resample would take too long: of a cohort that is drawn in
 * groups, or by resamples times occurrences of keys in the real cohort, and times its keys, over which
 * each resample has an R². Only the real cohort decides, so that all models of a comparison are judged in
 * the same way.
 */
export function isLarge(kind: CodeKind, { real: { cohort }, resamples }: Asked): boolean {
  if (resamples > 0 && isDrawnInGroups(cohort)) return true;
  const most = mostCounted / resamples;
  const occurrences = occurrencesIn(cohort, kind);
  const codes = cohort.vocabulary.codes.length;
  const mostKeys = Math.min(occurrences, kind === "unigram" ? codes : codes ** 2);
  if (occurrences + occurrencesPerKey * mostKeys <= most) return false; // needs no counting
  if (occurrences > most) return true;
  const index = codeKeyIndex(kind, codes);
  countKeys(cohort, kind, index);
  return occurrences + occurrencesPerKey * index.size > most;
}

/**
 * R² of one kind of probabilities and the figures beside it, for several cohorts against the same real
 * one. The records of every resample are counted if that does not take too long.
 *
 * @returns one entry for each of the others
 */
export async function kindFidelity(
  kind: CodeKind,
  asked: Asked,
  onProgress?: OnProgress,
): Promise<KindFidelity[]> {
  if (isLarge(kind, asked)) return onePass(kind, asked, true, onProgress);
  const resampled = await resampledR2(kind, asked, onProgress);
  return (await onePass(kind, asked, false)).map(({ perVisit, perRecord, ...found }, i) => ({
    ...found,
    perVisit: { ...perVisit, r2: resampled[i].perVisit },
    perRecord: { ...perRecord, r2: resampled[i].perRecord },
  }));
}

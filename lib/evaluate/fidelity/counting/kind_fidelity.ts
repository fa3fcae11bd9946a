/**
 * What is found of one kind of probabilities: R² with resamples, and the figures beside it.
 *
 * @module
 */
import type { OnProgress } from "../../../progress.ts";
import type { Asked } from "../../measure.ts";
import { type CodeKind, occurrencesIn } from "./key_rows.ts";
import { onePass } from "./one_pass.ts";
import type { KindFidelity } from "./found.ts";
import { resampledR2 } from "./resampled_r2.ts";

/** Occurrences in resamples that are counted at most: a minute or two on one core. */
const mostCounted = 2e10;

/**
 * Whether counting the records of every resample would take too long: occurrences of keys in the real
 * cohort times resamples. Only the real cohort decides, so that all models of a comparison are judged
 * in the same way.
 */
export function isLarge(kind: CodeKind, { real, resamples }: Asked): boolean {
  return occurrencesIn(real.cohort, kind) * resamples > mostCounted;
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

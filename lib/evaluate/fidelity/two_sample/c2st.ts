/**
 * Classifier two-sample tests: can a classifier tell synthetic records from real ones that no model
 * has seen (Lopez-Paz & Oquab 2017)?
 *
 * Synthetic and held-out records in equal numbers are divided into five folds, a record always whole.
 * Each fold is scored by a classifier that is fitted to the other four. The reference is the same
 * test of training records against the same held-out ones. Never are synthetic records tested against
 * training records: a generator that copies would then look perfect.
 *
 * The folds' classifiers share most of their training records, so their mistakes are alike, and the
 * mean over folds varies more between patients than as many independent tests would: its variance is
 * 1.1 to 1.9 times as large in simulations of normal features. All intervals and the p value here have
 * Nadeau & Bengio's correction (2003) for that, which is on the safe side.
 *
 * @module
 */
import { breathe } from "../../../breathe.ts";
import { finite, object, type Schema, whole } from "../../../files/checked_json.ts";
import type { OnProgress } from "../../../progress.ts";
import { type Estimate, estimate, estimateSchema, resampleWeights } from "../../bootstrap.ts";
import type { Answer, Asked } from "../../measure.ts";
import { normalTail } from "../../normal.ts";
import { wilson } from "../../wilson.ts";
import { aucEstimate, type RankedFolds, rankedFolds, weightedAuc } from "./auc.ts";
import { comparedInTurn, type NothingMeasured } from "./left_out.ts";
import type { Sample } from "./samples.ts";

/** Parts that are held out in turn. */
const folds = 5;
/** Nadeau & Bengio's factor on variances: 1 + folds × test records / training records. */
const overlap = 1 + folds / (folds - 1);

/** How well a classifier tells synthetic records from held-out ones. */
export interface TwoSampleTest {
  /** Records of each cohort. */
  records: number;
  /**
   * Probability that of a random synthetic and a random held-out record of the same fold, the
   * synthetic one is taken for the more synthetic: 0.5 if the two cannot be told apart, 1 if they
   * always can. Its interval is DeLong's (1988), over patients.
   */
  auc: Estimate;
  /** The same for training records instead of synthetic ones; about 0.5. */
  reference_auc: Estimate;
  /** `auc` minus `reference_auc`; 0 is as good as real records. Over resamples of patients. */
  above_reference: Estimate;
  /** Share of all records that are taken for what they are, with Wilson's interval; 0.5 is chance. */
  accuracy: Estimate;
  /**
   * Probability of an accuracy at least as high if the two cohorts had the same distribution. It is
   * N(1/2, 1/(4n)) for n records that are tested independently; here its variance is corrected.
   */
  p_value: number;
}

/** {@link TwoSampleTest}, when it is read from a file. */
export const twoSampleSchema: Schema<TwoSampleTest> = object({
  records: whole(1),
  auc: estimateSchema,
  reference_auc: estimateSchema,
  above_reference: estimateSchema,
  accuracy: estimateSchema,
  p_value: finite(0, 1),
});

/** Probabilities of being of the second sample. */
export interface Scores {
  /** [test] Of the first sample's records. */
  readonly first: Float64Array;
  /** [test] Of the second sample's records. */
  readonly second: Float64Array;
}

/**
 * Fits a classifier and scores other records.
 *
 * @param samples of equal numbers of records
 * @param training records of both samples that are fitted
 * @param test records of both samples that are scored
 * @param fold from 0; decides random numbers
 */
export type Classify = (
  samples: { readonly first: Sample; readonly second: Sample },
  training: Uint32Array,
  test: Uint32Array,
  fold: number,
) => Scores | Promise<Scores>;

/** [records] Scores of all records, each by a classifier that has not seen it. */
async function heldOutScores(
  first: Sample,
  second: Sample,
  classify: Classify,
  { records, onFold }: { readonly records: number; readonly onFold: () => void },
): Promise<Scores> {
  const all = Uint32Array.from({ length: records }, (_, record) => record);
  const scores = { first: new Float64Array(records), second: new Float64Array(records) };
  for (let fold = 0; fold < folds; fold++) {
    await breathe();
    const test = all.filter((record) => record % folds === fold); // samples are in random order
    const training = all.filter((record) => record % folds !== fold);
    const found = await classify({ first, second }, training, test, fold);
    test.forEach((record, i) => {
      scores.first[record] = found.first[i];
      scores.second[record] = found.second[i];
    });
    onFold();
  }
  return scores;
}

/** The scores as areas are taken of them. */
function ranked({ first, second }: Scores): RankedFolds {
  const foldOf = Uint8Array.from(first, (_, record) => record % folds);
  return rankedFolds({ scores: first, folds: foldOf }, { scores: second, folds: foldOf });
}

/** [resamples + 1] The area as it is, then in each resample of both samples, corrected for overlap. */
function resampledAuc(
  scores: RankedFolds,
  { first, second }: { readonly first: Sample; readonly second: Sample },
  { seed, resamples }: Asked,
): Float64Array {
  const firstWeights = new Int32Array(scores.firstCount);
  const secondWeights = new Int32Array(scores.secondCount);
  const areas = Float64Array.from({ length: resamples + 1 }, (_, resample) => {
    resampleWeights({ role: first.role, seed }, resample, firstWeights);
    resampleWeights({ role: second.role, seed }, resample, secondWeights);
    return weightedAuc(scores, firstWeights, secondWeights);
  });
  const wider = (area: number) => areas[0] + Math.sqrt(overlap) * (area - areas[0]);
  return areas.map((area, resample) => resample === 0 ? area : wider(area));
}

/** Share of scores on the right side of one half; those on it count half. */
function accuracyOf({ first, second }: Scores): number {
  const right = (isRight: number) => isRight > 0 ? 1 : isRight === 0 ? 0.5 : 0;
  const count = first.reduce((sum, score) => sum + right(0.5 - score), 0) +
    second.reduce((sum, score) => sum + right(score - 0.5), 0);
  return count / (first.length + second.length);
}

/** An area and its resamples. */
interface Tested {
  readonly scores: Scores;
  readonly auc: Estimate;
  readonly resampled: Float64Array;
}

function answerOf(test: Tested, reference: Tested): Answer<TwoSampleTest> {
  const above = test.resampled.map((auc, resample) => auc - reference.resampled[resample]);
  const records = test.scores.first.length;
  const independent = 2 * records / overlap; // tests that would be as sure
  const accuracy = accuracyOf(test.scores);
  const figures = {
    records,
    auc: test.auc,
    reference_auc: reference.auc,
    above_reference: estimate(above),
    accuracy: wilson(accuracy * independent, independent),
    p_value: normalTail((accuracy - 0.5) * 2 * Math.sqrt(independent)),
  };
  return { figures, resampled: { auc: test.resampled, above_reference: above } };
}

/** How a test is done. */
interface TestOptions {
  /** Records of each cohort at most; default all of the samples. */
  readonly mostRecords?: number | undefined;
  /** Called after each fold. */
  readonly onProgress?: OnProgress | undefined;
}

/** The answers of a classifier two-sample test. */
export async function twoSampleTests(
  asked: Asked,
  classify: Classify,
  { mostRecords = Infinity, onProgress }: TestOptions,
): Promise<Answer<TwoSampleTest | NothingMeasured>[]> {
  const references = new Map<string, Tested>();
  const tested = async (first: Sample, second: Sample, onFold: () => void): Promise<Tested> => {
    const records = Math.min(mostRecords, first.cohort.recordCount);
    const scores = await heldOutScores(first, second, classify, { records, onFold });
    const ranks = ranked(scores);
    const resampled = resampledAuc(ranks, { first, second }, asked);
    return { scores, auc: aucEstimate(ranks, overlap), resampled };
  };
  return await comparedInTurn(
    asked,
    async ({ heldOut, synthetic, training, reference }, onFold) => {
      const known = references.get(reference) ?? await tested(heldOut, training, onFold);
      references.set(reference, known);
      return answerOf(
        synthetic === training ? known : await tested(heldOut, synthetic, onFold),
        known,
      );
    },
    { stage: "two-sample test", steps: 2 * folds, onProgress },
  );
}

/**
 * Propensity score mean squared error (Woo et al. 2009; Snoke et al. 2018): how far do the
 * probabilities of being synthetic lie from what they would be if nothing told the records apart?
 *
 * One logistic regression is fitted to held-out and synthetic records and scores these same records.
 * A flexible classifier tells even equal cohorts apart in this way, so the figure is divided by its
 * mean when records are held-out or synthetic at random.
 *
 * @module
 */
import { breathe } from "../../../breathe.ts";
import { finite, object, whole } from "../../../files/checked_json.ts";
import { type Estimate, estimate, estimateSchema, resampledSums } from "../../bootstrap.ts";
import type { Answer, Asked, Measure } from "../../measure.ts";
import { penaltyFor } from "./c2st_logistic.ts";
import { comparedInTurn, type NothingMeasured, orLeftOut } from "./left_out.ts";
import { fitLogistic, probabilities } from "./logistic.ts";
import { permutedClasses } from "./permuted_classes.ts";
import { joinedPoints, type Points } from "./points.ts";
import type { Comparison } from "./samples.ts";

/** Permutations behind the expectation under the null. */
const permutations = 100;

/** How far probabilities of being synthetic are from one half. */
export interface PropensityError {
  /** Records of each cohort. */
  records: number;
  /**
   * Mean of (e − c)², where e is a record's probability of being synthetic and c the share of
   * synthetic records, one half: 0 if nothing tells them apart, 0.25 if everything does. Its interval
   * is over patients, for the classifier as fitted.
   */
  pmse: Estimate;
  /** Its mean over permutations of which records are synthetic. */
  expected: number;
  /** `pmse` divided by `expected`: about 1 for cohorts of the same distribution, more for others. */
  ratio: Estimate;
  /** Share of permutations with a pMSE at least as high, the cohorts themselves counted as one. */
  p_value: number;
}

/**
 * (1/N) Σ (e − c)²
 *
 * @param scores e, probabilities of being synthetic
 * @param share c, of synthetic records among all
 * @returns in [0, 1]; 0 if all scores are c
 */
export function propensityError(scores: ArrayLike<number>, share: number): number {
  let sum = 0;
  for (let i = 0; i < scores.length; i++) sum += (scores[i] - share) ** 2;
  return sum / scores.length;
}

/** [points] Probabilities of being of the second class, of those points that were fitted. */
function fittedScores(points: Points, targets: Uint8Array): Float64Array {
  const rows = Uint32Array.from({ length: points.count }, (_, row) => row);
  const fitted = fitLogistic(points, rows, targets, penaltyFor(points.width));
  return probabilities(fitted, points, rows);
}

/** [permutations] The error when classes are drawn at random. */
async function permutedErrors(
  points: Points,
  targets: Uint8Array,
  seed: number,
  onPermutation: () => void,
): Promise<Float64Array> {
  const errors = new Float64Array(permutations);
  for (let i = 0; i < permutations; i++) {
    await breathe();
    const permuted = permutedClasses(targets, seed, i);
    errors[i] = propensityError(fittedScores(points, permuted), 0.5);
    onPermutation();
  }
  return errors;
}

/** [resamples + 1] The error over all records, resampled within each cohort. */
function resampledErrors(
  scores: Float64Array,
  { records, heldOut, synthetic }: Comparison,
  { seed, resamples }: Asked,
): Float64Array {
  const squares = scores.map((score) => (score - 0.5) ** 2);
  const [first, second] = [heldOut, synthetic].map(({ role }, i) =>
    resampledSums(
      { role, seed },
      squares.subarray(i * records, (i + 1) * records),
      1,
      resamples,
    )
  );
  return first.map((sum, resample) => (sum + second[resample]) / (2 * records));
}

async function answerOf(
  comparison: Comparison,
  asked: Asked,
  onPermutation: () => void,
): Promise<Answer<PropensityError>> {
  const { records, heldOut, synthetic } = comparison;
  const points = joinedPoints(heldOut.points, synthetic.points);
  const targets = Uint8Array.from({ length: 2 * records }, (_, row) => Number(row >= records));
  const errors = resampledErrors(fittedScores(points, targets), comparison, asked);
  const permuted = await permutedErrors(points, targets, asked.seed, onPermutation);
  const expected = permuted.reduce((sum, error) => sum + error, 0) / permutations;
  const higher = permuted.filter((error) => error >= errors[0]).length;
  const ratios = errors.map((error) => error / expected);
  const figures = {
    records,
    pmse: estimate(errors),
    expected,
    ratio: estimate(ratios),
    p_value: (1 + higher) / (1 + permutations),
  };
  return { figures, resampled: { pmse: errors, ratio: ratios } };
}

/** How far probabilities of being synthetic are from one half. */
export const pmse: Measure<"pmse", PropensityError | NothingMeasured | null> = {
  key: "pmse",
  question: "How surely can each record be called synthetic or real?",
  needs: ["held_out"],
  schema: orLeftOut(object({
    records: whole(1),
    pmse: estimateSchema,
    expected: finite(0),
    ratio: estimateSchema,
    p_value: finite(0, 1),
  })),
  ask: (asked, onProgress) =>
    comparedInTurn(
      asked,
      (comparison, onStep) => answerOf(comparison, asked, onStep),
      { stage: "permutations", steps: permutations, onProgress },
    ),
};

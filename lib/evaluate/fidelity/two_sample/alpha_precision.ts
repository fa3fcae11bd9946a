/**
 * α-precision, β-recall and authenticity (Alaa, van Breugel, Saveliev & van der Schaar 2022).
 *
 * α-precision is the share of synthetic records in the smallest ball around the mean real record that
 * holds the share α of real ones; it should be α. β-recall is the share of real records whose nearest
 * synthetic one is near and in the ball that holds the share β of synthetic records; it should be β.
 * Near is within the distance of the real record's fifth nearest real neighbour. Both are summed up
 * over all α and β. Real records and distances are those of `prdc.ts`. The ceiling is below 1: the
 * nearest record tends to be a central one, the more so the more dimensions there are.
 *
 * Authenticity is about copies, so it is about training records: a synthetic record is authentic if
 * it is farther from its nearest training record than this one is from its own nearest other
 * training record. (A widely used implementation takes the neighbour of another training record
 * there, the one that has the synthetic record's index.)
 *
 * @module
 */
import { object, type Schema, whole } from "../../../files/checked_json.ts";
import {
  type Estimate,
  estimate,
  estimateSchema,
  resampledSums,
  resampleWeights,
} from "../../bootstrap.ts";
import type { Answer, Asked, Measure } from "../../measure.ts";
import { wilson } from "../../wilson.ts";
import { comparedInTurn, type NothingMeasured, orLeftOut } from "./left_out.ts";
import { nearestIn, neighbourRadii } from "./neighbours.ts";
import { firstCoordinates, type Points } from "./points.ts";
import { neighbour } from "./prdc.ts";
import { embeddingWidth } from "./principal_axes.ts";
import type { Comparison, Sample } from "./samples.ts";

/** How faithful, how varied and how new synthetic records are. */
export interface SampleQuality {
  /** Synthetic and held-out records, of each. */
  records: number;
  /**
   * 1 − 2 ∫ |P(α) − α| dα, in [0, 1]: 1 if synthetic records are as far from the mean real record as
   * real ones. Its interval is over resamples of synthetic records.
   */
  alpha_precision: Estimate;
  /** The same of β-recall, over resamples of held-out records. */
  beta_recall: Estimate;
  /** Share of synthetic records that are authentic, in [0, 1], with Wilson's interval. */
  authenticity: Estimate;
  /** Training records for authenticity; if they are a sample, copies of the others are not seen. */
  training_records: number;
}

/** [count] Squared distance of each point to the mean of some points. */
function squaresToMean(points: Points, of: Points): Float64Array {
  const { width } = of;
  const mean = new Float64Array(width);
  for (let i = 0; i < of.coordinates.length; i++) mean[i % width] += of.coordinates[i] / of.count;
  const squares = new Float64Array(points.count);
  for (let i = 0; i < points.coordinates.length; i++) {
    squares[Math.floor(i / width)] += (points.coordinates[i] - mean[i % width]) ** 2;
  }
  return squares;
}

/** [numbers] How many of the others are below each, from 0 to their number. */
function ranksAmong(others: Float64Array, numbers: Float64Array): Uint32Array {
  const sorted = others.slice().sort();
  return Uint32Array.from(numbers, (number) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] < number) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}

/** [synthetic] The share of real records in the smallest ball that has a synthetic one: ranks below it. */
export function precisionRanks(real: Points, synthetic: Points): Uint32Array {
  return ranksAmong(squaresToMean(real, real), squaresToMean(synthetic, real));
}

/**
 * [real] How many synthetic records are nearer to their mean than the one that is nearest to the real
 * record; the number of synthetic records if that one is not near, which is within the distance of
 * the real record's k-th nearest real neighbour.
 */
export async function recallRanks(
  real: Points,
  synthetic: Points,
  k: number,
): Promise<Uint32Array> {
  const squares = squaresToMean(synthetic, synthetic);
  const ranks = ranksAmong(squares, squares);
  const radii = await neighbourRadii(real, k);
  const nearest = await nearestIn(real, synthetic);
  return Uint32Array.from(
    nearest.squares,
    (square, row) => square <= radii[row] ? ranks[nearest.indices[row]] : synthetic.count,
  );
}

/**
 * 1 − 2 ∫ |P(α) − α| dα by the trapezoidal rule at α = 0, 1/n, …, 1, where P(i/n) is the share of
 * records whose rank is below i.
 *
 * @param ranks [records] from 0 to n
 * @param weights [records] how often each counts
 * @returns in [0, 1]: 1 if the ranks are 0, 1, … n − 1, 0 if all are n
 */
export function integratedScore(
  ranks: Uint32Array,
  weights: ArrayLike<number>,
  n: number,
): number {
  const counts = new Float64Array(n + 1);
  let total = 0;
  ranks.forEach((rank, record) => {
    counts[rank] += weights[record];
    total += weights[record];
  });
  let [below, area] = [0, 0];
  for (let i = 1; i <= n; i++) {
    below += counts[i - 1];
    area += Math.abs(below / total - i / n) / (i === n ? 2 : 1);
  }
  return 1 - 2 * area / n;
}

/** [resamples + 1] The score as it is, then in each resample of the records that have the ranks. */
function resampledScores(
  ranks: Uint32Array,
  { role }: Sample,
  { seed, resamples }: Asked,
): Float64Array {
  const weights = new Int32Array(ranks.length);
  return Float64Array.from({ length: resamples + 1 }, (_, resample) => {
    resampleWeights({ role, seed }, resample, weights);
    return integratedScore(ranks, weights, ranks.length);
  });
}

/** [synthetic] 1 for records that are no nearer to a training record than training records are. */
export async function areAuthentic(
  training: Points,
  synthetic: Points,
): Promise<Float64Array> {
  const own = await neighbourRadii(training, 1);
  const { indices, squares } = await nearestIn(synthetic, training);
  return Float64Array.from(squares, (square, row) => Number(square > own[indices[row]]));
}

async function answerOf(comparison: Comparison, asked: Asked): Promise<Answer<SampleQuality>> {
  const { records, heldOut, synthetic, allTraining } = comparison;
  const [real, other, training] = [heldOut.points, synthetic.points, allTraining].map((points) =>
    firstCoordinates(points, embeddingWidth)
  );
  const precision = resampledScores(precisionRanks(real, other), synthetic, asked);
  const recall = resampledScores(await recallRanks(real, other, neighbour), heldOut, asked);
  // held-out records themselves, where they are asked about
  const judged = synthetic.role === "real"
    ? { ...heldOut, points: real }
    : { ...synthetic, points: other };
  const authentic = await areAuthentic(training, judged.points);
  const { seed, resamples } = asked;
  const counts = resampledSums({ role: judged.role, seed }, authentic, 1, resamples);
  const figures = {
    records,
    alpha_precision: estimate(precision),
    beta_recall: estimate(recall),
    authenticity: wilson(counts[0], records),
    training_records: training.count,
  };
  return {
    figures,
    resampled: {
      alpha_precision: precision,
      beta_recall: recall,
      authenticity: counts.map((count) => count / records),
    },
  };
}

const schema: Schema<SampleQuality> = object({
  records: whole(1),
  alpha_precision: estimateSchema,
  beta_recall: estimateSchema,
  authenticity: estimateSchema,
  training_records: whole(1),
});

/** How faithful, how varied and how new synthetic records are. */
export const alphaPrecision: Measure<"alpha_precision", SampleQuality | NothingMeasured | null> = {
  key: "alpha_precision",
  question: "Are synthetic records typical, varied and new?",
  needs: ["held_out"],
  schema: orLeftOut(schema),
  ask: (asked, onProgress) =>
    comparedInTurn(asked, (comparison) => answerOf(comparison, asked), {
      stage: "neighbours",
      onProgress,
    }),
};

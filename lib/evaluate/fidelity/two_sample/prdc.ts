/**
 * Precision and recall of the manifolds that records lie on (Kynkäänniemi et al. 2019), density and
 * coverage (Naeem et al. 2020).
 *
 * A cohort's manifold is made of balls around its records, each up to the record's fifth nearest
 * neighbour in the same cohort. The real cohort is held-out records: copies of training records would
 * lie in the training records' manifold by themselves. Distances are Euclidean, between summary
 * features in their first eight principal axes.
 *
 * @module
 */
import { object, type Schema, whole } from "../../../files/checked_json.ts";
import { type Estimate, estimate, estimateSchema, resampledSums } from "../../bootstrap.ts";
import type { Answer, Asked, Measure } from "../../measure.ts";
import { comparedInTurn, type NothingMeasured, orLeftOut } from "./left_out.ts";
import { eachRow, neighbourRadii } from "./neighbours.ts";
import { firstCoordinates, type Points } from "./points.ts";
import { embeddingWidth } from "./principal_axes.ts";
import type { Comparison } from "./samples.ts";

/** The neighbour that a ball reaches to. */
export const neighbour = 5;

/**
 * Precision, recall, density and coverage. Each is a mean over records, and its interval is over
 * resamples of these records, the other cohort being as it is. Even for held-out records they are
 * below 1: the ceiling says what can be reached.
 */
export interface Manifolds {
  /** Records of each cohort. */
  records: number;
  /** Share of synthetic records within the ball of a real one, in [0, 1]: are they realistic? */
  precision: Estimate;
  /** Share of real records within the ball of a synthetic one, in [0, 1]: are all kinds there? */
  recall: Estimate;
  /** Real balls that a synthetic record is in, on average, divided by 5; 1 for equal cohorts. */
  density: Estimate;
  /** Share of real records in whose ball there is a synthetic one, in [0, 1]. */
  coverage: Estimate;
}

/** For each record, what the four figures are means of. */
export interface Memberships {
  /** [synthetic] 1 if it is within the ball of a real record. */
  readonly precision: Float64Array;
  /** [real] 1 if it is within the ball of a synthetic record. */
  readonly recall: Float64Array;
  /** [synthetic] Real balls that it is in, divided by k. */
  readonly density: Float64Array;
  /** [real] 1 if a synthetic record is within its ball. */
  readonly coverage: Float64Array;
}

/**
 * Which records are within whose balls; a record on a ball's surface is outside.
 *
 * @param k the neighbour that a ball reaches to
 */
export async function memberships(
  real: Points,
  synthetic: Points,
  k: number,
): Promise<Memberships> {
  const [realRadii, syntheticRadii] = [
    await neighbourRadii(real, k),
    await neighbourRadii(synthetic, k),
  ];
  const found = {
    precision: new Float64Array(synthetic.count),
    recall: new Float64Array(real.count),
    density: new Float64Array(synthetic.count),
    coverage: new Float64Array(real.count),
  };
  await eachRow(synthetic, real, (row, squares) => {
    for (let j = 0; j < squares.length; j++) {
      if (squares[j] < syntheticRadii[row]) found.recall[j] = 1;
      if (squares[j] >= realRadii[j]) continue;
      found.coverage[j] = found.precision[row] = 1;
      found.density[row] += 1 / k;
    }
  });
  return found;
}

const schema: Schema<Manifolds> = object({
  records: whole(1),
  precision: estimateSchema,
  recall: estimateSchema,
  density: estimateSchema,
  coverage: estimateSchema,
});

async function answerOf(
  { records, heldOut, synthetic }: Comparison,
  { seed, resamples }: Asked,
): Promise<Answer<Manifolds>> {
  const [real, other] = [heldOut, synthetic].map(({ points }) =>
    firstCoordinates(points, embeddingWidth)
  );
  const found = await memberships(real, other, neighbour);
  const means = (numbers: Float64Array, { role }: typeof heldOut) =>
    resampledSums({ role, seed }, numbers, 1, resamples).map((sum) => sum / records);
  const resampled = {
    precision: means(found.precision, synthetic),
    recall: means(found.recall, heldOut),
    density: means(found.density, synthetic),
    coverage: means(found.coverage, heldOut),
  };
  const { precision, recall, density, coverage } = resampled;
  const figures = {
    records,
    precision: estimate(precision),
    recall: estimate(recall),
    density: estimate(density),
    coverage: estimate(coverage),
  };
  return { figures, resampled };
}

/** Whether synthetic records lie where real ones do, and real ones where synthetic ones do. */
export const prdc: Measure<"prdc", Manifolds | NothingMeasured | null> = {
  key: "prdc",
  question: "Do synthetic records lie where real ones do, and are all kinds of records there?",
  needs: ["held_out"],
  schema: orLeftOut(schema),
  ask: (asked, onProgress) =>
    comparedInTurn(asked, (comparison) => answerOf(comparison, asked), {
      stage: "neighbours",
      onProgress,
    }),
};

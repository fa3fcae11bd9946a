/**
 * Are synthetic records nearer to the training records than to held-out ones? Nearest-neighbour
 * adversarial accuracy (Yale et al. 2020), as HALO's evaluation uses it (Theodorou et al. 2023), in a
 * corrected form and as published.
 *
 * Of two sets A and B, the accuracy is the mean of two shares: of records of A whose nearest record of
 * B is further away than the nearest other one of A, and the same of B. It is 0.5 if the sets cannot
 * be told apart, and 0 if they are copies of each other. The loss is the accuracy of held-out against
 * synthetic records minus that of training against synthetic records: near 0 is good, more says that
 * the synthetic records are closer to those that the model has seen.
 *
 * Intervals are over the patients of the three sets, with their nearest records as they are; where a
 * few records are nearest to many, they are somewhat too narrow.
 *
 * Corrected: a record does not count as its own neighbour, by its index; records at the distance 0 do
 * count, samples are without replacement, and the distance is symmetric. As published, all records at
 * the distance 0 are skipped, so that exact copies of training records go unseen.
 *
 * @module
 */
import * as v from "valibot";
import type { Cohort } from "../../cohort/cohort.ts";
import { object, whole } from "../../files/checked_json.ts";
import type { OnProgress } from "../../progress.ts";
import {
  type Estimate,
  estimate,
  estimateSchema,
  figureSchema,
  resampledSums,
  type Role,
} from "../bootstrap.ts";
import { inTurn } from "../in_turn.ts";
import type { Answer, Asked, Judged, Measure } from "../measure.ts";
import { type LeftOut, leftOutSchema } from "../not_measured.ts";
import { minus } from "../paired_differences.ts";
import { progressInParts } from "../progress_in_parts.ts";
import { type Distance } from "./distances/distance_rows.ts";
import { nearest } from "./distances/nearest.ts";
import type { Skipped } from "./distances/nearest_rows.ts";
import { type RecordSets, visitSets } from "./distances/record_sets.ts";
import { tooFew } from "./left_out.ts";
import { heldOutOf, resampleOf, sampleOf } from "./samples.ts";

/** Three sets: training, held-out and evaluated records. */
type Three<T> = Readonly<Record<"training" | "heldOut" | "records", T>>;

/** Whether each record of a set is further from another set than from the others of its own set. */
export interface Further {
  /** [held-out] From the evaluated records. */
  readonly heldOut: Float64Array;
  /** [training] From the evaluated records. */
  readonly training: Float64Array;
  /** [evaluated] From the held-out records. */
  readonly recordsFromHeldOut: Float64Array;
  /** [evaluated] From the training records. */
  readonly recordsFromTraining: Float64Array;
}

/** Passes over pairs of sets behind {@link further}. */
const passes = 7;

/** Compares the nearest records of all pairs of sets. */
export async function further(
  { training, heldOut, records }: Three<RecordSets>,
  { distance, isPublished = false }: { distance: Distance; isPublished?: boolean },
  part: () => OnProgress = () => () => {},
): Promise<Further> {
  const toNearest = async (of: RecordSets, among: RecordSets) => {
    const skipped: Skipped = isPublished ? "zeros" : of === among ? "self" : "none";
    return (await nearest(of, among, { distance, skipped, onProgress: part() })).distances;
  };
  const isFurther = (away: Float64Array, own: Float64Array) =>
    Float64Array.from(away, (each, i) => Number(each > own[i]));
  const ownTraining = await toNearest(training, training);
  const ownHeldOut = await toNearest(heldOut, heldOut);
  const ownRecords = await toNearest(records, records);
  return {
    heldOut: isFurther(await toNearest(heldOut, records), ownHeldOut),
    training: isFurther(await toNearest(training, records), ownTraining),
    recordsFromHeldOut: isFurther(await toNearest(records, heldOut), ownRecords),
    recordsFromTraining: isFurther(await toNearest(records, training), ownRecords),
  };
}

/** The corrected figures. */
export interface AdversarialAccuracy {
  /** Accuracy of held-out against evaluated records, in [0, 1]. */
  held_out: Estimate;
  /** Accuracy of training against evaluated records, in [0, 1]. */
  training: Estimate;
  /** The former minus the latter, in [−1, 1]; near 0 is good. */
  loss: Estimate;
}

/** The published figures. */
export interface PublishedAdversarialAccuracy {
  /** Accuracy of held-out against evaluated records. */
  held_out: number;
  /** Accuracy of training against evaluated records. */
  training: number;
  /** The former minus the latter. */
  loss: number;
}

/** Nearest-neighbour adversarial accuracy; null where there are too few records. */
export interface NnAdversarialAccuracy {
  /** Records of each of the three sets, at random. */
  records_each: number;
  /** With copies seen, without replacement, by the symmetric distance. */
  corrected: AdversarialAccuracy | null;
  /** As HALO's code computes it. */
  published: PublishedAdversarialAccuracy | null;
  /** Why there are no figures. */
  left_out: LeftOut[];
}

/** How to resample. */
type Resampled = Pick<Asked, "seed" | "resamples">;

/** [resamples + 1] Share of a set's records that are further, as they are and in each resample. */
function shares(flags: Float64Array, role: Role, { seed, resamples }: Resampled): Float64Array {
  return resampledSums({ role, seed }, flags, 1, resamples).map((sum) => sum / flags.length);
}

/** [resamples + 1] of both accuracies and the loss; neighbours stay those of the whole sets. */
function resampledAccuracies(found: Further, role: Role, asked: Resampled) {
  const of = (flags: Float64Array, own: Role) => shares(flags, own, asked);
  const mean = (a: Float64Array, b: Float64Array) => a.map((each, i) => (each + b[i]) / 2);
  const heldOut = mean(of(found.heldOut, "held_out"), of(found.recordsFromHeldOut, role));
  const training = mean(of(found.training, "real"), of(found.recordsFromTraining, role));
  return { heldOut, training, loss: minus(heldOut, training) };
}

/** Both accuracies of the sets as they are, and the loss. */
export function accuraciesOf(found: Further): PublishedAdversarialAccuracy {
  const { heldOut, training, loss } = resampledAccuracies(found, "synthetic", {
    seed: 0,
    resamples: 0,
  });
  return { held_out: heldOut[0], training: training[0], loss: loss[0] };
}

/** Most records of each set: those of the published code. */
const mostRecords = 5000;
const mostQuickly = 1000;

/** The three sets in equal numbers, by one way of drawing. */
function setsOf(
  asked: Asked,
  cohort: Cohort,
  records: number,
  draw: typeof sampleOf,
): Three<RecordSets> {
  const { real, seed } = asked;
  const [training, heldOut, others] = visitSets([
    draw(real.cohort, "training", records, seed),
    draw(heldOutOf(asked), "held_out", records, seed),
    draw(cohort, "other", records, seed),
  ]);
  return { training, heldOut, records: others };
}

async function answerFor(
  { role, cohort }: Judged,
  asked: Asked,
  part: () => OnProgress,
): Promise<Answer<NnAdversarialAccuracy>> {
  const counts = [asked.real.cohort, heldOutOf(asked), cohort]
    .map(({ recordCount }) => recordCount);
  const records_each = Math.min(...counts, asked.quick ? mostQuickly : mostRecords);
  const left_out = tooFew("nearest-neighbour adversarial accuracy", {
    "records in the smallest set": records_each,
  });
  if (left_out.length > 0) {
    return { figures: { records_each, corrected: null, published: null, left_out }, resampled: {} };
  }
  const sampled = setsOf(asked, cohort, records_each, sampleOf);
  const found = await further(sampled, { distance: "visits" }, part);
  const { heldOut, training, loss } = resampledAccuracies(found, role, asked);
  const published = await further(
    setsOf(asked, cohort, records_each, resampleOf),
    { distance: "visits_as_published", isPublished: true },
    part,
  );
  const corrected = {
    held_out: estimate(heldOut),
    training: estimate(training),
    loss: estimate(loss),
  };
  return {
    figures: { records_each, corrected, published: accuraciesOf(published), left_out },
    resampled: { "corrected.loss": loss },
  };
}

/** Nearest-neighbour adversarial accuracy. */
export const nnAdversarialAccuracy: Measure<
  "nn_adversarial_accuracy",
  NnAdversarialAccuracy | null
> = {
  key: "nn_adversarial_accuracy",
  question: "Are records nearer to training records than to held-out ones?",
  needs: ["held_out"],
  of: ["synthetic", "floor", "memoriser"],
  schema: v.nullable(object({
    records_each: whole(0),
    corrected: v.nullable(
      object({ held_out: estimateSchema, training: estimateSchema, loss: estimateSchema }),
    ),
    published: v.nullable(
      object({ held_out: figureSchema, training: figureSchema, loss: figureSchema }),
    ),
    left_out: leftOutSchema,
  })),
  ask(asked, onProgress) {
    const part = progressInParts(onProgress, 2 * passes * asked.others.length);
    return inTurn(asked, (other) => answerFor(other, asked, part));
  },
};

/**
 * What the two-sample tests and the manifold measures compare: equal numbers of synthetic and of
 * held-out real records, since both depend on the number of records.
 *
 * Synthetic records are compared with held-out records, never with training records: those reward
 * copies (a copy lies in the training records' manifold, and no classifier tells it from them). The
 * reference is the same figure of training records against the same held-out ones.
 *
 * @module
 */
import { type Cohort, subset } from "../../../cohort/cohort.ts";
import { stream } from "../../../random.ts";
import type { Role } from "../../bootstrap.ts";
import { knowsDays } from "../../knows_days.ts";
import { type Asked, shared } from "../../measure.ts";
import { shuffledRecords } from "../../random_samples.ts";
import type { Points } from "./points.ts";
import { inPrincipalAxes, type PrincipalAxes, principalAxes } from "./principal_axes.ts";
import { type FeatureChoice, frequentCodes, summaryFeatures } from "./summary_features.ts";

/** Records of each cohort that are compared, at most: time grows with their square. */
const mostRecords = 5000;
/** The same where measures are asked to be quick. */
const mostQuickRecords = 1000;
/** Records of each cohort without which nothing is compared. */
export const fewestRecords = 20;

/** Records of one cohort. */
export interface Sample {
  /** Decides its resamples. */
  readonly role: Role;
  /** The records. */
  readonly cohort: Cohort;
  /** Their summary features in the principal axes of training records. */
  readonly points: Points;
  /** Whether the days between visits may be used: both cohorts of the comparison know them. */
  readonly hasGaps: boolean;
}

/** A synthetic sample with what it is compared with; equally many records of each. */
export interface Comparison {
  /** Records of each sample. */
  readonly records: number;
  /** Held-out real records. */
  readonly heldOut: Sample;
  /** Synthetic records; where the held-out ones themselves are asked about, the training records. */
  readonly synthetic: Sample;
  /** Training records, for the reference. */
  readonly training: Sample;
  /** All training records, at most 5,000. */
  readonly allTraining: Points;
  /** Two comparisons of the same name have the same held-out and training samples. */
  readonly reference: string;
}

/** Records in an order by the seed, the first ones of which are a sample; a smaller one is part of a larger. */
function sampleOf(source: Cohort, records: number, seed: number, which: number): Cohort {
  const order = shuffledRecords(source, stream("twoSamples", seed, which));
  return subset(source, order.subarray(0, records));
}

/** Training records, and axes for features with or without gaps. */
function axesOf(training: Cohort, codes: readonly number[]) {
  const known = new Map<
    boolean,
    { features: FeatureChoice; axes: PrincipalAxes; points: Points }
  >();
  return (withGaps: boolean) => {
    const found = known.get(withGaps);
    if (found !== undefined) return found;
    const features = { codes, hasGaps: withGaps };
    const summaries = summaryFeatures(training, features);
    const axes = principalAxes(summaries);
    const made = { features, axes, points: inPrincipalAxes(summaries, axes) };
    known.set(withGaps, made);
    return made;
  };
}

/** What each of `asked.others` is compared with; gaps have features where both cohorts know days. */
export const comparisons: (asked: Asked) => readonly Comparison[] = shared(
  ({ real, others, heldOut, seed, quick }) => {
    if (heldOut === undefined) return [];
    const most = quick ? mostQuickRecords : mostRecords;
    const training = sampleOf(real.cohort, most, seed, 0);
    const axes = axesOf(training, frequentCodes(training));
    const trainingHasGaps = knowsDays(training);
    return others.map(({ role, cohort }): Comparison => {
      const other = role === "held_out" ? real.cohort : cohort;
      const records = Math.min(
        most,
        ...[training, heldOut, other].map(({ recordCount }) => recordCount),
      );
      const withGaps = trainingHasGaps && knowsDays(other);
      const { features, axes: own, points: allTraining } = axes(withGaps);
      const sample = (role: Role, source: Cohort, which: number): Sample => {
        const cohort = sampleOf(source, records, seed, which);
        const points = inPrincipalAxes(summaryFeatures(cohort, features), own);
        return { role, cohort, points, hasGaps: withGaps };
      };
      const trainingSample = sample("real", training, 3);
      return {
        records,
        heldOut: sample("held_out", heldOut, 1),
        synthetic: role === "held_out" ? trainingSample : sample(role, cohort, 2),
        training: trainingSample,
        allTraining,
        reference: `${records} ${withGaps}`,
      };
    });
  },
);

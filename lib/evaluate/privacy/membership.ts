/**
 * How well a score tells members (training records) from non-members (held-out records): what all
 * membership attacks are reported by. Patients are the unit.
 *
 * @see Carlini et al. 2022, on true-positive rates at low false-positive rates
 * @module
 */
import { joined } from "../../cohort/growing.ts";
import { object, type Schema, whole } from "../../files/checked_json.ts";
import {
  type Estimate,
  estimate,
  estimateSchema,
  figureSchema,
  resampleWeights,
} from "../bootstrap.ts";
import { forEachGroup, type RankedCases, rankedCases } from "../classification/ranked_cases.ts";
import { auroc, deLong, tprAtFpr } from "../classification/roc.ts";
import { type LeftOut, leftOutSchema } from "../not_measured.ts";
import {
  estimableRates,
  ratesLeftOut,
  type TprAtFpr,
  tprAtFprSchema,
  tprRows,
} from "./low_rates.ts";

/** How well a score tells members from non-members. */
export interface Membership {
  /** Training records that are scored. */
  members: number;
  /** Held-out records that are scored. */
  non_members: number;
  /**
   * Probability that a member scores higher than a non-member, ties half: 0.5 for guessing, 1 if all
   * are told apart. The interval is DeLong's.
   */
  auc: Estimate;
  /**
   * Share of right answers if the higher half is called members, in [0, 1]; 0.5 for guessing. Equal
   * scores at the boundary count as drawn at random.
   */
  accuracy: Estimate;
  /** One row per false-positive rate that can be estimated; more than its `fpr` is a leak. */
  tpr_at_fpr: TprAtFpr[];
  /** Rates that cannot be estimated. */
  left_out: LeftOut[];
}

/** {@link Membership}, when it is read from a file. */
export const membershipSchema: Schema<Membership> = object({
  members: whole(1),
  non_members: whole(1),
  auc: estimateSchema,
  accuracy: estimateSchema,
  tpr_at_fpr: tprAtFprSchema,
  left_out: leftOutSchema,
});

/**
 * The share of right answers if the half with the higher scores is called members.
 *
 * @param weights [cases] how often each counts; default once
 */
export function halfAccuracy(cases: RankedCases, weights?: ArrayLike<number>): number {
  let [members, others] = [0, 0];
  forEachGroup(
    cases,
    weights,
    (here, there) => [members, others] = [members + here, others + there],
  );
  const half = (members + others) / 2;
  let [called, hits] = [0, 0];
  forEachGroup(cases, weights, (here, there) => {
    const size = here + there;
    if (size === 0) return;
    const part = Math.min(1, Math.max(0, (half - called) / size));
    called += part * size;
    hits += part * here;
  });
  return (hits + others - (called - hits)) / (members + others);
}

/**
 * [resamples + 1] Each figure of cases as they are, then of each resample of patients.
 *
 * @param cases members first
 */
export function resampledFigures(
  { isPositive }: Pick<RankedCases, "isPositive">,
  { seed, resamples }: { seed: number; resamples: number },
  figures: readonly ((weights?: Int32Array) => number)[],
): Float64Array[] {
  const members = isPositive.reduce((sum, each) => sum + each, 0);
  const weights = new Int32Array(isPositive.length);
  const found = figures.map(() => new Float64Array(resamples + 1));
  for (let resample = 0; resample <= resamples; resample++) {
    resampleWeights({ role: "real", seed }, resample, weights.subarray(0, members));
    resampleWeights({ role: "held_out", seed }, resample, weights.subarray(members));
    for (const [i, figure] of figures.entries()) found[i][resample] = figure(weights);
  }
  return found;
}

/**
 * The figures of an attack.
 *
 * The area's interval held the true area in 94 to 95% of 4,000 simulated attacks with 100 non-members,
 * whether nobody, everybody or one member in twenty was exposed.
 *
 * @param members [members] scores; higher is more likely a member
 * @param nonMembers [non-members] scores
 * @returns also [resamples + 1] of `auc` and `accuracy`
 */
export function membership(
  members: Float64Array,
  nonMembers: Float64Array,
  how: { readonly seed: number; readonly resamples: number },
): { figures: Membership; resampled: Record<"auc" | "accuracy", Float64Array> } {
  const scores = joined([members, nonMembers], (length) => new Float64Array(length));
  const cases = rankedCases(scores, Uint8Array.from(scores, (_, i) => Number(i < members.length)));
  const [auc, accuracy, ...tprs] = resampledFigures(cases, how, [
    (weights) => auroc(cases, weights),
    (weights) => halfAccuracy(cases, weights),
    ...estimableRates(nonMembers.length).map((fpr) => (weights?: Int32Array) =>
      tprAtFpr(cases, fpr, weights)
    ),
  ]);
  const figures = {
    members: members.length,
    non_members: nonMembers.length,
    auc: deLong(cases),
    accuracy: estimate(accuracy),
    tpr_at_fpr: tprRows(nonMembers.length, (_, i) => estimate(tprs[i])),
    left_out: ratesLeftOut(nonMembers.length),
  };
  return { figures, resampled: { auc, accuracy } };
}

/** Figures of a rule that calls some records members. */
export interface CalledMembers {
  /** Share of right answers, in [0, 1]. */
  accuracy: number;
  /** Share of members among those called members, in [0, 1]; 0 if none is. */
  precision: number;
  /** Share of members that are called members, in [0, 1]. */
  recall: number;
  /** Harmonic mean of precision and recall, in [0, 1]. */
  f1: number;
}

/** {@link CalledMembers}, when they are read from a file. */
export const calledMembersSchema: Schema<CalledMembers> = object({
  accuracy: figureSchema,
  precision: figureSchema,
  recall: figureSchema,
  f1: figureSchema,
});

function calledMembers(isCalled: readonly boolean[], isMember: readonly boolean[]): CalledMembers {
  const count = (called: boolean, member: boolean) =>
    isCalled.filter((each, i) => each === called && isMember[i] === member).length;
  const [hits, alarms, misses] = [count(true, true), count(true, false), count(false, true)];
  const share = (part: number, all: number) => all === 0 ? 0 : part / all;
  return {
    accuracy: share(isCalled.length - alarms - misses, isCalled.length),
    precision: share(hits, hits + alarms),
    recall: share(hits, hits + misses),
    f1: share(2 * hits, 2 * hits + alarms + misses),
  };
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}

/** The rule of published code: scores above the median of all are members'. Ties lower the recall. */
export function aboveMedian(
  scores: readonly number[],
  isMember: readonly boolean[],
): CalledMembers {
  const middle = median(scores);
  return calledMembers(scores.map((score) => score > middle), isMember);
}

/**
 * The rule of the paper: the half with the highest scores are members'; of equal scores the earliest.
 * Where members come first, ties favour the attack.
 */
export function highestHalf(
  scores: readonly number[],
  isMember: readonly boolean[],
): CalledMembers {
  const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b);
  const called = new Set(order.slice(0, Math.floor(scores.length / 2)));
  return calledMembers(scores.map((_, i) => called.has(i)), isMember);
}

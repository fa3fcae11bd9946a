/**
 * How well attacks tell members (training records) from non-members, where each has given every record
 * a score: the area under the ROC curve, and true positives where few non-members are called members.
 * The patient is the unit: a score is of a whole record.
 *
 * @see Carlini et al. 2022, "Membership Inference Attacks From First Principles"
 * @module
 */
import * as v from "valibot";
import { object, type Schema, text, whole } from "../../../files/checked_json.ts";
import { clopperPearson } from "../../binomial.ts";
import { type Estimate, estimateSchema, figureSchema } from "../../bootstrap.ts";
import { type RankedCases } from "../../classification/ranked_cases.ts";
import { deLong, rocCurve, tprAtFpr } from "../../classification/roc.ts";
import { type RocSteps, rocSteps, rocStepsSchema } from "./roc_steps.ts";
import { type TprAtFpr, tprAtFprSchema, tprRows } from "../low_rates.ts";

/** How well one attack does. */
export interface AttackFigures {
  /**
   * Probability that a member scores higher than a non-member, ties half: 0.5 for guessing, 1 if all
   * are told apart. The interval is DeLong's.
   */
  auc: Estimate;
  /** Largest difference of true- and false-positive rate over all thresholds, in [0, 1]. */
  advantage: number;
  /**
   * One row per rate that can be estimated. The threshold comes from the non-members alone, so the
   * exact interval (Clopper & Pearson 1934) over members holds for it.
   */
  tpr_at_fpr: TprAtFpr[];
  /** Its ROC curve for a picture; absent in older reports. */
  roc?: RocSteps | undefined;
}

/** The strongest of several attacks. */
export interface StrongestAttack {
  /** Its name. */
  attack: string;
  /** Of how many attacks it is the one with the largest area. */
  attacks: number;
  /** Its area, with DeLong's interval widened for so many attacks (Bonferroni). */
  auc: Estimate;
}

/** Several attacks on the same records. */
export interface Attacks {
  /** Training records that are scored. */
  members: number;
  /** Held-out records that are scored. */
  non_members: number;
  /** By name. */
  attacks: Record<string, AttackFigures>;
  /** The one with the largest area. */
  strongest: StrongestAttack;
}

/** {@link AttackFigures}, when they are read from a file. */
export const attackFiguresSchema: Schema<AttackFigures> = object({
  auc: estimateSchema,
  advantage: figureSchema,
  tpr_at_fpr: tprAtFprSchema,
  roc: v.optional(rocStepsSchema),
});

/** {@link Attacks}, when they are read from a file. */
export const attacksSchema: Schema<Attacks> = object({
  members: whole(0),
  non_members: whole(0),
  attacks: v.record(text, attackFiguresSchema),
  strongest: object({ attack: text, attacks: whole(1), auc: estimateSchema }),
});

function countsOf({ isPositive }: RankedCases): { members: number; nonMembers: number } {
  const members = isPositive.reduce((sum, each) => sum + each, 0);
  return { members, nonMembers: isPositive.length - members };
}

/**
 * How well one attack does.
 *
 * @param minCell non-members between two points of its curve; never fewer than 10
 */
export function attackFigures(cases: RankedCases, minCell?: number): AttackFigures {
  const { members, nonMembers } = countsOf(cases);
  return {
    auc: deLong(cases),
    advantage: rocCurve(cases).reduce(
      (most, { truePositiveRate, falsePositiveRate }) =>
        Math.max(most, truePositiveRate - falsePositiveRate),
      0,
    ),
    tpr_at_fpr: tprRows(
      nonMembers,
      (fpr) => clopperPearson(Math.round(tprAtFpr(cases, fpr) * members), members),
    ),
    roc: rocSteps(cases, minCell),
  };
}

/** The attack with the largest area, its interval corrected for the number of attacks. */
function strongestOf(cases: ReadonlyMap<string, RankedCases>): StrongestAttack {
  const areas = [...cases].map(([attack, each]) => ({
    attack,
    attacks: cases.size,
    auc: deLong(each, 0.025 / cases.size),
  }));
  return areas.reduce((best, each) => each.auc.value > best.auc.value ? each : best);
}

/**
 * The figures of several attacks on the same records.
 *
 * @param cases by the names of the attacks, at least one
 * @param minCell as in {@link attackFigures}
 */
export function attacksOn(cases: ReadonlyMap<string, RankedCases>, minCell?: number): Attacks {
  const [first] = cases.values();
  const { members, nonMembers } = countsOf(first);
  return {
    members,
    non_members: nonMembers,
    attacks: Object.fromEntries(
      [...cases].map(([attack, each]) => [attack, attackFigures(each, minCell)]),
    ),
    strongest: strongestOf(cases),
  };
}

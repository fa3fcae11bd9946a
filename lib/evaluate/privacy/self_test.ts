/**
 * Do the checks and attacks work on the cohort at hand? A copier must be caught, and records that are
 * drawn from independent marginals must not be. Printed in every report, since a suite that finds
 * nothing on a copier says nothing about a model.
 *
 * @module
 */
import type { Estimate } from "../bootstrap.ts";
import type { PartialReport } from "../report.ts";
import type { CopyingCheck } from "./copying_check.ts";
import { nonMembersFor } from "./low_rates.ts";
import type { Membership } from "./membership.ts";
import type { MembershipByDistance } from "./membership_by_distance.ts";

/** One thing that was looked at. */
export interface SelfTestCheck {
  /** What holds if it passed: a sentence without a full stop. */
  claim: string;
  /** Whether it holds; null if it cannot be estimated from the records at hand. */
  passed: boolean | null;
  /** The figures behind it, or why there is none: a clause. */
  reason: string;
}

/** The outcome of a self-test. */
export interface SelfTest {
  /** Whether nothing failed and the copier was caught at least once; null if nothing was estimable. */
  passed: boolean | null;
  /** What was looked at. */
  checks: SelfTestCheck[];
}

/** The false-positive rate at which true positives must stand out. */
const rate = 0.01;

const percent = (share: number) => `${(100 * share).toFixed(1)}%`;

/** The figures that a self-test reads, of one cohort. */
interface Figures {
  copying_check?: CopyingCheck | null;
  membership_by_distance?: MembershipByDistance | null;
}

const missing = "it was not asked";

const noInterval = "there are no intervals without resamples";

/** Whether there were no resamples. */
function isPoint({ value, low, high }: Estimate): boolean {
  return low === value && high === value;
}

function copying({ copying_check }: Figures, isCopier: boolean): SelfTestCheck {
  const found = copying_check?.found;
  const claim = isCopier
    ? "The check for copies sounds an alarm for copies of training records"
    : "The check for copies sounds no alarm for independent records";
  if (!found) {
    return { claim, passed: null, reason: copying_check?.left_out[0]?.reason ?? missing };
  }
  const { share: { value, low, high }, alarmed } = found;
  if (isPoint(found.share)) return { claim, passed: null, reason: noInterval };
  return {
    claim,
    passed: alarmed === isCopier,
    reason: `${percent(value)} are nearer to training than to held-out records ` +
      `(${percent(low)} to ${percent(high)}; 50% if independent)`,
  };
}

/** Whether an attack tells members from non-members, by its area. */
function byArea({ membership_by_distance }: Figures, isCopier: boolean): SelfTestCheck {
  const corrected = membership_by_distance?.corrected;
  const claim = isCopier
    ? "Membership by distance finds whose records were copied"
    : "Membership by distance finds nobody in independent records";
  if (!corrected) {
    return { claim, passed: null, reason: membership_by_distance?.left_out[0]?.reason ?? missing };
  }
  const { value, low, high } = corrected.auc;
  return {
    claim,
    passed: low > 0.5 === isCopier,
    reason: `the area under the ROC curve is ${value.toFixed(2)} (${low.toFixed(2)} to ` +
      `${high.toFixed(2)}; 0.5 for guessing)`,
  };
}

/** Whether it does so where few non-members are called members. */
function atLowRate({ membership_by_distance }: Figures, isCopier: boolean): SelfTestCheck {
  const claim = isCopier
    ? `It finds more than ${100 * rate}% of them at ${100 * rate}% false positives`
    : `It finds no more than ${100 * rate}% at ${100 * rate}% false positives`;
  const corrected = membership_by_distance?.corrected;
  if (!corrected) return { claim, passed: null, reason: missing };
  const row = rowAt(corrected, rate);
  if (row === undefined) {
    return {
      claim,
      passed: null,
      reason: `not estimable from ${corrected.non_members} held-out records, at least ` +
        `${nonMembersFor(rate)} are needed; only the area and the check for copies count`,
    };
  }
  const { value, low, high } = row.tpr;
  if (isPoint(row.tpr) && value > 0) return { claim, passed: null, reason: noInterval };
  return {
    claim,
    passed: low > rate === isCopier,
    reason: `${percent(value)} (${percent(low)} to ${percent(high)})`,
  };
}

function rowAt({ tpr_at_fpr }: Membership, fpr: number) {
  return tpr_at_fpr.find((row) => row.fpr === fpr);
}

/**
 * Whether the checks and attacks of a report find a copier, and spare records that are independent of
 * the training records.
 *
 * A copier writes training records as they are; the report has its figures under
 * `privacy.memoriser`, and those of independent marginals under `privacy.floor`. An interval of 95% is
 * above its null value once in 40 times although nothing is there, so one failed check of independent
 * records alone is no proof of a fault.
 *
 * @example Without figures there is nothing to say
 * ```ts
 * import { selfTest } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(selfTest(undefined).passed, null);
 * ```
 *
 * @param privacy the part of a report about privacy
 */
export function selfTest(privacy: PartialReport["privacy"]): SelfTest {
  const of = (figures: Figures | undefined, isCopier: boolean) => [
    copying(figures ?? {}, isCopier),
    byArea(figures ?? {}, isCopier),
    atLowRate(figures ?? {}, isCopier),
  ];
  const caught = of(privacy?.memoriser, true);
  const checks = [...caught, ...of(privacy?.floor, false)];
  const isEstimable = checks.some(({ passed }) => passed !== null);
  const isCaught = caught.some(({ passed }) => passed === true);
  const passed = isEstimable ? isCaught && checks.every((check) => check.passed !== false) : null;
  return { passed, checks };
}

/** The same of a report whose copying checks or attacks were asked; undefined of any other. */
export function selfTestOf({ privacy }: Pick<PartialReport, "privacy">): SelfTest | undefined {
  const isAsked = privacy?.memoriser.copying_check ?? privacy?.memoriser.membership_by_distance;
  return isAsked ? selfTest(privacy) : undefined;
}

/**
 * The figures of the study, and when one counts as an alarm.
 *
 * No suite publishes a threshold. So an alarm is, where a figure has an interval: the interval is above
 * the value of records that know nothing. Where it has none, on the scale from 0 to 1 that its suite
 * publishes: the worst value, or a value that is worse by at least 0.1 than that of other patients. A
 * user of one synthetic cohort does not have the latter to compare with, so this favours the suites.
 *
 * @module
 */
import type { Row } from "./result.ts";

/** What is known of a figure before it is measured. */
interface Known {
  /** Its good value. */
  readonly good: string;
  /** With intervals: the value of records that know nothing. */
  readonly innocent?: number;
}

const half = { good: "0.5", innocent: 0.5 };
const none = { good: "0", innocent: 0 };

/** All figures in the order of the table: by suite and name. */
export const figures: Readonly<Record<string, Readonly<Record<string, Known>>>> = {
  ehrloom: {
    "identical_records.share": { good: "as other patients" },
    "copying_check.found.share": half,
    "membership_by_distance.corrected.auc": half,
    "membership.all.strongest.auc": half,
    "nn_adversarial_accuracy.corrected.loss": none,
    "attribute_inference.corrected.k1.difference": none,
    "singling_out.outcome.risk": none,
    "linkability.outcome.risk": none,
    "inference.outcome.risk": none,
  },
  sdmetrics: {
    "NewRowSynthesis": { good: "1" },
    "NewRowSynthesis, 30 rows": { good: "1" },
    "DCROverfittingProtection": { good: "1" },
    "DCROverfittingProtection, closer_to_training": { good: "at most 0.5" },
    "DCROverfittingProtection, 100 rows": { good: "1" },
    "DCROverfittingProtection, 100 rows, closer_to_training": { good: "at most 0.5" },
    "DCRBaselineProtection": { good: "1" },
    "DisclosureProtection": { good: "1" },
  },
  syntheval: {
    "median_DCR": { good: "large" },
    "avg_nndr": { good: "1" },
    "hit_rate": { good: "0" },
    "eps_identif_risk": { good: "0" },
    "priv_loss_eps": { good: "0" },
    "priv_loss_nnaa": { good: "0" },
    "mia_recall": { good: "0" },
    "mia_precision": { good: "0.5" },
    "att_discl_risk": { good: "0" },
  },
  anonymeter: {
    "singling out, univariate": none,
    "singling out, multivariate": none,
    "linkability": none,
    "inference": none,
  },
};

/** How much worse a score is that counts as an alarm, on a scale from 0 to 1. */
const worse = 0.1;

/**
 * Whether a figure sounds an alarm; null if it has no value.
 *
 * @param row of a candidate
 * @param other the same figure of other patients, in equal numbers
 */
export function alarms(row: Row, other: Row): boolean | null {
  const { value, low, score } = row;
  if (typeof value !== "number") return null;
  if (typeof low === "number") {
    const innocent = figures[row.suite]?.[row.figure]?.innocent ?? other.high ?? null;
    return innocent === null ? null : low > innocent;
  }
  if (typeof score !== "number" || typeof other.score !== "number") return null;
  return score === 0 || score <= other.score - worse;
}

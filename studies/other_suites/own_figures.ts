/**
 * Our own privacy figures of the candidates, as rows of the study. Measures that need the model are not
 * asked: no candidate comes from one.
 *
 * @module
 */
import { type Estimate, judge } from "ehrloom";
import type { Role } from "ehrloom/evaluate/bootstrap.ts";
import type { Measure } from "ehrloom/evaluate/measure.ts";
import { attributeInference } from "ehrloom/evaluate/privacy/attribute_inference.ts";
import { copyingCheck } from "ehrloom/evaluate/privacy/copying_check.ts";
import { codeInference } from "ehrloom/evaluate/privacy/disclosure/inference.ts";
import { linkability } from "ehrloom/evaluate/privacy/disclosure/linkability.ts";
import { singlingOut } from "ehrloom/evaluate/privacy/disclosure/singling_out.ts";
import { identicalRecords } from "ehrloom/evaluate/privacy/identical_records.ts";
import { membershipBattery } from "ehrloom/evaluate/privacy/membership/battery.ts";
import { membershipByDistance } from "ehrloom/evaluate/privacy/membership_by_distance.ts";
import { nnAdversarialAccuracy } from "ehrloom/evaluate/privacy/nn_adversarial_accuracy.ts";
import process from "node:process";
import type { Row } from "./result.ts";
import { type Candidate, candidates, type StudyCohorts } from "./study_cohorts.ts";

/** A headline of a measure. */
interface Own {
  readonly figure: string;
  /** The headline for one candidate; null if it cannot be estimated. */
  read(cohorts: StudyCohorts, candidate: Candidate): Promise<Estimate | null>;
}

/** The candidates' roles in an evaluation. */
const roles: Readonly<Record<Candidate, Role>> = {
  copies: "memoriser",
  same_order: "memoriser",
  independent: "floor",
  other_patients: "synthetic",
};

function own<F>(
  measure: Measure<string, F>,
  path: string,
  headline: (figures: NonNullable<F>) => Estimate | null | undefined,
): Own {
  return {
    figure: `${measure.key}.${path}`,
    async read({ training, heldOut, of }, candidate) {
      const [{ figures }] = await judge([measure], {
        real: { role: "real", cohort: training },
        others: [{ role: roles[candidate], cohort: of[candidate] }],
        heldOut,
      });
      const found = figures[measure.key];
      return found === null || found === undefined ? null : headline(found) ?? null;
    },
  };
}

const headlines: readonly Own[] = [
  own(identicalRecords, "share", ({ share }) => share),
  own(copyingCheck, "found.share", ({ found }) => found?.share),
  own(membershipByDistance, "corrected.auc", ({ corrected }) => corrected?.auc),
  own(nnAdversarialAccuracy, "corrected.loss", ({ corrected }) => corrected?.loss),
  own(
    attributeInference,
    "corrected.k1.difference",
    ({ corrected }) => corrected?.k1.difference,
  ),
  own(membershipBattery, "all.strongest.auc", ({ all }) => all?.strongest.auc),
  own(singlingOut, "outcome.risk", ({ outcome }) => outcome?.risk),
  own(linkability, "outcome.risk", ({ outcome }) => outcome?.risk),
  own(codeInference, "outcome.risk", ({ outcome }) => outcome?.risk),
];

/** Seconds of processor time that this process has used, over all of its threads. */
function secondsUsed(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Our figures of all candidates. */
export async function ownFigures(patients: number, cohorts: StudyCohorts): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { figure, read } of headlines) {
    for (const candidate of candidates) {
      const before = secondsUsed();
      const found = await read(cohorts, candidate);
      const about = { suite: "ehrloom", figure, patients, candidate } as const;
      const seconds = Math.round(100 * (secondsUsed() - before)) / 100;
      rows.push(
        found === null
          ? { ...about, reason: "too few records or codes" }
          : { ...about, value: found.value, low: found.low, high: found.high, seconds },
      );
    }
  }
  return rows;
}

/**
 * What happens to patients after the visits that a classifier is shown: a return within 30 days, death,
 * a long stay. What is shown ends before the outcome, and the codes of the outcome's visit are not shown.
 *
 * @module
 */
import type { Cohort } from "../../../cohort/cohort.ts";
import { quantile } from "../../../cohort/quantile.ts";
import { visitCodes, visitsOf } from "../../../cohort/records.ts";
import { deathCode } from "../../../cohort/sources/deaths.ts";
import { stream } from "../../../random.ts";
import { knowsDays } from "../../knows_days.ts";
import { balancedCases, type Case, type CasePool, casesBeforeCodes, poolOf } from "../cases.ts";
import { matchedCases } from "../phenotyping_before.ts";
import type { ClassifierTask } from "../train_and_test.ts";

/** An outcome that a classifier predicts. */
export interface Outcome {
  /** What it is called where it is left out. */
  readonly label: string;
  /**
   * Its cases, in any cohort; or why the training records have none.
   *
   * @param seed of which visits are drawn
   */
  poolsOf(training: Cohort, seed: number): ((cohort: Cohort) => CasePool) | string;
  /** The same as in {@link ClassifierTask}. */
  readonly draw: ClassifierTask["draw"];
  /** What cases of either class are. */
  readonly classes: readonly [having: string, lacking: string];
}

/** At most so many days after a visit, the next one is a readmission (CMS). */
const readmissionDays = 30;

/** MEDS's code of a death, with or without details. */
function isDeath(code: string): boolean {
  return code === deathCode || code.startsWith(`${deathCode}//`);
}

/** Codes of a cohort whose names are of a kind. */
function codesWith({ vocabulary }: Cohort, isOne: (name: string) => boolean): Set<number> {
  return new Set([...vocabulary.codes.keys()].filter((code) => isOne(vocabulary.codes[code])));
}

/**
 * One visit of each patient, at random, and whether the next one is within 30 days; shown up to this
 * visit. A patient's last visit is none of them, since nobody knows what came after it, and neither is one
 * that death came after.
 */
export function readmissionCases(cohort: Cohort, seed: number): CasePool {
  const deaths = codesWith(cohort, isDeath);
  const draws = stream("indexVisits", seed);
  const cases: Case[] = [];
  for (let record = 0; record < cohort.recordCount; record++) {
    const candidates: number[] = [];
    for (let next = 1; next < visitsOf(cohort, record); next++) {
      if (!visitCodes(cohort, record, next).some((code) => deaths.has(code))) candidates.push(next);
    }
    if (candidates.length === 0) continue;
    const visits = candidates[draws.integer(candidates.length)];
    const days = cohort.gapDays[cohort.visitOffsets[record] + visits];
    cases.push({ cohort, record, visits, isPositive: Number(days <= readmissionDays) });
  }
  return poolOf(cases);
}

/**
 * Patients by whether they die: shown before the visit of their death, and left out if it is their first
 * one. The others are whole records of at least two visits, to be shown as many visits as those who die.
 */
export function deathCases(cohort: Cohort): CasePool {
  return casesBeforeCodes(cohort, codesWith(cohort, isDeath));
}

/** A measured code whose name says that it is the length of a stay: "LENGTH_OF_STAY", "icu_los". */
function isLength(code: string): boolean {
  return /(^|[^a-z])(length[ _-]?of[ _-]?stay|los)([^a-z]|$)/i.test(code);
}

/** The first visit of each patient with a length and with a visit before it. */
function stays(cohort: Cohort, lengths: ReadonlySet<number>) {
  const { visitOffsets, codeOffsets, codes, values } = cohort;
  const found: { record: number; visits: number; length: number }[] = [];
  for (let record = 0; record < cohort.recordCount; record++) {
    const first = codeOffsets[Math.min(visitOffsets[record] + 1, visitOffsets[record + 1])];
    for (let event = first; event < codeOffsets[visitOffsets[record + 1]]; event++) {
      const length = lengths.has(codes[event]) ? values?.[event] ?? NaN : NaN;
      if (Number.isNaN(length)) continue;
      let visit = visitOffsets[record] + 1;
      while (codeOffsets[visit + 1] <= event) visit++;
      found.push({ record, visits: visit - visitOffsets[record], length });
      break;
    }
  }
  return found;
}

/** Stays by whether they are longer than a limit: shown before the visit of the stay. */
export function stayCases(
  cohort: Cohort,
  lengths: ReadonlySet<number>,
  limit: number,
): CasePool {
  return poolOf(
    stays(cohort, lengths).map(({ record, visits, length }) => ({
      cohort,
      record,
      visits,
      isPositive: Number(length > limit),
    })),
  );
}

/** All outcomes, by their names in the figures. */
export const outcomeList = {
  readmission: {
    label: "readmission within 30 days",
    poolsOf: (training, seed) =>
      knowsDays(training)
        ? (cohort) => readmissionCases(cohort, seed)
        : "days between visits are not known",
    draw: balancedCases,
    classes: ["have a next visit within 30 days", "have a later next visit"],
  },
  mortality: {
    label: "death",
    poolsOf: (training) =>
      codesWith(training, isDeath).size > 0
        ? deathCases
        : `no code says that a patient died (${deathCode})`,
    draw: matchedCases,
    classes: ["die after a first visit", "have two visits and do not die"],
  },
  length_of_stay: {
    label: "a long stay",
    poolsOf(training) {
      const lengths = codesWith(training, isLength);
      const known = stays(training, lengths).map(({ length }) => length);
      if (known.length === 0) return "no measured code is named as a length of stay";
      const median = quantile(Float64Array.from(known).sort(), 0.5);
      return (cohort) => stayCases(cohort, lengths, median);
    },
    draw: balancedCases,
    classes: ["have a stay longer than the median", "have a shorter stay"],
  },
} as const satisfies Readonly<Record<string, Outcome>>;

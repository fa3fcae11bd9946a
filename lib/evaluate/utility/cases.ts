/**
 * What classifiers of records are trained and tested on: the beginning of a record, and whether the
 * patient has the label in question.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { visitCodes, visitsOf } from "../../cohort/records.ts";
import type { Random } from "../../random.ts";

/** The first visits of a record, and its class. */
export interface Case {
  /** Where the record is. */
  readonly cohort: Cohort;
  /** Which record of it. */
  readonly record: number;
  /** How many of its visits, from the first, are shown to the classifier; at least 1. */
  readonly visits: number;
  /** 1 if the patient has the label, else 0. */
  readonly isPositive: number;
}

/** Cases of both classes. */
export interface CasePool {
  /** Cases with the label. */
  readonly positives: readonly Case[];
  /** Cases without it. */
  readonly negatives: readonly Case[];
}

/** Cases by their classes. */
export function poolOf(cases: readonly Case[]): CasePool {
  return {
    positives: cases.filter(({ isPositive }) => isPositive === 1),
    negatives: cases.filter(({ isPositive }) => isPositive !== 1),
  };
}

/** Whole records that have visits, by a label. */
export function casesOf(cohort: Cohort, label: number): CasePool {
  const cases: Case[] = [];
  const { labels, labelNames, recordCount } = cohort;
  for (let record = 0; record < recordCount; record++) {
    const visits = visitsOf(cohort, record);
    if (visits === 0) continue;
    const isPositive = labels[record * labelNames.length + label];
    cases.push({ cohort, record, visits, isPositive });
  }
  return poolOf(cases);
}

/**
 * Records by their first visit with one of the codes: positives are shown before it, and are left out
 * if it is their first visit; negatives are whole records of at least two visits without such a code.
 *
 * @param mayBeNegative whether a record without such a code is one
 */
export function casesBeforeCodes(
  cohort: Cohort,
  codes: ReadonlySet<number>,
  mayBeNegative: (record: number) => boolean = () => true,
): CasePool {
  const cases: Case[] = [];
  for (let record = 0; record < cohort.recordCount; record++) {
    const all = visitsOf(cohort, record);
    const first = Array.from({ length: all }, (_, visit) => visit).find((visit) =>
      visitCodes(cohort, record, visit).some((code) => codes.has(code))
    );
    if (first === undefined) {
      if (all > 1 && mayBeNegative(record)) {
        cases.push({ cohort, record, visits: all, isPositive: 0 });
      }
    } else if (first > 0) {
      cases.push({ cohort, record, visits: first, isPositive: 1 });
    }
  }
  return poolOf(cases);
}

/**
 * Cases drawn from a pool: without replacement, or with replacement exactly when the pool is smaller
 * than what is drawn (HALO's code compares other numbers).
 *
 * @param pool not empty
 */
export function drawnCases(pool: readonly Case[], count: number, draws: Random): Case[] {
  if (count > pool.length) {
    return Array.from({ length: count }, () => pool[draws.integer(pool.length)]);
  }
  return draws.shuffle([...pool]).slice(0, count);
}

/** As many cases of each class as asked for, positives first. */
export function balancedCases(pool: CasePool, ofEach: number, draws: Random): Case[] {
  return [pool.positives, pool.negatives].flatMap((of) => drawnCases(of, ofEach, draws));
}

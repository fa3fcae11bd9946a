/**
 * What classifiers of records are trained and tested on: the beginning of a record, and whether the
 * patient has the label in question.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
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

/** Whole records that have visits, by a label. */
export function casesOf(cohort: Cohort, label: number): CasePool {
  const pool: { positives: Case[]; negatives: Case[] } = { positives: [], negatives: [] };
  const { visitOffsets, labels, labelNames, recordCount } = cohort;
  for (let record = 0; record < recordCount; record++) {
    const visits = visitOffsets[record + 1] - visitOffsets[record];
    if (visits === 0) continue;
    const isPositive = labels[record * labelNames.length + label];
    const found = { cohort, record, visits, isPositive };
    if (isPositive === 1) pool.positives.push(found);
    else pool.negatives.push(found);
  }
  return pool;
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

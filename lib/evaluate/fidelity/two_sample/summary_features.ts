/**
 * What can be said of a record without regard to the order of its visits: how often it has each
 * frequent code, how long it is, how many codes a visit has, how varied and how repetitive they are,
 * and how much time passes. These are the features of the two-sample tests and the manifold measures.
 *
 * @module
 */
import { recordCounts } from "../../../cohort/code_counts.ts";
import type { Cohort } from "../../../cohort/cohort.ts";
import { gapsOf } from "../../../cohort/records.ts";
import type { Points } from "./points.ts";

/** Codes that have a feature of their own, at most. */
const mostCodes = 256;
/** Training records that a code must be in to have a feature: rarer ones would be mostly noise. */
const fewestHolders = 5;

/** Features of a record besides those of codes: seven of its visits, three of its gaps. */
const ofVisits = 7;
const ofGaps = 3;

/** Which features a record has. */
export interface FeatureChoice {
  /** Codes with a feature of their own. */
  readonly codes: readonly number[];
  /** Whether the days between visits have features. */
  readonly hasGaps: boolean;
}

/** The codes that most training records have, up to 256, the most frequent one first. */
export function frequentCodes(training: Cohort): number[] {
  const holders = recordCounts(training);
  return Array.from(holders.keys())
    .filter((code) => holders[code] >= fewestHolders)
    .sort((a, b) => holders[b] - holders[a] || a - b)
    .slice(0, mostCodes);
}

/** Mean and standard deviation of the population; 0 where there are no numbers. */
function moments(numbers: ArrayLike<number>): [mean: number, sd: number] {
  const count = numbers.length || 1;
  let mean = 0;
  for (let i = 0; i < numbers.length; i++) mean += numbers[i] / count;
  let square = 0;
  for (let i = 0; i < numbers.length; i++) square += (numbers[i] - mean) ** 2 / count;
  return [mean, Math.sqrt(square)];
}

/** Shannon's entropy of counts, in nats. */
function entropy(counts: Iterable<number>, total: number): number {
  let sum = 0;
  for (const count of counts) sum -= count / total * Math.log(count / total);
  return sum;
}

/**
 * Of a record's visits: log of their number; mean, standard deviation and largest number of codes in
 * one; log of 1 + distinct codes; entropy of the codes; share of codes that an earlier visit has.
 */
function visitFeatures(cohort: Cohort, record: number, counts: Map<number, number>): number[] {
  const { visitOffsets, codeOffsets } = cohort;
  const [from, to] = [visitOffsets[record], visitOffsets[record + 1]];
  const sizes = Array.from(
    { length: to - from },
    (_, visit) => codeOffsets[from + visit + 1] - codeOffsets[from + visit],
  );
  const events = codeOffsets[to] - codeOffsets[from];
  const repeats = events === 0 ? 0 : 1 - counts.size / events;
  return [
    Math.log1p(to - from),
    ...moments(sizes),
    sizes.reduce((most, size) => Math.max(most, size), 0),
    Math.log1p(counts.size),
    entropy(counts.values(), events),
    repeats,
  ];
}

/** Of the days between visits: log of 1 + their mean, of 1 + their deviation, and mean log of 1 + days. */
function gapFeatures(cohort: Cohort, record: number): number[] {
  const gaps = gapsOf(cohort, record);
  const [mean, sd] = moments(gaps);
  const [meanLog] = moments(gaps.map(Math.log1p));
  return [Math.log1p(mean), Math.log1p(sd), meanLog];
}

/**
 * Features of all records: log(1 + visits with the code) for each chosen code, then those of visits,
 * then those of gaps.
 */
export function summaryFeatures(cohort: Cohort, { codes, hasGaps }: FeatureChoice): Points {
  const width = codes.length + ofVisits + (hasGaps ? ofGaps : 0);
  const coordinates = new Float32Array(cohort.recordCount * width);
  const columnOf = new Map(codes.map((code, column) => [code, column]));
  for (let record = 0; record < cohort.recordCount; record++) {
    const counts = new Map<number, number>();
    const end = cohort.codeOffsets[cohort.visitOffsets[record + 1]];
    for (let i = cohort.codeOffsets[cohort.visitOffsets[record]]; i < end; i++) {
      counts.set(cohort.codes[i], (counts.get(cohort.codes[i]) ?? 0) + 1);
    }
    const at = record * width;
    for (const [code, count] of counts) {
      const column = columnOf.get(code);
      if (column !== undefined) coordinates[at + column] = Math.log1p(count);
    }
    coordinates.set(visitFeatures(cohort, record, counts), at + codes.length);
    if (hasGaps) coordinates.set(gapFeatures(cohort, record), at + codes.length + ofVisits);
  }
  return { count: cohort.recordCount, width, coordinates };
}

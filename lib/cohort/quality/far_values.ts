/**
 * Measured values that are far from the others of their code: mistyped ones, placeholders such as
 * 9999, or numbers in another unit.
 *
 * @module
 */
import type { Cohort } from "../cohort.ts";
import { measuredValues } from "../measured_values.ts";
import { quantile } from "../quantile.ts";

/** A code with values far from its others. */
export interface FarValues {
  /** The code. */
  readonly code: string;
  /** What it means. */
  readonly description: string;
  /** Values of the code. */
  readonly values: number;
  /** Those of them that are far from the others. */
  readonly far: number;
  /** The lowest value. */
  readonly lowest: number;
  /** The value in the middle. */
  readonly median: number;
  /** The highest value. */
  readonly highest: number;
  /** A subject with the value that is farthest from the middle of its code. */
  readonly subject: string;
}

/** Values that a code must have, for others to be far from. */
const fewest = 20;
/** So many times the distance between quartiles from the nearer one of them is far. */
const distances = 10;
/** Codes of which fewer values are below 0 have none, but for mistakes. */
const negativeShare = 0.05;

/**
 * How far a value is from the middle half of the values of its code, in distances between quartiles:
 * on the logarithmic scale where a code has hardly any value below 0, as laboratory values do.
 */
function distanceFrom(sorted: Float32Array): ((value: number) => number) | undefined {
  const negative = sorted.findIndex((value) => value >= 0);
  const isPositive = negative >= 0 && negative < negativeShare * sorted.length;
  const positive = sorted.filter((value) => value > 0);
  const isLogarithmic = isPositive && positive.length > 0.5 * sorted.length;
  const scale = isLogarithmic ? Math.log : (value: number) => value;
  const within = isLogarithmic ? positive : sorted;
  const [low, high] = [scale(quantile(within, 0.25)), scale(quantile(within, 0.75))];
  if (!(high > low)) return undefined;
  return (value) => {
    if (isPositive && value < 0) return Infinity;
    if (isLogarithmic && value === 0) return 0;
    return Math.max(low - scale(value), scale(value) - high) / (high - low);
  };
}

/** The subject of an event. */
function subjectOf({ visitOffsets, codeOffsets, subjectIds, recordCount }: Cohort, event: number) {
  let [low, high] = [0, recordCount - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (codeOffsets[visitOffsets[middle + 1]] > event) high = middle;
    else low = middle + 1;
  }
  return String(subjectIds[low]);
}

/** The codes with values far from their others, those with the most first. */
export function farValues(cohort: Cohort): FarValues[] {
  const { codes, values, vocabulary } = cohort;
  const found:
    (Omit<FarValues, "subject"> & { readonly index: number; readonly farthest: number })[] = [];
  for (const [index, sorted] of measuredValues(cohort)) {
    const distance = sorted.length < fewest ? undefined : distanceFrom(sorted);
    if (distance === undefined) continue;
    const far = sorted.reduce((sum, value) => sum + Number(distance(value) > distances), 0);
    if (far === 0) continue;
    const [lowest, highest] = [sorted[0], sorted[sorted.length - 1]];
    found.push({
      index,
      code: vocabulary.codes[index],
      description: vocabulary.descriptions[index],
      values: sorted.length,
      far,
      lowest,
      median: quantile(sorted, 0.5),
      highest,
      farthest: distance(highest) > distance(lowest) ? highest : lowest,
    });
  }
  found.sort((a, b) => b.far - a.far);
  return found.map(({ index, farthest, ...of }) => {
    const event = codes.findIndex((code, i) => code === index && values?.[i] === farthest);
    return { ...of, subject: subjectOf(cohort, event) };
  });
}

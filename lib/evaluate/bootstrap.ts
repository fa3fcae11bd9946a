/**
 * How far would a figure move with other patients: the bootstrap over patients (Efron 1979), with a
 * random seed. A resample depends only on the seed, the role of the cohort, its number of records and
 * the number of the resample. So figures of several models against the same real records use the same
 * real resamples and can be compared in pairs. In large cohorts random groups of patients are drawn.
 *
 * @module
 */
import * as v from "valibot";
import { quantile } from "../cohort/quantile.ts";
import { object, type Schema } from "../files/checked_json.ts";
import { stream } from "../random.ts";

/** An estimate with the 95% percentile interval of a bootstrap over patients. */
export interface Estimate {
  /** The figure on the cohorts as they are. */
  value: number;
  /** 2.5th percentile over the resamples. */
  low: number;
  /** 97.5th percentile over the resamples. */
  high: number;
}

/** A figure, when it is read from a file: a number, which may be infinite. */
export const figureSchema: Schema<number> = v.number("a number");

/** A figure, when it is read from a file; null if there is nothing to compare. */
export const maybeFigureSchema: Schema<number | null> = v.nullable(figureSchema);

/** An {@link Estimate}, when it is read from a file. */
export const estimateSchema: Schema<Estimate> = object({
  value: figureSchema,
  low: figureSchema,
  high: figureSchema,
});

/** The role of a cohort; cohorts of different roles are resampled independently. */
export type Role = "real" | "synthetic" | "held_out" | "floor" | "memoriser";

const roles: readonly Role[] = ["real", "synthetic", "held_out", "floor", "memoriser"];

/** A role in words: "held-out". */
export function roleName(role: Role): string {
  return role.replace("_", "-");
}

/** What determines a series of resamples. */
export interface Resampling {
  readonly role: Role;
  /** A whole number, at least 0. */
  readonly seed: number;
}

/** Bytes that figures of resamples may take. */
const mostBytes = 2 ** 31;

/**
 * Checks a number of resamples: the sums of all of them are held at once.
 *
 * @param labels whose prevalences are resampled
 * @throws {RangeError} If it is not a whole number, or more than fit in memory
 */
export function checkResamples(resamples: number, labels = 0): void {
  if (!Number.isSafeInteger(resamples) || resamples < 0) {
    throw new RangeError(`Cannot use ${resamples} resamples: must be a whole number, at least 0`);
  }
  const sums = 6 * (5 + labels); // of up to three cohorts, and shares of them
  const most = Math.floor(mostBytes / (8 * sums));
  if (resamples <= most) return;
  throw new RangeError(
    `Cannot use ${resamples} resamples: with ${labels} labels at most ${most} fit in memory; ` +
      "a few thousand are enough for stable intervals",
  );
}

/** The most patients of a cohort that are drawn one by one; in larger cohorts random groups are drawn. */
export const mostSingly = 2 ** 14;

/** Groups of a large cohort. */
export const groupCount = 2 ** 10;

/**
 * What resamples of a cohort draw, with replacement: each record by itself, or in large cohorts random
 * groups of equally many records (the random groups of survey statistics, Wolter 2007). Sums over groups
 * vary as sums over single patients do, and a resample takes as long however large the cohort is.
 */
export interface Units {
  /** Groups, then single records that are left over: fewer than groups. */
  readonly count: number;
  /** [records] The unit of each record; absent if each record is one by itself. */
  readonly unitOf?: Uint16Array;
}

/** Whether resamples of a cohort draw groups of its records. */
export function isDrawnInGroups({ recordCount }: { readonly recordCount: number }): boolean {
  return recordCount > mostSingly;
}

function randomGroups({ role, seed }: Resampling, records: number): Units {
  const order = Uint32Array.from({ length: records }, (_, record) => record);
  stream("resampleGroups", seed, roles.indexOf(role), records).shuffle(order);
  const rest = records % groupCount;
  const unitOf = new Uint16Array(records);
  order.forEach((record, i) => unitOf[record] = i < rest ? groupCount + i : i % groupCount);
  return { count: groupCount + rest, unitOf };
}

/** The units of a few cohorts: making them takes longer than a resample. */
const known = new Map<string, Units>();

/** What resamples of a cohort with so many records draw. */
export function unitsOf(resampling: Resampling, records: number): Units {
  if (!isDrawnInGroups({ recordCount: records })) return { count: records };
  const name = `${resampling.role} ${resampling.seed} ${records}`;
  const units = known.get(name) ?? randomGroups(resampling, records);
  known.delete(name);
  known.set(name, units); // as the one that was used last
  for (const oldest of [...known.keys()].slice(0, -8)) known.delete(oldest);
  return units;
}

/**
 * How often each unit is drawn in a resample; as many records are drawn as the cohort has.
 *
 * @param resample 1, 2, 3, …; 0 is the cohort as it is, every unit once
 * @param weights [units × columns] overwritten in the given column
 */
export function unitWeights(
  { role, seed }: Resampling,
  resample: number,
  { count, unitOf }: Units,
  weights: Int32Array,
  place: { column: number; columns: number } = { column: 0, columns: 1 },
): void {
  const { column, columns } = place;
  for (let unit = 0; unit < count; unit++) {
    weights[unit * columns + column] = resample === 0 ? 1 : 0;
  }
  if (resample === 0) return;
  const draws = stream("resamples", seed, roles.indexOf(role), resample);
  const alike = unitOf === undefined ? count : groupCount; // units of the same size
  draws.tally(alike, weights.subarray(0, alike * columns), place);
  if (count > alike) draws.tally(count - alike, weights.subarray(alike * columns), place);
}

/**
 * How often each record is drawn in a resample of the size of the cohort, with replacement; the records
 * of a group are drawn together, see {@link Units}.
 *
 * @param resample 1, 2, 3, …; 0 is the cohort as it is, every record once
 * @param weights [records × columns] overwritten in the given column
 */
export function resampleWeights(
  resampling: Resampling,
  resample: number,
  weights: Int32Array,
  place: { column: number; columns: number } = { column: 0, columns: 1 },
): void {
  const { column, columns } = place;
  const units = unitsOf(resampling, weights.length / columns);
  const { count, unitOf } = units;
  if (unitOf === undefined) return unitWeights(resampling, resample, units, weights, place);
  const own = new Int32Array(count);
  unitWeights(resampling, resample, units, own);
  for (let record = 0; record < unitOf.length; record++) {
    weights[record * columns + column] = own[unitOf[record]];
  }
}

/** Figures of single records, [records × width], summed over each unit: [units × width]. */
export function unitSums(
  features: Float64Array,
  width: number,
  { count, unitOf }: Units,
): Float64Array {
  if (unitOf === undefined) return features;
  const sums = new Float64Array(count * width);
  for (let record = 0; record < unitOf.length; record++) {
    const to = unitOf[record] * width;
    for (let i = 0; i < width; i++) sums[to + i] += features[record * width + i];
  }
  return sums;
}

/**
 * Sums of per-record figures over each resample, one after another.
 *
 * @param features [records × width] what is summed
 * @returns [width] for each of resamples + 1, first over the cohort as it is
 */
export function* eachResampledSums(
  resampling: Resampling,
  features: Float64Array,
  width: number,
  resamples: number,
): Iterable<Float64Array> {
  const units = unitsOf(resampling, features.length / width);
  const own = unitSums(features, width, units);
  const weights = new Int32Array(units.count);
  for (let resample = 0; resample <= resamples; resample++) {
    const sums = new Float64Array(width);
    unitWeights(resampling, resample, units, weights);
    for (let unit = 0; unit < weights.length; unit++) {
      const weight = weights[unit];
      if (weight === 0) continue;
      for (let i = 0; i < width; i++) sums[i] += weight * own[unit * width + i];
    }
    yield sums;
  }
}

/**
 * Sums of per-record figures over each resample, from which means and shares are divided.
 *
 * @param features [records × width] what is summed
 * @returns [(resamples + 1) × width] row 0 over the cohort as it is
 */
export function resampledSums(
  resampling: Resampling,
  features: Float64Array,
  width: number,
  resamples: number,
): Float64Array {
  const all = new Float64Array((resamples + 1) * width);
  let at = 0;
  for (const sums of eachResampledSums(resampling, features, width, resamples)) {
    all.set(sums, at);
    at += width;
  }
  return all;
}

/** The figures of the resamples in order; those that have none (NaN) are left out. */
function sortedResamples(figures: Float64Array): Float64Array {
  const known = figures.slice(1).filter((figure) => !Number.isNaN(figure));
  return known.length > 0 ? known.sort() : figures.slice(0, 1);
}

/**
 * The 95% percentile interval.
 *
 * @param figures [resamples + 1] the figure itself, then the figure of every resample.
 *   Resamples whose figure is NaN are left out; where none is left both ends are the figure
 */
export function estimate(figures: Float64Array): Estimate {
  const sorted = sortedResamples(figures);
  return { value: figures[0], low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
}

/**
 * The 95% percentile interval of an R², moved so that the resamples' median falls on the R² itself.
 *
 * A resample adds the noise of drawing patients a second time, and noise can only lower an R² near 1:
 * unmoved, the whole interval may lie below its figure
 * (held-out against training records of the Synthea cohort, sequential pairs: 0.992 and
 * 0.979 to 0.990). The moved interval shows how far the R² varies with cohorts of this size.
 *
 * @param figures as for {@link estimate}
 * @param highest that the figure can be; 1 for an R², infinity for the difference of two
 * @returns ends at most `highest`; `median` of the resamples, from which the unmoved ends follow
 */
export function r2Estimate(
  figures: Float64Array,
  highest = 1,
): Estimate & { median: number } {
  const sorted = sortedResamples(figures);
  const median = quantile(sorted, 0.5);
  const end = (share: number) => Math.min(highest, figures[0] + (quantile(sorted, share) - median));
  return { value: figures[0], low: end(0.025), high: end(0.975), median };
}

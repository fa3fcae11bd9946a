/**
 * The mixture of log-normals that the density of waits starts from: fitted on all waits of the training
 * records, whatever the history. A wait is the time from a visit to the next one, in days.
 *
 * Records tell times in steps, such as whole days. A wait of g steps stands for all times between g − ½
 * and g + ½ steps, and one of 0 steps for all below half a step; so waits of 0, and many equal ones, have
 * a probability of at most 1, and no density without bound.
 *
 * @see docs/specs/continuous.md section 4
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { gapsOf } from "../../cohort/records.ts";
import { type PatientNumbers, recordsByCell } from "../../cohort/small_cells.ts";
import { isObject } from "../../files/input.ts";

/** A mixture of log-normals for waits, and in which steps they are told. */
export interface WaitStart {
  /** The step, in days. */
  readonly step: number;
  /**
   * The longest wait that is written, in days: a power of two, so that it is no patient's. Longer ones count
   * as this one.
   */
  readonly longest: number;
  /** [components] Probabilities, which sum to 1. */
  readonly weights: readonly number[];
  /** [components] Means of the natural logarithm of days. */
  readonly means: readonly number[];
  /** [components] Standard deviations of the same. */
  readonly deviations: readonly number[];
}

/** A day, an hour, a minute, a second. */
const steps = [1, 1 / 24, 1 / 1440, 1 / 86_400];
/** How far from a whole number of steps a wait may be, in steps, to be told in them. */
const slack = 1e-3;
/** Rounds of expectation and maximisation. */
const rounds = 200;

/** The longest step in which at least half of the waits are told. */
export function waitStep(waits: readonly number[]): number {
  const isTold = (step: number) => (wait: number) =>
    Math.abs(wait / step - Math.round(wait / step)) <= slack;
  return steps.find((step) => 2 * waits.filter(isTold(step)).length >= waits.length) ??
    steps[steps.length - 1];
}

/** A wait as records tell it: a whole number of steps, at most the longest wait. */
export function toldWait({ step, longest }: Pick<WaitStart, "step" | "longest">, wait: number) {
  return step * Math.round(Math.min(wait, longest) / step);
}

/** Distinct waits as they are told. */
interface Distinct {
  /** How many are equal. */
  readonly counts: Float64Array;
  /** The logarithm of each. */
  readonly logs: Float64Array;
  /** The variance of the logarithms of the times that each stands for. */
  readonly within: Float64Array;
  /** The records that have each. */
  readonly holders: readonly (readonly number[])[];
}

function distinctWaits(
  { numbers, records }: PatientNumbers,
  scale: Pick<WaitStart, "step" | "longest">,
): Distinct {
  const told = Float64Array.from(numbers, (wait) => Math.round(toldWait(scale, wait) / scale.step));
  const all = [...new Set(told)].sort((a, b) => a - b); // in steps
  const places = new Map(all.map((steps, place) => [steps, place]));
  const placeOf = (steps: number) => places.get(steps) ?? 0;
  const counts = new Float64Array(all.length);
  for (const steps of told) counts[placeOf(steps)]++;
  return {
    counts,
    logs: Float64Array.from(all, (steps) => Math.log(scale.step * Math.max(steps, 0.25))),
    within: Float64Array.from(
      all,
      (steps) => Math.log1p(1 / Math.max(steps - 0.5, 0.5)) ** 2 / 12,
    ),
    holders: recordsByCell({ numbers: told, records }, all.length, placeOf),
  };
}

/** A component per column: the share of each distinct wait that it takes. */
type Shares = readonly Float64Array[];

/**
 * Parts of the sorted waits, of equal sums of the square roots of counts: between a part for equal times
 * and one for equal numbers of waits.
 */
function sortedParts({ counts }: Distinct, components: number): Shares {
  const roots = counts.map(Math.sqrt);
  const whole = roots.reduce((sum, root) => sum + root, 0);
  const shares = Array.from({ length: components }, () => new Float64Array(counts.length));
  let before = 0;
  roots.forEach((root, i) => {
    const middle = (before + root / 2) / whole;
    shares[Math.min(components - 1, Math.floor(components * middle))][i] = 1;
    before += root;
  });
  return shares;
}

/** A mixture of log-normals. */
type Mixture = Pick<WaitStart, "weights" | "means" | "deviations">;

/** The components that fit such shares; one without waits is as wide as all of them. */
function fitted({ counts, logs, within }: Distinct, shares: Shares): Mixture {
  const parts = shares.map((own) => {
    const some = own.some((share) => share > 0) ? own : own.map(() => 1);
    const total = (of: (i: number) => number) =>
      some.reduce((sum, share, i) => sum + share * counts[i] * of(i), 0);
    const mass = total(() => 1);
    const mean = total((i) => logs[i]) / mass;
    const variance = total((i) => (logs[i] - mean) ** 2 + within[i]) / mass;
    const taken = own === some ? mass : 0;
    return { taken: taken + 1, mean, deviation: Math.sqrt(variance) };
  });
  const all = parts.reduce((sum, { taken }) => sum + taken, 0);
  return {
    weights: parts.map(({ taken }) => taken / all),
    means: parts.map(({ mean }) => mean),
    deviations: parts.map(({ deviation }) => deviation),
  };
}

/** The shares of the components in each distinct wait, by their densities at its middle. */
function sharesOf({ logs }: Distinct, { weights, means, deviations }: Mixture): Shares {
  const shares = weights.map(() => new Float64Array(logs.length));
  logs.forEach((log, i) => {
    const densities = weights.map((weight, k) =>
      Math.log(weight / deviations[k]) - ((log - means[k]) / deviations[k]) ** 2 / 2
    );
    const most = Math.max(...densities);
    const all = densities.reduce((sum, density) => sum + Math.exp(density - most), 0);
    densities.forEach((density, k) => shares[k][i] = Math.exp(density - most) / all);
  });
  return shares;
}

/** A component that takes this share of a wait says something about it. */
const telling = 0.01;

/** The shares without those of components that say something about waits of too few patients. */
function sharedShares({ holders }: Distinct, shares: Shares, minCell: number): Shares {
  return shares.map((own) => {
    const patients = new Set(holders.filter((_, i) => own[i] >= telling).flat());
    return patients.size >= minCell ? own : own.map(() => 0);
  });
}

/** The waits of a cohort's records. */
function waitsIn(cohort: Cohort): PatientNumbers & { readonly numbers: readonly number[] } {
  const numbers: number[] = [];
  const records: number[] = [];
  for (let record = 0; record < cohort.recordCount; record++) {
    for (const wait of gapsOf(cohort, record)) {
      numbers.push(wait);
      records.push(record);
    }
  }
  return { numbers, records };
}

/** The least power of two, in days, that no wait exceeds; told in steps. */
function leastPower(waits: readonly number[], step: number): number {
  const longest = waits.reduce((most, wait) => Math.max(most, wait), step);
  return toldWait({ step, longest: Infinity }, 2 ** Math.ceil(Math.log2(longest)));
}

/**
 * The mixture that fits the waits of training records best, by expectation and maximisation.
 *
 * @param train training records
 * @param components of the mixture
 * @param minCell patients that each component must be about, see `small_cells.ts`
 * @returns undefined if fewer patients have two visits with time between them
 */
export function waitStart(
  train: Cohort,
  components: number,
  minCell: number,
): WaitStart | undefined {
  const waits = waitsIn(train);
  const waiting = new Set(Array.from(waits.records).filter((_, i) => waits.numbers[i] > 0));
  if (waiting.size < Math.max(1, minCell)) return undefined;
  const step = waitStep(waits.numbers);
  const scale = { step, longest: leastPower(waits.numbers, step) };
  const distinct = distinctWaits(waits, scale);
  let shares = sortedParts(distinct, components);
  for (let round = 0; round < rounds; round++) {
    shares = sharesOf(distinct, fitted(distinct, shares));
  }
  return { ...scale, ...fitted(distinct, sharedShares(distinct, shares, minCell)) };
}

function isNumbers(found: unknown, above: number): found is number[] {
  return Array.isArray(found) && found.every((each) => Number.isFinite(each) && each > above);
}

/** Whether what was read from a file is a start of the density of waits. */
export function isWaitStart(found: unknown): found is WaitStart {
  if (!isObject(found)) return false;
  const { step, longest, weights, means, deviations } = found;
  return isNumbers([step, longest], 0) && isNumbers(weights, 0) && isNumbers(deviations, 0) &&
    isNumbers(means, -Infinity) && weights.length > 0 &&
    means.length === weights.length && deviations.length === weights.length;
}

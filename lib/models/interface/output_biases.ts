/**
 * Calibration in the large of a network's output: each bias of its last layer is shifted to where
 * expected and actual counts over the training records agree, which is its maximum of likelihood
 * while all else stays as it is. `train/calibrate.ts` does it after the last epoch; a model says
 * here where its biases are, and tells the log odds that they shift.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import type { NamedTensors } from "../../nn/parameters.ts";
import { flag } from "./settings.ts";
import { sigmoid } from "../../nn/sigmoid.ts";

/** The setting of models whose output biases are calibrated. */
export const calibrationSettings = {
  calibrate: flag(
    true,
    "After training, output biases are shifted so that codes are as frequent as in the records",
    { published: false, before: false },
  ),
};

/** The output biases of a model. */
export interface OutputBiases {
  /** Name of the parameter that holds them. */
  readonly parameter: string;
  /** Where the first of them is in it. */
  readonly from: number;
  /** How many there are. */
  readonly count: number;
  /** Passes over the records: more than one where a shift also changes other probabilities. */
  readonly passes: number;
  /**
   * Adds every cell of some records to a tally, under teacher forcing.
   *
   * @param parameters on the backend
   */
  tally(
    parameters: NamedTensors,
    cohort: Cohort,
    records: Int32Array,
    tally: LogOddsTally,
  ): Promise<void>;
}

/** Log odds are counted in bins of this many to a unit. */
const binsPerUnit = 8;
/** Log odds below and above count as these. */
const [lowest, highest] = [-24, 12];
const binCount = (highest - lowest) * binsPerUnit + 1;

/** Precision of the Gaussian prior of each shift: 5, so that one code more or less moves it little. */
const precision = 5;

/** Log odds of cells, counted by the bias that shifts them. */
export interface LogOddsTally {
  /** Adds the log odds of a cell. */
  add(bias: number, logOdds: number): void;
  /** Counts a cell that is on. */
  addActual(bias: number): void;
  /**
   * The shift of each bias at its maximum of likelihood times prior; 0 where no cell was added.
   *
   * @param areShared whether the cells of a row share their probability, as under a softmax: steps
   * are then shortened so that the likelihood cannot fall when all biases move at once
   */
  shifts(areShared: boolean): Float64Array;
}

/**
 * A tally, in memory that does not depend on the number of records: for each bias with cells, 289
 * bins of a count and a sum. A bin's mean stands for all of it, which moves an expected count by
 * less than a thousandth.
 *
 * @param count of biases
 */
export function logOddsTally(count: number): LogOddsTally {
  const bins = new Array<Float64Array | undefined>(count); // count and sum by turns
  const actual = new Float64Array(count);
  return {
    add(bias, logOdds) {
      const own = bins[bias] ??= new Float64Array(2 * binCount);
      const held = Math.min(highest, Math.max(lowest, logOdds));
      const bin = 2 * Math.floor((held - lowest) * binsPerUnit);
      own[bin]++;
      own[bin + 1] += held;
    },
    addActual: (bias) => void actual[bias]++,
    shifts: (areShared) =>
      Float64Array.from(bins, (own, bias) => {
        if (own === undefined) return 0;
        const { counts, means } = filled(own);
        const shift = bestShift(counts, means, actual[bias]);
        return areShared ? shift * shareLeft(counts, means) : shift;
      }),
  };
}

/** The bins that are not empty. */
function filled(bins: Float64Array): { counts: number[]; means: number[] } {
  const counts: number[] = [];
  const means: number[] = [];
  for (let i = 0; i < bins.length; i += 2) {
    if (bins[i] === 0) continue;
    counts.push(bins[i]);
    means.push(bins[i + 1] / bins[i]);
  }
  return { counts, means };
}

/**
 * Newton's steps, of at most 1, to where expected counts equal actual ones: the log-likelihood is
 * concave in the shift.
 */
function bestShift(counts: readonly number[], means: readonly number[], actual: number): number {
  let shift = 0;
  for (let step = 0; step < 50; step++) {
    let slope = actual - precision * shift;
    let curvature = precision;
    for (let i = 0; i < counts.length; i++) {
      const probability = sigmoid(means[i] + shift);
      slope -= counts[i] * probability;
      curvature += counts[i] * probability * (1 - probability);
    }
    const change = Math.max(-1, Math.min(1, slope / curvature));
    shift += change;
    if (Math.abs(change) < 1e-6) break;
  }
  return shift;
}

/** The mean share that is left to other cells of a row, weighted by probability. */
function shareLeft(counts: readonly number[], means: readonly number[]): number {
  let expected = 0;
  let left = 0;
  for (let i = 0; i < counts.length; i++) {
    const probability = sigmoid(means[i]);
    expected += counts[i] * probability;
    left += counts[i] * probability * (1 - probability);
  }
  return expected === 0 ? 1 : left / expected;
}

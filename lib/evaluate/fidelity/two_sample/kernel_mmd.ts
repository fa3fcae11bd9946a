/**
 * Kernel maximum mean discrepancy (Gretton et al. 2012): how far apart are two distributions in all
 * that a Gaussian kernel sees?
 *
 * This is not the "MMD" of HiSGT and its relatives, which is the largest gap between the real and the
 * synthetic prevalence of a code.
 *
 * @module
 */
import { breathe } from "../../../breathe.ts";
import { quantile } from "../../../cohort/quantile.ts";
import { finite, object, whole } from "../../../files/checked_json.ts";
import { type Estimate, estimate, estimateSchema, resampleWeights } from "../../bootstrap.ts";
import type { Answer, Asked, Measure } from "../../measure.ts";
import { comparedInTurn, type NothingMeasured, orLeftOut } from "./left_out.ts";
import { squaredDistances } from "./neighbours.ts";
import { permutedClasses } from "./permuted_classes.ts";
import { joinedPoints, type Points, pointsAt } from "./points.ts";
import { embeddingWidth } from "./principal_axes.ts";
import type { Comparison } from "./samples.ts";

/** Records of each cohort at most: their kernel is held for all resamples, 16 MB. */
const mostRecords = 1000;
/** Permutations behind the p value. */
const permutations = 500;

/** How far two cohorts are apart. */
export interface KernelDiscrepancy {
  /** Records of each cohort. */
  records: number;
  /**
   * Unbiased estimate of the squared discrepancy: 0 on average for equal distributions, so it can be
   * negative; less than 2.
   */
  mmd_squared: Estimate;
  /** Bandwidth of the kernel: the median distance of all pairs of records. */
  bandwidth: number;
  /** Share of permutations with one at least as high, the cohorts themselves counted as one. */
  p_value: number;
}

/** Kernel values between all points. */
export interface Kernel {
  /** Points. */
  readonly count: number;
  /** [count × count] Zeros on the diagonal. */
  readonly values: Float32Array;
  /** Of the kernel; 1 if all points are equal. */
  readonly bandwidth: number;
}

/**
 * exp(−‖x − y‖² / (2 σ²)) for all pairs, where σ is the median distance of the pairs, or 1 if that
 * is 0.
 */
export async function gaussianKernel(points: Points): Promise<Kernel> {
  const { count } = points;
  const values = new Float32Array(count * count);
  for (let row = 0; row < count; row++) {
    await breathe();
    squaredDistances(points, row, points, values.subarray(row * count, (row + 1) * count));
  }
  const pairs = new Float32Array(count * (count - 1) / 2);
  for (let row = 1; row < count; row++) {
    pairs.set(values.subarray(row * count, row * count + row), row * (row - 1) / 2);
  }
  const bandwidth = Math.sqrt(quantile(Float64Array.from(pairs.sort()), 0.5)) || 1;
  for (let i = 0; i < values.length; i++) {
    values[i] = i % (count + 1) === 0 ? 0 : Math.exp(-values[i] / (2 * bandwidth ** 2));
  }
  return { count, values, bandwidth };
}

/** Rows of one class that count at least once, ascending, and how often. */
interface WeightedRows {
  readonly rows: Uint32Array;
  readonly sizes: Float64Array;
  length: number;
}

function weightedSum(kernels: Float32Array, { rows, sizes, length }: WeightedRows): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += sizes[i] * kernels[rows[i]];
  return sum;
}

/**
 * The unbiased squared discrepancy between points that count several times: the mean kernel within
 * the first class plus that within the second minus twice that between them. A point is never paired
 * with itself, however often it counts.
 *
 * @param weights [count] how often each point counts: above 0 in the first class, below in the second
 */
export function discrepancy({ count, values }: Kernel, weights: ArrayLike<number>): number {
  const sums = [0, 0];
  const squares = [0, 0];
  const within = [0, 0];
  let between = 0;
  const earlier = [0, 1].map((): WeightedRows => ({
    rows: new Uint32Array(count),
    sizes: new Float64Array(count),
    length: 0,
  }));
  for (let row = 0; row < count; row++) {
    const weight = weights[row];
    if (weight === 0) continue;
    const own = weight > 0 ? 0 : 1;
    const size = Math.abs(weight);
    const kernels = values.subarray(row * count, row * count + row);
    sums[own] += size;
    squares[own] += size * size;
    within[own] += 2 * size * weightedSum(kernels, earlier[own]);
    between += size * weightedSum(kernels, earlier[1 - own]);
    const { rows, sizes, length } = earlier[own];
    rows[length] = row;
    sizes[length] = size;
    earlier[own].length++;
  }
  const mean = (of: 0 | 1) => within[of] / (sums[of] ** 2 - squares[of]);
  return mean(0) + mean(1) - 2 * between / (sums[0] * sums[1]);
}

/** [permutations] The discrepancy when classes are drawn at random. */
async function permuted(
  kernel: Kernel,
  seed: number,
  onStep: () => void,
): Promise<Float64Array> {
  const classes = Int8Array.from(
    { length: kernel.count },
    (_, row) => row < kernel.count / 2 ? 1 : -1,
  );
  const found = new Float64Array(permutations);
  for (let i = 0; i < permutations; i++) {
    await breathe();
    found[i] = discrepancy(kernel, permutedClasses(classes, seed, i));
    onStep();
  }
  return found;
}

/** [resamples + 1] The discrepancy as it is, then in each resample of both cohorts. */
async function resampled(
  kernel: Kernel,
  { heldOut, synthetic }: Comparison,
  { seed, resamples }: Asked,
  onStep: () => void,
): Promise<Float64Array> {
  const first = new Int32Array(kernel.count / 2);
  const second = new Int32Array(kernel.count / 2);
  const found = new Float64Array(resamples + 1);
  for (let resample = 0; resample <= resamples; resample++) {
    await breathe();
    resampleWeights({ role: heldOut.role, seed }, resample, first);
    resampleWeights({ role: synthetic.role, seed }, resample, second);
    found[resample] = discrepancy(kernel, Int32Array.of(...first, ...second.map((n) => -n)));
    onStep();
  }
  return found;
}

async function answerOf(
  comparison: Comparison,
  asked: Asked,
  onStep: () => void,
): Promise<Answer<KernelDiscrepancy>> {
  const records = Math.min(mostRecords, comparison.records);
  const rows = Uint32Array.from({ length: records }, (_, row) => row);
  const [first, second] = [comparison.heldOut, comparison.synthetic].map(({ points }) =>
    pointsAt(points, rows, Math.min(embeddingWidth, points.width))
  );
  const kernel = await gaussianKernel(joinedPoints(first, second));
  const figures = await resampled(kernel, comparison, asked, onStep);
  const chance = await permuted(kernel, asked.seed, onStep);
  const higher = chance.filter((each) => each >= figures[0]).length;
  return {
    figures: {
      records,
      mmd_squared: estimate(figures),
      bandwidth: kernel.bandwidth,
      p_value: (1 + higher) / (1 + permutations),
    },
    resampled: { mmd_squared: figures },
  };
}

/** How far synthetic and held-out records are apart for a Gaussian kernel. */
export const kernelMmd: Measure<"kernel_mmd", KernelDiscrepancy | NothingMeasured | null> = {
  key: "kernel_mmd",
  question: "How far apart are the distributions of synthetic and real records?",
  needs: ["held_out"],
  schema: orLeftOut(object({
    records: whole(1),
    mmd_squared: estimateSchema,
    bandwidth: finite(0),
    p_value: finite(0, 1),
  })),
  ask: (asked, onProgress) =>
    comparedInTurn(
      asked,
      (comparison, onStep) => answerOf(comparison, asked, onStep),
      { stage: "kernel", steps: permutations + asked.resamples + 1, onProgress },
    ),
};

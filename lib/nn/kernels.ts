/**
 * Operations of our own for TensorFlow on processors: each does in one pass over memory what takes
 * TensorFlow a dozen. `deno task native` compiles them (tasks/native/kernels). Without them, and on
 * graphics cards, layers run as tfjs operations; {@link hasKernels} decides. An operation gives tensors of
 * any rank, as tfjs sees it; each function here says of which rank its own are.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { execute, isOnTensorflow } from "./tensorflow_ops.ts";

/** Which operations these are, with which inputs: raised with each change, so that old ones are not used. */
export const kernelInterface = 6;

const flag = "EHRLOOM_KERNELS";
tf.env().registerFlag(flag, () => false);

/** Whether the chosen backend has the operations in this file; layers ask before they call one. */
export function hasKernels(): boolean {
  return isOnTensorflow() && tf.env().getBool(flag);
}

/** Lets layers use these operations, or not: for the engine's start, tests and benches. */
export function allowKernels(areAllowed: boolean): void {
  tf.env().set(flag, areAllowed);
}

/** x σ(x (A + B x²)) as in `gelu()`, of any shape. */
export function geluKernel<T extends tf.Tensor>(x: T): T {
  return execute("EhrloomGelu", [x], 1)[0] as T;
}

/** The gradient at x of {@link geluKernel}, from that at its value. */
export function geluGradientKernel(dy: tf.Tensor, x: tf.Tensor): tf.Tensor {
  return execute("EhrloomGeluGradient", [dy, x], 1)[0];
}

/**
 * Layer norm as in `layerNorm()`.
 *
 * @returns the value and the normalised rows, [rows, width] both, and 1 / deviation [rows, 1]
 */
export function layerNormKernel(
  x: tf.Tensor2D,
  gain: tf.Tensor1D,
  bias: tf.Tensor1D,
  epsilon: number,
): [y: tf.Tensor2D, normal: tf.Tensor2D, scale: tf.Tensor2D] {
  const [y, normal, scale] = execute("EhrloomLayerNorm", [x, gain, bias], 3, { epsilon });
  return [y as tf.Tensor2D, normal as tf.Tensor2D, scale as tf.Tensor2D];
}

/** The gradients at x, gain and bias of {@link layerNormKernel}. */
export function layerNormGradientKernel(
  dy: tf.Tensor2D,
  normal: tf.Tensor2D,
  scale: tf.Tensor2D,
  gain: tf.Tensor1D,
): tf.Tensor[] {
  return execute("EhrloomLayerNormGradient", [dy, normal, scale, gain], 3);
}

/**
 * Attention as in `causalAttention()`, or `setAttention()` with a bias.
 *
 * @param bias [rows] added to the scores of each key; an empty tensor for causal attention
 * @param offsets [records + 1] which rows are whose
 * @returns the value, and the logarithms of the sums below the weights [heads, rows, 2], in two parts that
 * the gradient adds
 */
export function attentionKernel(
  qkv: tf.Tensor2D,
  bias: tf.Tensor,
  offsets: Int32Array,
  heads: number,
): [y: tf.Tensor2D, logSums: tf.Tensor3D] {
  return tf.tidy(() => {
    const inputs = [qkv, bias, tf.tensor1d(offsets, "int32")];
    const [y, logSums] = execute("EhrloomAttention", inputs, 2, { heads });
    return [y as tf.Tensor2D, logSums as tf.Tensor3D];
  });
}

/** The gradient at qkv of {@link attentionKernel}. */
export function attentionGradientKernel(
  dy: tf.Tensor2D,
  qkv: tf.Tensor2D,
  bias: tf.Tensor,
  logSums: tf.Tensor,
  offsets: Int32Array,
  heads: number,
): tf.Tensor {
  return tf.tidy(() => {
    const inputs = [dy, qkv, bias, logSums, tf.tensor1d(offsets, "int32")];
    return execute("EhrloomAttentionGradient", inputs, 1, { heads })[0];
  });
}

/**
 * Attention as in `attendNext()`; writes the new row's keys and values after the `earlier` rows, in place.
 *
 * @param keys [records, heads, room, head width] with room for the new row
 * @param values as keys
 */
export function attendNextKernel(
  qkv: tf.Tensor2D,
  keys: tf.Tensor4D,
  values: tf.Tensor4D,
  earlier: number,
): tf.Tensor2D {
  return execute("EhrloomAttendNext", [qkv, keys, values], 1, { earlier })[0] as tf.Tensor2D;
}

/**
 * Draws rows as `blockOrderRows()` does.
 *
 * @param base [rows, size] what the histories give
 * @param uniforms [rows, columns] in [0, 1); below for columns that come on, and 1 or more for those that do not
 * @param head tensors as in `MaskedHead`
 * @param quantities [columns] as in `Forbidden`
 * @param isExclusive [rows] 1 for those whose bins of a quantity exclude each other
 * @returns the columns that are on, as `MultiHot` has them: [rows + 1] and [entries], int32
 */
export function drawRowsKernel(
  base: tf.Tensor2D,
  uniforms: Float32Array,
  { codeTable, weight2, bias2 }: {
    readonly codeTable: tf.Tensor2D;
    readonly weight2: tf.Tensor2D;
    readonly bias2: tf.Tensor1D;
  },
  quantities: Int32Array,
  isExclusive: Int32Array,
): [offsets: tf.Tensor1D, columns: tf.Tensor1D] {
  return tf.tidy(() => {
    const numbers = tf.tensor2d(uniforms, [base.shape[0], codeTable.shape[0]]);
    const exclusion = [tf.tensor1d(quantities, "int32"), tf.tensor1d(isExclusive, "int32")];
    const inputs = [base, numbers, codeTable, weight2, bias2, ...exclusion];
    const [offsets, columns] = execute("EhrloomDrawRows", inputs, 2);
    return [offsets as tf.Tensor1D, columns as tf.Tensor1D];
  });
}

/** Rows of zeros and ones, as in `MultiHot`. */
interface SparseRows {
  readonly offsets: Int32Array;
  readonly columns: Int32Array;
}

/** What the operations here want of them. */
function sparse({ offsets, columns }: SparseRows): [offsets: tf.Tensor1D, columns: tf.Tensor1D] {
  return [tf.tensor1d(offsets, "int32"), tf.tensor1d(columns, "int32")];
}

/**
 * The loss of `bernoulliNll()`.
 *
 * @returns the value, and its gradient at the logits
 */
export function bernoulliKernel(
  logits: tf.Tensor2D,
  targets: SparseRows,
  leftOut: SparseRows,
  mask: Float32Array,
  positiveWeight: number,
): [value: tf.Scalar, gradient: tf.Tensor2D] {
  return tf.tidy(() => {
    const inputs = [logits, ...sparse(targets), ...sparse(leftOut), tf.tensor1d(mask)];
    const attributes = { positive_weight: positiveWeight };
    const [value, gradient] = execute("EhrloomBernoulli", inputs, 2, attributes);
    return [value as tf.Scalar, gradient as tf.Tensor2D];
  });
}

/**
 * For each row the sum of the table's rows that are on, as `bag()`.
 *
 * @param firstOutput sums are zero, or not wanted, left of this output plus a number; -2²⁴ for none
 * @param plus whose number that is
 */
export function bagKernel(
  x: SparseRows,
  table: tf.Tensor2D,
  firstOutput = -(2 ** 24),
  plus: "table row" | "sum" = "sum",
): tf.Tensor2D {
  return tf.tidy(() => {
    const attributes = {
      first_output: firstOutput,
      is_by_table_row: plus === "table row" ? 1 : 0,
    };
    return execute("EhrloomBag", [table, ...sparse(x)], 1, attributes)[0] as tf.Tensor2D;
  });
}

/**
 * The steps of `lstm()`.
 *
 * @param given [steps × records, 4 × width] what inputs and biases add to the gates, step by step
 * @param hidden [4 × width, width]
 * @returns outputs and cells, [steps × records, width] both, and the gates, [steps × records, 4 × width]
 */
export function lstmKernel(
  given: tf.Tensor2D,
  hidden: tf.Tensor2D,
  records: number,
): [y: tf.Tensor2D, cells: tf.Tensor2D, gates: tf.Tensor2D] {
  const [y, cells, gates] = execute("EhrloomLstm", [given, hidden], 3, { records });
  return [y as tf.Tensor2D, cells as tf.Tensor2D, gates as tf.Tensor2D];
}

/** The gradients at the gates' sums of {@link lstmKernel}, [steps × records, 4 × width]. */
export function lstmGradientKernel(
  dy: tf.Tensor2D,
  hidden: tf.Tensor2D,
  cells: tf.Tensor2D,
  gates: tf.Tensor2D,
  records: number,
): tf.Tensor2D {
  const inputs = [dy, hidden, cells, gates];
  return execute("EhrloomLstmGradient", inputs, 1, { records })[0] as tf.Tensor2D;
}

/** Sums over rows: [rows, columns] → [columns]. */
export function columnSumsKernel(x: tf.Tensor2D): tf.Tensor1D {
  return execute("EhrloomColumnSums", [x], 1)[0] as tf.Tensor1D;
}

/** What lies on or below the diagonal that starts at [0, diagonal], zeros above it. */
export function lowerPartKernel(x: tf.Tensor2D, diagonal: number): tf.Tensor2D {
  return execute("EhrloomLowerPart", [x], 1, { diagonal })[0] as tf.Tensor2D;
}

/**
 * The transpose of matrices, one above the other.
 *
 * @param part "lower" without what lies above the diagonal of the result
 */
export function transposeKernel(
  upper: tf.Tensor2D,
  lower: tf.Tensor2D,
  part: "all" | "lower",
): tf.Tensor2D {
  const attributes = { is_lower: part === "lower" ? 1 : 0 };
  return execute("EhrloomTranspose", [upper, lower], 1, attributes)[0] as tf.Tensor2D;
}

/**
 * Adds a row [columns] to each row of y [rows, columns], in place: nothing else may hold y's numbers.
 *
 * @param plus [rows, columns] to add, too, or null for nothing
 * @throws {TypeError} If `plus` has another shape
 */
export function addRowKernel(y: tf.Tensor2D, row: tf.Tensor1D, plus: tf.Tensor2D | null): void {
  if (plus !== null && !tf.util.arraysEqual(y.shape, plus.shape)) {
    throw new TypeError(`Cannot add [${plus.shape}] to [${y.shape}]`);
  }
  const more = plus === null ? [] : [plus];
  execute("EhrloomAddRow", [y, row, ...more], 0, { count: BigInt(more.length) });
}

/**
 * A step of Adam in place: nothing else may hold the numbers of the state.
 *
 * @param state parameters, means and squares, [length] each
 * @param rates what a step takes of each gradient and of its square, the learning rate and epsilon, of which
 * the last two are corrected for the first steps
 * @param gradients of any shapes
 * @param starts where the parameters of each of them begin
 * @returns the gradients' Euclidean norm
 */
export function adamKernel(
  state: readonly tf.Tensor1D[],
  rates: readonly number[],
  gradients: readonly tf.Tensor[],
  starts: readonly number[],
): tf.Scalar {
  return tf.tidy(() => {
    const count = gradients.length;
    const begins = tf.tensor1d(starts.slice(0, count), "int32");
    const inputs = [...state, tf.tensor1d([...rates]), begins, ...gradients];
    return execute("EhrloomAdam", inputs, 1, { count: BigInt(count) })[0] as tf.Scalar;
  });
}

/**
 * Operations of our own for wasm, on the tensors of its backend: products, attention and what is
 * computed number by number, with relaxed SIMD. `deno task simd` compiles them (tasks/simd/kernels).
 * Where the JavaScript engine has no relaxed SIMD, layers run as tfjs operations and loops;
 * {@link hasWasmKernels} decides.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { hostKernel } from "./host.ts";
import { wasmCode } from "./wasm_code.ts";

/** What tasks/simd/kernels exports. All are numbers; an address is a tensor's, or 0 for none. */
interface Operations {
  productScratch(): number;
  attentionBlock(): number;
  product(...sizesAndAddresses: number[]): void;
  attention(...sizesAndAddresses: number[]): void;
  attentionGradient(...sizesAndAddresses: number[]): void;
  layerNorm(...sizesAndAddresses: number[]): void;
  layerNormGradient(...sizesAndAddresses: number[]): void;
  gelu(count: number, x: number, y: number): void;
  geluGradient(count: number, dy: number, x: number, dx: number): void;
  offRow(count: number, logits: number, gradient: number): number;
  columnSums(rows: number, columns: number, x: number, y: number): void;
}

/** What Emscripten gives tfjs's module besides, for which tfjs has no types. */
interface Emscripten {
  readonly asm: { readonly memory: WebAssembly.Memory };
  _malloc(bytes: number): number;
}

/** The operations on one backend's memory. */
interface Linked {
  readonly operations: Operations;
  /** Where products have room for themselves. */
  readonly scratch: number;
}

const flag = "EHRLOOM_WASM_KERNELS";
tf.env().registerFlag(flag, () => WebAssembly.validate(codeBytes()));

const linked = new WeakMap<BackendWasm, Linked>();

/** Whether the chosen backend has the operations in this file; layers ask before they call one. */
export function hasWasmKernels(): boolean {
  return tf.getBackend() === "wasm" && tf.env().getBool(flag);
}

/** Lets layers use these operations, or not: for tests and benches. */
export function allowWasmKernels(areAllowed: boolean): void {
  tf.env().set(flag, areAllowed);
}

function codeBytes(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(wasmCode), (letter) => letter.charCodeAt(0));
}

/**
 * Takes the memory that the operations want: call it before {@link wasmMultiply}, {@link wasmOffRow} and
 * {@link wasmAttention}, and before views are taken, which do not outlive memory that grows.
 */
export function linkWasmKernels(): void {
  own();
}

/** The operations, linked to the memory of the chosen backend at their first use. */
function own(): Linked {
  const backend = tf.backend() as BackendWasm;
  const found = linked.get(backend);
  if (found !== undefined) return found;
  const { asm: { memory }, _malloc } = backend.wasm as typeof backend.wasm & Emscripten;
  const code = new WebAssembly.Module(codeBytes());
  const { exports } = new WebAssembly.Instance(code, { env: { memory } });
  const operations = exports as WebAssembly.Exports & Operations; // no types come with the code
  const scratch = _malloc(operations.productScratch());
  if (scratch === 0) throw new Error("Cannot compute on wasm: its memory is full");
  const fresh = { operations, scratch };
  linked.set(backend, fresh);
  return fresh;
}

/** Where inputs and outputs lie in the backend's memory. */
function addresses(views: readonly Float32Array[][]): number[] {
  return views.flat().map(({ byteOffset }) => byteOffset);
}

/**
 * The product of a or aᵀ and b or bᵀ, and a bias.
 *
 * @param bias [columns], or null for none
 */
export function wasmProduct(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  transposeA: "N" | "T",
  transposeB: "N" | "T",
  bias: tf.Tensor1D | null,
): tf.Tensor2D {
  linkWasmKernels();
  const [rows, terms] = transposeA === "T" ? a.shape.toReversed() : a.shape;
  const columns = b.shape[transposeB === "T" ? 0 : 1];
  const part = (x: Float32Array, stride: number, turned: "N" | "T"): Part =>
    turned === "T" ? [x, 0, 1, stride] : [x, 0, stride, 1];
  const [aColumns, bColumns] = [a.shape[1], b.shape[1]];
  const inputs = bias === null ? [a, b] : [a, b, bias];
  const [y] = hostKernel(inputs, [[rows, columns]], ([a, b, bias], [y]) => {
    const factors = [part(a, aColumns, transposeA), part(b, bColumns, transposeB)] as const;
    wasmMultiply([rows, terms, columns], ...factors, [y, 0, columns, 1], bias);
  });
  return y;
}

/** A matrix within numbers: where it begins, and how far its rows and its columns are from each other. */
export type Part = readonly [numbers: Float32Array, from: number, row: number, column: number];

/**
 * The product of parts of matrices, into a part of another one; for use in `hostKernel()` on views of the
 * backend's memory.
 *
 * @param rows of a and y
 * @param terms columns of a, rows of b
 * @param columns of b and y; those of y lie beside each other
 * @param bias of the columns, in one row
 */
export function wasmMultiply(
  [rows, terms, columns]: readonly [rows: number, terms: number, columns: number],
  [a, aFrom, aRow, aTerm]: Part,
  [b, bFrom, bTerm, bColumn]: Part,
  [y, yFrom, yRow]: Part,
  bias?: Float32Array,
): void {
  const { operations, scratch } = own();
  const at = (numbers: Float32Array, from: number) => numbers.byteOffset + 4 * from;
  const factors = [at(a, aFrom), aRow, aTerm, at(b, bFrom), bTerm, bColumn];
  const start = [bias?.byteOffset ?? 0, 0];
  operations.product(rows, terms, columns, ...factors, ...start, at(y, yFrom), yRow, scratch);
}

/** x σ(x (A + B x²)) as in `gelu()`, of any shape. */
export function wasmGelu<T extends tf.Tensor>(x: T): T {
  const { operations } = own();
  const [y] = hostKernel(
    [x],
    [x.shape],
    ([x], [y]) => operations.gelu(x.length, x.byteOffset, y.byteOffset),
  );
  return y as T; // it has the shape of x
}

/** The gradient at x of {@link wasmGelu}, from that at its value. */
export function wasmGeluGradient(dy: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const { operations } = own();
  const [dx] = hostKernel(
    [dy, x],
    [x.shape],
    ([dy, x], [dx]) =>
      operations.geluGradient(x.length, dy.byteOffset, x.byteOffset, dx.byteOffset),
  );
  return dx;
}

/**
 * Layer norm as in `layerNorm()`.
 *
 * @returns the value and the normalised rows, [rows, width] both, and 1 / deviation [rows, 1]
 */
export function wasmLayerNorm(
  x: tf.Tensor2D,
  gain: tf.Tensor1D,
  bias: tf.Tensor1D,
  epsilon: number,
): [y: tf.Tensor2D, normal: tf.Tensor2D, scale: tf.Tensor2D] {
  const { operations } = own();
  const [rows, width] = x.shape;
  const shapes = [[rows, width], [rows, width], [rows, 1]] as const;
  return hostKernel(
    [x, gain, bias],
    shapes,
    (...both) => operations.layerNorm(rows, width, epsilon, ...addresses(both)),
  );
}

/** The gradients at x, gain and bias of {@link wasmLayerNorm}. */
export function wasmLayerNormGradient(
  dy: tf.Tensor2D,
  normal: tf.Tensor2D,
  scale: tf.Tensor2D,
  gain: tf.Tensor1D,
): tf.Tensor[] {
  const { operations } = own();
  const [rows, width] = dy.shape;
  return hostKernel(
    [dy, normal, scale, gain],
    [[rows, width], [width], [width]],
    (...both) => operations.layerNormGradient(rows, width, ...addresses(both)),
  );
}

/** Sums over rows: [rows, columns] → [columns]. */
export function wasmColumnSums(x: tf.Tensor2D): tf.Tensor1D {
  const { operations } = own();
  const [rows, columns] = x.shape;
  const [sums] = hostKernel(
    [x],
    [[columns]],
    ([x], [sums]) => operations.columnSums(rows, columns, x.byteOffset, sums.byteOffset),
  );
  return sums;
}

/**
 * σ of a row of logits, and the sum of ln(1 + e^logit): loss and gradient where nothing is on.
 *
 * @param logits a view of the backend's memory
 * @param gradient another one, which is filled
 */
export function wasmOffRow(logits: Float32Array, gradient: Float32Array): number {
  return own().operations.offRow(logits.length, logits.byteOffset, gradient.byteOffset);
}

/** Sizes of one record, and which rows a row sees. */
export interface AttentionSizes {
  /** Rows of the record. */
  readonly rows: number;
  readonly heads: number;
  /** Width of one head. */
  readonly head: number;
  /** Whether a row sees no later ones. */
  readonly isCausal: boolean;
}

/**
 * Attention of one record as in `hostAttention()`; for use in `hostKernel()` on views of the backend's memory.
 *
 * @param bias [rows] added to the scores of each row; causal when left out
 * @param y [rows, width] is filled
 * @param weights [heads, rows, rows] are filled
 */
export function wasmAttention(
  { rows, heads, head }: AttentionSizes,
  qkv: Float32Array,
  bias: Float32Array | undefined,
  y: Float32Array,
  weights: Float32Array,
): void {
  const { operations, scratch } = own();
  const addresses = [qkv.byteOffset, bias?.byteOffset ?? 0, y.byteOffset, weights.byteOffset];
  operations.attention(1, rows, heads, head, ...addresses, scratch);
}

/** Floats that {@link wasmAttentionGradient} wants as room for itself, for records of so many rows at most. */
export function wasmAttentionRoom(rows: number): number {
  return Math.min(rows, own().operations.attentionBlock()) * rows;
}

/** The gradient at qkv of {@link wasmAttention}. */
export function wasmAttentionGradient(
  { rows, heads, head, isCausal }: AttentionSizes,
  dy: Float32Array,
  qkv: Float32Array,
  weights: Float32Array,
  dqkv: Float32Array,
  room: Float32Array,
): void {
  const { operations, scratch } = own();
  const sizes = [1, rows, heads, head, isCausal ? 1 : 0];
  operations.attentionGradient(...sizes, ...addresses([[dy, qkv, weights], [dqkv, room]]), scratch);
}

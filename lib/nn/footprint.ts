/**
 * How many floats a pass takes on an engine, beside the parameters: upper bounds, from the tensors
 * that each layer makes on cpu and wasm, counted in its code and compared with what wasm allocates.
 *
 * @module
 */
import { hasWasmKernels } from "./wasm_kernels.ts";

/** Floats of a pass. */
export interface Footprint {
  /** What stays from the way forward until the way back; a pass without gradients keeps nothing. */
  readonly kept: number;
  /** What the hungriest layer holds while it computes. */
  readonly passing: number;
}

/** Layers after each other: all keep, one at a time computes. */
export function together(...layers: readonly Footprint[]): Footprint {
  return {
    kept: layers.reduce((sum, { kept }) => sum + kept, 0),
    passing: Math.max(...layers.map(({ passing }) => passing)),
  };
}

/** The same layer for a number of rows. */
export function times(rows: number, { kept, passing }: Footprint): Footprint {
  return { kept: rows * kept, passing: rows * passing };
}

/** A row in a stack of causal blocks: each row attends to all of its record's. */
export function transformerRow(
  { width, layers, heads }: { width: number; layers: number; heads: number },
  rows: number,
): Footprint {
  return {
    kept: layers * (28 * width + heads * rows),
    // a gelu's, in one operation or in many, and the attention's
    passing: (hasWasmKernels() ? 24 : 40) * width + heads * rows,
  };
}

/** A row that one logit a column is computed for, and its loss. */
export function logitsRow(columns: number): Footprint {
  return { kept: 4 * columns, passing: 2.5 * columns };
}

/** A row in the masked head of {@link maskedHead}, and its loss. */
export function maskedHeadRow(width: number, columns: number): Footprint {
  return { kept: 10 * (width + columns), passing: 5 * (width + columns) };
}

/** A row in the head of {@link blockHead}, and its loss. */
export function blockHeadRow(
  { width, columns, rank, block }: { width: number; columns: number; rank: number; block: number },
): Footprint {
  const summaries = rank * Math.ceil(columns / block);
  return {
    kept: 8 * columns + 6 * width + 2 * summaries,
    passing: 5 * (width + columns) + 3 * summaries,
  };
}

/** A row in a stack of LSTMs. */
export function lstmRow(width: number, layers: number): Footprint {
  return { kept: 9 * width * layers, passing: (20 + layers) * width };
}

/**
 * A member of a set in a set encoder.
 *
 * @param members of the set, which each of them attends to
 */
export function setMember(
  { width, layers, heads, feedForward }: {
    width: number;
    layers: number;
    heads: number;
    feedForward: number;
  },
  members: number,
): Footprint {
  return {
    kept: layers * (24 * width + 7 * feedForward + 8 * heads * members),
    passing: (20 + layers * 10) * width + 4 * layers * feedForward + 4 * heads * members,
  };
}

/** Keys and values of a record's last rows, and what its next one takes. */
export function transformerMemoryFloats(
  { width, layers, heads }: { width: number; layers: number; heads: number },
  rows: number,
): number {
  return 2 * width * rows * (layers + 2) + (40 + 17 * layers) * width + 2 * heads * rows;
}

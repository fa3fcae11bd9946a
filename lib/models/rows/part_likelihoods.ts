/**
 * The likelihoods of parts of a record's rows: of the waits before them, and of a block of columns.
 *
 * @module
 */
import { rowOf } from "../../nn/multi_hot.ts";
import { softplus } from "../../nn/sigmoid.ts";
import type { BlockLikelihood, WaitLikelihood } from "../interface/model.ts";
import { type Block, isIn } from "../numbers/blocks.ts";
import type { VisitRows } from "./visit_rows.ts";

/** The likelihood of a record's waits, from the log densities of those of its rows. */
export function waitLikelihood(
  { offsets, waits }: VisitRows,
  logDensities: Float32Array,
  record: number,
): WaitLikelihood {
  const [from, to] = [offsets[record], offsets[record + 1]];
  return {
    count: waits.subarray(from, to).reduce((count, wait) => count + Number(!Number.isNaN(wait)), 0),
    logDensity: logDensities.subarray(from, to).reduce((sum, log) => sum + log, 0),
    inCells: 0,
  };
}

/** The likelihood of a block of columns in a record's rows, from the logits of these. */
export function blockLikelihood(
  { offsets, targets }: VisitRows,
  logits: Float32Array,
  { record, columns, block }: {
    readonly record: number;
    readonly columns: number;
    readonly block: Block;
  },
): BlockLikelihood {
  let logFirst = 0;
  let inCells = 0;
  for (let row = offsets[record]; row < offsets[record + 1]; row++) {
    const first = rowOf(targets, row).find((column) => isIn(block, column));
    if (first === undefined) continue;
    const at = row * columns;
    for (let column = block.from; column <= first; column++) {
      logFirst -= softplus(logits[at + column]);
    }
    logFirst += logits[at + first];
    for (let column = block.from; column < block.from + block.count; column++) {
      inCells -= softplus(logits[at + column]);
    }
    for (const column of rowOf(targets, row)) {
      if (isIn(block, column)) inCells += logits[at + column];
    }
  }
  return { logFirst, inCells };
}

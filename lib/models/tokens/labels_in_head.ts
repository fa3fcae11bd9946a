/**
 * Labels beside histories, for models over tokens: as published, a record says its labels at its
 * beginning, hundreds of tokens before the codes that they are about, which then do not follow them
 * (docs/results.md). Here the head gets the labels that a record has said, with the history, at each
 * token. `rows/labels_in_head.ts` does the same for models over rows.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { constant, type Initials } from "../../nn/initial.ts";
import { type Memory, memoryBeside } from "../../nn/memory.ts";
import { dense, type MultiHot, rowOf, rowsFrom } from "../../nn/multi_hot.ts";
import { type Block, isIn } from "../numbers/blocks.ts";
import { labelOn } from "../rows/labels_in_head.ts";
import type { TokenRows } from "./code_tokens.ts";
import { labelWeight } from "./tied_head.ts";

/** Weights to begin with: labels say nothing yet. */
export function initialLabelWeights(columns: number, labels: Block | undefined): Initials {
  return labels === undefined ? {} : { [labelWeight]: constant([labels.count, columns], 0) };
}

/** Rows of labels as the head sees them. */
function shown(lists: readonly number[][], { count }: Block): tf.Tensor2D {
  return tf.mul(labelOn, dense(rowsFrom(lists), count));
}

/** The labels that a row says, from 0. */
function saidIn(inputs: MultiHot, row: number, { from, count }: Block): number[] {
  return Array.from(rowOf(inputs, row))
    .filter((token) => isIn({ from, count }, token))
    .map((token) => token - from);
}

/**
 * Histories with the labels that their records have said.
 *
 * @param history [records × steps, width]
 * @param labels their tokens; undefined if the head does not see them
 * @returns [records × steps, width + labels]
 */
export function withSaidLabels(
  history: tf.Tensor2D,
  { inputs, records }: Pick<TokenRows, "inputs" | "records">,
  labels: Block | undefined,
): tf.Tensor2D {
  if (labels === undefined) return history;
  const steps = inputs.rows / records;
  let said: number[] = [];
  const lists = Array.from({ length: inputs.rows }, (_, row) => {
    if (row % steps === 0) said = [];
    const more = saidIn(inputs, row, labels);
    return more.length === 0 ? said : said = [...said, ...more];
  });
  return tf.concat([history, shown(lists, labels)], 1);
}

/** {@link withSaidLabels} for records being written. */
export function memoryWithSaidLabels(memory: Memory, labels: Block | undefined): Memory {
  if (labels === undefined) return memory;
  return memoryBeside(memory, (steps, before) => {
    const lists = Array.from({ length: steps.rows }, (_, i) => saidIn(steps, i, labels));
    const now = shown(lists, labels);
    return before === undefined ? now : tf.add(before, now);
  });
}

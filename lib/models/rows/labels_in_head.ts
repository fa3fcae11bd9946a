/**
 * Labels beside histories. As published, a model sees a record's labels once, in the row before the
 * first visit, and has to carry them through its history. What they say of a single code in a record
 * is worth about a hundredth of a nat per visit, so little of it is learned: of HALO's records with
 * the label hypertension 29% had its code, of those without it 18% (docs/results.md). Here the head
 * gets them again, with the history, in each row after that of the labels.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Memory, memoryBeside } from "../../nn/memory.ts";
import type { MultiHot } from "../../nn/multi_hot.ts";
import { type ConfigOf, flag } from "../interface/settings.ts";
import type { RowSizes, VisitRows } from "./visit_rows.ts";

/** The setting of heads that see labels. */
export const labelSettings = {
  labelsInHead: flag(
    true,
    "The head sees the labels of the record in each row, beside the history, so that codes follow them",
    { published: false, before: false },
  ),
};

type LabelConfig = RowSizes & ConfigOf<typeof labelSettings>;

/** A label that is on: 2, so that its weights, which are small at first, soon matter (docs/results.md). */
export const labelOn = 2;

/** Inputs of a head that are labels. */
export function labelInputs({ labels, labelsInHead }: LabelConfig): number {
  return labelsInHead ? labels : 0;
}

/**
 * Histories with the labels of their records.
 *
 * @param histories [rows, width]
 * @returns [rows, width + {@link labelInputs}]; zeros beside the history of the labels' row
 */
export function withLabels(
  config: LabelConfig,
  histories: tf.Tensor2D,
  { offsets, targets, mask }: VisitRows,
): tf.Tensor2D {
  if (labelInputs(config) === 0) return histories;
  const labelRows = new Int32Array(mask.length).fill(none);
  for (let record = 0; record + 1 < offsets.length; record++) {
    const first = offsets[record]; // its target is the labels
    for (let row = first + 1; row < offsets[record + 1]; row++) {
      if (mask[row] === 1) labelRows[row] = first;
    }
  }
  return tf.concat([histories, labelsOf(config, targets, labelRows)], 1);
}

const none = -1;

/** The labels of the given rows; zeros where there is {@link none}. [labelRows, labels] */
function labelsOf(
  { codes, labels }: LabelConfig,
  { offsets, columns }: MultiHot,
  labelRows: Int32Array,
): tf.Tensor2D {
  const numbers = new Float32Array(labelRows.length * labels);
  for (const [at, row] of labelRows.entries()) {
    if (row === none) continue;
    for (let i = offsets[row]; i < offsets[row + 1]; i++) {
      const label = columns[i] - codes;
      if (label >= 0 && label < labels) numbers[at * labels + label] = labelOn;
    }
  }
  return tf.tensor2d(numbers, [labelRows.length, labels]);
}

/** {@link withLabels} for records being written: the labels of the second row, from there on. */
export function memoryWithLabels<S extends MultiHot>(
  config: LabelConfig,
  memory: Memory<S>,
): Memory<S> {
  if (labelInputs(config) === 0) return memory;
  let step = 0;
  return memoryBeside(memory, (steps, before) => {
    if (before !== undefined && step > 1) return before;
    const labelRows = Int32Array.from({ length: steps.rows }, (_, i) => step === 1 ? i : none);
    step++;
    return labelsOf(config, steps, labelRows);
  });
}

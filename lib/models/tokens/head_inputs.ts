/**
 * What the tied head of a model over tokens sees beside histories: labels that the record has said, and
 * the kind of the position.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs-core";
import type { Initials } from "../../nn/initial.ts";
import type { Memory } from "../../nn/memory.ts";
import type { Block } from "../numbers/blocks.ts";
import type { TokenRows } from "./code_tokens.ts";
import { initialLabelWeights, memoryWithSaidLabels, withSaidLabels } from "./labels_in_head.ts";
import {
  memoryWithKinds,
  type PositionKinds,
  withInitialBiases,
  withKinds,
} from "./output_bias.ts";

/** What a head sees beside histories. */
export interface HeadInputs {
  /** Tokens of labels; undefined if the head does not see those that a record has said. */
  readonly labels: Block | undefined;
  /** Kinds of positions; undefined if the head has no biases to choose by them. */
  readonly kinds: PositionKinds | undefined;
}

/** Parameters to begin with, and those of the head for its inputs. */
export function withInitialHeadInputs(
  parameters: Initials,
  columns: number,
  { labels, kinds }: HeadInputs,
): Initials {
  return { ...withInitialBiases(parameters, kinds), ...initialLabelWeights(columns, labels) };
}

/** Histories with all else that the head sees: [records × steps, width + labels + kinds]. */
export function withHeadInputs(
  history: tf.Tensor2D,
  batch: Pick<TokenRows, "inputs" | "records">,
  { labels, kinds }: HeadInputs,
): tf.Tensor2D {
  return withKinds(withSaidLabels(history, batch, labels), batch.inputs, kinds);
}

/** {@link withHeadInputs} for records being written. */
export function memoryWithHeadInputs(memory: Memory, { labels, kinds }: HeadInputs): Memory {
  return memoryWithKinds(memoryWithSaidLabels(memory, labels), kinds);
}

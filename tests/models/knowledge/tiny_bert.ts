/**
 * A BERT of 2 blocks and random weights in a folder, in either of the layouts that real ones have.
 *
 * @module
 */
import { join } from "node:path";
import { bertConfig, bertShapes } from "ehrloom/models/knowledge/bert.ts";
import { drawn, gaussian } from "ehrloom/nn/initial.ts";
import type { NamedArrays } from "ehrloom/nn/parameters.ts";
import { random } from "ehrloom/random.ts";
import { writeSafetensors } from "ehrloom/nn/safetensors.ts";

const pieces =
  "[PAD] [UNK] [CLS] [SEP] [MASK] acute chronic pain of the heart kidney disease stage " +
  "1 2 3 , ( ) - without no fever a b d e i o s t x ##s ##itis ##emia ##o ##al ##1 ##2 an col";

/** The config.json of the tiny BERT. */
export const tinyConfig = {
  model_type: "bert",
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 16,
  vocab_size: pieces.split(" ").length,
  max_position_embeddings: 12,
  type_vocab_size: 2,
  hidden_act: "gelu",
  layer_norm_eps: 1e-12,
};

/** The weights: normal numbers, the same each time. */
export function tinyWeights(): NamedArrays {
  const shapes = Object.entries(bertShapes(bertConfig(tinyConfig, "config.json")));
  const initials = shapes.map(([name, { shape }]) => [name, gaussian(shape, 0.4)]);
  const weights = drawn(Object.fromEntries(initials), random(2026, 7));
  for (const [name, { numbers }] of Object.entries(weights)) {
    if (name.endsWith("LayerNorm.weight")) numbers.forEach((x, i) => numbers[i] = 1 + x);
  }
  return weights;
}

/**
 * Writes the folder: in the layout of the first BERTs, with vocab.txt alone.
 *
 * @param config what to change in config.json
 * @param rename gives the names under which tensors are stored
 */
export async function writeTinyBert(
  folder: string,
  config: Record<string, unknown> = {},
  rename: (name: string) => string = (name) => name,
): Promise<void> {
  const write = (name: string, text: string) => Deno.writeTextFile(join(folder, name), text);
  await write("config.json", JSON.stringify({ ...tinyConfig, ...config }));
  await write("vocab.txt", pieces.replaceAll(" ", "\n") + "\n");
  const renamed = Object.entries(tinyWeights()).map(([name, array]) => [rename(name), array]);
  await writeSafetensors(join(folder, "model.safetensors"), Object.fromEntries(renamed));
}

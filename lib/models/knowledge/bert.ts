/**
 * BERT's encoder: words, positions and token types summed, then post-norm transformer blocks in
 * which every token of a text sees every other. It runs the user's own weights and does not train
 * them.
 *
 * @see Devlin et al. 2019
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { isObject } from "../../files/input.ts";
import { exactGelu, gelu } from "../../nn/gelu.ts";
import { normed } from "../../nn/layer_norm.ts";
import { equalOffsets } from "../../nn/record_rows.ts";
import { relu } from "../../nn/relu.ts";
import {
  matrix,
  type NamedArrays,
  type NamedTensors,
  type ShapedArray,
} from "../../nn/parameters.ts";
import { setEncoder, type SetEncoderConfig } from "../../nn/set_encoder.ts";
import { withPositions } from "../../nn/transformer.ts";
import { mostLayers } from "../rows/visit_transformer.ts";

/** Sizes of a BERT and how it computes. */
export interface BertConfig extends SetEncoderConfig {
  /** Width of its states; a multiple of `heads`. */
  readonly width: number;
  /** Hidden units of a block. */
  readonly feedForward: number;
  /** Size of its vocabulary. */
  readonly words: number;
  /** Largest number of tokens in a text. */
  readonly positions: number;
  /** Token types; a single text is all of the first. */
  readonly types: number;
}

/** By their names in config.json. */
const activations: Readonly<Record<string, SetEncoderConfig["activation"]>> = {
  gelu: exactGelu,
  gelu_new: gelu,
  gelu_pytorch_tanh: gelu,
  relu,
};

/**
 * The config of a BERT from its folder's config.json. Entries that old folders omit are as in the
 * original: type "bert", GELU as defined, two token types, 1e-12 in layer norms.
 *
 * @param found the file's contents
 * @param path of the file, for error messages
 * @throws {RangeError} If it is not a BERT, or has parts that are not supported
 */
export function bertConfig(found: unknown, path: string): BertConfig {
  const refuse = (problem: string) => new RangeError(`Cannot use "${path}": ${problem}`);
  if (!isObject(found)) throw refuse("it is not an object");
  const word = (name: string, fallback: string, known: readonly string[]) => {
    const value = found[name] ?? fallback;
    if (typeof value === "string" && known.includes(value)) return value;
    throw refuse(`${name} is ${JSON.stringify(value)}; known: ${known.join(", ")}`);
  };
  const count = (name: string, fallback?: number, most = Infinity) => {
    const value = found[name] ?? fallback;
    const isWithin = Number.isSafeInteger(value) && Number(value) > 0 && Number(value) <= most;
    if (isWithin) return Number(value);
    const range = most === Infinity ? ", at least 1" : ` between 1 and ${most}`;
    throw refuse(`${name} is ${JSON.stringify(value)}, must be a whole number${range}`);
  };
  word("model_type", "bert", ["bert"]);
  word("position_embedding_type", "absolute", ["absolute"]);
  const activation = activations[word("hidden_act", "gelu", Object.keys(activations))];
  const epsilon = found.layer_norm_eps ?? 1e-12;
  if (typeof epsilon !== "number" || !(epsilon > 0)) {
    throw refuse(`layer_norm_eps is ${JSON.stringify(epsilon)}, must be a number above 0`);
  }
  const config = {
    width: count("hidden_size"),
    layers: count("num_hidden_layers", undefined, mostLayers),
    heads: count("num_attention_heads"),
    feedForward: count("intermediate_size"),
    words: count("vocab_size"),
    positions: count("max_position_embeddings"),
    types: count("type_vocab_size", 2),
    epsilon,
    activation,
  };
  if (config.width % config.heads !== 0) {
    throw refuse(`hidden_size ${config.width} is not a multiple of ${config.heads} heads`);
  }
  return config;
}

/** The name of a tensor in BERT's own code: heads put "bert." before it, old files say gamma. */
export function bertName(name: string): string {
  return name.replace(/^bert\./, "").replace(/\.gamma$/, ".weight").replace(/\.beta$/, ".bias");
}

/** The parts of a block: BERT's names, and those of {@link setEncoder}. */
const blockParts = [
  ["attention.output.dense", "self_attn.out_proj"],
  ["attention.output.LayerNorm", "norm1"],
  ["intermediate.dense", "linear1"],
  ["output.dense", "linear2"],
  ["output.LayerNorm", "norm2"],
] as const;
const projections = ["query", "key", "value"].map((name) => `attention.self.${name}`);

/** Shapes of all tensors that a text's states need, by BERT's names. */
export function bertShapes(config: BertConfig): Record<string, Pick<ShapedArray, "shape">> {
  const { width, feedForward, layers } = config;
  const shapes: Record<string, Pick<ShapedArray, "shape">> = {};
  const add = (module: string, weight: number[], bias?: number[]) => {
    shapes[`${module}.weight`] = { shape: weight };
    if (bias !== undefined) shapes[`${module}.bias`] = { shape: bias };
  };
  add("embeddings.word_embeddings", [config.words, width]);
  add("embeddings.position_embeddings", [config.positions, width]);
  add("embeddings.token_type_embeddings", [config.types, width]);
  add("embeddings.LayerNorm", [width], [width]);
  for (let i = 0; i < layers; i++) {
    const block = `encoder.layer.${i}`;
    for (const name of projections) add(`${block}.${name}`, [width, width], [width]);
    add(`${block}.attention.output.dense`, [width, width], [width]);
    add(`${block}.attention.output.LayerNorm`, [width], [width]);
    add(`${block}.intermediate.dense`, [feedForward, width], [feedForward]);
    add(`${block}.output.dense`, [width, feedForward], [width]);
    add(`${block}.output.LayerNorm`, [width], [width]);
  }
  return shapes;
}

/** Arrays stacked along their first axis. */
function stacked(parts: readonly ShapedArray[]): ShapedArray {
  const [, ...others] = parts[0].shape;
  const numbers = new Float32Array(parts.reduce((sum, part) => sum + part.numbers.length, 0));
  let at = 0;
  for (const part of parts) {
    numbers.set(part.numbers, at);
    at += part.numbers.length;
  }
  return { shape: [parts.reduce((sum, { shape }) => sum + shape[0], 0), ...others], numbers };
}

/**
 * A BERT's tensors as {@link bertStates} needs them: queries, keys and values of a block together.
 *
 * @param found the tensors of {@link bertShapes}
 */
export function bertParameters({ layers }: BertConfig, found: NamedArrays): NamedArrays {
  const parameters = Object.fromEntries(
    Object.entries(found).filter(([name]) => name.startsWith("embeddings.")),
  );
  for (let i = 0; i < layers; i++) {
    for (const kind of ["weight", "bias"]) {
      const of = (name: string) => found[`encoder.layer.${i}.${name}.${kind}`];
      parameters[`encoder.${i}.self_attn.in_proj_${kind}`] = stacked(projections.map(of));
      for (const [theirs, ours] of blockParts) {
        parameters[`encoder.${i}.${ours}.${kind}`] = of(theirs);
      }
    }
  }
  return parameters;
}

/**
 * The states of tokens after the last block.
 *
 * @param parameters as {@link bertParameters} gives them
 * @param ids [texts × tokens] int32, texts padded to the longest
 * @param isToken [texts, tokens] 1, or 0 where a text is padded
 * @returns [texts × tokens, width]; of no meaning where a text is padded
 */
export function bertStates(
  config: BertConfig,
  parameters: NamedTensors,
  ids: tf.Tensor1D,
  isToken: tf.Tensor2D,
): tf.Tensor2D {
  const table = (name: string) => matrix(parameters, `embeddings.${name}.weight`);
  const firstType = tf.slice(table("token_type_embeddings"), [0, 0], [1, config.width]);
  const words: tf.Tensor2D = tf.add(tf.gather(table("word_embeddings"), ids), firstType);
  const placed = withPositions(words, table("position_embeddings"), equalOffsets(...isToken.shape));
  const embedded = normed(parameters, "embeddings.LayerNorm", placed, config.epsilon);
  const bias: tf.Tensor2D = tf.mul(tf.sub(1, isToken), -1e10);
  return setEncoder(config, parameters, "encoder", embedded, bias);
}

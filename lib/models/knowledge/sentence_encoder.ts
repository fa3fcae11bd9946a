/**
 * Vectors of texts by a BERT in a local folder, in the usual layout of shared models: config.json,
 * model.safetensors, a tokenizer, and the files of sentence-transformers that say how tokens become
 * one vector.
 *
 * @see Reimers & Gurevych 2019 (Sentence-BERT); docs/specs/hisgt.md section 4
 * @module
 */
import { breathe } from "../../breathe.ts";
import * as tf from "@tensorflow/tfjs-core";
import { basename, resolve } from "node:path";
import { found, isObject, parsedJson, readText } from "../../files/input.ts";
import { checkShapes, type NamedTensors, toTensors } from "../../nn/parameters.ts";
import { readSafetensors } from "../../nn/safetensors.ts";
import type { OnProgress } from "../../progress.ts";
import {
  type BertConfig,
  bertConfig,
  bertName,
  bertParameters,
  bertShapes,
  bertStates,
} from "./bert.ts";
import { maybeJson, readTokenizer, type Tokenize } from "./bert_tokenizer.ts";

/** Makes vectors of texts. */
export interface SentenceEncoder {
  /** Numbers in a vector. */
  readonly width: number;
  /** The model and how it makes one vector of a text, in a sentence for reports. */
  readonly source: string;
  /**
   * Vectors of texts, in their order; a repeated text is computed once.
   *
   * @param options.onProgress called with the number of texts done so far
   * @returns [texts × width]
   * @throws {RangeError} If a text has a token that the weights do not have, or a vector has values
   * that are not finite numbers
   */
  encode(
    texts: readonly string[],
    options?: { readonly onProgress?: OnProgress | undefined },
  ): Promise<Float32Array>;
  /** Frees the weights. */
  dispose(): void;
}

/** How the states of a text's tokens become its vector. */
interface Pooling {
  /** The mean over tokens, or the state of the class token. */
  readonly of: "mean" | "cls";
  /** Whether vectors are scaled to length 1. */
  readonly isNormalized: boolean;
}

/** Tokens per step, with padding: enough to keep the engine busy, and to report progress. */
const tokensPerStep = 1024;

const convert = "import torch; from safetensors.torch import save_file; " +
  "save_file({k: v.clone() for k, v in torch.load('pytorch_model.bin', map_location='cpu', " +
  "weights_only=True).items()}, 'model.safetensors')";

async function readWeights(folder: string, config: BertConfig): Promise<NamedTensors> {
  const path = `${folder}/model.safetensors`;
  if (!await found(path) && await found(`${folder}/pytorch_model.bin`)) {
    throw new Deno.errors.NotFound(
      `Cannot read "${folder}": it has pytorch_model.bin but no model.safetensors; ` +
        `convert it there with python3 -c "${convert}"`,
    );
  }
  const wanted = bertShapes(config);
  const renamed = <T>(tensors: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(tensors).map(([name, array]) => [bertName(name), array]));
  const { tensors } = await readSafetensors(path, {
    isWanted: (name) => Object.hasOwn(wanted, bertName(name)),
    check: (shapes) => checkShapes(path, renamed(shapes), wanted),
  });
  return toTensors(bertParameters(config, renamed(tensors)));
}

/** How the folder says that tokens are pooled; default the mean. */
async function readPooling(folder: string): Promise<Pooling> {
  const path = `${folder}/modules.json`;
  const modules = await maybeJson(path);
  let of: Pooling["of"] = "mean";
  let isNormalized = false;
  for (const module of Array.isArray(modules) ? modules : []) {
    const { type, path: part } = isObject(module) ? module : {};
    const kind = String(type).split(".").at(-1);
    if (kind === "Pooling") of = await pooledTokens(`${folder}/${part}/config.json`);
    else if (kind === "Normalize") isNormalized = true;
    else if (kind !== "Transformer") {
      throw new RangeError(
        `Cannot use "${path}": it has a module ${kind}; known: Transformer, Pooling, Normalize`,
      );
    }
  }
  return { of, isNormalized };
}

/** As sentence-transformers writes it: a word, or in older folders a switch to each kind. */
async function pooledTokens(path: string): Promise<Pooling["of"]> {
  const config = parsedJson(await readText(path), path);
  const entries = isObject(config) ? Object.entries(config) : [];
  const modes = entries.flatMap(([name, value]) =>
    name === "pooling_mode" ? [value].flat() : /^pooling_mode_/.test(name) && value ? [name] : []
  );
  const [mode] = modes;
  if (modes.length === 1 && (mode === "mean" || mode === "pooling_mode_mean_tokens")) return "mean";
  if (modes.length === 1 && (mode === "cls" || mode === "pooling_mode_cls_token")) return "cls";
  throw new RangeError(
    `Cannot use "${path}": it uses pooling ${modes.join(" and ") || "none"}; known: mean, cls`,
  );
}

/** Largest number of tokens of a text: as sentence-transformers says, else that of the model. */
async function readLongest(folder: string, { positions }: BertConfig): Promise<number> {
  const own = await maybeJson(`${folder}/sentence_bert_config.json`);
  const tokenizer = await maybeJson(`${folder}/tokenizer_config.json`);
  const longest = isObject(own) ? own.max_seq_length : null;
  const limit = longest ?? (isObject(tokenizer) ? tokenizer.model_max_length : null);
  return typeof limit === "number" && limit >= 2 ? Math.min(limit, positions) : positions;
}

/**
 * Loads a BERT from a folder to the chosen backend.
 *
 * @param folder contains config.json, model.safetensors (of float32, float16 or bfloat16), and
 * tokenizer.json or vocab.txt; the files of sentence-transformers are used too: modules.json, the
 * pooling's config.json, sentence_bert_config.json
 * @param options.normalize whether vectors are scaled to length 1; default as the folder says
 * @throws {Deno.errors.NotFound} If the folder or a file that it needs is missing
 * @throws {SyntaxError} If a file is damaged
 * @throws {RangeError} If the model is not supported, or its weights do not fit its config
 */
export async function readSentenceEncoder(
  folder: string,
  options: { readonly normalize?: boolean | undefined } = {},
): Promise<SentenceEncoder> {
  if (!await found(folder)) {
    throw new Deno.errors.NotFound(`Cannot read "${folder}": no such folder`);
  }
  const configPath = `${folder}/config.json`;
  const config = bertConfig(parsedJson(await readText(configPath), configPath), configPath);
  const { of, isNormalized } = await readPooling(folder);
  const pooling = { of, isNormalized: options.normalize ?? isNormalized };
  const longest = await readLongest(folder, config);
  const tokenize = await readTokenizer(folder, config);
  const parameters = await readWeights(folder, config);
  return {
    width: config.width,
    source: `BERT "${basename(resolve(folder))}" of ${config.layers} layers, ` +
      (pooling.of === "mean" ? "mean over tokens" : "state of the class token") +
      (pooling.isNormalized ? ", scaled to length 1" : ""),
    encode: async (texts, { onProgress } = {}) => {
      const unique = [...new Set(texts)];
      const tokens = unique.map((text) => tokensOf(text, tokenize, longest, config));
      const vectors = await vectorsOf(config, parameters, pooling, tokens, onProgress);
      const placeOf = new Map(unique.map((text, place) => [text, place]));
      return stackedRows(texts.map((text) => vectors[placeOf.get(text) ?? 0]), config.width);
    },
    dispose: () => tf.dispose(parameters),
  };
}

/** A text's tokens; of one too long the first and, behind them, the separator. */
function tokensOf(
  text: string,
  tokenize: Tokenize,
  longest: number,
  { words }: BertConfig,
): number[] {
  const all = tokenize(text);
  const unknown = all.find((id) => !(id < words));
  if (unknown !== undefined) {
    throw new RangeError(
      `Cannot encode "${text.slice(0, 40)}": the tokenizer gives token ${unknown}, ` +
        `but the weights have only ${words}; do both belong to the same model?`,
    );
  }
  return all.length <= longest ? all : [...all.slice(0, longest - 1), all[all.length - 1]];
}

/** Vectors of token lists, those of like length in one step. */
async function vectorsOf(
  config: BertConfig,
  parameters: NamedTensors,
  pooling: Pooling,
  tokens: readonly number[][],
  onProgress?: OnProgress,
): Promise<Float32Array[]> {
  const order = [...tokens.keys()].sort((a, b) => tokens[a].length - tokens[b].length);
  const vectors: Float32Array[] = [];
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (
      to < order.length && (to + 1 - from) * tokens[order[to]].length <= tokensPerStep
    ) to++;
    const places = order.slice(from, to);
    const step = tf.tidy(() =>
      pooled(config, parameters, pooling, places.map((place) => tokens[place]))
    );
    const numbers = await step.data<"float32">();
    step.dispose();
    if (!numbers.every(Number.isFinite)) {
      throw new RangeError(
        "Cannot encode texts: the model's vectors have values that are not finite numbers",
      );
    }
    places.forEach((place, i) => {
      vectors[place] = numbers.slice(i * config.width, (i + 1) * config.width);
    });
    from = to;
    onProgress?.({ stage: "encoding texts", done: from, total: order.length });
    await breathe();
  }
  return vectors;
}

/** [texts, width] The vectors of token lists, padded to the longest. */
function pooled(
  config: BertConfig,
  parameters: NamedTensors,
  { of, isNormalized }: Pooling,
  texts: readonly (readonly number[])[],
): tf.Tensor2D {
  const longest = Math.max(...texts.map(({ length }) => length));
  const ids = new Int32Array(texts.length * longest);
  const present = new Float32Array(ids.length);
  texts.forEach((tokens, text) => {
    ids.set(tokens, text * longest);
    present.fill(1, text * longest, text * longest + tokens.length);
  });
  const isToken = tf.tensor2d(present, [texts.length, longest]);
  const states = tf.reshape<tf.Rank.R3>(
    bertStates(config, parameters, tf.tensor1d(ids, "int32"), isToken),
    [texts.length, longest, config.width],
  );
  const vectors: tf.Tensor2D = of === "cls"
    ? tf.squeeze(tf.slice(states, [0, 0, 0], [texts.length, 1, config.width]), [1])
    : tf.div(
      tf.sum(tf.mul(states, tf.expandDims(isToken, 2)), 1),
      tf.sum(isToken, 1, true),
    );
  if (!isNormalized) return vectors;
  return tf.div(vectors, tf.maximum(tf.norm(vectors, 2, 1, true), 1e-12));
}

function stackedRows(rows: readonly Float32Array[], width: number): Float32Array {
  const all = new Float32Array(rows.length * width);
  rows.forEach((row, i) => all.set(row, i * width));
  return all;
}

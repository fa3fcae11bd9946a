/**
 * The transformer over visits that HALO and its relatives share: rows are embedded as the sum of
 * their columns' vectors, get their position, and go through GPT-2's causal blocks.
 *
 * @see docs/specs/halo.md section 2
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Cohort } from "../../cohort/cohort.ts";
import type { Memory } from "../../nn/memory.ts";
import { embedding, stepEmbedding } from "../../nn/multi_hot.ts";
import { gaussian, type Initials, uniform } from "../../nn/initial.ts";
import {
  copied,
  lowerMask,
  matrix,
  type NamedArrays,
  type NamedTensors,
} from "../../nn/parameters.ts";
import {
  initialTransformer,
  transformer,
  type TransformerConfig,
  transformerMemory,
  withPositions,
} from "../../nn/transformer.ts";
import { presetFor } from "../interface/preset.ts";
import { type ConfigOf, derivedCount, derivedReal } from "../interface/settings.ts";
import type { Steps } from "../interface/writing.ts";
import { initialSoFar, soFarInHistory, soFarMemory, soFarSettings } from "./codes_so_far.ts";
import { type RowConfig, rowConfigFor, rowSettings } from "./row_model.ts";
import { columnsOf, type VisitRows } from "./visit_rows.ts";

/** Largest number of layers: more would take minutes to name, before memory is checked. */
export const mostLayers = 1000;

/** Settings of GPT-2's blocks. */
export const transformerSettings = {
  width: derivedCount("Width of the embedding, a multiple of heads (default by size of cohort)"),
  layers: derivedCount("Transformer blocks (default by size of cohort)", { max: mostLayers }),
  heads: derivedCount("Attention heads (default by size of cohort)"),
};

/** Further entries of the configs of GPT-2's blocks. */
export const transformerDerived = {
  positions: derivedCount("Number of positions, at least context"),
  epsilon: derivedReal("Added to the variance in layer norms"),
};

/** Settings of a transformer over visits. In the paper: width 768, 12 layers, 12 heads. */
export const visitTransformerSettings = {
  ...transformerSettings,
  ...rowSettings,
  ...soFarSettings,
};

/** Sizes of a transformer over visits. */
export type VisitTransformerConfig =
  & RowConfig
  & ConfigOf<typeof transformerSettings & typeof transformerDerived & typeof soFarSettings>;

/**
 * The sizes of GPT-2's blocks; those that are not set follow the cohort's.
 *
 * @throws {RangeError} If the heads do not divide the width
 */
export function transformerConfigFor(
  family: string,
  cohort: Cohort,
  set: Partial<ConfigOf<typeof transformerSettings>>,
): TransformerConfig {
  const preset = presetFor(cohort);
  const { width = preset.width, layers = preset.layers, heads = preset.heads } = set;
  if (width % heads !== 0) {
    throw new RangeError(
      `Cannot make "${family}": width ${width} is not a multiple of heads ${heads}`,
    );
  }
  return { width, layers, heads, epsilon: 1e-5 };
}

/** The config of a transformer over a cohort's visits; throws what its parts throw. */
export function visitTransformerConfigFor(
  family: string,
  cohort: Cohort,
  set: Partial<ConfigOf<typeof visitTransformerSettings>>,
): VisitTransformerConfig {
  const sizes = transformerConfigFor(family, cohort, set);
  const rows = rowConfigFor(family, cohort, set);
  const { codesSoFar = presetFor(cohort).codesSoFar } = set;
  return { ...rows, ...sizes, codesSoFar, positions: rows.context };
}

/** Parameters to begin with; the position table's N(0, 1) is the original's. */
export function initialVisitTransformer(
  config: VisitTransformerConfig,
): Initials {
  const { width, positions } = config;
  const columns = columnsOf(config);
  return {
    "transformer.vis_embed_mat.weight": uniform([width, columns], 1 / Math.sqrt(columns)),
    "transformer.pos_embed_mat.weight": gaussian([positions, width], 1),
    ...initialTransformer(config),
    ...initialSoFar(config),
  };
}

/** The constant buffers of the original's blocks: a causal mask in each. */
export function causalBuffers({ layers }: TransformerConfig, context: number): NamedArrays {
  const shape = [1, 1, context, context];
  const { numbers } = lowerMask(context);
  return Object.fromEntries(
    Array.from({ length: layers }, (_, i) => [`transformer.h.${i}.attn.bias`, { shape, numbers }]),
  );
}

/** Copies of a state dict's arrays without the original's constant buffers. */
export function withoutBuffers(stateDict: NamedArrays): NamedArrays {
  const isBuffer = (name: string) => /\.attn\.bias$|^ehr_head\.auto[12]\.mask$/.test(name);
  return copied(
    Object.fromEntries(Object.entries(stateDict).filter(([name]) => !isBuffer(name))),
  );
}

/**
 * Histories of all rows: what a head predicts the next row from. [rows, width]
 *
 * @param more [rows, width] what is seen of the rows besides their columns; default nothing
 */
export function visitHistories(
  config: VisitTransformerConfig,
  parameters: NamedTensors,
  batch: VisitRows,
  more?: tf.Tensor2D,
): tf.Tensor2D {
  const { weight, table } = tensorsOf(parameters);
  let seen = embedding(batch.inputs, weight);
  if (config.codesSoFar) seen = tf.add(seen, soFarInHistory(parameters, batch));
  if (more !== undefined) seen = tf.add(seen, more);
  const { offsets } = batch;
  return transformer(config, parameters, withPositions(seen, table, offsets), offsets);
}

/**
 * {@link visitHistories} for records being written.
 *
 * @param more [records, width] what is seen of steps besides their columns; default nothing
 */
export function visitMemory(
  config: VisitTransformerConfig,
  parameters: NamedTensors,
  more?: (steps: Steps) => tf.Tensor2D,
): Memory<Steps> {
  const { weight, table } = tensorsOf(parameters);
  const past = config.codesSoFar ? soFarMemory(parameters) : undefined;
  const embedded = stepEmbedding(weight);
  const memory = transformerMemory(config, parameters, table, (steps: Steps) => {
    let seen = embedded.of(steps);
    if (past !== undefined) seen = tf.add(seen, past.advance(steps));
    return more === undefined ? seen : tf.add(seen, more(steps));
  });
  return {
    ...memory,
    keep(positions) {
      memory.keep(positions);
      past?.keep(positions);
    },
    dispose() {
      memory.dispose();
      embedded.dispose();
      past?.dispose();
    },
  };
}

function tensorsOf(parameters: NamedTensors) {
  return {
    weight: matrix(parameters, "transformer.vis_embed_mat.weight"), // [width, columns]
    table: matrix(parameters, "transformer.pos_embed_mat.weight"), // [positions, width]
  };
}

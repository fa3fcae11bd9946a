/**
 * HALO: a record is a sequence of multi-hot rows (start, labels, visits). A transformer over rows
 * summarises the history; a masked two-layer head then predicts the next row column by column, each
 * from the history and the row's earlier columns, so that codes of one visit depend on each other.
 *
 * Theodorou, Xiao & Sun 2023, "Synthesize high-dimensional longitudinal electronic health records
 * via hierarchical autoregressive language model". Differences from its code: padding rows are
 * never computed where batches hold similar lengths, they get no padding token (nothing that counts
 * can see them), and the losses come from logits.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Cohort } from "../cohort/cohort.ts";
import type { AttentionCache } from "../nn/attention.ts";
import { bernoulliNll } from "../nn/bernoulli.ts";
import { maskedHead, samplingHead } from "../nn/masked_head.ts";
import { embedding, type MultiHot } from "../nn/multi_hot.ts";
import {
  checkShapes,
  constant,
  gaussian,
  type NamedArrays,
  type NamedTensors,
  type ShapedArray,
  uniform,
} from "../nn/parameters.ts";
import { type Random, random } from "../nn/random.ts";
import { initialTransformer, transformer, transformerNext } from "../nn/transformer.ts";
import { columnsOf, type VisitRows, visitRows } from "./visit_rows.ts";
import type {
  CohortShape,
  Model,
  ModelConfig,
  ModelFamily,
  RecordLikelihood,
  VisitStepper,
} from "./model.ts";

/** HALO's settings. The paper's are width 768, 12 layers, 12 heads, context 48. */
export interface HaloConfig extends Record<string, number> {
  /** Codes in the vocabulary. */
  codes: number;
  /** Labels in row 1. */
  labels: number;
  /** Most rows in a record: start, labels and `context - 2` visits. */
  context: number;
  /** Rows of the position table, at least `context`. */
  positions: number;
  /** Width of the embedding. */
  width: number;
  /** Transformer blocks. */
  layers: number;
  /** Attention heads. */
  heads: number;
  /** Added to the variance in layer norms. */
  epsilon: number;
  /** Factor on the loss of cells that are on; 1 trains the likelihood itself. */
  positiveWeight: number;
}

const settings = {
  width: { help: "Width of the embedding, a multiple of heads", default: 256, min: 1 },
  layers: { help: "Transformer blocks", default: 4, min: 1 },
  heads: { help: "Attention heads", default: 8, min: 1 },
  context: { help: "Most rows in a record; the longest record's visits plus 2 if not set", min: 3 },
  positiveWeight: {
    help: "Factor on the loss of codes that are present",
    default: 1,
    min: 0,
    isReal: true,
  },
};

function configFor({ codes, labels, longest }: CohortShape, set: ModelConfig): HaloConfig {
  const context = set.context ?? Math.max(3, longest + 2);
  const width = set.width ?? settings.width.default;
  const heads = set.heads ?? settings.heads.default;
  if (width % heads !== 0) {
    throw new RangeError(`Cannot make "halo": width ${width} is not a multiple of heads ${heads}`);
  }
  if (longest + 2 > context) {
    throw new RangeError(
      `Cannot make "halo": the longest record has ${longest} visits and context ${context} takes ` +
        `${context - 2}; set context=${longest + 2}, or prepare with --max-visits ${context - 2}`,
    );
  }
  return {
    codes,
    labels,
    context,
    positions: context,
    width,
    layers: set.layers ?? settings.layers.default,
    heads,
    epsilon: 1e-5,
    positiveWeight: set.positiveWeight ?? settings.positiveWeight.default,
  };
}

function initialize(config: HaloConfig, random: Random): NamedArrays {
  const columns = columnsOf(config);
  const size = config.width + columns;
  const bound = 1 / Math.sqrt(size);
  return {
    "transformer.vis_embed_mat.weight": uniform(
      [config.width, columns],
      1 / Math.sqrt(columns),
      random,
    ),
    "transformer.pos_embed_mat.weight": gaussian([config.positions, config.width], 1, random),
    ...initialTransformer(config, random),
    "ehr_head.auto1.weight": lowerTriangular(size, bound, random),
    "ehr_head.auto1.bias": uniform([size], bound, random),
    "ehr_head.auto2.weight": lowerTriangular(size, bound, random),
    "ehr_head.auto2.bias": uniform([size], bound, random),
  };
}

function lowerTriangular(size: number, bound: number, random: Random): ShapedArray {
  const array = uniform([size, size], bound, random);
  zeroAboveDiagonal(array);
  return array;
}

function zeroAboveDiagonal({ shape: [rows, columns], numbers }: ShapedArray): void {
  for (let r = 0; r < rows; r++) numbers.fill(0, r * columns + r + 1, (r + 1) * columns);
}

/** Ends of names of the original's constant buffers: causal masks and the head's masks. */
const isBuffer = (name: string) => /\.attn\.bias$|^ehr_head\.auto[12]\.mask$/.test(name);

function fromOriginal(config: HaloConfig, stateDict: NamedArrays): NamedArrays {
  const wanted = initialize(config, random(0));
  const known = Object.entries(stateDict).filter(([name]) => !isBuffer(name));
  const parameters = Object.fromEntries(
    known.map(([name, { shape, numbers }]) => [name, { shape, numbers: numbers.slice() }]),
  );
  checkShapes("halo", parameters, wanted);
  zeroAboveDiagonal(parameters["ehr_head.auto1.weight"]);
  zeroAboveDiagonal(parameters["ehr_head.auto2.weight"]);
  return parameters;
}

function toOriginal(config: HaloConfig, parameters: NamedArrays): NamedArrays {
  const size = config.width + columnsOf(config);
  const causal = constant([1, 1, config.context, config.context], 1);
  zeroAboveDiagonal({ shape: causal.shape.slice(2), numbers: causal.numbers });
  const mask = constant([size, size], 1);
  zeroAboveDiagonal(mask);
  const stateDict: NamedArrays = { ...parameters };
  for (let i = 0; i < config.layers; i++) stateDict[`transformer.h.${i}.attn.bias`] = causal;
  return { ...stateDict, "ehr_head.auto1.mask": mask, "ehr_head.auto2.mask": mask };
}

/** The embedded rows of equally long records, with positions: [records × rows, width]. */
function embedded(parameters: NamedTensors, inputs: MultiHot, records: number): tf.Tensor2D {
  const codes = embedding(inputs, parameters["transformer.vis_embed_mat.weight"] as tf.Tensor2D);
  const table = parameters["transformer.pos_embed_mat.weight"] as tf.Tensor2D;
  const [, width] = table.shape;
  const rows = inputs.rows / records;
  const positions = tf.slice(table, [0, 0], [rows, width]);
  return tf.reshape(
    tf.add(tf.reshape(codes, [records, rows, width]), positions),
    [records * rows, width],
  );
}

/** Histories of all rows: what the head predicts the next row from. [records × rows, width] */
export function haloHistories(
  config: HaloConfig,
  parameters: NamedTensors,
  inputs: MultiHot,
  records: number,
): tf.Tensor2D {
  return transformer(config, parameters, embedded(parameters, inputs, records), records);
}

/** Logits of every row after the first, under teacher forcing: [records × rows, columns]. */
export function haloLogits(
  config: HaloConfig,
  parameters: NamedTensors,
  { inputs, targets, records }: VisitRows,
): tf.Tensor2D {
  return maskedHead(parameters, haloHistories(config, parameters, inputs, records), targets);
}

async function likelihoods(
  config: HaloConfig,
  parameters: NamedTensors,
  cohort: Cohort,
  records: Int32Array,
): Promise<RecordLikelihood[]> {
  const batch = visitRows(config, cohort, records);
  const columns = columnsOf(config);
  const output = tf.tidy(() => haloLogits(config, parameters, batch));
  const numbers = await output.data();
  output.dispose();
  return Array.from(records, (_, record) => {
    let logProbability = 0;
    let visits = 0;
    let positives = 0;
    let predicted = 0;
    let truePositives = 0;
    for (let r = record * batch.rows; r < (record + 1) * batch.rows && batch.mask[r] === 1; r++) {
      visits++;
      for (let i = r * columns; i < (r + 1) * columns; i++) {
        logProbability -= Math.max(numbers[i], 0) + Math.log1p(Math.exp(-Math.abs(numbers[i])));
        if (numbers[i] > 0) predicted++;
      }
      for (let i = batch.targets.offsets[r]; i < batch.targets.offsets[r + 1]; i++) {
        const logit = numbers[r * columns + batch.targets.columns[i]];
        logProbability += logit;
        positives++;
        if (logit > 0) truePositives++;
      }
    }
    return {
      logProbability,
      visits,
      positives,
      truePositives,
      falsePositives: predicted - truePositives,
      falseNegatives: positives - truePositives,
    };
  });
}

function stepper(config: HaloConfig, parameters: NamedTensors): VisitStepper {
  const head = samplingHead(parameters, config.width);
  const caches: AttentionCache[] = [];
  let row = 0;
  return {
    head,
    advance(rows) {
      return tf.tidy(() => {
        const codes = embedding(
          rows,
          parameters["transformer.vis_embed_mat.weight"] as tf.Tensor2D,
        );
        const table = parameters["transformer.pos_embed_mat.weight"] as tf.Tensor2D;
        const position = tf.slice(table, [row++, 0], [1, config.width]);
        return transformerNext(config, parameters, tf.add(codes, position), caches);
      });
    },
    keep(positions) {
      const indices = tf.tensor1d(positions, "int32");
      for (const cache of caches) {
        const { keys, values } = cache;
        cache.keys = tf.gather(keys, indices);
        cache.values = tf.gather(values, indices);
        tf.dispose([keys, values]);
      }
      indices.dispose();
    },
    dispose() {
      head.dispose();
      for (const { keys, values } of caches) tf.dispose([keys, values]);
    },
  };
}

function create(stored: ModelConfig): Model {
  const config = stored as HaloConfig;
  const columns = columnsOf(config);
  return {
    family: "halo",
    config,
    columns,
    rowLimit: config.context,
    initialize: (random) => initialize(config, random),
    fromOriginal: (stateDict) => fromOriginal(config, stateDict),
    toOriginal: (parameters) => toOriginal(config, parameters),
    rowsOf: (cohort, record) => cohort.visitOffsets[record + 1] - cohort.visitOffsets[record] + 1,
    loss: (parameters, cohort, records) => {
      const batch = visitRows(config, cohort, records);
      return bernoulliNll(
        haloLogits(config, parameters, batch),
        batch.targets,
        batch.mask,
        config.positiveWeight,
      );
    },
    lossDivisor: (recordCount) => recordCount * (config.context - 1) * columns,
    likelihoods: (parameters, cohort, records) => likelihoods(config, parameters, cohort, records),
    stepper: (parameters) => stepper(config, parameters),
  };
}

/** HALO as `deno task train --model halo` knows it. */
export const halo: ModelFamily = {
  name: "halo",
  summary: "Visits by a transformer, codes within a visit by a masked head (Theodorou et al. 2023)",
  settings,
  configFor,
  create,
};

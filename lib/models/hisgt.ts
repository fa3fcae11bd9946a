/**
 * HiSGT: a GPT over codes that knows what its codes mean. To each token's learnt embedding it adds
 * a projection of a vector of the code's description and a vector of the code's place in a
 * hierarchy; both vectors are computed before training and do not change. Besides predicting the
 * next token, the network must reconstruct both vectors of the token it has just read.
 *
 * Zhou & Barbieri 2025, "Generating clinically realistic EHR data via a hierarchy- and
 * semantics-guided transformer". Differences from its code: codes are in ascending order and once
 * per visit; the head's matrix is the embedding's (the published form is `tied=false`), and its
 * numbers start small (`publishedStart=true`: as N(0, 1)); the head has biases and sees the record's
 * labels, as GPT's (`gpt.ts`); no dropout; padding is never computed; the validation loss is the
 * sequence's loss alone; and the hierarchy is that of the codes' own system
 * (`cohort/codes/code_graph.ts`).
 *
 * The paper's weights of the two other losses, 0.8 and 0.5, are here weights of the mean over a
 * vector's width. Its code sums over 768 and 384, so these losses start a hundred times larger than
 * the sequence's and dominate until tokens are reconstructed exactly, which takes more steps than a
 * small cohort has. On the sample's 400 records (width 64, 2 layers, 8 epochs, learning rate 3e-3)
 * the validation loss ends at 26.2 nats per visit; with the published scale at 58.9, without the
 * two losses at 26.2, and at 26.7 for GPT. `semanticWeight=0.8 hierarchyWeight=0.5` at the
 * published widths is the published form.
 *
 * @see docs/specs/hisgt.md sections 5 to 8
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Cohort } from "../cohort/cohort.ts";
import { categoricalNll } from "../nn/categorical.ts";
import { layer } from "../nn/layer.ts";
import { affine } from "../nn/linear.ts";
import type { Memory } from "../nn/memory.ts";
import { bag, embedding, type MultiHot } from "../nn/multi_hot.ts";
import { computed, type Initials, uniform } from "../nn/initial.ts";
import { checkShapes, matrix, type NamedArrays, type NamedTensors } from "../nn/parameters.ts";
import { equalOffsets } from "../nn/record_rows.ts";
import { transformer, transformerMemory, withPositions } from "../nn/transformer.ts";
import { codeKnowledge, semanticWidthFor } from "./knowledge/code_knowledge.ts";
import {
  meanTokens,
  sequenceRows,
  tokenCount,
  tokenKinds,
  type TokenRows,
  tokensOf,
} from "./tokens/code_tokens.ts";
import {
  type GptConfig,
  gptConfigFor,
  gptEmbedding,
  gptFootprints,
  gptHeadInputs,
  gptLogits,
  gptSampling,
  gptSettings,
  gptSpelling,
  initialGpt,
} from "./gpt.ts";
import type { CodeKnowledge, GradientModel, ModelFamily } from "./interface/model.ts";
import {
  chosen,
  type ConfigOf,
  count,
  derivedCount,
  derivedReal,
  flag,
} from "./interface/settings.ts";
import { withHead, withoutHead } from "./tokens/tied_head.ts";
import { withHeadInputs } from "./tokens/head_inputs.ts";
import { spelledModel } from "./tokens/output_bias.ts";
import { transformerDerived, withoutBuffers } from "./rows/visit_transformer.ts";

/** In the paper: width 384, 6 layers, 8 heads, semantic width 768. */
const settings = {
  ...gptSettings,
  semantic: flag(true, "Use vectors of code descriptions"),
  semanticWidth: derivedCount(
    "Width of the description vectors (default: that of --embeddings, else 128 or the number of " +
      "codes if smaller)",
  ),
  semanticWeight: derivedReal(
    "Weight of the loss that reconstructs description vectors, the paper's beta " +
      "(default 0.8 / semanticWidth; paper: 0.8 at width 768)",
  ),
  hierarchy: flag(true, "Use vectors of the places in the hierarchy"),
  hierarchyWeight: derivedReal(
    "Weight of the loss that reconstructs hierarchy vectors, the paper's gamma " +
      "(default 0.5 / width; paper: 0.5 at width 384)",
  ),
  graphSteps: count(200, "Training steps of the hierarchy vectors"),
};

/** HiSGT's config. */
export type HisgtConfig = GptConfig & ConfigOf<typeof settings>;

function configFor(
  cohort: Cohort,
  set: Partial<HisgtConfig>,
  knowledge: CodeKnowledge = {},
): HisgtConfig {
  const gpt = gptConfigFor("hisgt", cohort, set);
  const semanticWidth = semanticWidthFor(cohort, set.semanticWidth, knowledge);
  return {
    ...gpt,
    semanticWidth,
    semanticWeight: 0.8 / semanticWidth,
    hierarchyWeight: 0.5 / gpt.width,
    ...chosen(settings, { ...set, ...gpt, semanticWidth }),
  };
}

/** Parameters to begin with; the two tables are zeros until they are worked out. */
function initialHisgt(config: HisgtConfig): Initials {
  const { width, semanticWidth } = config;
  const kinds = tokenKinds(config);
  const initialAffine = (name: string, from: number, to: number) => ({
    [`${name}.weight`]: uniform([to, from], 1 / Math.sqrt(from)),
    [`${name}.bias`]: uniform([to], 1 / Math.sqrt(from)),
  });
  return {
    ...initialGpt(config),
    ...config.semantic && {
      ...initialAffine("transformer.semantic_proj", semanticWidth, width),
      ...initialAffine("semantic_head", width, semanticWidth),
      semantic_table: computed([kinds, semanticWidth]),
    },
    ...config.hierarchy && {
      ...initialAffine("hierarchy_head", width, width),
      hierarchy_table: computed([kinds, width]),
    },
  };
}

/** The original keeps the tables in files of their own; here they come with its state dict. */
function fromOriginal(config: HisgtConfig, stateDict: NamedArrays): NamedArrays {
  const isOff = (name: string) =>
    !config.semantic && /^(transformer\.)?semantic_/.test(name) ||
    !config.hierarchy && name.startsWith("hierarchy_");
  const all = Object.fromEntries(
    Object.entries(withoutBuffers(stateDict)).filter(([name]) => !isOff(name)),
  );
  const parameters = config.tied ? withoutHead("hisgt", all, gptEmbedding) : all;
  checkShapes("hisgt", parameters, initialHisgt(config));
  return parameters;
}

/** Tables of tokens: descriptions [token kinds, semantic width], places [token kinds, width]. */
type Table = "semantic" | "hierarchy";

/** Rows of the tables that are there, for each token of a batch. */
type Known = Partial<Record<Table, tf.Tensor2D>>;

/** What the tables know of tokens, read once a pass. */
function knownOf(config: HisgtConfig, parameters: NamedTensors, rows: MultiHot): Known {
  const read = (table: Table) => ({
    [table]: fixedRows(rows, matrix(parameters, `${table}_table`)),
  });
  return { ...config.semantic && read("semantic"), ...config.hierarchy && read("hierarchy") };
}

function positionsOf(parameters: NamedTensors): tf.Tensor2D {
  return matrix(parameters, "transformer.pos_embed_mat.weight"); // [positions, width]
}

/** Rows of a table that training leaves as it is: its gradient is zero. */
function fixedRows(rows: MultiHot, table: tf.Tensor2D): tf.Tensor2D {
  return layer([], [table], () => ({ value: bag(rows, table), saved: [] }), {
    inputs: () => [],
    parameters: () => [tf.zeros(table.shape)],
    squaredNorms: () => undefined,
  });
}

/** [rows, width] What is known of each token: its embedding, its description and its place. */
function embedded(
  parameters: NamedTensors,
  rows: MultiHot,
  { semantic, hierarchy }: Known,
): tf.Tensor2D {
  let x = embedding(rows, matrix(parameters, gptEmbedding.name), "in-out");
  if (semantic) x = tf.add(x, affine(parameters, "transformer.semantic_proj", semantic));
  return hierarchy ? tf.add(x, hierarchy) : x;
}

/** Histories up to each token: [records × steps, width]. */
export function hisgtHistories(
  config: HisgtConfig,
  parameters: NamedTensors,
  { inputs, records }: Pick<TokenRows, "inputs" | "records">,
  known: Known = knownOf(config, parameters, inputs),
): tf.Tensor2D {
  const x = embedded(parameters, inputs, known);
  const positions = positionsOf(parameters);
  const offsets = equalOffsets(records, inputs.rows / records);
  return transformer(config, parameters, withPositions(x, positions, offsets), offsets);
}

/** {@link hisgtHistories} for records being written, with cached keys and values. */
export function hisgtMemory(config: HisgtConfig, parameters: NamedTensors): Memory {
  const positions = positionsOf(parameters);
  const embed = (rows: MultiHot) => embedded(parameters, rows, knownOf(config, parameters, rows));
  return transformerMemory(config, parameters, positions, embed);
}

/** Squared distance of each history's guess to the vector of the token just read, times its factor, summed. */
function guessedLoss(
  parameters: NamedTensors,
  table: Table,
  history: tf.Tensor2D,
  vectors: tf.Tensor2D,
  factors: tf.Tensor2D,
): tf.Scalar {
  const misses = tf.square(tf.sub(affine(parameters, `${table}_head`, history), vectors));
  return tf.sum(tf.mul(misses, factors));
}

function sequenceLoss(
  config: HisgtConfig,
  parameters: NamedTensors,
  history: tf.Tensor2D,
  batch: TokenRows,
): tf.Scalar {
  return categoricalNll(tokenLogits(config, parameters, history, batch), batch.targets);
}

/** Logits of the token after each history. */
function tokenLogits(
  config: HisgtConfig,
  parameters: NamedTensors,
  history: tf.Tensor2D,
  batch: TokenRows,
): tf.Tensor2D {
  return gptLogits(parameters, withHeadInputs(history, batch, gptHeadInputs(config)));
}

/** The parts of the loss, each summed over what it is about. */
export interface HisgtLosses {
  /** Of the next token, in nats; over all tokens but the first. */
  readonly sequence: tf.Scalar;
  /** Of giving back descriptions' vectors; over all tokens. */
  readonly semantic?: tf.Scalar;
  /** Of giving back places' vectors; over all tokens. */
  readonly hierarchy?: tf.Scalar | undefined;
}

/**
 * The parts of the loss of a batch.
 *
 * @param batch all tokens as inputs, the last of a record without a target
 * @param factorOf on the guesses at the vectors of a record's tokens; default 1
 */
export function hisgtLosses(
  config: HisgtConfig,
  parameters: NamedTensors,
  batch: TokenRows,
  factorOf: (record: number) => number = () => 1,
): HisgtLosses {
  const { inputs, records } = batch;
  const known = knownOf(config, parameters, inputs);
  const { semantic, hierarchy } = known;
  const history = hisgtHistories(config, parameters, batch, known);
  const steps = inputs.rows / records;
  const factors = tf.tensor2d(
    Float32Array.from(
      { length: inputs.rows }, // 0 where there is no token
      (_, r) => (inputs.offsets[r + 1] - inputs.offsets[r]) * factorOf(Math.floor(r / steps)),
    ),
    [inputs.rows, 1],
  );
  return {
    sequence: sequenceLoss(config, parameters, history, batch),
    ...semantic && { semantic: guessedLoss(parameters, "semantic", history, semantic, factors) },
    ...hierarchy &&
      { hierarchy: guessedLoss(parameters, "hierarchy", history, hierarchy, factors) },
  };
}

/** Tokens that are predicted, as a share of all: each part of the loss is averaged over its own tokens. */
function predictedShare({ targets, inputs, records }: TokenRows, record?: number): number {
  const steps = inputs.rows / records;
  const [from, to] = record === undefined ? [0, records] : [record, record + 1];
  const tokens = ({ offsets }: MultiHot) => offsets[to * steps] - offsets[from * steps];
  return tokens(targets) / tokens(inputs);
}

function addedUp(
  { semanticWeight, hierarchyWeight }: HisgtConfig,
  { sequence, semantic, hierarchy }: HisgtLosses,
  share = 1,
): tf.Scalar {
  let loss = sequence;
  if (semantic) loss = tf.add(loss, tf.mul(semantic, share * semanticWeight));
  if (hierarchy) loss = tf.add(loss, tf.mul(hierarchy, share * hierarchyWeight));
  return loss;
}

/** The loss that is minimised, times the tokens that are predicted. */
export function hisgtLoss(
  config: HisgtConfig,
  parameters: NamedTensors,
  batch: TokenRows,
): tf.Scalar {
  return addedUp(config, hisgtLosses(config, parameters, batch), predictedShare(batch));
}

/** The sum of what {@link hisgtLoss} is for each record alone. */
function separateHisgtLoss(
  config: HisgtConfig,
  parameters: NamedTensors,
  batch: TokenRows,
): tf.Scalar {
  const shareOf = (record: number) => predictedShare(batch, record);
  return addedUp(config, hisgtLosses(config, parameters, batch, shareOf));
}

/** HiSGT as `deno task train --model hisgt` knows it. */
export const hisgt: ModelFamily<GradientModel, HisgtConfig> = {
  name: "hisgt",
  title: "HiSGT",
  summary: "GPT with descriptions and hierarchy of codes (Zhou & Barbieri 2025)",
  canBePrivate: true,
  settings,
  derived: transformerDerived,
  configFor,
  create(config) {
    const batchOf = (cohort: Cohort, records: Int32Array) =>
      sequenceRows(Array.from(records, (record) => tokensOf(config, cohort, record)), 0);
    return {
      family: "hisgt",
      config,
      columns: tokenKinds(config),
      samplers: [],
      rowLimit: config.context,
      rowsOf: (cohort, record) => tokenCount(config, cohort, record),
      initial: initialHisgt(config),
      tables: (cohort, knowledge, options) => codeKnowledge(config, cohort, knowledge, options),
      fromOriginal: (stateDict) => fromOriginal(config, stateDict),
      toOriginal: (parameters) => withHead(parameters, gptEmbedding),
      loss: (parameters, cohort, records) =>
        hisgtLoss(config, parameters, batchOf(cohort, records)),
      separateLoss: (parameters, cohort, records) =>
        separateHisgtLoss(config, parameters, batchOf(cohort, records)),
      validationLoss(parameters, cohort, records) {
        const batch = batchOf(cohort, records);
        return sequenceLoss(
          config,
          parameters,
          hisgtHistories(config, parameters, batch),
          batch,
        );
      },
      lossDivisor: (cohort, recordCount) => meanTokens(config, cohort, recordCount),
      ...spelledModel(gptHeadInputs(config).kinds, (parameters) => ({
        ...gptSpelling(config),
        logits(batch) {
          const history = hisgtHistories(config, parameters, batch);
          return tokenLogits(config, parameters, history, batch);
        },
      })),
      ...gptFootprints(config, tokenKinds(config), (...of) => tokenCount(config, ...of), {
        kept: 12 * config.semanticWidth + 24 * config.width, // both vectors, and the guesses at them
        passing: 6 * config.semanticWidth + 8 * config.width,
      }),
      sampling: (parameters) =>
        gptSampling(config, parameters, () => hisgtMemory(config, parameters)),
    };
  },
};

/**
 * GPT: a record is a sequence of tokens, one per code, with tokens for the ends of labels, visits
 * and the record; a transformer predicts each token from those before it. Codes of a visit depend
 * on each other by their order, at the price of sequences as long as records have codes.
 *
 * The language-model baseline of Theodorou, Xiao & Sun 2023, after Radford et al. 2019. Differences
 * from its code: codes are in ascending order; the head's matrix is the embedding's, as intended
 * (the published form, in which they train separately, is `tied=false`); its numbers start small
 * (`publishedStart=true`: as N(0, 1)); the head has biases (`calibrate=false`: none, as published)
 * and sees the record's labels beside the history (`labelsInHead=false`: the history alone);
 * padding has no token; and sampling forbids tokens that no record has there, such as a second
 * occurrence of a code in a visit, which the original draws and drops.
 *
 * The loss is that of free sequences, as published; a record's likelihood is that of the sequence
 * that sampling permits (`token_likelihood.ts`).
 *
 * @see docs/specs/baselines.md section 3
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Cohort } from "../cohort/cohort.ts";
import { categoricalNll, categoricalRows } from "../nn/categorical.ts";
import {
  type Footprint,
  logitsRow,
  times,
  together,
  transformerMemoryFloats,
  transformerRow,
} from "../nn/footprint.ts";
import type { Memory } from "../nn/memory.ts";
import { embedding as embedded } from "../nn/multi_hot.ts";
import { gaussian, type Initials } from "../nn/initial.ts";
import { checkShapes, matrix, type NamedArrays, type NamedTensors } from "../nn/parameters.ts";
import { equalOffsets } from "../nn/record_rows.ts";
import {
  initialTransformer,
  transformer,
  type TransformerConfig,
  transformerMemory,
  withPositions,
} from "../nn/transformer.ts";
import {
  meanTokens,
  specialTokens,
  tokenCodec,
  tokenCount,
  tokenKinds,
  type TokenRows,
  tokenRows,
  tokensOf,
} from "./tokens/code_tokens.ts";
import type { GradientModel, ModelFamily } from "./interface/model.ts";
import { calibrationSettings } from "./interface/output_biases.ts";
import { chosen, type ConfigOf, derivedCount, flag } from "./interface/settings.ts";
import type { StepSampling } from "./interface/writing.ts";
import { drawnFrom, predictedBy, writer } from "./interface/writer.ts";
import { labelSettings } from "./rows/labels_in_head.ts";
import { type RowSizes, sizesOf } from "./rows/visit_rows.ts";
import {
  type HeadInputs,
  memoryWithHeadInputs,
  withHeadInputs,
  withInitialHeadInputs,
} from "./tokens/head_inputs.ts";
import { type PositionKinds, spelledModel } from "./tokens/output_bias.ts";
import type { Spelling } from "./tokens/token_likelihood.ts";
import {
  type TiedEmbedding,
  tiedLogits,
  tiedSettings,
  withHead,
  withInitialHead,
  withoutHead,
} from "./tokens/tied_head.ts";
import {
  causalBuffers,
  transformerConfigFor,
  transformerDerived,
  transformerSettings,
  withoutBuffers,
} from "./rows/visit_transformer.ts";

/** GPT's settings. In the paper: width 384, 3 layers, 4 heads, context 700. */
export const gptSettings = {
  ...transformerSettings,
  context: derivedCount("Largest number of tokens in a record (default: of the longest record)", {
    min: 4,
  }),
  ...tiedSettings,
  ...labelSettings,
  ...calibrationSettings,
  publishedStart: flag(
    false,
    "Embeddings start as N(0, 1), instead of N(0, 0.02²) as in GPT-2",
    { published: true },
  ),
};

/** GPT's config. */
export type GptConfig = RowSizes & ConfigOf<typeof gptSettings & typeof transformerDerived>;

/** Where GPT's embedding is, which its head may share. */
export const gptEmbedding: TiedEmbedding = {
  name: "transformer.code_embed_mat.weight",
  layout: "out-in",
};

/**
 * The config of a GPT over a cohort's records.
 *
 * @throws {RangeError} If a record is longer than the context that was set, or the heads do not
 * divide the width
 */
export function gptConfigFor(
  family: string,
  cohort: Cohort,
  set: Partial<ConfigOf<typeof gptSettings>>,
): GptConfig {
  const sizes = sizesOf(cohort);
  let longest = gptSettings.context.min;
  for (let record = 0; record < cohort.recordCount; record++) {
    longest = Math.max(longest, tokenCount(sizes, cohort, record));
  }
  const context = set.context ?? longest;
  if (longest > context) {
    throw new RangeError(
      `Cannot make "${family}": the longest record has ${longest} tokens, but context is ` +
        `${context}; ` +
        `set context=${longest}, or prepare with a smaller --max-visits`,
    );
  }
  return {
    ...sizes,
    ...chosen(gptSettings, set),
    ...transformerConfigFor(family, cohort, set),
    context,
    positions: context,
  };
}

/**
 * Parameters to begin with. Tables of N(0, 1) make a tied head's first logits as wide as √width.
 */
export function initialGpt(config: GptConfig): Initials {
  const { width, positions } = config;
  const deviation = config.publishedStart ? 1 : 0.02;
  const parameters = {
    "transformer.code_embed_mat.weight": gaussian([tokenKinds(config), width], deviation),
    "transformer.pos_embed_mat.weight": gaussian([positions, width], deviation),
    ...initialTransformer(config),
  };
  const all = config.tied ? parameters : withInitialHead(parameters, gptEmbedding);
  return withInitialHeadInputs(all, tokenKinds(config), gptHeadInputs(config));
}

/** What the head sees beside histories. */
export function gptHeadInputs(config: GptConfig): HeadInputs {
  const { codes, labels, labelsInHead } = config;
  return {
    labels: labelsInHead && labels > 0 ? { from: codes, count: labels } : undefined,
    kinds: config.calibrate ? positionKinds(config) : undefined,
  };
}

/** Kinds of positions: among labels, first in a visit, later in a visit. */
function positionKinds(config: GptConfig): PositionKinds {
  const { endLabels, endVisit } = specialTokens(config);
  const after = new Uint8Array(tokenKinds(config)).fill(2, 0, config.codes);
  after[endLabels] = after[endVisit] = 1;
  return { count: 3, after };
}

function fromOriginal(config: GptConfig, stateDict: NamedArrays): NamedArrays {
  const all = withoutBuffers(stateDict);
  const parameters = config.tied ? withoutHead("gpt", all, gptEmbedding) : all;
  checkShapes("gpt", parameters, initialGpt(config));
  return parameters;
}

function tensorsOf(parameters: NamedTensors) {
  return {
    tokens: matrix(parameters, gptEmbedding.name), // [token kinds, width]
    table: matrix(parameters, "transformer.pos_embed_mat.weight"), // [positions, width]
  };
}

/** Histories up to each token: [records × steps, width]. */
export function gptHistories(
  config: TransformerConfig,
  parameters: NamedTensors,
  { inputs, records }: Pick<TokenRows, "inputs" | "records">,
): tf.Tensor2D {
  const { tokens, table } = tensorsOf(parameters);
  const offsets = equalOffsets(records, inputs.rows / records);
  const x = withPositions(embedded(inputs, tokens, "in-out"), table, offsets);
  return transformer(config, parameters, x, offsets);
}

/** {@link gptHistories} for records being written, with cached keys and values. */
export function gptMemory(config: TransformerConfig, parameters: NamedTensors): Memory {
  const { tokens, table } = tensorsOf(parameters);
  return transformerMemory(config, parameters, table, (x) => embedded(x, tokens, "in-out"));
}

/**
 * Logits of the token after each history: [rows, token kinds]; histories have all else that the head
 * sees beside them ({@link withHeadInputs}).
 */
export function gptLogits(parameters: NamedTensors, history: tf.Tensor2D): tf.Tensor2D {
  return tiedLogits(parameters, history, gptEmbedding);
}

/** How a model with GPT's head draws tokens, given what remembers a record's tokens so far. */
export function gptSampling(
  config: GptConfig,
  parameters: NamedTensors,
  memory: () => Memory,
): StepSampling {
  return {
    kind: "steps",
    codec: tokenCodec(config, config.context),
    uniforms: 1,
    begin: () => {
      const head = (history: tf.Tensor2D) => gptLogits(parameters, history);
      const told = memoryWithHeadInputs(memory(), gptHeadInputs(config));
      return writer(told, drawnFrom(head, categoricalRows), predictedBy(head, tf.softmax));
    },
    dispose() {},
  };
}

/**
 * What passes over records and writing them take in a model with GPT's head.
 *
 * @param columns tokens that there are
 * @param rowsOf tokens of a record
 * @param own what each token takes besides
 */
export function gptFootprints(
  config: TransformerConfig & { context: number },
  columns: number,
  rowsOf: GradientModel["rowsOf"],
  own: Footprint = { kept: 0, passing: 0 },
): Pick<GradientModel, "footprint" | "writingFootprint"> {
  const written = transformerMemoryFloats(config, config.context) + own.passing + 4 * columns;
  return {
    footprint(cohort, records) {
      const rows = records.reduce((most, record) => Math.max(most, rowsOf(cohort, record)), 0);
      const row = together(transformerRow(config, rows), logitsRow(columns), own);
      return times(records.length * rows, row);
    },
    writingFootprint: (records) => records * written,
  };
}

/** How a model over GPT's tokens spells records. */
export function gptSpelling(config: GptConfig): Omit<Spelling, "logits"> {
  return {
    codec: tokenCodec(config, config.context),
    tokensOf: (cohort, record) => tokensOf(config, cohort, record),
  };
}

/** GPT as `deno task train --model gpt` knows it. */
export const gpt: ModelFamily<GradientModel, GptConfig> = {
  name: "gpt",
  title: "GPT",
  summary: "Transformer over codes as tokens (language-model baseline)",
  canBePrivate: true,
  settings: gptSettings,
  derived: transformerDerived,
  configFor: (cohort, set) => gptConfigFor("gpt", cohort, set),
  create(config) {
    const beside = gptHeadInputs(config);
    const logits = (parameters: NamedTensors, batch: TokenRows) => {
      const history = gptHistories(config, parameters, batch);
      return gptLogits(parameters, withHeadInputs(history, batch, beside));
    };
    const loss: GradientModel["loss"] = (parameters, cohort, records) => {
      const batch = tokenRows(config, cohort, records);
      return categoricalNll(logits(parameters, batch), batch.targets);
    };
    return {
      family: "gpt",
      config,
      columns: tokenKinds(config),
      samplers: [],
      rowLimit: config.context - 1, // the last token is never read
      rowsOf: (cohort, record) => tokenCount(config, cohort, record) - 1,
      initial: initialGpt(config),
      fromOriginal: (stateDict) => fromOriginal(config, stateDict),
      toOriginal: (parameters) => ({
        ...withHead(parameters, gptEmbedding),
        ...causalBuffers(config, config.context),
      }),
      loss,
      separateLoss: loss,
      lossDivisor: (cohort, recordCount) => meanTokens(config, cohort, recordCount),
      ...spelledModel(beside.kinds, (parameters) => ({
        ...gptSpelling(config),
        logits: (batch) => logits(parameters, batch),
      })),
      ...gptFootprints(config, tokenKinds(config), (...of) => tokenCount(config, ...of)),
      sampling: (parameters) =>
        gptSampling(config, parameters, () => gptMemory(config, parameters)),
    };
  },
};

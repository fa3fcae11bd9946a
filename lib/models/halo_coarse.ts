/**
 * HALO-Coarse: HALO without its code-level head. The same transformer over visit rows, then one
 * logit per column from the history alone, so the codes of a visit are independent given the past:
 * what this model lacks is what the head is worth.
 *
 * Theodorou, Xiao & Sun 2023. The head's matrix is the embedding's, as intended; the published code
 * has two that train apart, here `tied=false`. The head has biases (`calibrate=false`: none, as
 * published), which begin where a row holds about one code (`publishedStart=true`: half of all).
 * Everything else is as in HALO.
 *
 * @see docs/specs/baselines.md section 1
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { bernoulliRows } from "../nn/bernoulli.ts";
import { logitsRow, together, transformerMemoryFloats, transformerRow } from "../nn/footprint.ts";
import { constant, type Initials } from "../nn/initial.ts";
import { checkShapes, type NamedArrays, type NamedTensors } from "../nn/parameters.ts";
import type { ModelFamily } from "./interface/model.ts";
import { calibrationSettings } from "./interface/output_biases.ts";
import { chosen, type ConfigOf } from "./interface/settings.ts";
import { type RowDrawing, type RowModel, rowModel } from "./rows/row_model.ts";
import { headBias, startSettings } from "./rows/sparse_start.ts";
import { drawnFrom, predictedBy, writer } from "./interface/writer.ts";
import {
  biasName,
  type TiedEmbedding,
  tiedLogits,
  tiedSettings,
  withHead,
  withInitialHead,
  withoutHead,
} from "./tokens/tied_head.ts";
import { columnsOf } from "./rows/visit_rows.ts";
import {
  causalBuffers,
  initialVisitTransformer,
  transformerDerived,
  visitHistories,
  visitMemory,
  type VisitTransformerConfig,
  visitTransformerConfigFor,
  visitTransformerSettings,
  withoutBuffers,
} from "./rows/visit_transformer.ts";

const ownSettings = { ...tiedSettings, ...startSettings, ...calibrationSettings };

/** HALO-Coarse's config: HALO's, and whether its head is the embedding. */
export type HaloCoarseConfig = VisitTransformerConfig & ConfigOf<typeof ownSettings>;

const embedding: TiedEmbedding = { name: "transformer.vis_embed_mat.weight", layout: "in-out" };

function initialHaloCoarse(config: HaloCoarseConfig): Initials {
  const parameters = initialVisitTransformer(config);
  const all = config.tied ? parameters : withInitialHead(parameters, embedding);
  if (!config.calibrate) return all;
  const columns = columnsOf(config);
  return { ...all, [biasName]: headBias(config, columns, constant([columns], 0)) };
}

function fromOriginal(config: HaloCoarseConfig, stateDict: NamedArrays): NamedArrays {
  const all = withoutBuffers(stateDict);
  const parameters = config.tied ? withoutHead("halo-coarse", all, embedding) : all;
  checkShapes("halo-coarse", parameters, initialHaloCoarse(config));
  return parameters;
}

function drawing(config: HaloCoarseConfig, parameters: NamedTensors): RowDrawing {
  const head = (history: tf.Tensor2D) => tiedLogits(parameters, history, embedding);
  return {
    begin: () =>
      writer(
        visitMemory(config, parameters),
        drawnFrom(head, bernoulliRows),
        predictedBy(head, tf.sigmoid),
      ),
  };
}

/** HALO-Coarse as `deno task train --model halo-coarse` knows it. */
export const haloCoarse: ModelFamily<RowModel, HaloCoarseConfig> = {
  name: "halo-coarse",
  title: "HALO-Coarse",
  summary:
    "HALO without its head over codes: codes are independent given the earlier visits (ablation)",
  settings: { ...visitTransformerSettings, ...ownSettings },
  derived: transformerDerived,
  configFor: (cohort, set) => ({
    ...visitTransformerConfigFor("halo-coarse", cohort, set),
    ...chosen(ownSettings, set),
  }),
  create(config) {
    return rowModel("halo-coarse", config, {
      initial: initialHaloCoarse(config),
      fromOriginal: (stateDict) => fromOriginal(config, stateDict),
      toOriginal: (parameters) => ({
        ...withHead(parameters, embedding),
        ...causalBuffers(config, config.context),
      }),
      logits: (parameters, batch): tf.Tensor2D =>
        tiedLogits(parameters, visitHistories(config, parameters, batch), embedding),
      rowFootprint: (rows) => together(transformerRow(config, rows), logitsRow(columnsOf(config))),
      writingFloats: transformerMemoryFloats(config, config.context) + 4 * columnsOf(config),
      drawing: (parameters) => drawing(config, parameters),
      biases: config.calibrate && { parameter: biasName, from: 0 },
    });
  },
};

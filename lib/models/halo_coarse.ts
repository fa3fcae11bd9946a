/**
 * HALO-Coarse: HALO without its code-level head. The same transformer over visit rows, then one
 * logit per column from the history alone, so the codes of a visit are independent given the past:
 * what this model lacks is what the head is worth.
 *
 * Theodorou, Xiao & Sun 2023. The head's matrix is the embedding's, as intended; the published code
 * has two that train apart, here `tied=false`. The head has biases (`calibrate=false`: none, as
 * published), which begin where a row holds about one code (`publishedStart=true`: half of all).
 * What labels add to the logits has a matrix of its own. Everything else is as in HALO.
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
import { soFarRow } from "./rows/codes_so_far.ts";
import { certainCells, exclusiveSettings } from "./numbers/exclusive_bins.ts";
import { labelInputs, labelSettings, memoryWithLabels, withLabels } from "./rows/labels_in_head.ts";
import { checkOriginalRows } from "./rows/original_rows.ts";
import { headBias, startSettings } from "./rows/sparse_start.ts";
import { drawnFrom, predictedBy, writer } from "./interface/writer.ts";
import {
  biasName,
  labelWeight,
  type TiedEmbedding,
  tiedLogits,
  tiedSettings,
  withHead,
  withInitialHead,
  withoutHead,
} from "./tokens/tied_head.ts";
import { columnsOf, type VisitRows } from "./rows/visit_rows.ts";
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

const ownSettings = {
  ...tiedSettings,
  ...startSettings,
  ...labelSettings,
  ...calibrationSettings,
  ...exclusiveSettings,
};

/** HALO-Coarse's config: HALO's, and whether its head is the embedding. */
export type HaloCoarseConfig = VisitTransformerConfig & ConfigOf<typeof ownSettings>;

const embedding: TiedEmbedding = { name: "transformer.vis_embed_mat.weight", layout: "in-out" };

function initialHaloCoarse(config: HaloCoarseConfig): Initials {
  const parameters = initialVisitTransformer(config);
  const columns = columnsOf(config);
  const inputs = labelInputs(config);
  return {
    ...config.tied ? parameters : withInitialHead(parameters, embedding),
    ...inputs > 0 && { [labelWeight]: constant([inputs, columns], 0) },
    ...config.calibrate && { [biasName]: headBias(config, columns, constant([columns], 0)) },
  };
}

/** Logits of every row after the first, under teacher forcing: [rows, columns]. */
function haloCoarseLogits(
  config: HaloCoarseConfig,
  parameters: NamedTensors,
  batch: VisitRows,
): tf.Tensor2D {
  const histories = visitHistories(config, parameters, batch);
  return tiedLogits(parameters, withLabels(config, histories, batch), embedding);
}

function fromOriginal(config: HaloCoarseConfig, stateDict: NamedArrays): NamedArrays {
  const all = withoutBuffers(stateDict);
  const parameters = config.tied ? withoutHead("halo-coarse", all, embedding) : all;
  checkShapes("halo-coarse", parameters, initialHaloCoarse(config));
  return parameters;
}

function drawing(config: HaloCoarseConfig, parameters: NamedTensors): RowDrawing {
  const logits = (seen: tf.Tensor2D) => tiedLogits(parameters, seen, embedding);
  return {
    begin: () =>
      writer(
        memoryWithLabels(config, visitMemory(config, parameters)),
        drawnFrom(logits, bernoulliRows),
        predictedBy(logits, tf.sigmoid),
      ),
  };
}

/** HALO-Coarse as `deno task train --model halo-coarse` knows it. */
export const haloCoarse: ModelFamily<RowModel, HaloCoarseConfig> = {
  name: "halo-coarse",
  title: "HALO-Coarse",
  summary:
    "HALO without its head over codes: codes are independent given the earlier visits (ablation)",
  canBePrivate: true,
  settings: { ...visitTransformerSettings, ...ownSettings },
  derived: transformerDerived,
  configFor: (cohort, set) => ({
    ...visitTransformerConfigFor("halo-coarse", cohort, set),
    ...chosen(ownSettings, set),
  }),
  create(config, schema) {
    return rowModel("halo-coarse", config, {
      initial: initialHaloCoarse(config),
      fromOriginal: (stateDict) => fromOriginal(config, stateDict),
      toOriginal: (parameters) => {
        checkOriginalRows(config);
        return { ...withHead(parameters, embedding), ...causalBuffers(config, config.context) };
      },
      logits: (parameters, batch) => haloCoarseLogits(config, parameters, batch),
      rowFootprint: (rows) =>
        together(
          transformerRow(config, rows),
          soFarRow(config),
          logitsRow(columnsOf(config)),
          { kept: labelInputs(config) > 0 ? columnsOf(config) : 0, passing: 0 }, // of labels alone
        ),
      writingFloats: transformerMemoryFloats(config, config.context) + 4 * columnsOf(config),
      certain: certainCells(config, schema),
      knowsNorms: true,
      drawing: (parameters) => drawing(config, parameters),
      biases: config.calibrate && { parameter: biasName, from: 0 },
    });
  },
};

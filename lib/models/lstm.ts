/**
 * LSTM: visit rows are embedded as in HALO and go through a stack of long short-term memories;
 * a linear layer gives one logit per column of the next row, independent given the past.
 *
 * The recurrent baseline of Theodorou, Xiao & Sun 2023. Differences from its code: the number of
 * layers is a setting (there it is 6, whatever its config says), the head sees the labels beside the
 * history (`labelsInHead=false`: the history alone), its biases begin where a row holds about one
 * code (`publishedStart=true`: half of all), and padding is not computed where batches hold similar
 * lengths.
 *
 * @see docs/specs/baselines.md section 2
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { bernoulliRows } from "../nn/bernoulli.ts";
import { logitsRow, lstmRow, together } from "../nn/footprint.ts";
import { affine } from "../nn/linear.ts";
import { lstm as lstmLayer, lstmNext, type LstmState, lstmWeights, reordered } from "../nn/lstm.ts";
import { keptRecords, type Memory } from "../nn/memory.ts";
import { embedding, stepEmbedding } from "../nn/multi_hot.ts";
import { type Initial, type Initials, uniform } from "../nn/initial.ts";
import {
  checkShapes,
  copied,
  matrix,
  type NamedArrays,
  type NamedTensors,
} from "../nn/parameters.ts";
import type { ModelFamily } from "./interface/model.ts";
import { calibrationSettings } from "./interface/output_biases.ts";
import { presetFor } from "./interface/preset.ts";
import { chosen, type ConfigOf, count, derivedCount } from "./interface/settings.ts";
import {
  type RowConfig,
  rowConfigFor,
  type RowDrawing,
  type RowModel,
  rowModel,
  rowSettings,
} from "./rows/row_model.ts";
import { certainCells, exclusiveSettings } from "./numbers/exclusive_bins.ts";
import { labelInputs, labelSettings, memoryWithLabels, withLabels } from "./rows/labels_in_head.ts";
import { checkOriginalRows } from "./rows/original_rows.ts";
import { headBias, startSettings } from "./rows/sparse_start.ts";
import { drawnFrom, predictedBy, writer } from "./interface/writer.ts";
import { columnsOf, type VisitRows } from "./rows/visit_rows.ts";
import { mostLayers } from "./rows/visit_transformer.ts";

/** In the paper: width 768, 6 layers, context 48. */
const settings = {
  width: derivedCount("Width of the embedding and of each layer (default by size of cohort)"),
  layers: count(1, "Number of LSTM layers", { max: mostLayers }),
  ...rowSettings,
  ...startSettings,
  ...labelSettings,
  ...calibrationSettings,
  ...exclusiveSettings,
};

/** The LSTM's config. */
export type LstmConfig = RowConfig & ConfigOf<typeof settings>;

function initialLstm(config: LstmConfig): Initials {
  const { width, layers } = config;
  const columns = columnsOf(config);
  const bound = 1 / Math.sqrt(width);
  const parameters: Record<string, Initial> = {
    "embedding_matrix.weight": uniform([width, columns], 1 / Math.sqrt(columns)),
  };
  for (let k = 0; k < layers; k++) {
    parameters[`lstm.weight_ih_l${k}`] = uniform([4 * width, width], bound);
    parameters[`lstm.weight_hh_l${k}`] = uniform([4 * width, width], bound);
    parameters[`lstm.bias_ih_l${k}`] = uniform([4 * width], bound);
    parameters[`lstm.bias_hh_l${k}`] = uniform([4 * width], bound);
  }
  parameters["ehr_head.weight"] = uniform([columns, width + labelInputs(config)], bound);
  parameters["ehr_head.bias"] = headBias(config, columns, uniform([columns], bound));
  return parameters;
}

function fromOriginal(config: LstmConfig, stateDict: NamedArrays): NamedArrays {
  const parameters = copied(stateDict);
  checkShapes("lstm", parameters, initialLstm(config));
  return parameters;
}

function head(parameters: NamedTensors, history: tf.Tensor2D): tf.Tensor2D {
  return affine(parameters, "ehr_head", history);
}

/** Histories of all rows of padded records: outputs of the topmost layer. [records × rows, width] */
export function lstmHistories(
  { layers }: LstmConfig,
  parameters: NamedTensors,
  { inputs, records }: VisitRows,
): tf.Tensor2D {
  const rows = inputs.rows / records;
  const embedded = embedding(inputs, matrix(parameters, "embedding_matrix.weight"));
  // The layers want the first rows of all records, then the second ones
  let x = reordered(embedded, rows);
  for (let k = 0; k < layers; k++) {
    x = lstmLayer(x, records, lstmWeights(parameters, "lstm", `l${k}`));
  }
  return reordered(x, records);
}

/** Logits of every row after the first, under teacher forcing: [records × rows, columns]. */
export function lstmLogits(
  config: LstmConfig,
  parameters: NamedTensors,
  batch: VisitRows,
): tf.Tensor2D {
  return head(parameters, withLabels(config, lstmHistories(config, parameters, batch), batch));
}

function memory({ layers }: LstmConfig, parameters: NamedTensors): Memory {
  const embedded = stepEmbedding(matrix(parameters, "embedding_matrix.weight"));
  const states: LstmState[] = [];
  return {
    advance(rows) {
      return tf.tidy(() => {
        let x = embedded.of(rows);
        for (let k = 0; k < layers; k++) {
          const { output, cell } = lstmNext(x, states[k], lstmWeights(parameters, "lstm", `l${k}`));
          if (k < states.length) tf.dispose([states[k].output, states[k].cell]);
          states[k] = { output: tf.keep(output), cell: tf.keep(cell) };
          x = output;
        }
        return tf.clone(x);
      });
    },
    keep(positions) {
      states.forEach(({ output, cell }, k) =>
        states[k] = { output: keptRecords(output, positions), cell: keptRecords(cell, positions) }
      );
    },
    dispose() {
      embedded.dispose();
      states.forEach(({ output, cell }) => tf.dispose([output, cell]));
    },
  };
}

function drawing(config: LstmConfig, parameters: NamedTensors): RowDrawing {
  const logits = (history: tf.Tensor2D) => head(parameters, history);
  return {
    begin: () =>
      writer(
        memoryWithLabels(config, memory(config, parameters)),
        drawnFrom(logits, bernoulliRows),
        predictedBy(logits, tf.sigmoid),
      ),
  };
}

/** The LSTM as `deno task train --model lstm` knows it. */
export const lstm: ModelFamily<RowModel, LstmConfig> = {
  name: "lstm",
  title: "LSTM",
  summary: "LSTM over visits; codes are independent given the earlier visits (recurrent baseline)",
  canBePrivate: true,
  settings,
  configFor: (cohort, set) => ({
    width: presetFor(cohort).width,
    ...chosen(settings, set),
    ...rowConfigFor("lstm", cohort, set),
  }),
  create(config, schema) {
    return rowModel("lstm", config, {
      initial: initialLstm(config),
      fromOriginal: (stateDict) => fromOriginal(config, stateDict),
      toOriginal: (parameters) => {
        checkOriginalRows(config);
        return parameters;
      },
      logits: (parameters, batch) => lstmLogits(config, parameters, batch),
      rowFootprint: () =>
        together(lstmRow(config.width, config.layers), logitsRow(columnsOf(config))),
      writingFloats: (16 + 8 * config.layers) * config.width + 4 * columnsOf(config),
      certain: certainCells(config, schema),
      isPadded: true,
      knowsNorms: true,
      drawing: (parameters) => drawing(config, parameters),
      biases: config.calibrate && { parameter: "ehr_head.bias", from: 0 },
    });
  },
};

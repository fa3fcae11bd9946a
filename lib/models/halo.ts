/**
 * HALO: a record is a sequence of multi-hot rows (start, labels, visits). A transformer over rows
 * summarises the history; a masked two-layer head then predicts the next row column by column, each
 * from the history and the row's earlier columns, so that codes of one visit depend on each other.
 *
 * Theodorou, Xiao & Sun 2023, "Synthesize high-dimensional longitudinal electronic health records
 * via hierarchical autoregressive language model". Differences from its code: padding rows are
 * never computed where batches hold similar lengths, they get no padding token (nothing that counts
 * can see them), the losses come from logits, each row also tells what the record has had
 * (`codes_so_far.ts`; `codesSoFar=false`: the row alone), the head sees the labels beside the history
 * (`labels_in_head.ts`; `labelsInHead=false`: the history alone), its biases begin where a row
 * holds about one code (`sparse_start.ts`; `publishedStart=true`: half of all), and bins of numbers are
 * learned as they are drawn (`exclusive_bins.ts`; `exclusiveBins=false`: each by itself).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { blockOrderRows } from "../nn/block_order.ts";
import { fixedPointRows } from "../nn/fixed_point.ts";
import {
  maskedHeadRow,
  together,
  transformerMemoryFloats,
  transformerRow,
} from "../nn/footprint.ts";
import { headLogits, maskedHead, samplingHead } from "../nn/masked_head.ts";
import type { MultiHot } from "../nn/multi_hot.ts";
import { changed, type Initial, type Initials, uniform } from "../nn/initial.ts";
import {
  checkShapes,
  lowerMask,
  type NamedArrays,
  type NamedTensors,
  zeroAboveDiagonal,
} from "../nn/parameters.ts";
import type { ModelFamily, Sampler } from "./interface/model.ts";
import { calibrationSettings } from "./interface/output_biases.ts";
import { chosen, type ConfigOf } from "./interface/settings.ts";
import type { Steps } from "./interface/writing.ts";
import {
  type LogitsWithWaits,
  type RowDrawing,
  type RowModel,
  rowModel,
} from "./rows/row_model.ts";
import { soFarRow } from "./rows/codes_so_far.ts";
import { certainCells, exclusiveSettings } from "./numbers/exclusive_bins.ts";
import { labelInputs, labelSettings, memoryWithLabels, withLabels } from "./rows/labels_in_head.ts";
import { checkOriginalRows } from "./rows/original_rows.ts";
import { headBias, startSettings } from "./rows/sparse_start.ts";
import { type Draw, predictedBy, writer } from "./interface/writer.ts";
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
import { waitUniforms } from "./waits/wait_density.ts";
import { initialWaits, waitHead, waitRow, waitSettings, waitsSeen } from "./waits/wait_head.ts";
import { waitSchema, waitStartOf } from "./waits/wait_schema.ts";
import type { WaitStart } from "./waits/wait_start.ts";
import { waitWriter } from "./waits/wait_writer.ts";

const ownSettings = {
  ...startSettings,
  ...labelSettings,
  ...calibrationSettings,
  ...exclusiveSettings,
  ...waitSettings,
};

/** HALO's config: that of its transformer, what its head sees, and its start and end. */
export type HaloConfig = VisitTransformerConfig & ConfigOf<typeof ownSettings>;

/** Inputs of the head before a row's columns. */
const headWidth = (config: HaloConfig) => config.width + labelInputs(config);

/** The head's inputs: also the number of its hidden units. */
const headSize = (config: HaloConfig) => headWidth(config) + columnsOf(config);

function initialHalo(config: HaloConfig): Initials {
  const size = headSize(config);
  const bound = 1 / Math.sqrt(size);
  return {
    ...initialVisitTransformer(config),
    "ehr_head.auto1.weight": lowerTriangular(size, bound),
    "ehr_head.auto1.bias": uniform([size], bound),
    "ehr_head.auto2.weight": lowerTriangular(size, bound),
    "ehr_head.auto2.bias": headBias(config, columnsOf(config), uniform([size], bound)),
    ...initialWaits(config, headWidth(config)),
  };
}

function lowerTriangular(size: number, bound: number): Initial {
  const shape = [size, size];
  const begun = changed(uniform(shape, bound), (numbers) => zeroAboveDiagonal({ shape, numbers }));
  return { ...begun, isLowerTriangular: true };
}

function fromOriginal(config: HaloConfig, stateDict: NamedArrays): NamedArrays {
  const parameters = withoutBuffers(stateDict);
  checkShapes("halo", parameters, initialHalo(config));
  zeroAboveDiagonal(parameters["ehr_head.auto1.weight"]);
  zeroAboveDiagonal(parameters["ehr_head.auto2.weight"]);
  return parameters;
}

function toOriginal(config: HaloConfig, parameters: NamedArrays): NamedArrays {
  checkOriginalRows(config);
  const mask = lowerMask(headSize(config));
  return {
    ...parameters,
    ...causalBuffers(config, config.context),
    "ehr_head.auto1.mask": mask,
    "ehr_head.auto2.mask": mask,
  };
}

/** Logits of every row after the first, under teacher forcing: [records × rows, columns]. */
export function haloLogits(
  config: HaloConfig,
  parameters: NamedTensors,
  batch: VisitRows,
): tf.Tensor2D {
  const histories = withLabels(config, visitHistories(config, parameters, batch), batch);
  return maskedHead(parameters, histories, batch.targets);
}

/** {@link haloLogits} after the waits before the rows, and the densities of these. */
function logitsWithWaits(
  config: HaloConfig,
  parameters: NamedTensors,
  batch: VisitRows,
  start: WaitStart,
): LogitsWithWaits {
  const head = waitHead(parameters, start);
  const seen = head.seenInHistory(waitsSeen(batch.waits, batch.rows));
  const histories = withLabels(config, visitHistories(config, parameters, batch, seen), batch);
  return {
    logits: maskedHead(parameters, head.afterWaits(histories, batch.waits), batch.targets),
    waitLogDensities: head.logDensities(histories, batch.waits),
  };
}

function drawing(
  config: HaloConfig,
  parameters: NamedTensors,
  { start, sampler }: {
    readonly start: WaitStart | undefined;
    readonly sampler: Sampler | undefined;
  },
): RowDrawing {
  const head = samplingHead(parameters, headWidth(config));
  const draw: Draw = sampler === "block-order"
    ? (...given) => blockOrderRows(head, ...given)
    : async (...given) => (await fixedPointRows(head, ...given)).rows;
  const dispose = () => head.dispose();
  const memory = (more?: (steps: Steps) => tf.Tensor2D) =>
    memoryWithLabels(config, visitMemory(config, parameters, more));
  if (start !== undefined) {
    const columns = columnsOf(config);
    const waits = waitHead(parameters, start);
    return {
      uniforms: columns + waitUniforms,
      begin: () => waitWriter(waits, memory(waits.seenInSteps), draw, columns),
      dispose,
    };
  }
  const logits = (history: tf.Tensor2D, known: MultiHot) =>
    headLogits(head, head.fromHistory(history), known);
  return {
    begin: () => writer(memory(), draw, predictedBy(logits, tf.sigmoid)),
    dispose,
  };
}

/** HALO as `deno task train --model halo` knows it. */
export const halo: ModelFamily<RowModel, HaloConfig> = {
  name: "halo",
  title: "HALO",
  summary: "Transformer over visits, masked head over the codes of a visit (Theodorou et al. 2023)",
  canBePrivate: true,
  settings: { ...visitTransformerSettings, ...ownSettings },
  derived: transformerDerived,
  configFor: (cohort, set) => ({
    ...visitTransformerConfigFor("halo", cohort, set),
    ...chosen(ownSettings, set),
  }),
  keeps: ({ waits = 0 }) => waits > 0 ? ["times"] : [],
  schemaFor: (cohort, config, { minCell = 1 } = {}) =>
    config.waits === 0 ? undefined : waitSchema("halo", cohort, { ...config, minCell }),
  create(config, schema) {
    const start = waitStartOf("halo", config, schema);
    return rowModel("halo", config, {
      samplers: ["fixed-point", "block-order"],
      initial: initialHalo(config),
      fromOriginal: (stateDict) => fromOriginal(config, stateDict),
      toOriginal: (parameters) => toOriginal(config, parameters),
      logits: (parameters, batch) =>
        start === undefined
          ? haloLogits(config, parameters, batch)
          : logitsWithWaits(config, parameters, batch, start),
      rowFootprint: (rows) =>
        together(
          transformerRow(config, rows),
          soFarRow(config),
          maskedHeadRow(headWidth(config), columnsOf(config)),
          waitRow(config),
        ),
      writingFloats: transformerMemoryFloats(config, config.context) +
        14 * headSize(config) + 8 * config.waits,
      certain: certainCells(config, schema),
      knowsNorms: true,
      drawing: (parameters, sampler) => drawing(config, parameters, { start, sampler }),
      biases: config.calibrate && { parameter: "ehr_head.auto2.bias", from: headWidth(config) - 1 },
    });
  },
};

/**
 * HALO: a record is a sequence of multi-hot rows (start, labels, visits). A transformer over rows
 * summarises the history; a masked two-layer head then predicts the next row column by column, each
 * from the history and the row's earlier columns, so that codes of one visit depend on each other.
 *
 * Theodorou, Xiao & Sun 2023, "Synthesize high-dimensional longitudinal electronic health records
 * via hierarchical autoregressive language model". Differences from its code: there are no padding
 * rows between records, and so no padding token, the losses come from logits, each row also tells
 * what the record has had (`codes_so_far.ts`; `codesSoFar=false`: the row alone), the head sees the
 * labels beside the history (`labels_in_head.ts`; `labelsInHead=false`: the history alone), its
 * biases begin where a row holds about one code (`sparse_start.ts`; `publishedStart=true`: half of
 * all), and bins of numbers are learned as they are drawn (`exclusive_bins.ts`;
 * `exclusiveBins=false`: each by itself). For large vocabularies, `headRank=N` gives it a head
 * without a weight for each pair of codes (`rows/code_head.ts`).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { together, transformerMemoryFloats, transformerRow } from "../nn/footprint.ts";
import type { MultiHot } from "../nn/multi_hot.ts";
import type { Initials } from "../nn/initial.ts";
import {
  checkShapes,
  lowerMask,
  type NamedArrays,
  type NamedTensors,
  zeroUnseen,
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
import { codeHead, headSettings } from "./rows/code_head.ts";
import { soFarRow } from "./rows/codes_so_far.ts";
import { certainCells, exclusiveSettings } from "./numbers/exclusive_bins.ts";
import { labelInputs, labelSettings, memoryWithLabels, withLabels } from "./rows/labels_in_head.ts";
import { checkOriginalRows } from "./rows/original_rows.ts";
import { startSettings } from "./rows/sparse_start.ts";
import { predictedBy, writer } from "./interface/writer.ts";
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
  ...headSettings,
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

const headOf = (config: HaloConfig) => codeHead(config, headWidth(config));

function initialHalo(config: HaloConfig): Initials {
  return {
    ...initialVisitTransformer(config),
    ...headOf(config).initial,
    ...initialWaits(config, headWidth(config)),
  };
}

function fromOriginal(config: HaloConfig, stateDict: NamedArrays): NamedArrays {
  const parameters = withoutBuffers(stateDict);
  const initials = initialHalo(config);
  checkShapes("halo", parameters, initials);
  for (const [name, { seen }] of Object.entries(initials)) {
    if (seen !== undefined) zeroUnseen(parameters[name], seen);
  }
  return parameters;
}

function toOriginal(config: HaloConfig, parameters: NamedArrays): NamedArrays {
  checkOriginalRows(config);
  if (config.headRank > 0) {
    throw new RangeError(
      "Cannot write a state dict of the original code, whose head has a weight for each pair of codes; " +
        "train with headRank=0",
    );
  }
  const mask = lowerMask(headWidth(config) + columnsOf(config));
  return {
    ...parameters,
    ...causalBuffers(config, config.context),
    "ehr_head.auto1.mask": mask,
    "ehr_head.auto2.mask": mask,
  };
}

/** Logits of every row after the first, under teacher forcing: [rows, columns]. */
export function haloLogits(
  config: HaloConfig,
  parameters: NamedTensors,
  batch: VisitRows,
): tf.Tensor2D {
  const histories = withLabels(config, visitHistories(config, parameters, batch), batch);
  return headOf(config).logits(parameters, histories, batch.targets);
}

/** {@link haloLogits} after the waits before the rows, and the densities of these. */
function logitsWithWaits(
  config: HaloConfig,
  parameters: NamedTensors,
  batch: VisitRows,
  start: WaitStart,
): LogitsWithWaits {
  const head = waitHead(parameters, start);
  const seen = head.seenInHistory(waitsSeen(batch.waits, batch.offsets));
  const histories = withLabels(config, visitHistories(config, parameters, batch, seen), batch);
  return {
    logits: headOf(config)
      .logits(parameters, head.afterWaits(histories, batch.waits), batch.targets),
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
  const { head, draw } = headOf(config).drawing(parameters, sampler);
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
    head.logits(head.fromHistory(history), known);
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
    const head = headOf(config);
    return rowModel("halo", config, {
      samplers: head.samplers,
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
          head.footprint,
          waitRow(config),
        ),
      writingFloats: transformerMemoryFloats(config, config.context) +
        head.writingFloats + 8 * config.waits,
      certain: certainCells(config, schema),
      knowsNorms: true,
      drawing: (parameters, sampler) => drawing(config, parameters, { start, sampler }),
      biases: config.calibrate && head.biases,
    });
  },
};

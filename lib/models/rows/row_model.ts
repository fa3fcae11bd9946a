/**
 * What models over visit rows share: records as multi-hot rows, a logit for each cell of the next
 * row, the Bernoulli likelihood and the same test metrics. A model adds its parameters, its logits
 * and how it draws a row.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Cohort } from "../../cohort/cohort.ts";
import { bernoulliNll } from "../../nn/bernoulli.ts";
import { type Footprint, times, together } from "../../nn/footprint.ts";
import { type MultiHot, rowOf } from "../../nn/multi_hot.ts";
import type { NamedTensors } from "../../nn/parameters.ts";
import { softplus } from "../../nn/sigmoid.ts";
import { isOnTensorflow } from "../../nn/tensorflow_ops.ts";
import type { GradientModel, RecordLikelihood, Sampler } from "../interface/model.ts";
import type { LogOddsTally, OutputBiases } from "../interface/output_biases.ts";
import { chosen, type ConfigOf, derivedCount, real } from "../interface/settings.ts";
import type { Writer } from "../interface/writing.ts";
import type { CertainCells } from "../numbers/exclusive_bins.ts";
import { blockLikelihood, waitLikelihood } from "./part_likelihoods.ts";
import {
  columnsOf,
  longestRows,
  packedRows,
  paddedRows,
  rowCodec,
  type RowSizes,
  rowsOf,
  sizesOf,
  type VisitRows,
} from "./visit_rows.ts";

/** The largest length of records of visit rows. */
export const contextSettings = {
  context: derivedCount(
    "Largest number of rows in a record (default: visits of the longest record + 2)",
    { min: 3 },
  ),
};

/** Settings of all models over visit rows. */
export const rowSettings = {
  ...contextSettings,
  positiveWeight: real(
    1,
    "Weight of present codes in the loss; 1 trains the likelihood itself",
  ),
};

/** The config that all models over visit rows share. */
export type RowConfig = RowSizes & ConfigOf<typeof rowSettings>;

/**
 * The sizes of a cohort's visit rows.
 *
 * @throws {RangeError} If a record is longer than the context that was set
 */
export function rowSizesFor(
  family: string,
  cohort: Cohort,
  set: Partial<ConfigOf<typeof contextSettings>>,
): RowSizes & ConfigOf<typeof contextSettings> {
  const { visitOffsets } = cohort;
  let longest = 0;
  for (let record = 0; record < cohort.recordCount; record++) {
    longest = Math.max(longest, visitOffsets[record + 1] - visitOffsets[record]);
  }
  const context = set.context ?? Math.max(3, longest + 2);
  if (longest + 2 > context) {
    throw new RangeError(
      `Cannot make "${family}": the longest record has ${longest} visits, but context ${context} ` +
        `allows ${context - 2}; set context=${longest + 2}, or prepare with --max-visits ${
          context - 2
        }`,
    );
  }
  return { ...sizesOf(cohort), context };
}

/**
 * The part of a config that all models over visit rows have; throws what {@link rowSizesFor} does.
 */
export function rowConfigFor(
  family: string,
  cohort: Cohort,
  set: Partial<ConfigOf<typeof rowSettings>>,
): RowConfig {
  return { ...chosen(rowSettings, set), ...rowSizesFor(family, cohort, set) };
}

/** What a pass over rows gives in models that have a density of waits. */
export interface LogitsWithWaits {
  /** [rows, columns] Logits of every row to predict, under teacher forcing. */
  readonly logits: tf.Tensor2D;
  /**
   * [rows] Natural logarithms of the densities of the waits before them, 0 where there is none.
   */
  readonly waitLogDensities?: tf.Tensor1D;
}

/** How a model over visit rows draws rows. */
export interface RowDrawing {
  /** Uniform numbers behind each step; default one a column. */
  readonly uniforms?: number;
  /** Starts to write records; their number is that of the first rows it gets. */
  begin(): Writer;
  /** Frees its tables. */
  dispose?(): void;
}

/** What a model over visit rows adds to the shared part. */
export interface RowModelParts
  extends Pick<GradientModel, "initial" | "fromOriginal" | "toOriginal"> {
  /** As in {@link GradientModel}; default none. */
  readonly samplers?: readonly Sampler[];
  /** Logits of every row to predict, under teacher forcing: [rows, columns]. */
  logits(parameters: NamedTensors, batch: VisitRows): tf.Tensor2D | LogitsWithWaits;
  /** A row's part of a pass over records with this number of rows. */
  rowFootprint(rows: number): Footprint;
  /** Floats that a record of the largest length needs while it is written. */
  readonly writingFloats: number;
  /** Prepares to draw rows. */
  drawing(parameters: NamedTensors, sampler?: Sampler): RowDrawing;
  /** Cells that are certain given the row's earlier ones, so that they do not count; default none. */
  readonly certain?: CertainCells | undefined;
  /** Whether its layers want records that are equally long, {@link paddedRows}. Default false. */
  readonly isPadded?: boolean;
  /**
   * Whether its layers know the norms of records' gradients: then it has a
   * {@link GradientModel.separateLoss}. Default false.
   */
  readonly knowsNorms?: boolean;
  /** Where the biases of its logits are, if they are to be calibrated. */
  readonly biases?: Pick<OutputBiases, "parameter" | "from"> | false;
}

/** A model over visit rows: each gives rows a probability. */
export type RowModel = GradientModel & Required<Pick<GradientModel, "likelihoods">>;

/** The number of rows is a multiple of this: TensorFlow compiles a kernel for each new shape. */
const rowMultiple = () => isOnTensorflow() ? 16 : 1;

/** How a model reads records as rows: their losses, and in memory what it predicts and the truth. */
function rowReading(
  config: RowConfig,
  { logits: logitsOf, certain, isPadded = false }: RowModelParts,
) {
  const withCertainCells = (batch: VisitRows) => ({ ...batch, certain: certain?.(batch) });
  const paddedBatch = (cohort: Cohort, records: Int32Array) =>
    withCertainCells(paddedRows(config, cohort, records, config.context - 1));
  const batchOf = (cohort: Cohort, records: Int32Array) =>
    isPadded
      ? paddedBatch(cohort, records)
      : withCertainCells(packedRows(config, cohort, records, rowMultiple()));
  const outputs = (parameters: NamedTensors, batch: VisitRows): LogitsWithWaits => {
    const found = logitsOf(parameters, batch);
    return found instanceof tf.Tensor ? { logits: found } : found;
  };
  const lossOf = (parameters: NamedTensors, batch: ReturnType<typeof batchOf>): tf.Scalar => {
    const { logits, waitLogDensities } = outputs(parameters, batch);
    const nll = bernoulliNll(logits, batch.targets, batch.mask, {
      positiveWeight: config.positiveWeight,
      leftOut: batch.certain,
    });
    return waitLogDensities === undefined ? nll : tf.sub(nll, tf.sum(waitLogDensities));
  };
  const numbersOf = async (parameters: NamedTensors, cohort: Cohort, records: Int32Array) => {
    const batch = batchOf(cohort, records);
    const { logits, waitLogDensities } = tf.tidy(() => ({ ...outputs(parameters, batch) }));
    const numbers = {
      batch,
      logits: withCertain(await logits.data<"float32">(), columnsOf(config), batch),
      waitLogDensities: await waitLogDensities?.data<"float32">(),
    };
    tf.dispose([logits, ...waitLogDensities === undefined ? [] : [waitLogDensities]]);
    return numbers;
  };
  return {
    loss: (parameters: NamedTensors, cohort: Cohort, records: Int32Array) =>
      lossOf(parameters, batchOf(cohort, records)),
    separateLoss: (parameters: NamedTensors, cohort: Cohort, records: Int32Array) =>
      lossOf(parameters, paddedBatch(cohort, records)),
    numbersOf,
  };
}

/** A model over visit rows. */
export function rowModel(family: string, config: RowConfig, parts: RowModelParts): RowModel {
  const columns = columnsOf(config);
  const {
    logits: _,
    drawing,
    rowFootprint,
    writingFloats,
    samplers = [],
    biases,
    certain,
    isPadded: _isPadded,
    knowsNorms = false,
    ...own
  } = parts;
  const { loss, separateLoss, numbersOf } = rowReading(config, parts);
  return {
    ...own,
    family,
    config,
    columns,
    samplers,
    rowLimit: config.context - 1, // the start is never predicted
    rowsOf,
    loss,
    ...knowsNorms && { separateLoss },
    lossDivisor: (_, recordCount) => recordCount * (config.context - 1) * columns,
    footprint(cohort, records) {
      const longest = longestRows(cohort, records);
      const leftOut = certain === undefined ? 0 : columns; // the weights of a row's cells
      const ofRow = together(rowFootprint(longest), { kept: leftOut, passing: 3 * leftOut });
      // padded, as they are for norms, and for attention on some engines
      return times(records.length * longest + rowMultiple(), ofRow);
    },
    writingFootprint: (records) => records * writingFloats,
    async likelihoods(parameters, cohort, records, block) {
      const { batch, logits, waitLogDensities } = await numbersOf(parameters, cohort, records);
      return rowLikelihoods(batch, logits, columns).map((likelihood, record) => ({
        ...likelihood,
        ...block && { block: blockLikelihood(batch, logits, { record, columns, block }) },
        ...waitLogDensities && { waits: waitLikelihood(batch, waitLogDensities, record) },
      }));
    },
    ...biases && {
      outputBiases: {
        ...biases,
        count: columns,
        passes: 1,
        async tally(parameters, cohort, records, tally) {
          const { batch, logits } = await numbersOf(parameters, cohort, records);
          tallyRows(batch, logits, columns, tally);
        },
      } satisfies OutputBiases,
    },
    sampling(parameters, sampler) {
      const { begin, uniforms = columns, dispose = () => {} } = drawing(parameters, sampler);
      const codec = rowCodec(config, config.context);
      return { kind: "steps", codec, uniforms, begin, dispose };
    },
  };
}

/** The logit of a cell that is certain to be on: adds nothing to a likelihood. */
const certainty = 1e6;

/** Logits in which those of certain cells say so. */
function withCertain(
  logits: Float32Array,
  columns: number,
  { targets, certain }: Pick<VisitRows, "targets"> & { readonly certain: MultiHot | undefined },
): Float32Array {
  if (certain === undefined) return logits;
  const found = logits.slice();
  for (let row = 0; row < certain.rows; row++) {
    const on = rowOf(targets, row);
    for (const column of rowOf(certain, row)) {
      found[row * columns + column] = on.includes(column) ? certainty : -certainty;
    }
  }
  return found;
}

/** Adds all cells of the rows to predict, but those that are certain, to a tally of their columns. */
export function tallyRows(
  { targets, mask }: VisitRows,
  logits: Float32Array,
  columns: number,
  tally: LogOddsTally,
): void {
  for (const [row, isPredicted] of mask.entries()) {
    if (isPredicted === 0) continue;
    for (let column = 0; column < columns; column++) {
      const logit = logits[row * columns + column];
      if (Math.abs(logit) < certainty) tally.add(column, logit);
    }
    for (const column of rowOf(targets, row)) {
      if (logits[row * columns + column] < certainty) tally.addActual(column);
    }
  }
}

/**
 * Each record's likelihood and hits, from the logits of its rows.
 *
 * @param batch the truth
 * @param logits [rows × columns]
 * @param columns of a row
 */
export function rowLikelihoods(
  { records, offsets, targets, mask }: VisitRows,
  logits: Float32Array,
  columns: number,
): RecordLikelihood[] {
  return Array.from({ length: records }, (_, record) => {
    let logProbability = 0;
    let visits = 0;
    let positives = 0;
    let predicted = 0;
    let truePositives = 0;
    for (let r = offsets[record]; r < offsets[record + 1] && mask[r] === 1; r++) {
      visits++;
      for (let i = r * columns; i < (r + 1) * columns; i++) {
        logProbability -= softplus(logits[i]);
        if (logits[i] > 0) predicted++;
      }
      for (let i = targets.offsets[r]; i < targets.offsets[r + 1]; i++) {
        const logit = logits[r * columns + targets.columns[i]];
        logProbability += logit;
        positives++;
        if (logit > 0) truePositives++;
      }
    }
    return {
      logProbability,
      visits,
      positives,
      hits: {
        truePositives,
        falsePositives: predicted - truePositives,
        falseNegatives: positives - truePositives,
      },
    };
  });
}

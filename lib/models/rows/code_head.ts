/**
 * HALO's head over the codes of a visit in its two forms: the exact one has a weight for each pair of
 * columns (`nn/masked_head.ts`), the one in blocks for pairs within a block, and a summary of what is
 * in earlier blocks (`nn/block_head.ts`). In both, a column sees the history and the columns before it.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import {
  blockHead,
  blockHeadBias,
  blockSamplingHead,
  initialBlockHead,
} from "../../nn/block_head.ts";
import { blockOrderRows, isDrawnByKernel } from "../../nn/block_order.ts";
import { fixedPointRows } from "../../nn/fixed_point.ts";
import { blockHeadRow, type Footprint, maskedHeadRow } from "../../nn/footprint.ts";
import { type Initials, masked, uniform, upToDiagonal } from "../../nn/initial.ts";
import { maskedHead, samplingHead } from "../../nn/masked_head.ts";
import type { MultiHot } from "../../nn/multi_hot.ts";
import type { NamedTensors } from "../../nn/parameters.ts";
import type { RowHead } from "../../nn/row_head.ts";
import type { Sampler } from "../interface/model.ts";
import type { OutputBiases } from "../interface/output_biases.ts";
import { type ConfigOf, count } from "../interface/settings.ts";
import type { Draw } from "../interface/writer.ts";
import { headBias, startSettings } from "./sparse_start.ts";
import { columnsOf, type RowSizes } from "./visit_rows.ts";

/** The settings of the head's form. */
export const headSettings = {
  headRank: count(
    0,
    "Codes see those of other blocks through N numbers, for vocabularies of tens of thousands. " +
      "0: each pair of codes has a weight",
    { min: 0, before: 0 },
  ),
  headBlock: count(
    256,
    "Codes to a block, each pair of which has a weight; only where headRank is not 0",
    { before: 256 },
  ),
};

type HeadConfig = RowSizes & ConfigOf<typeof headSettings & typeof startSettings>;

/** A head over the codes of a visit. */
export interface CodeHead {
  /** Parameters to begin with. */
  readonly initial: Initials;
  /** How rows can be drawn. */
  readonly samplers: readonly Sampler[];
  /** Where the biases of its logits are. */
  readonly biases: Pick<OutputBiases, "parameter" | "from">;
  /** A row's part of a pass. */
  readonly footprint: Footprint;
  /** Floats that a record needs while it is written. */
  readonly writingFloats: number;
  /** [rows, columns] Logits of rows whose earlier columns are known. */
  logits(parameters: NamedTensors, history: tf.Tensor2D, targets: MultiHot): tf.Tensor2D;
  /** Prepares to draw rows. */
  drawing(
    parameters: NamedTensors,
    sampler: Sampler | undefined,
  ): { readonly head: RowHead; readonly draw: Draw };
}

/**
 * The head of a config.
 *
 * @param width of what it gets beside a row's columns: the history, and labels where it sees these
 */
export function codeHead(config: HeadConfig, width: number): CodeHead {
  return config.headRank === 0 ? exactHead(config, width) : headInBlocks(config, width);
}

function byFixedPoint(head: RowHead): Draw {
  return async (...given) => (await fixedPointRows(head, ...given)).rows;
}

function exactHead(config: HeadConfig, width: number): CodeHead {
  const columns = columnsOf(config);
  const size = width + columns;
  const bound = 1 / Math.sqrt(size);
  const weight = masked(uniform([size, size], bound), upToDiagonal);
  const bias = uniform([size], bound);
  return {
    initial: {
      "ehr_head.auto1.weight": weight,
      "ehr_head.auto1.bias": bias,
      "ehr_head.auto2.weight": weight,
      "ehr_head.auto2.bias": headBias(config, columns, bias),
    },
    samplers: ["fixed-point", "block-order"],
    biases: { parameter: "ehr_head.auto2.bias", from: width - 1 },
    footprint: maskedHeadRow(width, columns),
    writingFloats: 14 * size,
    logits: maskedHead,
    drawing(parameters, sampler) {
      const head = samplingHead(parameters, width);
      const draws: Record<Sampler, Draw> = {
        "fixed-point": byFixedPoint(head),
        "block-order": (...given) => blockOrderRows(head, ...given),
      };
      const fastest: Draw = (...given) =>
        draws[isDrawnByKernel(given[2]) ? "block-order" : "fixed-point"](...given);
      return { head, draw: sampler === undefined ? fastest : draws[sampler] };
    },
  };
}

function headInBlocks(config: HeadConfig, width: number): CodeHead {
  const sizes = {
    width,
    columns: columnsOf(config),
    rank: config.headRank,
    block: config.headBlock,
  };
  const { columns, rank } = sizes;
  if (rank >= columns) {
    throw new RangeError(
      `Cannot make "halo" with headRank ${rank}: must be below its ${columns} columns; ` +
        "headRank=0 gives each pair of codes a weight",
    );
  }
  const published = uniform([columns], 1 / Math.sqrt(width + columns));
  const footprint = blockHeadRow(sizes);
  return {
    initial: initialBlockHead(sizes, headBias(config, columns, published)),
    samplers: ["fixed-point"],
    biases: { parameter: blockHeadBias, from: 0 },
    footprint,
    writingFloats: footprint.passing,
    logits: blockHead,
    drawing(parameters) {
      const head = blockSamplingHead(parameters, width);
      return { head, draw: byFixedPoint(head) };
    },
  };
}

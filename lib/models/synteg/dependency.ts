/**
 * SynTEG's first stage, the dependency network: a transformer encoder reads the codes of each visit
 * as a set, an LSTM goes over the visits, and its state is the condition that the next visit
 * depends on. While it learns, a linear layer predicts the next visit from the condition.
 *
 * @see docs/specs/baselines.md section 4
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Cohort } from "../../cohort/cohort.ts";
import { bernoulliNll } from "../../nn/bernoulli.ts";
import { type DroppedSet, unitFactors } from "../../nn/dropout.ts";
import {
  type Footprint,
  logitsRow,
  lstmRow,
  setMember,
  times,
  together,
} from "../../nn/footprint.ts";
import {
  constant,
  gaussian,
  type Initial,
  type Initials,
  sameAs,
  uniform,
} from "../../nn/initial.ts";
import { affine } from "../../nn/linear.ts";
import {
  lstm as lstmLayer,
  lstmNext,
  type LstmState,
  lstmWeights,
  reordered,
} from "../../nn/lstm.ts";
import { keptRecords, type Memory } from "../../nn/memory.ts";
import { embedding, type MultiHot, rowOf, rowsFrom } from "../../nn/multi_hot.ts";
import { matrix, type NamedTensors } from "../../nn/parameters.ts";
import { relu } from "../../nn/relu.ts";
import { placesOfLayer, setEncoder } from "../../nn/set_encoder.ts";
import { type Random, stream } from "../../random.ts";
import type { ConditionedRows } from "../interface/adversary.ts";
import type { TrainingMoment } from "../interface/model.ts";
import { type ConfigOf, count, derivedCount, flag, real } from "../interface/settings.ts";
import { headBias } from "../rows/sparse_start.ts";
import {
  endColumn,
  longestRows,
  type PaddedRows,
  paddedRows,
  type RowSizes,
  startColumn,
} from "../rows/visit_rows.ts";
import { mostLayers } from "../rows/visit_transformer.ts";

/** Settings of the dependency network. */
export const dependencySettings = {
  visitLength: derivedCount(
    "Largest number of codes in a visit, plus 2 (default: from the cohort)",
    { min: 3 },
  ),
  width: count(112, "Width of the code embeddings, a multiple of heads"),
  layers: count(2, "Layers of the encoder of visits", { max: mostLayers }),
  heads: count(4, "Attention heads of the encoder of visits"),
  feedForward: count(128, "Hidden units of the encoder of visits"),
  dropout: real(0.1, "Dropout of the dependency network", { max: 0.9 }),
  lstmWidth: count(256, "Width of the LSTM over visits (paper: 512)"),
  lstmLayers: count(1, "Layers of the LSTM over visits (paper: 3)", { max: mostLayers }),
  condition: count(128, "Width of the condition (paper: 256)"),
  published: flag(
    false,
    "The LSTM runs over patients, padding is not masked, last visits are left out",
    { published: true },
  ),
};

/** Sizes of the dependency network. */
export type DependencyConfig = RowSizes & ConfigOf<typeof dependencySettings>;

const encoderName = "visit_att.transformer.layers";
const epsilon = 1e-8;

/** Codes, labels, the class token (the rows' start column) and the end of the record. */
export function syntegColumns(sizes: RowSizes): number {
  return endColumn(sizes) + 1;
}

type Named = readonly [name: string, initial: Initial];

function initialAffine(width: number, out: number, name: string): Named[] {
  return [
    [`${name}.weight`, uniform([out, width], 1 / Math.sqrt(width))],
    [`${name}.bias`, uniform([out], 1 / Math.sqrt(width))],
  ];
}

/** The encoder's layers, which as in the original all begin equal. */
function initialEncoder({ width, layers, feedForward }: DependencyConfig): Named[] {
  const layer = new Map<string, Initial>([
    ["self_attn.in_proj_weight", uniform([3 * width, width], Math.sqrt(1.5 / width))],
    ["self_attn.in_proj_bias", constant([3 * width], 0)],
    ...initialAffine(width, width, "self_attn.out_proj"),
    ["self_attn.out_proj.bias", constant([width], 0)],
    ...initialAffine(width, feedForward, "linear1"),
    ...initialAffine(feedForward, width, "linear2"),
    ...["norm1", "norm2"].flatMap((norm): Named[] => [
      [`${norm}.weight`, constant([width], 1)],
      [`${norm}.bias`, constant([width], 0)],
    ]),
  ]);
  return Array.from({ length: layers }).flatMap((_, i) =>
    [...layer].map(([name, initial]): Named => [
      `${encoderName}.${i}.${name}`,
      i === 0 ? initial : sameAs(`${encoderName}.0.${name}`, initial),
    ])
  );
}

function initialLstm({ lstmWidth, lstmLayers }: DependencyConfig): Named[] {
  return Array.from({ length: lstmLayers }).flatMap((_, k) =>
    ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map((kind): Named => {
      const shape = kind.startsWith("weight") ? [4 * lstmWidth, lstmWidth] : [4 * lstmWidth];
      return [`lstm.lstm.${kind}_l${k}`, uniform(shape, 1 / Math.sqrt(lstmWidth))];
    })
  );
}

/** Parameters to begin with, by the names of the original. */
export function initialDependency(config: DependencyConfig): Initials {
  const { width, lstmWidth, condition, published } = config;
  const columns = syntegColumns(config);
  const parameters = Object.fromEntries<Initial>([
    ["embeddings.code_embed.weight", gaussian([columns + 1, width], 1)],
    ...initialEncoder(config),
    ...initialAffine(width, lstmWidth, "proj1"),
    ...initialLstm(config),
    ...initialAffine(lstmWidth, condition, "proj2"),
    ...initialAffine(condition, columns, "proj3"),
  ]);
  const bias = headBias({ publishedStart: published }, columns, parameters["proj3.bias"]);
  return { ...parameters, "proj3.bias": bias };
}

/** Sets in groups of similar size, since a group's sets are padded to its largest. */
function groupsBySize(sets: readonly RowSet[]): RowSet[][] {
  const groups: RowSet[][] = [];
  for (const set of sets) {
    const group = Math.ceil(Math.log2(set.columns.length));
    groups[group] = [...groups[group] ?? [], set];
  }
  return groups.filter((group) => group !== undefined);
}

/** The noise of dropout: a stream for each row of a batch at each place of the network. */
export type RowNoise = (row: number, place: number) => Random;

/**
 * The noise of records' rows, the same in every part of a batch; none where a model is judged.
 *
 * @param rows of each record in the batch
 */
export function rowNoise(
  { dropout }: Pick<DependencyConfig, "dropout">,
  records: Int32Array,
  rows: number,
  moment?: TrainingMoment,
): RowNoise | undefined {
  if (moment === undefined || dropout === 0) return undefined;
  const { seed, epoch } = moment;
  return (row, place) =>
    stream("dropout", seed, epoch, records[Math.floor(row / rows)], row % rows, place);
}

/** A row of a batch as the encoder reads it. */
interface RowSet {
  /** Its place in the batch. */
  readonly row: number;
  /** The class token and the row's columns. */
  readonly columns: readonly number[];
}

/** What the encoder sees at the class token of each set: [sets, width]. */
function setEmbeddings(
  config: DependencyConfig,
  parameters: NamedTensors,
  sets: readonly RowSet[],
  noise?: RowNoise,
): tf.Tensor2D {
  const { width, published, visitLength } = config;
  const members = published ? visitLength : Math.max(...sets.map(({ columns }) => columns.length));
  const absent = published ? 1 : -1e10; // the original adds its mask of ones to the scores
  const padding = syntegColumns(config);
  const table = matrix(parameters, "embeddings.code_embed.weight");
  const bias = new Float32Array(sets.length * members);
  const each = sets.flatMap(({ columns }, r) =>
    Array.from({ length: members }, (_, i) => {
      if (i >= columns.length) bias[r * members + i] = absent;
      return [columns[i] ?? padding];
    })
  );
  const dropped = (noise: RowNoise) =>
    sets.map(({ row, columns }): DroppedSet => ({
      members: published ? members : columns.length,
      stream: (place) => noise(row, place),
    }));
  const x = setEncoder(
    { ...config, epsilon },
    parameters,
    encoderName,
    embedding(rowsFrom(each), table, "in-out"),
    tf.tensor2d(bias, [sets.length, members]),
    noise && { rate: config.dropout, sets: dropped(noise) },
  );
  const bySet = tf.reshape(x, [sets.length, members, width]);
  return tf.reshape(tf.slice(bySet, 0, [sets.length, 1, width]), [sets.length, width]);
}

/**
 * Each row as the encoder sees it at the class token that it puts before the codes.
 *
 * @param rows columns of each, with or without the class token
 * @returns [rows, width]
 */
export function visitEmbeddings(
  config: DependencyConfig,
  parameters: NamedTensors,
  rows: MultiHot,
  noise?: RowNoise,
): tf.Tensor2D {
  const classToken = startColumn(config);
  const sets = Array.from({ length: rows.rows }, (_, row): RowSet => {
    const others = Array.from(rowOf(rows, row)).filter((column) => column !== classToken);
    return { row, columns: [classToken, ...others.slice(0, config.visitLength - 1)] };
  });
  if (config.published) return setEmbeddings(config, parameters, sets, noise);
  const groups = groupsBySize(sets); // 3 times faster where visits have 5 codes and the largest 22
  const places = new Int32Array(sets.length);
  groups.flat().forEach(({ row }, place) => places[row] = place);
  const embedded = tf.concat(
    groups.map((group) => setEmbeddings(config, parameters, group, noise)),
  );
  return embedding(rowsFrom(Array.from(places, (place) => [place])), embedded, "in-out");
}

/**
 * The rows that conditions are made of: those before each row to predict. In the published form a
 * record's last visit is among them where others are longer, since later records see it.
 */
export function rowsSeen(
  config: DependencyConfig,
  { inputs, targets, rows }: PaddedRows,
): MultiHot {
  if (!config.published) return inputs;
  return rowsFrom(Array.from(
    { length: inputs.rows },
    (_, r) => r % rows === 0 ? [startColumn(config)] : rowOf(targets, r - 1),
  ));
}

/**
 * Conditions of the row after each row.
 *
 * @param inputs [records × rows] as {@link rowsSeen} gives them
 * @param records how many records the rows belong to, equally many each
 * @returns [records × rows, condition]
 */
export function rowConditions(
  config: DependencyConfig,
  parameters: NamedTensors,
  inputs: MultiHot,
  records: number,
  noise?: RowNoise,
): tf.Tensor2D {
  const { layers, lstmWidth, lstmLayers, published, dropout: rate } = config;
  const rows = inputs.rows / records;
  // The LSTM wants the first rows of all records, then the second ones
  const bySteps = (x: tf.Tensor2D) => published ? x : reordered(x, rows);
  const factors = (noise: RowNoise, k: number) => {
    const place = placesOfLayer * layers + k;
    const sets = Array.from(
      { length: inputs.rows },
      (_, row): DroppedSet => ({ members: 1, stream: () => noise(row, place) }),
    );
    return bySteps(unitFactors({ rate, sets }, place, 1, lstmWidth));
  };
  const visits = visitEmbeddings(config, parameters, inputs, noise);
  let x = bySteps(affine(parameters, "proj1", visits));
  for (let k = 0; k < lstmLayers; k++) {
    if (k > 0 && noise !== undefined) x = tf.mul(x, factors(noise, k));
    x = lstmLayer(x, published ? rows : records, lstmWeights(parameters, "lstm.lstm", `l${k}`));
  }
  return affine(parameters, "proj2", published ? x : reordered(x, records));
}

/** Logits of the row after each row, from its conditions: [rows, columns]. */
export function nextRowLogits(parameters: NamedTensors, conditions: tf.Tensor2D): tf.Tensor2D {
  return affine(parameters, "proj3", relu(conditions));
}

/** The same rows with the class token, which the original predicts and writes too. */
function withClass(config: DependencyConfig, rows: MultiHot): MultiHot {
  const classToken = startColumn(config);
  return rowsFrom(Array.from({ length: rows.rows }, (_, r) => {
    const row = Array.from(rowOf(rows, r));
    const isEnd = row.at(-1) === endColumn(config);
    return isEnd ? [...row.slice(0, -1), classToken, endColumn(config)] : [...row, classToken];
  }));
}

/** Negative log-likelihood of records' next rows, in nats; see GradientModel's `loss`. */
export function dependencyLoss(
  config: DependencyConfig,
  parameters: NamedTensors,
  cohort: Cohort,
  records: Int32Array,
  moment?: TrainingMoment,
): tf.Scalar {
  const batch = paddedRows(config, cohort, records);
  const noise = rowNoise(config, records, batch.rows, moment);
  const inputs = rowsSeen(config, batch);
  const conditions = rowConditions(config, parameters, inputs, records.length, noise);
  const targets = withClass(config, batch.targets);
  return bernoulliNll(nextRowLogits(parameters, conditions), targets, batch.mask);
}

/** Records whose conditions are computed together. */
const exportedTogether = 24;

/** Every row after the first with the condition of the row before it. */
export async function conditionedRows(
  config: DependencyConfig,
  parameters: NamedTensors,
  cohort: Cohort,
): Promise<ConditionedRows> {
  const rows: number[][] = [];
  const parts: Float32Array[] = [];
  for (let from = 0; from < cohort.recordCount; from += exportedTogether) {
    const records = Int32Array.from(
      { length: Math.min(exportedTogether, cohort.recordCount - from) },
      (_, i) => from + i,
    );
    const batch = paddedRows(config, cohort, records);
    const targets = withClass(config, batch.targets);
    const conditions = tf.tidy(() =>
      rowConditions(config, parameters, rowsSeen(config, batch), records.length)
    );
    const numbers = await conditions.data<"float32">();
    conditions.dispose();
    for (let r = 0; r < batch.mask.length; r++) {
      const isLast = r % batch.rows === batch.rows - 1 || batch.mask[r + 1] === 0;
      if (batch.mask[r] === 0 || (isLast && config.published)) continue;
      rows.push([...rowOf(targets, r)]);
      parts.push(numbers.slice(r * config.condition, (r + 1) * config.condition));
    }
  }
  const conditions = new Float32Array(rows.length * config.condition);
  parts.forEach((part, i) => conditions.set(part, i * config.condition));
  return { rows: rowsFrom(rows), conditions };
}

/** {@link rowConditions} for records being written: what the LSTM remembers of each. */
export function syntegMemory(config: DependencyConfig, parameters: NamedTensors): Memory {
  const states: LstmState[] = [];
  return {
    advance(rows) {
      return tf.tidy(() => {
        if (config.published) { // the recurrence is over records, nothing is remembered
          return rowConditions(config, parameters, rows, rows.rows);
        }
        let x = affine(parameters, "proj1", visitEmbeddings(config, parameters, rows));
        for (let k = 0; k < config.lstmLayers; k++) {
          const { output, cell } = lstmNext(
            x,
            states[k],
            lstmWeights(parameters, "lstm.lstm", `l${k}`),
          );
          if (k < states.length) tf.dispose([states[k].output, states[k].cell]);
          states[k] = { output: tf.keep(output), cell: tf.keep(cell) };
          x = output;
        }
        return affine(parameters, "proj2", x);
      });
    },
    keep(positions) {
      states.forEach(({ output, cell }, k) =>
        states[k] = { output: keptRecords(output, positions), cell: keptRecords(cell, positions) }
      );
    },
    dispose: () => states.forEach(({ output, cell }) => tf.dispose([output, cell])),
  };
}

/** What a pass takes: visits as sets of codes, padded within groups of like sizes, and the LSTM. */
export function dependencyFootprint(
  config: DependencyConfig,
  cohort: Cohort,
  records: Int32Array,
): Footprint {
  const { visitLength, lstmWidth, lstmLayers, condition, published } = config;
  const { visitOffsets, codeOffsets, labelNames } = cohort;
  const membersOf = (columns: number) => {
    const padded = published ? visitLength : 2 ** Math.ceil(Math.log2(columns + 2));
    return Math.min(padded, visitLength);
  };
  const set = (members: number) => times(members, setMember(config, members));
  const rows = longestRows(cohort, records);
  const sets = Array.from(records, (record) => {
    const [from, to] = [visitOffsets[record], visitOffsets[record + 1]];
    const padding = times(rows - (to - from) - 1, set(membersOf(0)));
    let all = together(padding, set(membersOf(labelNames.length)));
    for (let visit = from; visit < to; visit++) {
      const { kept, passing } = set(membersOf(codeOffsets[visit + 1] - codeOffsets[visit]));
      all = { kept: all.kept + kept, passing: all.passing + passing };
    }
    return all;
  });
  const encoded = {
    kept: sets.reduce((sum, { kept }) => sum + kept, 0),
    passing: sets.reduce((sum, { passing }) => sum + passing, 0),
  };
  const row = together(
    lstmRow(lstmWidth, lstmLayers),
    logitsRow(syntegColumns(config)),
    { kept: 4 * (lstmWidth + condition), passing: 0 },
  );
  return together(encoded, times(records.length * rows, row));
}

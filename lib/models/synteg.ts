/**
 * SynTEG: two stages. A dependency model makes a condition of a record's past: a transformer encoder
 * reads the codes of each visit as a set, an LSTM goes over the visits, and a linear layer predicts
 * the next visit from the condition while it learns. Then a conditional Wasserstein GAN learns to
 * write visits given conditions.
 *
 * Zhang et al. 2021, in the form of Theodorou, Xiao & Sun 2023. In the published code padding is not
 * hidden from the encoder, the LSTM goes over the patients of a batch in place of their visits, the
 * GAN never sees a record's last visit, the biases of its layers begin within ±√d, and the dependency
 * model begins with half of all codes in each visit; `published=1` has these (its records then depend
 * on which are written side by side). Further differences:
 * conditions are computed without dropout, and generation is in evaluation mode with the class
 * token first in every visit.
 *
 * A GAN gives no probability, so this model has no likelihood to compare with others'.
 *
 * @see docs/specs/baselines.md section 4
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Cohort, splitOf } from "../cohort/cohort.ts";
import { bernoulliNll } from "../nn/bernoulli.ts";
import { type Dropout, dropoutFrom } from "../nn/dropout.ts";
import { finishedRow, type Forbidden } from "../nn/forbidden.ts";
import { type Footprint, logitsRow, lstmRow, setMember, times, together } from "../nn/footprint.ts";
import { linear } from "../nn/linear.ts";
import { lstm as lstmLayer, lstmNext, type LstmState, type LstmWeights } from "../nn/lstm.ts";
import { keptRecords, type Memory } from "../nn/memory.ts";
import { embedding, type MultiHot, rowOf, rowsFrom } from "../nn/multi_hot.ts";
import { constant, gaussian, type Initial, type Initials, sameAs, uniform } from "../nn/initial.ts";
import { checkShapes, copied, type NamedTensors } from "../nn/parameters.ts";
import { stream } from "../random.ts";
import { setEncoder } from "../nn/set_encoder.ts";
import {
  type GanConfig,
  ganDuel,
  ganFootprint,
  generated,
  initialGan,
} from "./synteg/conditional_gan.ts";
import type { ConditionedRows, GradientModel, ModelFamily, Setting } from "./interface/model.ts";
import { rowConfigFor, rowSettings } from "./rows/row_model.ts";
import { headBias } from "./rows/sparse_start.ts";
import { stepper } from "./interface/stepper.ts";
import {
  endColumn,
  longestRows,
  rowScript,
  rowsOf,
  startColumn,
  type VisitRows,
  visitRows,
} from "./rows/visit_rows.ts";
import { mostLayers } from "./rows/visit_transformer.ts";

/** SynTEG's settings. */
export interface SyntegConfig extends Record<string, number> {
  /** Codes in the vocabulary. */
  codes: number;
  /** Labels in row 1. */
  labels: number;
  /** Most rows in a record: start, labels and `context - 2` visits. */
  context: number;
  /** Most codes that the encoder takes of a visit, tokens included. */
  visitLength: number;
  /** Width of codes' embeddings. */
  width: number;
  /** Layers of the encoder of visits. */
  layers: number;
  /** Its attention heads. */
  heads: number;
  /** Its hidden units. */
  feedForward: number;
  /** Share of units that are dropped while the dependency model learns. */
  dropout: number;
  /** Width of the LSTM. */
  lstmWidth: number;
  /** Its layers. */
  lstmLayers: number;
  /** Width of the condition. */
  condition: number;
  /** Normal numbers behind a visit. */
  noise: number;
  /** Width of the generator's last layers; the other widths are parts of it, as published. */
  ganWidth: number;
  /** Epochs of the second stage. */
  ganEpochs: number;
  /** Visits to a batch of the second stage. */
  ganBatch: number;
  /** Adam's rate for the critic. */
  criticRate: number;
  /** Adam's rate for the generator. */
  generatorRate: number;
  /** Weight of the gradient penalty. */
  gradientPenalty: number;
  /** 1: the published form; 0: the intended one. */
  published: number;
}

/**
 * Their defaults suit cohorts of a few thousand records; the paper's are named. Those of the second
 * stage let the critic keep ahead of the generator in a tenth of the paper's steps: against a generator
 * that stands still it finds in 100 steps, on the sample, a distance that with the paper's weight of
 * the penalty it has not found after 200.
 * On the sample's 288 training records R² of codes, same-visit and sequential pairs of
 * codes are 0.76, 0.27 and 0.11 of 288 written records after 1,000 steps that fall over 2,000, and
 * 0.92, 0.60 and 0.57 at their end.
 */
const settings = {
  context: rowSettings.context,
  visitLength: { help: "Most codes in a visit, plus 2; from the cohort if not set", min: 3 },
  width: { help: "Width of codes' embeddings; a multiple of heads", default: 112, min: 1 },
  layers: { help: "Layers of the encoder of visits", default: 2, min: 1, max: mostLayers },
  heads: { help: "Attention heads of the encoder of visits", default: 4, min: 1 },
  feedForward: { help: "Hidden units of the encoder of visits", default: 128, min: 1 },
  dropout: {
    help: "Share of units dropped while the dependency model learns",
    default: 0.1,
    min: 0,
    max: 0.9,
    isReal: true,
  },
  lstmWidth: { help: "Width of the LSTM over visits (paper: 512)", default: 256, min: 1 },
  lstmLayers: {
    help: "Layers of the LSTM over visits (paper: 3)",
    default: 1,
    min: 1,
    max: mostLayers,
  },
  condition: { help: "Width of the condition (paper: 256)", default: 128, min: 1 },
  noise: { help: "Normal numbers behind a visit (paper: 128)", default: 64, min: 1 },
  ganWidth: { help: "Width of the generator's last layers (paper: 512)", default: 256, min: 4 },
  ganEpochs: {
    help: "Epochs of the second stage; for 2,000 steps if not set (paper: 600)",
    min: 1,
  },
  ganBatch: { help: "Visits to a batch of the second stage (paper: 2500)", default: 256, min: 2 },
  criticRate: {
    help: "Adam's rate for the critic (paper: 2e-5)",
    default: 2e-3,
    min: 0,
    isReal: true,
  },
  generatorRate: {
    help: "Adam's rate for the generator (paper: 4e-6)",
    default: 1e-4,
    min: 0,
    isReal: true,
  },
  gradientPenalty: {
    help: "Weight of the gradient penalty (paper: 10)",
    default: 1,
    min: 0,
    isReal: true,
  },
  published: {
    help: "1: recurrence over patients, padding seen, no last visits, as published; 0: as intended",
    default: 0,
    min: 0,
    max: 1,
    published: 1,
  },
} satisfies Record<string, Setting>;

/** Steps of the second stage where its epochs are not set. */
const ganSteps = 2000;
const encoderName = "visit_att.transformer.layers";
const epsilon = 1e-8;

/** Codes, labels, the class token (the rows' start column) and the end of the record. */
function columnsOf(config: SyntegConfig): number {
  return endColumn(config) + 1;
}

/** Epochs over the training visits, and the label row of each record, in which {@link ganSteps} fit. */
function ganEpochsFor(cohort: Cohort, batch: number): number {
  const { visitCount, recordCount } = cohort.splits === null ? cohort : splitOf(cohort, "train");
  return Math.ceil(ganSteps / Math.ceil((visitCount + recordCount) / batch));
}

function configFor(cohort: Cohort, set: Readonly<Record<string, number>>): SyntegConfig {
  const { codes, labels, context } = rowConfigFor("synteg", cohort, set);
  let longest = Math.max(1, labels); // where no visit has a code too, a set takes one
  for (let visit = 0; visit < cohort.visitCount; visit++) {
    longest = Math.max(longest, cohort.codeOffsets[visit + 1] - cohort.codeOffsets[visit]);
  }
  const all: [string, Setting][] = Object.entries(settings);
  const given = all.flatMap(([name, setting]): [string, number][] => {
    const value = set[name] ?? setting.default;
    return value === undefined ? [] : [[name, value]];
  });
  const config = {
    visitLength: longest + 2,
    ganEpochs: ganEpochsFor(cohort, set.ganBatch ?? settings.ganBatch.default),
    ...Object.fromEntries(given),
    codes,
    labels,
    context,
  } as SyntegConfig;
  if (config.width % config.heads !== 0) {
    throw new RangeError(
      `Cannot make "synteg": width ${config.width} is not a multiple of heads ${config.heads}`,
    );
  }
  if (config.visitLength < longest + 2) {
    throw new RangeError(
      `Cannot make "synteg": the largest visit has ${longest} codes and visitLength ` +
        `${config.visitLength} takes ${config.visitLength - 2}; set visitLength=${longest + 2}`,
    );
  }
  return config;
}

function ganConfig(config: SyntegConfig): GanConfig {
  const full = config.ganWidth;
  const [half, quarter] = [Math.floor(full / 2), Math.floor(full / 4)];
  return {
    columns: columnsOf(config),
    condition: config.condition,
    noise: config.noise,
    generator: [half, half, full, full, full, full],
    critic: [half, half, half, quarter, quarter, quarter],
    penalty: config.gradientPenalty,
    generatorRate: config.generatorRate,
    criticRate: config.criticRate,
  };
}

function initialSynteg(config: SyntegConfig): Initials {
  const { width, layers, feedForward, lstmWidth, lstmLayers, condition } = config;
  const columns = columnsOf(config);
  const affine = (width: number, out: number, name: string): [string, Initial][] => [
    [`${name}.weight`, uniform([out, width], 1 / Math.sqrt(width))],
    [`${name}.bias`, uniform([out], 1 / Math.sqrt(width))],
  ];
  const layer: Initials = Object.fromEntries([
    ["self_attn.in_proj_weight", uniform([3 * width, width], Math.sqrt(1.5 / width))],
    ["self_attn.in_proj_bias", constant([3 * width], 0)],
    ...affine(width, width, "self_attn.out_proj"),
    ["self_attn.out_proj.bias", constant([width], 0)],
    ...affine(width, feedForward, "linear1"),
    ...affine(feedForward, width, "linear2"),
    ...["norm1", "norm2"].flatMap((norm): [string, Initial][] => [
      [`${norm}.weight`, constant([width], 1)],
      [`${norm}.bias`, constant([width], 0)],
    ]),
  ]);
  const parameters: Record<string, Initial> = {
    "embeddings.code_embed.weight": gaussian([columns + 1, width], 1),
  };
  for (let i = 0; i < layers; i++) { // as in the original, all begin equal
    for (const [name, initial] of Object.entries(layer)) {
      parameters[`${encoderName}.${i}.${name}`] = i === 0
        ? initial
        : sameAs(`${encoderName}.0.${name}`, initial);
    }
  }
  Object.assign(parameters, Object.fromEntries(affine(width, lstmWidth, "proj1")));
  for (let k = 0; k < lstmLayers; k++) {
    for (const kind of ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]) {
      const shape = kind.startsWith("weight") ? [4 * lstmWidth, lstmWidth] : [4 * lstmWidth];
      parameters[`lstm.lstm.${kind}_l${k}`] = uniform(shape, 1 / Math.sqrt(lstmWidth));
    }
  }
  Object.assign(parameters, Object.fromEntries(affine(lstmWidth, condition, "proj2")));
  Object.assign(parameters, Object.fromEntries(affine(condition, columns, "proj3")));
  const start = { publishedStart: config.published };
  parameters["proj3.bias"] = headBias(start, columns, parameters["proj3.bias"]);
  return parameters;
}

function affine(parameters: NamedTensors, name: string, x: tf.Tensor2D): tf.Tensor2D {
  const weight = parameters[`${name}.weight`] as tf.Tensor2D;
  return linear(x, weight, parameters[`${name}.bias`] as tf.Tensor1D, "out-in");
}

function lstmWeights(parameters: NamedTensors, k: number): LstmWeights {
  return {
    input: parameters[`lstm.lstm.weight_ih_l${k}`] as tf.Tensor2D,
    hidden: parameters[`lstm.lstm.weight_hh_l${k}`] as tf.Tensor2D,
    inputBias: parameters[`lstm.lstm.bias_ih_l${k}`] as tf.Tensor1D,
    hiddenBias: parameters[`lstm.lstm.bias_hh_l${k}`] as tf.Tensor1D,
  };
}

/** Sets in groups of like sizes, since a group's are padded to its largest; by their numbers. */
function groupsBySize(sets: readonly (readonly number[])[]): number[][] {
  const groups: number[][] = [];
  sets.forEach(({ length }, at) => {
    const group = Math.ceil(Math.log2(length));
    groups[group] = [...groups[group] ?? [], at];
  });
  return groups.filter((group) => group !== undefined);
}

/** What the encoder sees at the first member of each set: [sets, width]. */
function setEmbeddings(
  config: SyntegConfig,
  parameters: NamedTensors,
  sets: readonly (readonly number[])[],
  dropout?: Dropout,
): tf.Tensor2D {
  const { width, published, visitLength } = config;
  const members = published === 1 ? visitLength : Math.max(...sets.map(({ length }) => length));
  const absent = published === 1 ? 1 : -1e10; // the original adds its mask of ones to the scores
  const padding = columnsOf(config);
  const bias = new Float32Array(sets.length * members);
  const each = sets.flatMap((set, r) =>
    Array.from({ length: members }, (_, i) => {
      if (i >= set.length) bias[r * members + i] = absent;
      return [set[i] ?? padding];
    })
  );
  const table = parameters["embeddings.code_embed.weight"] as tf.Tensor2D;
  const x = setEncoder(
    { ...config, epsilon },
    parameters,
    encoderName,
    embedding(rowsFrom(each), table, "in-out"),
    tf.tensor2d(bias, [sets.length, members]),
    dropout,
  );
  const bySet = tf.reshape(x, [sets.length, members, width]) as tf.Tensor3D;
  return tf.reshape(tf.slice(bySet, 0, [sets.length, 1, width]), [sets.length, width]);
}

/**
 * Each row as the encoder sees it at the class token that it puts before the codes.
 *
 * @param rows columns of each, with or without the class token
 * @returns [rows, width]
 */
export function visitEmbeddings(
  config: SyntegConfig,
  parameters: NamedTensors,
  rows: MultiHot,
  dropout?: Dropout,
): tf.Tensor2D {
  const classToken = startColumn(config);
  const sets = Array.from({ length: rows.rows }, (_, r) => [
    classToken,
    ...Array.from(rowOf(rows, r)).filter((column) => column !== classToken)
      .slice(0, config.visitLength - 1),
  ]);
  if (config.published === 1) return setEmbeddings(config, parameters, sets, dropout);
  const groups = groupsBySize(sets); // 3 times faster where visits have 5 codes and the largest 22
  const order = groups.flat();
  const places = new Int32Array(order.length);
  order.forEach((set, at) => places[set] = at);
  const embedded = tf.concat(
    groups.map((group) =>
      setEmbeddings(config, parameters, group.map((set) => sets[set]), dropout)
    ),
  ) as tf.Tensor2D;
  return embedding(rowsFrom(Array.from(places, (place) => [place])), embedded, "in-out");
}

/**
 * The rows that conditions are made of: those before each row to predict. In the published form a
 * record's last visit is among them where others are longer, since later records see it.
 */
export function rowsSeen(config: SyntegConfig, { inputs, targets, rows }: VisitRows): MultiHot {
  if (config.published === 0) return inputs;
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
  config: SyntegConfig,
  parameters: NamedTensors,
  inputs: MultiHot,
  records: number,
  dropout?: Dropout,
): tf.Tensor2D {
  const { lstmWidth, lstmLayers, published } = config;
  const rows = inputs.rows / records;
  const turned = (x: tf.Tensor2D, first: number, second: number) => {
    const split = tf.reshape(x, [first, second, lstmWidth]);
    return tf.reshape(tf.transpose(split, [1, 0, 2]), [first * second, lstmWidth]) as tf.Tensor2D;
  };
  const visits = visitEmbeddings(config, parameters, inputs, dropout);
  const given = affine(parameters, "proj1", visits);
  let x = published === 1 ? given : turned(given, records, rows);
  for (let k = 0; k < lstmLayers; k++) {
    if (k > 0 && dropout !== undefined) x = tf.mul(x, dropout(x.shape)) as tf.Tensor2D;
    x = lstmLayer(x, published === 1 ? rows : records, lstmWeights(parameters, k));
  }
  return affine(parameters, "proj2", published === 1 ? x : turned(x, rows, records));
}

/** Logits of the row after each row, from its conditions: [rows, columns]. */
export function nextRowLogits(parameters: NamedTensors, conditions: tf.Tensor2D): tf.Tensor2D {
  return affine(parameters, "proj3", tf.relu(conditions));
}

/** The same rows with the class token, which the original predicts and writes too. */
function withClass(config: SyntegConfig, rows: MultiHot): MultiHot {
  const classToken = startColumn(config);
  return rowsFrom(Array.from({ length: rows.rows }, (_, r) => {
    const row = Array.from(rowOf(rows, r));
    const isEnd = row.at(-1) === endColumn(config);
    return isEnd ? [...row.slice(0, -1), classToken, endColumn(config)] : [...row, classToken];
  }));
}

/** Records whose conditions are computed together. */
const exportedTogether = 24;

/** Every row after the first with the condition of the row before it. */
async function examples(
  config: SyntegConfig,
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
    const batch = visitRows(config, cohort, records);
    const targets = withClass(config, batch.targets);
    const conditions = tf.tidy(() =>
      rowConditions(config, parameters, rowsSeen(config, batch), records.length)
    );
    const numbers = await conditions.data() as Float32Array;
    conditions.dispose();
    for (let r = 0; r < batch.mask.length; r++) {
      const isLast = r % batch.rows === batch.rows - 1 || batch.mask[r + 1] === 0;
      if (batch.mask[r] === 0 || (isLast && config.published === 1)) continue;
      rows.push([...rowOf(targets, r)]);
      parts.push(numbers.slice(r * config.condition, (r + 1) * config.condition));
    }
  }
  const conditions = new Float32Array(rows.length * config.condition);
  parts.forEach((part, i) => conditions.set(part, i * config.condition));
  return { rows: rowsFrom(rows), conditions };
}

/** {@link rowConditions} for records being written: what the LSTM remembers of each. */
export function syntegMemory(config: SyntegConfig, parameters: NamedTensors): Memory {
  const states: LstmState[] = [];
  return {
    advance(rows) {
      return tf.tidy(() => {
        if (config.published === 1) { // the recurrence is over records, nothing is remembered
          return rowConditions(config, parameters, rows, rows.rows);
        }
        let x = affine(parameters, "proj1", visitEmbeddings(config, parameters, rows));
        for (let k = 0; k < config.lstmLayers; k++) {
          const { output, cell } = lstmNext(x, states[k], lstmWeights(parameters, k));
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

/** Standard normal numbers from as many uniform ones, an even number (Box–Muller). */
function normals(uniforms: Float32Array): Float32Array {
  return uniforms.map((_, i) => {
    const even = i - i % 2;
    const radius = Math.sqrt(-2 * Math.log(1 - uniforms[even]));
    const angle = 2 * Math.PI * uniforms[even + 1];
    return radius * (i === even ? Math.cos(angle) : Math.sin(angle));
  });
}

/**
 * Draws the generator's rows.
 *
 * @param conditions [records, condition]
 * @param uniforms [records × {@link uniformsOf}]
 * @param forbidden [records] what each row may not hold
 */
async function draw(
  config: SyntegConfig,
  parameters: NamedTensors,
  conditions: tf.Tensor2D,
  uniforms: Float32Array,
  forbidden?: readonly (Forbidden | undefined)[],
): Promise<MultiHot> {
  const records = conditions.shape[0];
  const columns = columnsOf(config);
  const each = uniformsOf(config);
  const noise = new Float32Array(records * config.noise);
  for (let r = 0; r < records; r++) {
    const own = normals(uniforms.subarray(r * each, (r + 1) * each - columns));
    noise.set(own.subarray(0, config.noise), r * config.noise);
  }
  const probabilities = tf.tidy(() =>
    generated(
      ganConfig(config),
      parameters,
      tf.tensor2d(noise, [records, config.noise]),
      conditions,
    )
  );
  const numbers = await probabilities.data();
  probabilities.dispose();
  return rowsFrom(Array.from({ length: records }, (_, r) => {
    const from = (r + 1) * each - columns;
    const isOn = (column: number) => uniforms[from + column] < numbers[r * columns + column];
    const drawn = Array.from({ length: columns }, (_, column) => column).filter(isOn);
    return finishedRow(drawn, forbidden?.[r]);
  }));
}

/** Uniform numbers behind a row: an even number for the noise, then one for each column. */
function uniformsOf(config: SyntegConfig): number {
  return 2 * Math.ceil(config.noise / 2) + columnsOf(config);
}

/** What a pass takes: visits as sets of codes, padded within groups of like sizes, and the LSTM. */
function footprint(config: SyntegConfig, cohort: Cohort, records: Int32Array): Footprint {
  const { visitLength, lstmWidth, lstmLayers, condition, published } = config;
  const { visitOffsets, codeOffsets, labelNames } = cohort;
  const membersOf = (columns: number) => {
    const padded = published === 1 ? visitLength : 2 ** Math.ceil(Math.log2(columns + 2));
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
    logitsRow(columnsOf(config)),
    { kept: 4 * (lstmWidth + condition), passing: 0 },
  );
  return together(encoded, times(records.length * rows, row));
}

const counter = ".num_batches_tracked";

/** SynTEG as `deno task train --model synteg` knows it. */
export const synteg: ModelFamily<GradientModel> = {
  name: "synteg",
  summary:
    "Visits by a conditional Wasserstein GAN on a transformer's view of the past (Zhang 2021)",
  settings,
  configFor,
  create(stored) {
    const config = stored as SyntegConfig;
    const gan = ganConfig(config);
    const columns = columnsOf(config);
    const initialAdversary = initialGan(gan, config.published === 1);
    return {
      family: "synteg",
      config,
      columns,
      samplers: [],
      rowLimit: config.context,
      rowsOf,
      initial: initialSynteg(config),
      fromOriginal(stateDict) {
        const parameters = copied(Object.fromEntries(
          Object.entries(stateDict).filter(([name]) => !name.endsWith(counter)),
        ));
        checkShapes("synteg", parameters, { ...initialSynteg(config), ...initialAdversary });
        return parameters;
      },
      toOriginal: (parameters) => ({
        ...parameters,
        ...Object.fromEntries(
          gan.generator.map((_, i) => [
            `generator.batch_norm_layers.${i}${counter}`,
            { shape: [], numbers: new Float32Array(1) },
          ]),
        ),
      }),
      loss(parameters, cohort, records, moment) {
        const batch = visitRows(config, cohort, records);
        const dropout = moment === undefined || config.dropout === 0
          ? undefined
          : dropoutFrom(config.dropout, stream("dropout", moment.seed, moment.epoch, records[0]));
        const conditions = rowConditions(
          config,
          parameters,
          rowsSeen(config, batch),
          records.length,
          dropout,
        );
        const targets = withClass(config, batch.targets);
        return bernoulliNll(nextRowLogits(parameters, conditions), targets, batch.mask);
      },
      lossDivisor: (_, recordCount) => recordCount * (config.context - 1) * columns,
      adversary: {
        epochs: config.ganEpochs,
        stepFootprint: ganFootprint(gan, config.ganBatch),
        batch: config.ganBatch,
        initial: initialAdversary,
        examples: (parameters, cohort) => examples(config, parameters, cohort),
        begin: (state) => ganDuel(gan, state),
      },
      footprint: (cohort, records) => footprint(config, cohort, records),
      writingFootprint(records) {
        const { visitLength, lstmWidth, lstmLayers, ganWidth } = config;
        const visit = times(visitLength, setMember(config, visitLength)).passing;
        return records *
          (visit + lstmRow(lstmWidth, lstmLayers).passing + 8 * ganWidth + 6 * columns);
      },
      sampling: (parameters) => ({
        kind: "steps",
        script: rowScript(config, config.context),
        uniforms: uniformsOf(config),
        begin: () =>
          stepper(
            syntegMemory(config, parameters),
            (...given) => draw(config, parameters, ...given),
          ),
        dispose() {},
      }),
    };
  },
};

/**
 * SynTEG: two stages. A dependency model makes a condition of a record's past: a transformer
 * encoder reads the codes of each visit as a set, an LSTM goes over the visits, and a linear layer
 * predicts the next visit from the condition while it learns. Then a conditional Wasserstein GAN
 * learns to write visits given conditions.
 *
 * Zhang et al. 2021, in the form of Theodorou, Xiao & Sun 2023. In the published code padding is
 * not hidden from the encoder, the LSTM goes over the patients of a batch instead of their visits,
 * the GAN never sees a record's last visit, the biases of its layers begin within ±√d, and the
 * dependency model begins with half of all codes in each visit; `published=true` has these (its
 * records then depend on which are written side by side). Further differences: conditions are
 * computed without dropout, and generation is in evaluation mode with the class token first in
 * every visit.
 *
 * A GAN gives no probability, so this model has no likelihood to compare with others'.
 *
 * @see docs/specs/baselines.md section 4
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Cohort, splitOf } from "../cohort/cohort.ts";
import { lstmRow, setMember, times } from "../nn/footprint.ts";
import { drawnAlone, type Forbidden } from "../nn/forbidden.ts";
import type { Initials } from "../nn/initial.ts";
import { type MultiHot, rowsFrom } from "../nn/multi_hot.ts";
import { checkShapes, copied, type NamedArrays, type NamedTensors } from "../nn/parameters.ts";
import type { GradientModel, ModelFamily } from "./interface/model.ts";
import { chosen, type ConfigOf, count, derivedCount, flag, real } from "./interface/settings.ts";
import { writer } from "./interface/writer.ts";
import type { StepSampling } from "./interface/writing.ts";
import { contextSettings, rowSizesFor } from "./rows/row_model.ts";
import { rowCodec, type RowSizes, rowsOf } from "./rows/visit_rows.ts";
import {
  averagePrefix,
  type GanConfig,
  ganFootprint,
  generated,
  initialGan,
  isAverage,
  withAverages,
} from "./synteg/conditional_gan.ts";
import {
  conditionedRows,
  dependencyFootprint,
  dependencyLoss,
  dependencySettings,
  initialDependency,
  syntegColumns,
  syntegMemory,
} from "./synteg/dependency.ts";
import { ganPair } from "./synteg/gan_training.ts";

/**
 * The defaults suit cohorts of a few thousand records; help texts have the paper's. Those of the
 * second stage let the critic stay ahead of the generator in a twentieth of the paper's steps: against
 * a fixed generator, on the sample, it finds in 100 steps a distance that it does not find in 200
 * steps with the paper's weight of the penalty. The generator itself never settles: on the sample, R² of
 * codes, same-visit and sequential pairs of records are 0.17, −2.6 and −4.1 after 1,000 steps, and 0.96,
 * 0.72 and 0.85 where its last steps are averaged.
 */
const settings = {
  ...contextSettings,
  ...dependencySettings,
  noise: count(64, "Dimension of the generator's noise (paper: 128)"),
  ganWidth: count(
    256,
    "Width of the generator's last layers; other widths are parts of it (paper: 512)",
    { min: 4 },
  ),
  ganEpochs: derivedCount(
    "Epochs of the second stage (default: enough for 3,000 steps; paper: 600)",
  ),
  ganBatch: count(256, "Visits per batch in the second stage (paper: 2500)", { min: 2 }),
  criticRate: real(2e-3, "Learning rate of the critic (paper: 2e-5)"),
  generatorRate: real(1e-4, "Learning rate of the generator (paper: 4e-6)"),
  gradientPenalty: real(1, "Weight of the gradient penalty (paper: 10)"),
  averaged: flag(
    true,
    "Records are written by the mean of the generators of the last 200 steps, about",
    { published: false, before: false },
  ),
};

/** SynTEG's config. */
export type SyntegConfig = RowSizes & ConfigOf<typeof settings>;

/** Steps of the second stage where its epochs are not set. */
const ganSteps = 3000;

/**
 * Epochs over the training visits, and the label row of each record, in which {@link ganSteps} fit.
 */
function ganEpochsFor(cohort: Cohort, batch: number): number {
  const { visitCount, recordCount } = cohort.splits === null ? cohort : splitOf(cohort, "train");
  return Math.ceil(ganSteps / Math.ceil((visitCount + recordCount) / batch));
}

function configFor(cohort: Cohort, set: Partial<SyntegConfig>): SyntegConfig {
  const sizes = rowSizesFor("synteg", cohort, set);
  const own = chosen(settings, set);
  let longest = Math.max(1, sizes.labels); // where no visit has a code too, a set takes one
  for (let visit = 0; visit < cohort.visitCount; visit++) {
    longest = Math.max(longest, cohort.codeOffsets[visit + 1] - cohort.codeOffsets[visit]);
  }
  const config = {
    visitLength: longest + 2,
    ganEpochs: ganEpochsFor(cohort, own.ganBatch),
    ...own,
    ...sizes,
  };
  if (config.width % config.heads !== 0) {
    throw new RangeError(
      `Cannot make "synteg": width ${config.width} is not a multiple of heads ${config.heads}`,
    );
  }
  if (config.visitLength < longest + 2) {
    throw new RangeError(
      `Cannot make "synteg": the largest visit has ${longest} codes, but visitLength ` +
        `${config.visitLength} allows ${config.visitLength - 2}; set visitLength=${longest + 2}`,
    );
  }
  return config;
}

function ganConfig(config: SyntegConfig): GanConfig {
  const full = config.ganWidth;
  const [half, quarter] = [Math.floor(full / 2), Math.floor(full / 4)];
  return {
    columns: syntegColumns(config),
    condition: config.condition,
    noise: config.noise,
    generator: [half, half, full, full, full, full],
    critic: [half, half, half, quarter, quarter, quarter],
    penalty: config.gradientPenalty,
    generatorRate: config.generatorRate,
    criticRate: config.criticRate,
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
  const columns = syntegColumns(config);
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
    return drawnAlone(
      columns,
      (column) => numbers[r * columns + column],
      (column) => uniforms[from + column],
      forbidden?.[r],
    );
  }));
}

/** Uniform numbers behind a row: an even number for the noise, then one for each column. */
function uniformsOf(config: SyntegConfig): number {
  return 2 * Math.ceil(config.noise / 2) + syntegColumns(config);
}

const counter = ".num_batches_tracked";

function fromOriginal(stateDict: NamedArrays, wanted: Initials): NamedArrays {
  const parameters = copied(Object.fromEntries(
    Object.entries(stateDict).filter(([name]) => !name.endsWith(counter)),
  ));
  const averages = Object.keys(wanted).filter(isAverage);
  for (const name of averages) {
    const own = parameters[name.slice(averagePrefix.length)];
    if (own !== undefined) parameters[name] = { shape: own.shape, numbers: own.numbers.slice() };
  }
  checkShapes("synteg", parameters, wanted);
  return parameters;
}

/** The generator that writes records is the original's. */
function toOriginal({ generator }: GanConfig, parameters: NamedArrays): NamedArrays {
  const counters = generator.map((_, i) => [
    `generator.batch_norm_layers.${i}${counter}`,
    { shape: [], numbers: new Float32Array(1) },
  ]);
  return { ...withAverages(parameters), ...Object.fromEntries(counters) };
}

function sampling(config: SyntegConfig, trained: NamedTensors): StepSampling {
  const parameters = withAverages(trained);
  return {
    kind: "steps",
    codec: rowCodec(config, config.context),
    uniforms: uniformsOf(config),
    begin: () =>
      writer(
        syntegMemory(config, parameters),
        (...given) => draw(config, parameters, ...given),
      ),
    dispose() {},
  };
}

/** SynTEG as `deno task train --model synteg` knows it. */
export const synteg: ModelFamily<GradientModel, SyntegConfig> = {
  name: "synteg",
  title: "SynTEG",
  summary: "Conditional Wasserstein GAN over visits, given the earlier visits (Zhang et al. 2021)",
  settings,
  highestRate: 1e-3, // from 0.003, the sample's conditions stay at frequencies: 17.7 nats a visit, not 14.9
  configFor,
  create(config) {
    const gan = ganConfig(config);
    const columns = syntegColumns(config);
    const initial = initialDependency(config);
    const initialAdversary = initialGan(gan, {
      published: config.published,
      averaged: config.averaged,
    });
    return {
      family: "synteg",
      config,
      columns,
      samplers: [],
      rowLimit: config.context - 1,
      rowsOf,
      initial,
      fromOriginal: (stateDict) => fromOriginal(stateDict, { ...initial, ...initialAdversary }),
      toOriginal: (parameters) => toOriginal(gan, parameters),
      loss: (...given) => dependencyLoss(config, ...given),
      lossDivisor: (_, recordCount) => recordCount * (config.context - 1) * columns,
      adversary: {
        epochs: config.ganEpochs,
        stepFootprint: ganFootprint(gan, config.ganBatch),
        batch: config.ganBatch,
        initial: initialAdversary,
        examples: (...given) => conditionedRows(config, ...given),
        begin: (state) => ganPair(gan, state),
      },
      footprint: (cohort, records) => dependencyFootprint(config, cohort, records),
      writingFootprint(records) {
        const { visitLength, lstmWidth, lstmLayers, ganWidth } = config;
        const visit = times(visitLength, setMember(config, visitLength)).passing;
        return records *
          (visit + lstmRow(lstmWidth, lstmLayers).passing + 8 * ganWidth + 6 * columns);
      },
      sampling: (parameters) => sampling(config, parameters),
    };
  },
};

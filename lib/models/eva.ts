/**
 * EVA: a variational autoencoder. A bidirectional LSTM reads a record's rows and gives mean and
 * variance of a latent vector; convolutions, without any activation between them, turn such a
 * vector into the logits of all rows at once.
 *
 * Biswal et al. 2020, in the form of Theodorou, Xiao & Sun 2023. Differences from their code, whose
 * forms are settings where they matter: the encoder reads the whole record
 * (`publishedLengths=true`: it stops two rows before its end, so that a record of one visit shows
 * only its start); the divergence is in nats like the summed reconstruction, as in the evidence
 * lower bound (`publishedBound=true`: it is added to the reconstruction's mean over cells, which
 * makes the latent vector collapse); validation has the full bound and the same noise in every
 * epoch; the row that never had a target is not drawn; the decoder's last biases start with about
 * one code per row (`publishedStart=true`: half of all); and the stride of the last transposed
 * convolution follows the longest record (there it is 3, for 57 rows).
 *
 * Its probability of a record is an integral over latent vectors, of which it gives a lower bound:
 * that of importance-weighted draws from the posterior (Burda et al. 2016), never below the
 * evidence bound.
 *
 * @see docs/specs/baselines.md section 5
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Cohort } from "../cohort/cohort.ts";
import type { RecordLists } from "../cohort/records.ts";
import { bernoulliNll } from "../nn/bernoulli.ts";
import { causalConvolution, transposedConvolution } from "../nn/convolution.ts";
import { type Footprint, logitsRow, lstmRow, times, together } from "../nn/footprint.ts";
import { affine } from "../nn/linear.ts";
import { lstm as lstmLayer, lstmWeights } from "../nn/lstm.ts";
import { embedding, rowOf, rowsFrom } from "../nn/multi_hot.ts";
import { type Initial, type Initials, uniform } from "../nn/initial.ts";
import { checkShapes, copied, cube, matrix, type NamedTensors, vector } from "../nn/parameters.ts";
import { type Random, stream } from "../random.ts";
import type {
  GradientModel,
  ModelFamily,
  RecordLikelihood,
  TrainingMoment,
} from "./interface/model.ts";
import { calibrationSettings, type LogOddsTally } from "./interface/output_biases.ts";
import { presetFor } from "./interface/preset.ts";
import { chosen, type ConfigOf, count, derivedCount, flag } from "./interface/settings.ts";
import type { RecordSampling } from "./interface/writing.ts";
import {
  type RowConfig,
  rowConfigFor,
  rowLikelihoods,
  rowSettings,
  tallyRows,
} from "./rows/row_model.ts";
import { headBias, startSettings } from "./rows/sparse_start.ts";
import {
  columnsOf,
  longestRows,
  rowCodec,
  rowsOf,
  startColumn,
  type VisitRows,
  visitRows,
} from "./rows/visit_rows.ts";

/** In the paper: width 768, latent 32, channels 64, 64, 64, 128, 256, 512, 4096. */
const settings = {
  width: derivedCount(
    "Width of the embedding and of the LSTM in each direction (default by size of cohort)",
  ),
  latent: count(32, "Size of the latent vector"),
  channels1: count(64, "Output channels of the decoder's transposed convolution 1"),
  channels2: count(64, "Output channels of the decoder's transposed convolution 2"),
  channels3: count(64, "Output channels of the decoder's transposed convolution 3"),
  channels4: count(128, "Output channels of the decoder's transposed convolution 4"),
  channels5: count(256, "Output channels of the decoder's causal convolution 1"),
  channels6: count(256, "Output channels of the decoder's causal convolution 2"),
  channels7: count(256, "Output channels of the decoder's causal convolution 3"),
  publishedLengths: flag(
    false,
    "The encoder stops two rows before the end of a record, instead of reading all",
    { published: true },
  ),
  publishedBound: flag(
    false,
    "Add the divergence to the mean over cells, instead of the evidence lower bound",
    { published: true },
  ),
  ...startSettings,
  ...calibrationSettings,
  ...rowSettings,
};

/** EVA's config. */
export type EvaConfig = RowConfig & ConfigOf<typeof settings>;

/** Channels between the decoder's convolutions, the first four of which are transposed. */
function channelsOf(config: EvaConfig): number[] {
  const { channels1, channels2, channels3, channels4, channels5, channels6, channels7 } = config;
  return [channels1, channels2, channels3, channels4, channels5, channels6, channels7];
}

/**
 * Rows that three transposed convolutions make of one; the fourth stretches them to the context.
 */
const rowsBeforeStretch = 19;

/** The decoder's transposed convolutions: [taps, stride]. */
function spreads({ context }: RowConfig): [taps: number, stride: number][] {
  const stretch = context / rowsBeforeStretch;
  return [[4, 2], [3, 2], [3, 2], [stretch, stretch]];
}

const causalTaps = 5;
const dilation = 2;

/** The biases of the logits. */
const lastBias = "decoder.causal_conv4.conv.bias";

function initialEva(config: EvaConfig): Initials {
  const { width, latent } = config;
  const columns = columnsOf(config);
  const bound = 1 / Math.sqrt(width);
  const parameters: Record<string, Initial> = {
    "encoder.embedding_matrix.weight": uniform([width, columns], 1 / Math.sqrt(columns)),
  };
  for (const direction of ["", "_reverse"]) {
    for (const kind of ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]) {
      const shape = kind.startsWith("weight") ? [4 * width, width] : [4 * width];
      parameters[`encoder.lstm.${kind}_l0${direction}`] = uniform(shape, bound);
    }
  }
  const layer = (name: string, shape: number[], fanIn: number) => {
    const out = name.startsWith("decoder.deconv") ? shape[1] : shape[0];
    parameters[`${name}.weight`] = uniform(shape, 1 / Math.sqrt(fanIn));
    parameters[`${name}.bias`] = uniform([out], 1 / Math.sqrt(fanIn));
  };
  layer("encoder.latent_encoder", [2 * latent, 2 * width], 2 * width);
  const sizes = [latent, ...channelsOf(config), columns];
  spreads(config).forEach(([taps], i) =>
    layer(`decoder.deconv${i + 1}`, [sizes[i], sizes[i + 1], taps], sizes[i + 1] * taps)
  );
  for (let i = 1; i <= 4; i++) {
    const [width, out] = sizes.slice(i + 3, i + 5);
    layer(`decoder.causal_conv${i}.conv`, [out, width, causalTaps], width * causalTaps);
  }
  parameters[lastBias] = headBias(config, columns, parameters[lastBias]);
  return parameters;
}

/** Mean and logarithm of the variance of each record's latent vector. [records, latent] each */
export interface Posterior {
  /** The mean. */
  readonly mean: tf.Tensor2D;
  /** The variance's natural logarithm. */
  readonly logVariance: tf.Tensor2D;
}

/** What the encoder makes of records. */
export function evaPosterior(
  config: EvaConfig,
  parameters: NamedTensors,
  { records, rows, targets, mask }: VisitRows,
): Posterior {
  const lengths = Array.from({ length: records }, (_, b) => {
    const predicted = mask.subarray(b * rows, (b + 1) * rows).reduce((sum, on) => sum + on, 0);
    return config.publishedLengths ? Math.max(1, predicted - 1) : predicted + 1;
  });
  const steps = Math.max(...lengths);
  const last = new Float32Array(steps * records); // 1 where a record is read to its end
  lengths.forEach((length, b) => last[(length - 1) * records + b] = 1);
  const read = (isReversed: boolean) => {
    const byStep = rowsFrom(Array.from({ length: steps * records }, (_, i) => {
      const [step, b] = [Math.floor(i / records), i % records];
      if (step >= lengths[b]) return [];
      const row = isReversed ? lengths[b] - 1 - step : step;
      return row === 0 ? [startColumn(config)] : rowOf(targets, b * rows + row - 1);
    }));
    const x = embedding(byStep, matrix(parameters, "encoder.embedding_matrix.weight"));
    const weights = lstmWeights(parameters, "encoder.lstm", isReversed ? "l0_reverse" : "l0");
    const byRecord = tf.reshape(lstmLayer(x, records, weights), [steps, records, config.width]);
    return tf.sum<tf.Tensor2D>(tf.mul(byRecord, tf.tensor3d(last, [steps, records, 1])), 0);
  };
  const ends = tf.concat([read(false), read(true)], 1); // [records, 2 × width]
  const latent = affine(parameters, "encoder.latent_encoder", ends);
  const [mean, logVariance]: tf.Tensor2D[] = tf.split(latent, 2, 1);
  return { mean, logVariance };
}

/**
 * Logits of records' first rows, the labels' being the first.
 *
 * @param z [records, latent]
 * @param rows of each record, at most the context
 * @returns [records × rows, columns]
 */
export function evaLogits(
  config: EvaConfig,
  parameters: NamedTensors,
  z: tf.Tensor2D,
  rows: number,
): tf.Tensor2D {
  const records = z.shape[0];
  const of = (name: string) =>
    [
      cube(parameters, `decoder.${name}.weight`),
      vector(parameters, `decoder.${name}.bias`),
    ] as const;
  let x = z;
  spreads(config).forEach(([, stride], i) =>
    x = transposedConvolution(x, records, ...of(`deconv${i + 1}`), stride)
  );
  const width = x.shape[1];
  const whole = tf.reshape<tf.Rank.R3>(x, [records, config.context, width]);
  // Later rows see earlier ones only, so what nobody asks for need not be computed
  x = tf.reshape(tf.slice(whole, [0, 0, 0], [records, rows, width]), [records * rows, width]);
  for (let i = 1; i <= 4; i++) {
    x = causalConvolution(x, records, ...of(`causal_conv${i}.conv`), dilation);
  }
  return x;
}

/** Latent vectors from standard normal numbers: [records, latent]. */
function drawnFromPosterior({ mean, logVariance }: Posterior, noise: Float32Array): tf.Tensor2D {
  const deviation = tf.exp(tf.mul(logVariance, 0.5));
  return tf.add(mean, tf.mul(deviation, tf.tensor2d(noise, mean.shape)));
}

/** Σ over records of the divergence of their posteriors from N(0, 1), in nats. */
export function divergence({ mean, logVariance }: Posterior): tf.Scalar {
  const terms = tf.sub(tf.add(tf.square(mean), tf.exp(logVariance)), tf.add(logVariance, 1));
  return tf.mul(0.5, tf.sum(terms));
}

/** Weight of the divergence in the first epochs; 1 in later ones. */
const divergenceWeights = [0.1, 0.15, 0.25, 0.325, 0.5, 0.75, 0.9];

/**
 * The bound of the negative log-likelihood with given noise, summed over the records.
 *
 * @param noise [records × latent] standard normal numbers
 * @param weight of the divergence
 */
export function evaLoss(
  config: EvaConfig,
  parameters: NamedTensors,
  batch: VisitRows,
  noise: Float32Array,
  weight: number,
): tf.Scalar {
  const posterior = evaPosterior(config, parameters, batch);
  const z = drawnFromPosterior(posterior, noise);
  const logits = evaLogits(config, parameters, z, batch.rows);
  const lost = bernoulliNll(logits, batch.targets, batch.mask, config.positiveWeight);
  const unit = config.publishedBound ? cellsOf(config) : 1;
  return tf.add(lost, tf.mul(divergence(posterior), weight * unit));
}

/** Cells that the original's mean over a record goes over. */
function cellsOf(config: EvaConfig): number {
  return (config.context - 1) * columnsOf(config);
}

/** Noise for each record, the same in every part of a batch: from the stream of its number. */
function noiseOf(
  { latent }: EvaConfig,
  records: Int32Array,
  moment?: TrainingMoment,
): Float32Array {
  const noise = new Float32Array(records.length * latent);
  records.forEach((record, b) => {
    const draws = moment === undefined
      ? stream("validationNoise", 0, record)
      : stream("trainingNoise", moment.seed, moment.epoch, record);
    for (let i = b * latent; i < (b + 1) * latent; i++) noise[i] = draws.normal();
  });
  return noise;
}

/** Number of draws from a record's posterior for the bound of its probability. */
const posteriorDraws = 16;

/** ln(mean of exp(x)). */
function logMeanExp(x: readonly number[]): number {
  const highest = Math.max(...x);
  return highest + Math.log(x.reduce((sum, each) => sum + Math.exp(each - highest), 0) / x.length);
}

/** Each record's importance-weighted bound, with the same draws whenever it is asked. */
async function likelihoods(
  config: EvaConfig,
  parameters: NamedTensors,
  cohort: Cohort,
  records: Int32Array,
): Promise<RecordLikelihood[]> {
  const { latent } = config;
  const batch = visitRows(config, cohort, records);
  const posterior = tf.tidy(() => {
    const { mean, logVariance } = evaPosterior(config, parameters, batch);
    return [mean, logVariance];
  });
  const [mean, logVariance] = [await posterior[0].data(), await posterior[1].data()];
  tf.dispose(posterior);
  const streams = Array.from(records, (record) => stream("posteriorNoise", 0, record));
  const draws: RecordLikelihood[][] = [];
  for (let draw = 0; draw < posteriorDraws; draw++) {
    const z = new Float32Array(mean.length);
    const logWeights = new Float64Array(records.length); // ln N(z; 0, 1) − ln N(z; posterior)
    for (let i = 0; i < z.length; i++) {
      const record = Math.floor(i / latent);
      const noise = streams[record].normal();
      z[i] = mean[i] + noise * Math.exp(logVariance[i] / 2);
      logWeights[record] += (noise ** 2 + logVariance[i] - z[i] ** 2) / 2;
    }
    const logits = tf.tidy(() =>
      evaLogits(config, parameters, tf.tensor2d(z, [records.length, latent]), batch.rows)
    );
    const numbers = await logits.data<"float32">();
    logits.dispose();
    draws.push(
      rowLikelihoods(batch, numbers, columnsOf(config)).map(({ logProbability, ...counts }, i) => ({
        ...counts,
        logProbability: logProbability + logWeights[i],
      })),
    );
  }
  return draws[0].map(({ visits, positives }, i) => ({
    logProbability: logMeanExp(draws.map((draw) => draw[i].logProbability)),
    visits,
    positives,
  }));
}

/** Adds the rows that records' latent vectors stand for to a tally, each vector drawn once. */
async function tally(
  config: EvaConfig,
  parameters: NamedTensors,
  cohort: Cohort,
  records: Int32Array,
  tally: LogOddsTally,
): Promise<void> {
  const batch = visitRows(config, cohort, records);
  const logits = tf.tidy(() => {
    const posterior = evaPosterior(config, parameters, batch);
    const z = drawnFromPosterior(posterior, noiseOf(config, records));
    return evaLogits(config, parameters, z, batch.rows);
  });
  const numbers = await logits.data<"float32">();
  logits.dispose();
  tallyRows(batch, numbers, columnsOf(config), tally);
}

/** Records decoded together; more would only take memory. */
const decodedTogether = 32;
/** Latent vectors among which one is chosen that suits given labels. */
const candidates = 256;

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/**
 * Logits of the first rows of the records that latent vectors stand for: [records × rows ×
 * columns].
 */
async function decoded(
  config: EvaConfig,
  parameters: NamedTensors,
  z: Float32Array,
  rows: number,
): Promise<ArrayLike<number>> {
  const { latent } = config;
  const logits = tf.tidy(() =>
    evaLogits(config, parameters, tf.tensor2d(z, [z.length / latent, latent]), rows)
  );
  const numbers = await logits.data();
  logits.dispose();
  return numbers;
}

function latents({ latent }: EvaConfig, draws: Random, count: number): Float32Array {
  return Float32Array.from({ length: count * latent }, () => draws.normal());
}

/** One of many latent vectors, drawn by how likely each makes the labels. */
async function latentFor(
  config: EvaConfig,
  parameters: NamedTensors,
  draws: Random,
  labels: Uint8Array,
): Promise<Float32Array> {
  const { codes, latent } = config;
  const columns = columnsOf(config);
  const z = latents(config, draws, candidates);
  const logits = await decoded(config, parameters, z, 1);
  const scores = Array.from({ length: candidates }, (_, i) => {
    let score = 0; // log-probability of the labels
    for (let label = 0; label < labels.length; label++) {
      const logit = logits[i * columns + codes + label];
      score -= Math.log1p(Math.exp(labels[label] === 1 ? -logit : logit));
    }
    return score;
  });
  const highest = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - highest));
  let left = draws.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  const chosen = weights.findIndex((weight) => (left -= weight) < 0);
  const at = chosen < 0 ? candidates - 1 : chosen;
  return z.subarray(at * latent, (at + 1) * latent);
}

/** A record drawn row by row from its logits, which begin at a place. */
function drawnRecord(
  config: EvaConfig,
  logits: ArrayLike<number>,
  from: number,
  draws: Random,
  labels?: Uint8Array,
): RecordLists {
  const { codes, context } = config;
  const columns = columnsOf(config);
  const reader = rowCodec(config, context).reader();
  for (let row = 0; row < context - 1 && reader.part !== "end"; row++) {
    const on: number[] = [];
    for (let column = 0; column < columns; column++) {
      const logit = logits[from + row * columns + column];
      if (draws.uniform() < sigmoid(logit)) on.push(column);
    }
    const isGiven = row === 0 && labels !== undefined;
    reader.read(
      isGiven ? Array.from(labels.keys(), (i) => codes + i).filter((_, i) => labels[i] === 1) : on,
    );
  }
  return { visits: reader.visits, labels: reader.labels };
}

/** Writes one record from each stream, all decoded together. */
async function writtenTogether(
  config: EvaConfig,
  parameters: NamedTensors,
  streams: readonly Random[],
  labels?: readonly Uint8Array[],
): Promise<RecordLists[]> {
  const rows = config.context - 1;
  const z = new Float32Array(streams.length * config.latent);
  for (const [i, draws] of streams.entries()) {
    const one = labels === undefined
      ? latents(config, draws, 1)
      : await latentFor(config, parameters, draws, labels[i]);
    z.set(one, i * config.latent);
  }
  const logits = await decoded(config, parameters, z, rows);
  const size = rows * columnsOf(config);
  return streams.map((draws, i) => drawnRecord(config, logits, i * size, draws, labels?.[i]));
}

function sampling(config: EvaConfig, parameters: NamedTensors): RecordSampling {
  return {
    kind: "records",
    async write(randoms, labels) {
      const written: RecordLists[] = [];
      for (let first = 0; first < randoms.length; first += decodedTogether) {
        const end = first + decodedTogether;
        const streams = randoms.slice(first, end);
        const given = labels?.slice(first, end);
        written.push(...await writtenTogether(config, parameters, streams, given));
      }
      return written;
    },
    dispose() {},
  };
}

/**
 * What a pass takes: the encoder's two LSTMs, all rows that are spread, and the causal
 * convolutions.
 */
function footprint(config: EvaConfig, rows: number, records: number): Footprint {
  const { width, context, channels4, channels5, channels6, channels7 } = config;
  const seen = causalTaps * (channels4 + channels5 + channels6 + channels7);
  const made = channels5 + channels6 + channels7;
  const spread = 6 * context * channels4;
  const convolutions = { kept: 2 * seen + 2 * made, passing: 2 * seen + 2 * made };
  const encoder = times(2, lstmRow(width, 1));
  const row = together(encoder, convolutions, logitsRow(columnsOf(config)));
  return times(records, together(times(rows, row), { kept: spread, passing: spread }));
}

/** EVA as `deno task train --model eva` knows it. */
export const eva: ModelFamily<GradientModel, EvaConfig> = {
  name: "eva",
  title: "EVA",
  summary: "Whole records from a latent vector by convolutions: a variational autoencoder",
  settings,
  configFor(cohort, set) {
    const rows = rowConfigFor("eva", cohort, set);
    return {
      width: presetFor(cohort).width,
      ...chosen(settings, set),
      ...rows,
      context: Math.ceil(rows.context / rowsBeforeStretch) * rowsBeforeStretch,
    };
  },
  create(config) {
    return {
      family: "eva",
      config,
      columns: columnsOf(config),
      samplers: [],
      rowLimit: config.context - 1,
      rowsOf,
      initial: initialEva(config),
      fromOriginal(stateDict) {
        const parameters = copied(stateDict);
        checkShapes("eva", parameters, initialEva(config));
        return parameters;
      },
      toOriginal: (parameters) => parameters,
      loss(parameters, cohort, records, moment) {
        const batch = visitRows(config, cohort, records);
        const weight = divergenceWeights[moment?.epoch ?? Infinity] ?? 1;
        return evaLoss(config, parameters, batch, noiseOf(config, records, moment), weight);
      },
      lossDivisor: (_, recordCount) => recordCount * cellsOf(config),
      footprint: (cohort, records) =>
        footprint(config, longestRows(cohort, records), records.length),
      writingFootprint(records) {
        const decoded =
          footprint(config, config.context, Math.min(records, decodedTogether)).passing;
        // given labels are looked for among the first rows of many
        return Math.max(decoded, footprint(config, 1, candidates).passing);
      },
      likelihoodIsBound: true,
      likelihoods: (...asked) => likelihoods(config, ...asked),
      ...config.calibrate && {
        outputBiases: {
          parameter: lastBias,
          from: 0,
          count: columnsOf(config),
          passes: 1,
          tally: (...asked) => tally(config, ...asked),
        },
      },
      sampling: (parameters) => sampling(config, parameters),
    };
  },
};

/**
 * EVA's network: its settings, what it begins with, the encoder and the decoder.
 *
 * @see docs/specs/baselines.md section 5
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { causalConvolution, transposedConvolution } from "../../nn/convolution.ts";
import { affine } from "../../nn/linear.ts";
import { lstm as lstmLayer, lstmWeights } from "../../nn/lstm.ts";
import { embedding, rowOf, rowsFrom } from "../../nn/multi_hot.ts";
import { type Initial, type Initials, uniform } from "../../nn/initial.ts";
import { cube, matrix, type NamedTensors, vector } from "../../nn/parameters.ts";
import { calibrationSettings } from "../interface/output_biases.ts";
import { type ConfigOf, count, derivedCount, flag } from "../interface/settings.ts";
import { type RowConfig, rowSettings } from "../rows/row_model.ts";
import { headBias, startSettings } from "../rows/sparse_start.ts";
import { columnsOf, type PaddedRows, startColumn } from "../rows/visit_rows.ts";

/** In the paper: width 768, latent 32, channels 64, 64, 64, 128, 256, 512, 4096. */
export const evaSettings = {
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
export type EvaConfig = RowConfig & ConfigOf<typeof evaSettings>;

/** Channels between the decoder's convolutions, the first four of which are transposed. */
function channelsOf(config: EvaConfig): number[] {
  const { channels1, channels2, channels3, channels4, channels5, channels6, channels7 } = config;
  return [channels1, channels2, channels3, channels4, channels5, channels6, channels7];
}

/**
 * Rows that three transposed convolutions make of one; the fourth stretches them to the context.
 */
export const rowsBeforeStretch = 19;

/** The decoder's transposed convolutions: [taps, stride]. */
function spreads({ context }: RowConfig): [taps: number, stride: number][] {
  const stretch = context / rowsBeforeStretch;
  return [[4, 2], [3, 2], [3, 2], [stretch, stretch]];
}

export const causalTaps = 5;
const dilation = 2;

/** The biases of the logits. */
export const lastBias = "decoder.causal_conv4.conv.bias";

export function initialEva(config: EvaConfig): Initials {
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
  { records, rows, targets, mask }: PaddedRows,
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
export function drawnFromPosterior(
  { mean, logVariance }: Posterior,
  noise: Float32Array,
): tf.Tensor2D {
  const deviation = tf.exp(tf.mul(logVariance, 0.5));
  return tf.add(mean, tf.mul(deviation, tf.tensor2d(noise, mean.shape)));
}

/** Σ over records of the divergence of their posteriors from N(0, 1), in nats. */
export function divergence({ mean, logVariance }: Posterior): tf.Scalar {
  const terms = tf.sub(tf.add(tf.square(mean), tf.exp(logVariance)), tf.add(logVariance, 1));
  return tf.mul(0.5, tf.sum(terms));
}

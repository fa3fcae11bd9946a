/**
 * The networks of SynTEG's second stage and what they minimise: a generator that writes a row given a
 * condition, and a critic that tells written rows from real ones: a Wasserstein GAN with gradient
 * penalty (Gulrajani et al. 2017). The penalty is on a gradient and is itself learned from by gradients.
 *
 * @see docs/specs/baselines.md section 4.3
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { affine, linear } from "../../nn/linear.ts";
import {
  buffer,
  constant,
  type Initial,
  type Initials,
  sameAs,
  uniform,
} from "../../nn/initial.ts";
import { matrix, type NamedTensors, vector } from "../../nn/parameters.ts";
import { headBias } from "../rows/sparse_start.ts";

/** Sizes of the two networks, and how they learn. */
export interface GanConfig {
  /** Columns of a row. */
  readonly columns: number;
  /** Width of the condition. */
  readonly condition: number;
  /** Normal numbers behind a row. */
  readonly noise: number;
  /** Widths of the generator's hidden layers. */
  readonly generator: readonly number[];
  /** Widths of the critic's layers. */
  readonly critic: readonly number[];
  /** Weight of the gradient penalty. */
  readonly penalty: number;
  /** Adam's learning rate for the generator. */
  readonly generatorRate: number;
  /** Adam's learning rate for the critic. */
  readonly criticRate: number;
}

const epsilon = 1e-5;

/**
 * Parameters of both networks under `generator.` and `discriminator.`, the generator's running
 * statistics and, where there are any, its averages under {@link averagePrefix}.
 *
 * @param published whether biases of a layer of width d begin within ±√d, not ±1/√d, and the generator
 * with half of all columns in a row, not about one
 */
export function initialGan(
  config: GanConfig,
  { published, averaged }: { readonly published: boolean; readonly averaged: boolean },
): Initials {
  const parameters: Record<string, Initial> = {};
  const layer = (name: string, width: number, out: number) => {
    parameters[`${name}.weight`] = uniform([out, width], 1 / Math.sqrt(width));
    parameters[`${name}.bias`] = uniform([out], 1 / Math.sqrt(width));
  };
  const network = (
    name: string,
    norm: string,
    width: number,
    widths: readonly number[],
    out: number,
  ) => {
    widths.forEach((size, i) => {
      layer(`${name}.dense_layers.${i}`, i === 0 ? width : widths[i - 1], size);
      parameters[`${name}.${norm}.${i}.weight`] = constant([size], 1);
      parameters[`${name}.${norm}.${i}.bias`] = constant([size], 0);
      layer(`${name}.condition_layers.${i}`, config.condition, size);
      const bound = published ? Math.sqrt(size) : 1 / Math.sqrt(size);
      parameters[`${name}.pointwiselayers.${i}.bias`] = uniform([size], bound);
    });
    layer(`${name}.output_layer`, widths[widths.length - 1], out);
  };
  network("generator", "batch_norm_layers", config.noise, config.generator, config.columns);
  network("discriminator", "layer_norm_layers", config.columns + 1, config.critic, 1);
  config.generator.forEach((size, i) => {
    parameters[`generator.batch_norm_layers.${i}.running_mean`] = buffer([size], 0);
    parameters[`generator.batch_norm_layers.${i}.running_var`] = buffer([size], 1);
  });
  const outputBias = "generator.output_layer.bias";
  parameters[outputBias] = headBias(
    { publishedStart: published },
    config.columns,
    parameters[outputBias],
  );
  if (!averaged) return parameters;
  const averages = Object.entries(parameters)
    .filter(([name]) => name.startsWith("generator."))
    .map(([name, initial]) => [
      averagePrefix + name,
      { ...sameAs(name, initial), isBuffer: true },
    ]);
  return { ...parameters, ...Object.fromEntries(averages) };
}

/** What the averages of the generator's parameters have before their names. */
export const averagePrefix = "average.";

/** Whether a parameter is an average. */
export function isAverage(name: string): boolean {
  return name.startsWith(averagePrefix);
}

/** Parameters with the averages of the generator in its place, as far as there are any. */
export function withAverages<T>(parameters: Readonly<Record<string, T>>): Record<string, T> {
  const all = Object.entries(parameters);
  const averages = all.filter(([name]) => isAverage(name))
    .map(([name, value]) => [name.slice(averagePrefix.length), value]);
  return Object.fromEntries([...all.filter(([name]) => !isAverage(name)), ...averages]);
}

/** Mean and variance of a layer's units over a batch. */
export type Moments = readonly [mean: tf.Tensor1D, variance: tf.Tensor1D];

/**
 * Probabilities of rows.
 *
 * @param parameters with running statistics where `onMoments` is left out
 * @param z [rows, noise]
 * @param conditions [rows, condition]
 * @param onMoments called with each layer's moments over the batch, which are used instead of the
 * running ones; it is to keep them
 * @returns [rows, columns]
 */
export function generated(
  { generator }: Pick<GanConfig, "generator">,
  parameters: NamedTensors,
  z: tf.Tensor2D,
  conditions: tf.Tensor2D,
  onMoments?: (layer: number, moments: Moments) => void,
): tf.Tensor2D {
  const layer = (name: string, x: tf.Tensor2D) => affine(parameters, `generator.${name}`, x);
  let x = z;
  for (let i = 0; i < generator.length; i++) {
    const h = layer(`dense_layers.${i}`, x);
    const norm = (name: string) => vector(parameters, `generator.batch_norm_layers.${i}.${name}`);
    let moments: Moments;
    if (onMoments === undefined) moments = [norm("running_mean"), norm("running_var")];
    else {
      const mean: tf.Tensor1D = tf.mean(h, 0);
      moments = [mean, tf.mean(tf.square(tf.sub(h, mean)), 0)];
      onMoments(i, moments);
    }
    const [mean, variance] = moments;
    const normal = tf.mul(tf.sub(h, mean), tf.rsqrt(tf.add(variance, epsilon)));
    const scaled = tf.add(tf.mul(normal, norm("weight")), norm("bias"));
    const weighed = tf.mul(scaled, layer(`condition_layers.${i}`, conditions));
    x = tf.relu(tf.add(weighed, vector(parameters, `generator.pointwiselayers.${i}.bias`)));
  }
  return tf.sigmoid(layer("output_layer", x));
}

/** [rows, columns] a / (2 x) and a / (a + 1) with a = (2 x)¹⁵, which is about 1 where x is on. */
function softlyOn(x: tf.Tensor2D): { power: tf.Tensor; on: tf.Tensor; plusOne: tf.Tensor } {
  const one = tf.mul(x, 2);
  const two = tf.square(one);
  const four = tf.square(two);
  const power = tf.mul(two, tf.mul(four, tf.square(four)));
  const a = tf.mul(one, power);
  const plusOne = tf.add(a, 1);
  return { power, on: tf.div(a, plusOne), plusOne };
}

/** What a layer of the critic made of some rows. */
interface Passed {
  /** [rows, width] Units after layer norm, before its gain. */
  readonly normal: tf.Tensor2D;
  /** [rows, 1] 1 / √(variance) by which they were normed. */
  readonly scale: tf.Tensor2D;
  /** [rows, width] What the condition weighs them by. */
  readonly weight: tf.Tensor2D;
}

/** The critic's way from rows to scores; `onLayer` is called with what each layer made of them. */
function judged(
  { critic }: Pick<GanConfig, "critic">,
  parameters: NamedTensors,
  x: tf.Tensor2D,
  conditions: tf.Tensor2D,
  onLayer?: (passed: Passed) => void,
): tf.Tensor2D {
  const of = (name: string) => vector(parameters, `discriminator.${name}`);
  const layer = (name: string, x: tf.Tensor2D) => affine(parameters, `discriminator.${name}`, x);
  const count: tf.Tensor2D = tf.sum(softlyOn(x).on, 1, true);
  let y: tf.Tensor2D = tf.concat([x, count], 1);
  for (let i = 0; i < critic.length; i++) {
    const h = layer(`dense_layers.${i}`, y);
    const centered = tf.sub(h, tf.mean(h, 1, true));
    const variance = tf.mean(tf.square(centered), 1, true);
    const scale: tf.Tensor2D = tf.rsqrt(tf.add(variance, epsilon));
    const normal: tf.Tensor2D = tf.mul(centered, scale);
    const weight = layer(`condition_layers.${i}`, conditions);
    onLayer?.({ normal, scale, weight });
    const scaled = tf.add(
      tf.mul(normal, of(`layer_norm_layers.${i}.weight`)),
      of(`layer_norm_layers.${i}.bias`),
    );
    y = tf.add(tf.mul(scaled, weight), of(`pointwiselayers.${i}.bias`));
  }
  return layer("output_layer", y);
}

/**
 * The critic's scores, higher for rows that it takes for real.
 *
 * @param x [rows, columns] in [0, 1]
 * @param conditions [rows, condition]
 * @returns [rows, 1]
 */
export function scores(
  config: Pick<GanConfig, "critic">,
  parameters: NamedTensors,
  x: tf.Tensor2D,
  conditions: tf.Tensor2D,
): tf.Tensor2D {
  return judged(config, parameters, x, conditions);
}

/**
 * Euclidean norm of the scores' gradient along the rows. The gradient is written out, so that what
 * is learned from it takes first derivatives only.
 *
 * @returns [rows]
 */
export function slopes(
  config: Pick<GanConfig, "critic">,
  parameters: NamedTensors,
  x: tf.Tensor2D,
  conditions: tf.Tensor2D,
): tf.Tensor1D {
  const of = (name: string) => matrix(parameters, `discriminator.${name}.weight`);
  const layers: Passed[] = [];
  judged(config, parameters, x, conditions, (passed) => layers.push(passed));
  let d = of("output_layer"); // [1, width] at the last layer's output
  for (let i = layers.length - 1; i >= 0; i--) {
    const { normal, scale, weight } = layers[i];
    const dNormal = tf.mul(
      tf.mul(d, weight),
      vector(parameters, `discriminator.layer_norm_layers.${i}.weight`),
    );
    const along = tf.mul(normal, tf.mean(tf.mul(dNormal, normal), 1, true));
    const dHidden: tf.Tensor2D = tf.mul(
      scale,
      tf.sub(tf.sub(dNormal, tf.mean(dNormal, 1, true)), along),
    );
    d = linear(dHidden, of(`dense_layers.${i}`), null); // [rows, in]
  }
  const [rows, columns] = x.shape;
  const { power, plusOne } = softlyOn(x);
  const dCount = tf.mul(tf.slice(d, [0, columns], [rows, 1]), 30); // (2 x)¹⁵ has slope 30 (2 x)¹⁴
  const gradient = tf.add(
    tf.slice(d, 0, [rows, columns]),
    tf.mul(dCount, tf.div(power, tf.square(plusOne))),
  );
  return tf.sqrt(tf.add(tf.sum(tf.square(gradient), 1), 1e-12));
}

/** What a critic is shown. */
export interface Shown {
  /** [rows, columns] Real rows. */
  readonly real: tf.Tensor2D;
  /** [rows, columns] Probabilities that a generator gave. */
  readonly fake: tf.Tensor2D;
  /** [rows, condition] */
  readonly conditions: tf.Tensor2D;
  /** [rows, 1] Where between real and fake rows the slope is taken. */
  readonly share: tf.Tensor2D;
}

/** How far the critic scores written rows above real ones. */
export function distance(
  config: GanConfig,
  critic: NamedTensors,
  { real, fake, conditions }: Shown,
): tf.Scalar {
  const rows = tf.concat([fake, real]);
  const both = scores(config, critic, rows, tf.concat([conditions, conditions]));
  const [ofFake, ofReal] = tf.split(both, 2);
  return tf.sub(tf.mean(ofFake), tf.mean(ofReal));
}

/** The penalty on slopes other than 1 between real and written rows. */
export function gradientPenalty(
  config: GanConfig,
  critic: NamedTensors,
  { real, fake, conditions, share }: Shown,
): tf.Scalar {
  const between: tf.Tensor2D = tf.add(real, tf.mul(share, tf.sub(fake, real)));
  const off = tf.sub(slopes(config, critic, between, conditions), 1);
  return tf.mul(config.penalty, tf.mean(tf.square(off)));
}

/** Floats that a step of both networks takes beside their parameters, the critic's being the larger. */
export function ganFootprint({ columns, generator, critic }: GanConfig, rows: number): number {
  const units = [...generator, ...critic].reduce((sum, width) => sum + width, 0);
  return rows * (50 * columns + 40 * units);
}

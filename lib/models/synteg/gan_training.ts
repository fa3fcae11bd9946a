/**
 * How SynTEG's generator and critic learn from each other: a step of each in turn, by an Adam of its
 * own.
 *
 * @see docs/specs/baselines.md section 4.3
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { dense } from "../../nn/multi_hot.ts";
import { numberOf } from "../../nn/number_of.ts";
import { adam, type AdamState, type Optimizer } from "../../nn/optimizer.ts";
import { type NamedArrays, type NamedTensors, toTensors } from "../../nn/parameters.ts";
import type { Random } from "../../random.ts";
import type { AdversarialPair } from "../interface/adversary.ts";
import {
  averagePrefix,
  distance,
  type GanConfig,
  generated,
  gradientPenalty,
  isAverage,
  type Moments,
  scores,
} from "./conditional_gan.ts";

/** Times the parameter, added to each gradient. */
const decay = 1e-5;
/** Share of a batch in the running statistics. */
const momentum = 0.1;

/** Share of what it was in an average after a step: so it is over some 200 steps. */
const averaging = 0.995;

/** Normal and uniform numbers of one step. */
export interface StepDraws {
  /** [rows × noise] Behind the rows that the critic is shown. */
  readonly forCritic: Float32Array;
  /** [rows] Where the slope is taken. */
  readonly shares: Float32Array;
  /** [rows × noise] Behind the rows that the generator learns from. */
  readonly forGenerator: Float32Array;
}

function drawsOf(rows: number, noise: number, draws: Random): StepDraws {
  const normals = () => Float32Array.from({ length: rows * noise }, () => draws.normal());
  const forCritic = normals();
  const shares = new Float32Array(rows);
  draws.fillUniform(shares);
  return { forCritic, shares, forGenerator: normals() };
}

/** Real rows and their conditions, on the backend. */
interface RealRows {
  /** [rows, columns] */
  readonly real: tf.Tensor2D;
  /** [rows, condition] */
  readonly conditions: tf.Tensor2D;
}

/** Both networks while they learn. */
interface Pair {
  readonly config: GanConfig;
  readonly generator: Optimizer;
  readonly critic: Optimizer;
  /** The generator's running statistics; replaced at every step. */
  readonly statistics: Record<string, tf.Tensor>;
  /** Averages of the generator's parameters and statistics; replaced at every step. */
  readonly averages: Record<string, tf.Tensor>;
}

const isStatistic = (name: string) => !isAverage(name) && name.includes(".running_");

function isAdamState(state: NamedArrays | AdamState): state is AdamState {
  return typeof state.steps === "number";
}

/** A network's learned parameters. */
function partOf(arrays: NamedArrays, network: "generator" | "discriminator"): NamedArrays {
  return Object.fromEntries(
    Object.entries(arrays).filter(([name]) => name.startsWith(`${network}.`) && !isStatistic(name)),
  );
}

function pairFrom(config: GanConfig, state: NamedArrays | AdamState): Pair {
  const optimizerOf = (network: "generator" | "discriminator") =>
    adam(
      isAdamState(state)
        ? {
          steps: state.steps,
          parameters: partOf(state.parameters, network),
          means: partOf(state.means, network),
          squares: partOf(state.squares, network),
        }
        : partOf(state, network),
    );
  const parameters = isAdamState(state) ? state.parameters : state;
  const tensorsOf = (isOne: (name: string) => boolean) =>
    toTensors(Object.fromEntries(Object.entries(parameters).filter(([name]) => isOne(name))));
  return {
    config,
    generator: optimizerOf("generator"),
    critic: optimizerOf("discriminator"),
    statistics: tensorsOf(isStatistic),
    averages: tensorsOf(isAverage),
  };
}

/** A scalar and its gradients by the parameters, in their order. */
function valueAndGradients(parameters: NamedTensors, f: (parameters: NamedTensors) => tf.Scalar) {
  const names = Object.keys(parameters);
  return tf.valueAndGrads((...tensors) =>
    f(Object.fromEntries(names.map((name, i) => [name, tensors[i]])))
  )(Object.values(parameters));
}

/** Gradients with the decay of the parameters added, in their order. */
function decayed(gradients: tf.Tensor[], parameters: NamedTensors): tf.Tensor[] {
  const sums = tf.tidy(() =>
    Object.values(parameters).map((each, i) => tf.add(gradients[i], tf.mul(each, decay)))
  );
  tf.dispose(gradients);
  return sums;
}

/** A step of the critic, at rows that the generator writes with its running statistics. */
async function criticStep(
  { config, generator, critic, statistics }: Pair,
  { real, conditions }: RealRows,
  draws: StepDraws,
  rate: number,
): Promise<number> {
  const { shape: [rows] } = real;
  const writing = { ...generator.parameters(), ...statistics };
  const fake = tf.tidy(() =>
    generated(config, writing, tf.tensor2d(draws.forCritic, [rows, config.noise]), conditions)
  );
  const shown = { real, fake, conditions, share: tf.tensor2d(draws.shares, [rows, 1]) };
  const parameters = critic.parameters();
  const { value, grads } = valueAndGradients(
    parameters,
    (critic) => tf.add(distance(config, critic, shown), gradientPenalty(config, critic, shown)),
  );
  tf.dispose([fake, shown.share]);
  const loss = await numberOf(value);
  await critic.step(decayed(grads, parameters), rate);
  return loss;
}

/** A step of the generator, by the critic's scores; its running statistics follow the batch's. */
async function generatorStep(
  pair: Pair,
  conditions: tf.Tensor2D,
  draws: StepDraws,
  rate: number,
): Promise<number> {
  const { config, generator, critic } = pair;
  const { shape: [rows] } = conditions;
  const moments: Moments[] = [];
  const z = tf.tensor2d(draws.forGenerator, [rows, config.noise]);
  const parameters = generator.parameters();
  const judge = critic.parameters();
  const { value, grads } = valueAndGradients(parameters, (generator) => {
    const written = generated(config, generator, z, conditions, (i, [mean, variance]) => {
      moments[i] = [tf.keep(tf.clone(mean)), tf.keep(tf.clone(variance))];
    });
    return tf.neg(tf.mean(scores(config, judge, written, conditions)));
  });
  z.dispose();
  moveStatistics(pair, moments, rows);
  const loss = await numberOf(value);
  await generator.step(decayed(grads, parameters), rate);
  moveAverages(pair);
  return loss;
}

/** Replaces a tensor by a share of it and a share of another. */
function blend(
  tensors: Record<string, tf.Tensor>,
  name: string,
  kept: number,
  other: tf.Tensor,
  taken: number,
): void {
  const before = tensors[name];
  tensors[name] = tf.tidy(() => tf.add(tf.mul(before, kept), tf.mul(other, taken)));
  before.dispose();
}

/** Moves the running statistics towards a batch's, with its unbiased variance; frees these. */
function moveStatistics({ statistics }: Pair, batch: readonly Moments[], rows: number): void {
  batch.forEach(([mean, variance], i) => {
    const kinds = [["mean", mean, 1], ["var", variance, rows / Math.max(1, rows - 1)]] as const;
    for (const [kind, found, factor] of kinds) {
      const name = `generator.batch_norm_layers.${i}.running_${kind}`;
      blend(statistics, name, 1 - momentum, found, momentum * factor);
      found.dispose();
    }
  });
}

/** Moves the averages towards what the generator is now. */
function moveAverages({ generator, statistics, averages }: Pair): void {
  const now: Record<string, tf.Tensor> = { ...generator.parameters(), ...statistics };
  for (const name of Object.keys(averages)) {
    blend(averages, name, averaging, now[name.slice(averagePrefix.length)], 1 - averaging);
  }
}

/** The state of both optimizers as one, running statistics and averages among its parameters. */
async function stateOf({ generator, critic, statistics, averages }: Pair): Promise<AdamState> {
  const [first, second] = [await generator.readState(), await critic.readState()];
  const parameters = { ...first.parameters, ...second.parameters };
  for (const [name, tensor] of Object.entries({ ...statistics, ...averages })) {
    const numbers = await tensor.data<"float32">();
    parameters[name] = { shape: tensor.shape, numbers: numbers.slice() };
  }
  return {
    steps: first.steps,
    parameters,
    means: { ...first.means, ...second.means },
    squares: { ...first.squares, ...second.squares },
  };
}

/** Both networks at work, with an optimizer each. */
export interface GanPair extends AdversarialPair {
  /** A step with given numbers. */
  stepWith(
    real: tf.Tensor2D,
    conditions: tf.Tensor2D,
    draws: StepDraws,
    share: number,
  ): Promise<{ critic: number; generator: number }>;
}

/**
 * Sets the networks against each other.
 *
 * @param state what `initialGan` or a pair's `read` gave
 */
export function ganPair(config: GanConfig, state: NamedArrays | AdamState): GanPair {
  const pair = pairFrom(config, state);
  const stepWith: GanPair["stepWith"] = async (real, conditions, draws, share) => ({
    critic: await criticStep(pair, { real, conditions }, draws, share * config.criticRate),
    generator: await generatorStep(pair, conditions, draws, share * config.generatorRate),
  });
  return {
    stepWith,
    async step({ rows, conditions }, draws, share) {
      const real = dense(rows, config.columns);
      const given = tf.tensor2d(conditions, [rows.rows, config.condition]);
      const losses = await stepWith(real, given, drawsOf(rows.rows, config.noise, draws), share);
      tf.dispose([real, given]);
      return losses;
    },
    read: () => stateOf(pair),
    dispose() {
      pair.generator.dispose();
      pair.critic.dispose();
      tf.dispose([pair.statistics, pair.averages]);
    },
  };
}

// The original's tiny generator and critic, with what they give; shared by the tests of both files.
import * as tf from "@tensorflow/tfjs-core";
import type { GanConfig } from "ehrloom/models/synteg/conditional_gan.ts";
import type { NamedArrays } from "ehrloom/nn/parameters.ts";
import { golden, type GoldenArray, goldenWeights } from "../../golden.ts";

interface Step {
  z_d: number[];
  epsilon: number[];
  z_g: number[];
  gradient_norm_per_row: number[];
  w_distance: number;
  gradient_penalty: number;
  disc_loss: number;
  gen_loss: number;
}

interface GanGolden {
  config: { g_dims: number[]; d_dims: number[]; z_dim: number; gp_weight: number };
  gan: {
    generator_weights: Record<string, GoldenArray>;
    discriminator_weights: Record<string, GoldenArray>;
    real: GoldenArray;
    conditions: GoldenArray;
    z_probe: GoldenArray;
    generator_output_eval: GoldenArray;
    generator_output_train: GoldenArray;
    discriminator_real: number[];
    discriminator_fake: number[];
    discriminator_grad_norms: Record<string, number>;
    generator_grad_norms: Record<string, number>;
    running_stats_after_5_steps: Record<string, number[]>;
    steps: Step[];
    adam: { lr: number };
  };
}

/** What the file holds. */
export const { config: sizes, gan } = golden<GanGolden>("synteg-tiny");
/** The tiny networks' sizes. */
export const config: GanConfig = {
  columns: gan.real.shape[1],
  condition: gan.conditions.shape[1],
  noise: sizes.z_dim,
  generator: sizes.g_dims.slice(0, -1),
  critic: sizes.d_dims,
  penalty: sizes.gp_weight,
  generatorRate: gan.adam.lr,
  criticRate: gan.adam.lr,
};
const prefixed = (prefix: string, weights: Record<string, GoldenArray>): NamedArrays =>
  Object.fromEntries(
    Object.entries(goldenWeights(weights))
      .filter(([name]) => !name.endsWith("num_batches_tracked"))
      .map(([name, array]) => [`${prefix}.${name}`, array]),
  );

const critic = prefixed("discriminator", gan.discriminator_weights);
/** Those of both networks. */
export const weights = { ...prefixed("generator", gan.generator_weights), ...critic };

/** A matrix of the file on the backend. */
export const matrix = ({ shape, data }: GoldenArray): tf.Tensor2D =>
  tf.tensor2d(data, [shape[0], shape[1]]);

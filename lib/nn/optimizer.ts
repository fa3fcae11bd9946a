/**
 * Adam, and all that it remembers, whatever the engine.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { type AdamEngine, adamEngine, type Gradients } from "./adam_engines.ts";
import { averagedWeights, keptShare } from "./averaged_weights.ts";
import { type FlatLayout, flatten, layoutOf, unflatten } from "./flat.ts";
import { isOnHost } from "./host.ts";
import type { NamedArrays, NamedTensors } from "./parameters.ts";

export type { Gradients };

/** Everything that Adam remembers, flat, in the order of {@link FlatLayout}. */
export interface AdamState {
  /** Steps taken so far. */
  readonly steps: number;
  /** The parameters. */
  readonly parameters: NamedArrays;
  /** Moving averages of the gradients. */
  readonly means: NamedArrays;
  /** Moving averages of their squares. */
  readonly squares: NamedArrays;
  /** Averaged weights, where there are any. */
  readonly averages?: NamedArrays;
}

/** Adam (Kingma & Ba 2015) with beta 0.9 and 0.999, epsilon 1e-8, no weight decay. */
export interface Optimizer {
  /**
   * The parameters as they are; owned by the optimizer and valid until the next step, or until other
   * ones are asked for, and so are clones and slices of them.
   */
  parameters(): NamedTensors;
  /** The parameters to keep: averaged weights where there are any; owned and valid in the same way. */
  keptParameters(): NamedTensors;
  /** How parameters and gradients lie in flat memory. */
  readonly layout: FlatLayout;
  /** Where threads find the parameters, on cpu and wasm. */
  readonly shared?: { readonly parameters: Float32Array };
  /**
   * Takes one step down the gradients, which it disposes of.
   *
   * @param gradients in the order of the names in {@link parameters}, or flat
   * @param learningRate of this step
   * @returns the gradients' Euclidean norm before the step
   */
  step(gradients: Gradients, learningRate: number): Promise<number>;
  /** A copy of the parameters to keep, in memory. */
  readParameters(): Promise<NamedArrays>;
  /** A copy of everything, to continue from later. */
  readState(): Promise<AdamState>;
  /** Frees its tensors. */
  dispose(): void;
}

/**
 * Adam for the chosen backend.
 *
 * @param initial the parameters to begin with, or the state to continue from
 * @param averageWeights the most that each step keeps of averaged weights, see {@link keptShare};
 * default 0, none are computed
 */
export function adam(initial: NamedArrays | AdamState, averageWeights = 0): Optimizer {
  const state = isAdamState(initial) ? initial : undefined;
  const parameters = isAdamState(initial) ? initial.parameters : initial;
  const layout = layoutOf(parameters);
  const buffers = [
    flatten(layout, parameters),
    state ? flatten(layout, state.means) : new Float32Array(layout.length),
    state ? flatten(layout, state.squares) : new Float32Array(layout.length),
  ] as const;
  const engine = adamEngine(layout, buffers);
  const averages = averageWeights > 0
    ? averagedWeights(layout, flatten(layout, state?.averages ?? parameters))
    : undefined;
  const { show, release } = shownParameters(layout);
  let steps = state?.steps ?? 0;
  return {
    layout,
    ...isOnHost() && { shared: { parameters: buffers[0] } },
    parameters: () => show(engine),
    keptParameters: () => show(averages ?? engine),
    async step(gradients, learningRate) {
      release();
      const norm = await engine.update(gradients, learningRate, ++steps);
      if (!(gradients instanceof Float32Array)) tf.dispose(gradients);
      const kept = keptShare(averageWeights, steps - 1);
      tf.tidy(() => averages?.add(engine.flat(), kept));
      return norm;
    },
    async readParameters() {
      const [parameters] = averages === undefined ? await engine.read() : [await averages.read()];
      return unflatten(layout, parameters);
    },
    async readState() {
      const [parameters, means, squares] = await engine.read();
      return {
        steps,
        parameters: unflatten(layout, parameters),
        means: unflatten(layout, means),
        squares: unflatten(layout, squares),
        ...averages && { averages: unflatten(layout, await averages.read()) },
      };
    },
    dispose() {
      release();
      engine.dispose();
      averages?.dispose();
    },
  };
}

/** The tensors of parameters that are lent out: made once, and freed before others are. */
function shownParameters({ names }: FlatLayout) {
  let shown:
    | { readonly of: Pick<AdamEngine, "tensors">; readonly tensors: tf.Tensor[] }
    | undefined;
  const release = () => {
    tf.dispose(shown?.tensors ?? []);
    shown = undefined;
  };
  const show = (of: Pick<AdamEngine, "tensors">): NamedTensors => {
    if (shown?.of !== of) release();
    const { tensors } = shown ??= { of, tensors: of.tensors() };
    return Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
  };
  return { show, release };
}

/** Whether this is a state to continue from, not parameters to begin with. */
export function isAdamState(initial: NamedArrays | AdamState): initial is AdamState {
  return typeof initial.steps === "number";
}

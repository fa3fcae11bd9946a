/**
 * The steps of a private training: who is in each batch, and the noise on its clipped gradients.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { GradientModel } from "../../models/interface/model.ts";
import type { FlatLayout } from "../../nn/flat.ts";
import type { Initial } from "../../nn/initial.ts";
import { stream } from "../../random.ts";
import { stepsOfEpoch } from "../batches.ts";
import type { BatchGradients, GradientSource } from "../gradients/source.ts";
import type { Training } from "../options.ts";
import { type NoisySteps, withSteps } from "./accounting/noisy_steps.ts";
import { epsilonSpent } from "./accounting/pld.ts";
import { adaptedClip, splitNoise } from "./adaptive_clip.ts";
import {
  type BitSource,
  gaussianFrom,
  secureBits,
  secureGaussian,
  seededBits,
} from "./gaussian.ts";
import type { Privacy } from "./privacy.ts";

/** Where a private training stands: part of its checkpoint. */
export interface PrivacyStanding {
  /** The steps that were taken, for the accountant. */
  readonly taken: readonly NoisySteps[];
  /** The bound of gradients in the next step. */
  readonly clip: number;
}

/** What protects the patients of a training. */
export interface Protection {
  /**
   * The batch of a step, counted from 0 over all epochs: every patient with the same probability; may be
   * empty.
   */
  batch(step: number): Int32Array;
  /** Gradients that disclose no more than the budget allows; each call is a step. */
  protected(source: GradientSource): GradientSource;
  /** Where the training stands. */
  standing(): PrivacyStanding;
  /** The ε that was spent so far. */
  epsilon(): number;
}

/**
 * Protection for a training, from its start or from where it stands.
 *
 * @param layout of the parameters
 * @throws {RangeError} If the epochs that are left would overspend the budget
 */
export function protection(
  { initial }: Pick<GradientModel, "initial">,
  layout: FlatLayout,
  privacy: Privacy,
  training: Pick<Training, "seed" | "batch" | "steps">,
  { taken, clip }: PrivacyStanding = { taken: [], clip: privacy.clip },
): Protection {
  const { patients, samplingRate, noiseMultiplier, delta, adaptiveClip } = privacy;
  const { seed } = training;
  const steps = stepsOfEpoch(patients, training);
  const expected = samplingRate * patients;
  checkBudget(privacy, steps, taken);
  const spans = trainedSpans(initial, layout);
  const noise = new Float32Array(layout.length);
  const split = adaptiveClip ? splitNoise(noiseMultiplier, expected) : undefined;
  const deviation = split?.gradients ?? noiseMultiplier;
  const stepsTaken = () => taken.reduce((sum, { steps }) => sum + steps, 0);
  const gaussianOf = gaussianSource(privacy, seed);
  return {
    batch: (step) => poissonBatch(privacy, seed, step),
    protected: ({ compute, dispose }) => ({
      dispose,
      async compute(records, moment) {
        const found = await compute(records, moment, clip);
        const step = stepsTaken();
        fillNoise(noise, spans, gaussianOf("noise", step), deviation * clip / expected);
        const gradients = withNoise(found.gradients, noise, expected);
        if (split !== undefined) {
          const inNoise = split.share * gaussianOf("share", step)();
          clip = adaptedClip(clip, (countAbove(found, records.length) + inNoise) / expected);
        }
        taken = withSteps(taken, { samplingRate, noiseMultiplier, steps: 1 });
        return { loss: found.loss, gradients };
      },
    }),
    standing: () => ({ taken, clip }),
    epsilon: () => epsilonSpent(taken, delta),
  };
}

/** A budget in a file that was changed, or steps that another budget paid for, must not pass. */
function checkBudget(
  { samplingRate, noiseMultiplier, epochs, epsilon, delta }: Privacy,
  steps: number,
  taken: readonly NoisySteps[],
): void {
  const left = epochs * steps - taken.reduce((sum, { steps }) => sum + steps, 0);
  if (left <= 0) return;
  const spent = epsilonSpent(
    withSteps(taken, { samplingRate, noiseMultiplier, steps: left }),
    delta,
  );
  if (spent <= epsilon) return;
  throw new RangeError(
    `Cannot train privately for ${epochs} epochs: they would spend an epsilon of ` +
      `${spent.toFixed(4)}, and the budget is ${epsilon}`,
  );
}

/** Patients in the batch of a step, counted from 0 over all epochs. */
function poissonBatch(
  { patients, samplingRate, noiseSource }: Privacy,
  seed: number,
  step: number,
): Int32Array {
  const source: BitSource = noiseSource === "secure"
    ? secureBits()
    : seededBits(stream("privateBatches", seed, step));
  const limit = samplingRate * 2 ** 32; // whole, see samplingRateOf
  const found: number[] = [];
  for (let patient = 0; patient < patients; patient++) {
    if (source.bits() < limit) found.push(patient);
  }
  return Int32Array.from(found);
}

/** What noise is for: the gradients, or the share of those that are not clipped. */
type Purpose = "noise" | "share";

/** Normal numbers for a purpose and a step. */
function gaussianSource(
  { noiseSource }: Privacy,
  seed: number,
): (purpose: Purpose, step: number) => () => number {
  if (noiseSource === "secure") {
    const source = secureBits();
    return () => () => secureGaussian(source);
  }
  return (purpose, step) => {
    const source = seededBits(
      purpose === "noise" ? stream("privateNoise", seed, step) : stream("privateShare", seed, step),
    );
    return () => gaussianFrom(source);
  };
}

/** Where the numbers begin and end, by turns, that training changes: the others get no noise. */
export function trainedSpans(
  initial: Readonly<Record<string, Initial>>,
  { names, shapes, sizes, starts }: FlatLayout,
): Int32Array {
  const spans: number[] = [];
  names.forEach((name, i) => {
    const { isBuffer, isComputed, seen } = initial[name];
    const [rows, columns] = shapes[i];
    const at = starts[i];
    if (seen !== undefined) {
      for (let r = 0; r < rows; r++) spans.push(at + r * columns, at + r * columns + seen(r));
    } else if (!isBuffer && !isComputed) spans.push(at, at + sizes[i]);
  });
  return Int32Array.from(spans);
}

function fillNoise(
  noise: Float32Array,
  spans: Int32Array,
  gaussian: () => number,
  deviation: number,
): void {
  for (let i = 0; i < spans.length; i += 2) {
    for (let at = spans[i]; at < spans[i + 1]; at++) noise[at] = deviation * gaussian();
  }
}

/** Clipped gradients divided by the expected batch, and noise; takes the gradients. */
function withNoise(
  gradients: BatchGradients["gradients"],
  noise: Float32Array,
  expected: number,
): BatchGradients["gradients"] {
  if (gradients instanceof Float32Array) {
    for (let i = 0; i < gradients.length; i++) gradients[i] = gradients[i] / expected + noise[i];
    return gradients;
  }
  if (Array.isArray(gradients)) throw new TypeError("Clipped gradients are flat");
  const sum = tf.tidy(() => tf.add<tf.Tensor1D>(tf.div(gradients, expected), tf.tensor1d(noise)));
  gradients.dispose();
  return sum;
}

/** How many more patients are within the bound than half of the batch. */
function countAbove({ unclipped }: BatchGradients, batch: number): number {
  if (unclipped === undefined) throw new TypeError("Clipped gradients come with a count");
  return unclipped - batch / 2;
}

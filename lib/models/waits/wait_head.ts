/**
 * A head for the time between visits beside a head for their codes. The probability of a record is
 *
 * p(labels) p(visit 1 | labels) ∏ p(wait t | what was before) p(visit t | what was before, wait t).
 *
 * The history after a visit gives the density of the wait for the next one (`wait_density.ts`). The codes
 * of that visit are predicted from the history plus what is seen of the wait, and its row in the history
 * has the wait too.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Footprint } from "../../nn/footprint.ts";
import { constant, gaussian, type Initials } from "../../nn/initial.ts";
import { affine, linear } from "../../nn/linear.ts";
import { matrix, type NamedTensors } from "../../nn/parameters.ts";
import type { RecordOffsets } from "../../nn/record_rows.ts";
import type { Steps } from "../interface/writing.ts";
import { type ConfigOf, count } from "../interface/settings.ts";
import { waitLogDensities } from "./wait_density.ts";
import { waitFeatureCount, waitFeatures } from "./wait_features.ts";
import type { WaitStart } from "./wait_start.ts";

/** The setting of models that can have the head. */
export const waitSettings = {
  waits: count(
    0,
    "Times between visits are learned to the day or finer, by N log-normals. 0: not by them",
    { min: 0, max: 100, before: 0 },
  ),
};

/** Sizes of the head. */
export type WaitConfig = ConfigOf<typeof waitSettings> & { readonly width: number };

/**
 * The head's parameters to begin with; none without it. Components with equal starts must part.
 *
 * @param seen width of the histories, with what stands beside them
 */
export function initialWaits({ waits, width }: WaitConfig, seen: number): Initials {
  if (waits === 0) return {};
  return {
    "wait_head.weight": {
      shape: [3 * waits, seen],
      draw(random, drawn) {
        const numbers = new Float32Array(3 * waits * seen);
        numbers.set(gaussian([waits, seen], 0.02).draw(random, drawn)); // of the probabilities
        return numbers;
      },
    },
    "wait_head.bias": constant([3 * waits], 0),
    "wait_seen.history.weight": gaussian([waitFeatureCount, width], 0.02),
    "wait_seen.visit.weight": gaussian([waitFeatureCount, seen], 0.02),
  };
}

/** What the head adds to a row's part of a pass. */
export function waitRow({ waits, width }: WaitConfig): Footprint {
  return waits === 0
    ? { kept: 0, passing: 0 }
    : { kept: 4 * width + 2 * waitFeatureCount + 6 * waits, passing: 170 * waits };
}

/** The head of a trained or a new model. */
export interface WaitHead {
  /** What the density starts from. */
  readonly start: WaitStart;
  /** What rows of the history get for the waits before them; [rows, width]. */
  seenInHistory(waits: Float64Array): tf.Tensor2D;
  /** {@link seenInHistory} for rows being written. */
  seenInSteps(steps: Steps): tf.Tensor2D;
  /** Histories from which visits are predicted that come after waits; [rows, width]. */
  afterWaits(histories: tf.Tensor2D, waits: Float64Array): tf.Tensor2D;
  /** [rows, 3 × components] what {@link waitLogDensities} takes. */
  outputs(histories: tf.Tensor2D): tf.Tensor2D;
  /** [rows] as {@link waitLogDensities} gives it. */
  logDensities(histories: tf.Tensor2D, waits: Float64Array): tf.Tensor1D;
}

/** The head with these parameters. */
export function waitHead(parameters: NamedTensors, start: WaitStart): WaitHead {
  const seen = (name: string, waits: Float64Array) =>
    linear(waitFeatures(waits, start), matrix(parameters, `wait_seen.${name}.weight`), null);
  const outputs = (histories: tf.Tensor2D) => affine(parameters, "wait_head", histories);
  return {
    start,
    seenInHistory: (waits) => seen("history", waits),
    seenInSteps: ({ rows, waits = new Float64Array(rows).fill(NaN) }) => seen("history", waits),
    afterWaits: (histories, waits) => tf.add(histories, seen("visit", waits)),
    outputs,
    logDensities: (histories, waits) => waitLogDensities(outputs(histories), waits, start),
  };
}

/**
 * The waits before the rows that a model sees, from those before the rows that it predicts: each record's
 * a row later.
 *
 * @param waits [rows]
 * @param offsets [records + 1] which rows are whose
 */
export function waitsSeen(waits: Float64Array, offsets: RecordOffsets): Float64Array {
  const seen = new Float64Array(waits.length).fill(NaN);
  seen.set(waits.subarray(0, -1), 1);
  for (const first of offsets) seen[first] = NaN;
  return seen;
}

/**
 * Biases of the logits of tokens, which tied heads do not have as published: one for each token at
 * each kind of position, so that calibration can bring the frequencies of tokens to those of the
 * records. The kind of a position is that of the token before it: the first code of a visit has
 * other frequencies than the next ones.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Cohort } from "../../cohort/cohort.ts";
import { type Memory, memoryBeside } from "../../nn/memory.ts";
import { constant, type Initials } from "../../nn/initial.ts";
import { dense, type MultiHot } from "../../nn/multi_hot.ts";
import type { NamedTensors } from "../../nn/parameters.ts";
import type { GradientModel } from "../interface/model.ts";
import type { LogOddsTally } from "../interface/output_biases.ts";
import { biasName } from "./tied_head.ts";
import {
  permittedSteps,
  spelledLogits,
  type Spelling,
  tokenLikelihoods,
} from "./token_likelihood.ts";

/** Kinds of positions in a sequence. */
export interface PositionKinds {
  /** How many. */
  readonly count: number;
  /** [tokens] The kind of the position after each token. */
  readonly after: Uint8Array;
}

/** Initial parameters with biases of 0. */
export function withInitialBiases(initials: Initials, kinds?: PositionKinds): Initials {
  if (kinds === undefined) return initials;
  return { ...initials, [biasName]: constant([kinds.after.length, kinds.count], 0) };
}

/**
 * Histories that also tell the kind of position, by which a head with biases chooses among them.
 *
 * @param history [rows, width]
 * @param inputs the token of each row
 * @param kinds undefined if the head has no biases
 * @returns [rows, width + kinds]
 */
export function withKinds(
  history: tf.Tensor2D,
  inputs: MultiHot,
  kinds: PositionKinds | undefined,
): tf.Tensor2D {
  return kinds === undefined ? history : tf.concat([history, kindRows(inputs, kinds)], 1);
}

/** The kind of the position after each token: [rows, kinds]. */
function kindRows({ rows, offsets, columns }: MultiHot, { count, after }: PositionKinds) {
  return dense(
    { rows, offsets, columns: Int32Array.from(columns, (token) => after[token]) },
    count,
  );
}

/** A memory that does the same. */
export function memoryWithKinds(memory: Memory, kinds: PositionKinds | undefined): Memory {
  return kinds === undefined ? memory : memoryBeside(memory, (steps) => kindRows(steps, kinds));
}

/**
 * What a model over tokens has of its spelling: records' likelihoods, and biases to calibrate.
 *
 * @param kinds undefined if its head has no biases
 */
export function spelledModel(
  kinds: PositionKinds | undefined,
  spellingOf: (parameters: NamedTensors) => Spelling,
): Required<Pick<GradientModel, "likelihoods">> & Pick<GradientModel, "outputBiases"> {
  return {
    likelihoods: (parameters, cohort, records) =>
      tokenLikelihoods(cohort, records, spellingOf(parameters)),
    ...kinds && {
      outputBiases: {
        parameter: biasName,
        from: 0,
        count: kinds.after.length * kinds.count,
        passes: 4,
        tally: (parameters, cohort, records, tally) =>
          tallyTokens(cohort, records, spellingOf(parameters), kinds, tally),
      },
    },
  };
}

/** ln(p / (1 − p)) of ln p. Where p is below 1e-5 they are the same, which saves most of the time. */
function logOddsOf(logProbability: number): number {
  if (logProbability < -12) return logProbability;
  return logProbability - Math.log1p(-Math.exp(Math.min(logProbability, -1e-7)));
}

/**
 * Adds every token that is permitted at a step of a record to a tally. Steps without a choice say
 * nothing of biases, and would only shorten their shifts: SynEHRgy repeats a patient's sex in every
 * stay, but chooses it in the first.
 */
async function tallyTokens(
  cohort: Cohort,
  records: Int32Array,
  spelling: Spelling,
  { count, after }: PositionKinds,
  tally: LogOddsTally,
): Promise<void> {
  const { sequences, logitsOf, columns } = await spelledLogits(cohort, records, spelling);
  for (const [i, all] of sequences.entries()) {
    const tokens = all.slice(0, spelling.codec.limit);
    const logits = logitsOf(i);
    const steps = permittedSteps(spelling.codec, tokens, logits, columns);
    for (const { step, from, logMass, forbidden, permitted } of steps) {
      if (permitted === 1) continue;
      const kind = after[tokens[step - 1]];
      for (let token = 0; token < columns; token++) {
        if (forbidden?.[token] === 1) continue;
        tally.add(token * count + kind, logOddsOf(logits[from + token] - logMass));
      }
      tally.addActual(tokens[step] * count + kind);
    }
  }
}

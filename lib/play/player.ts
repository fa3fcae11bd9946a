/**
 * A model ready to be played with: draws patients step by step and remembers what each step was drawn
 * from. It calls the loops of `generate/`, so that equal seeds give the patients of `generate()`.
 *
 * @module
 */
import { halo } from "../models/halo.ts";
import type { ModelFamily } from "../models/interface/model.ts";
import type { StepSampling } from "../models/interface/writing.ts";
import { rowOf, rowsFrom } from "../nn/multi_hot.ts";
import {
  isPredicting,
  nextProbabilities,
  type Predicting,
} from "../generate/next_probabilities.ts";
import { samplingOf } from "../generate/sampling_of.ts";
import { writtenBySteps } from "../generate/steps.ts";
import type { Run } from "../train/run_folder.ts";
import { checkPlayable } from "./playable.ts";

/** A run of HALO whose parameters are on the engine. */
export interface Player {
  readonly run: Run;
  readonly sampling: StepSampling;
}

/**
 * Puts a run's parameters on the engine.
 *
 * @throws {RangeError} If a page cannot play with it
 */
export function playerOf(run: Run): Player {
  checkPlayable(run);
  const { model, config, schema } = run.runConfig;
  const family: ModelFamily = halo;
  const { sampling } = samplingOf(run, family.create(config, schema));
  if (sampling.kind !== "steps") throw new RangeError(`Cannot play: "${model}" writes no steps`);
  return { run, sampling };
}

/** One row of a patient. */
export interface DrawnStep {
  /** Columns that are on, ascending. */
  readonly row: readonly number[];
  /** [columns] The random numbers that it was drawn from; absent where it was given. */
  readonly uniforms?: Float32Array;
}

/** A visit with codes. */
export interface DrawnVisit {
  /** Ascending. */
  readonly codes: readonly number[];
  /** Its place among the patient's steps. */
  readonly step: number;
}

/** A drawn patient. */
export interface DrawnPatient {
  /** From 0. */
  readonly number: number;
  /** [labels] 0 or 1 for each. */
  readonly labels: readonly number[];
  readonly visits: readonly DrawnVisit[];
  /** All rows: start, labels, then visits, also those without codes, which are no part of the record. */
  readonly steps: readonly DrawnStep[];
  /** Whether the patient has as many rows as the model writes at most, and no end. */
  readonly isCutOff: boolean;
}

/** A sampling that remembers the rows of the one record that was begun last. */
function remembering(sampling: StepSampling): { watched: StepSampling; steps: () => DrawnStep[] } {
  let steps: DrawnStep[] = [];
  const watched: StepSampling = {
    ...sampling,
    begin() {
      const writer = sampling.begin();
      const own: DrawnStep[] = [];
      let taken = 0;
      steps = own;
      return {
        ...writer,
        advance(rows) {
          own[taken] ??= { row: Array.from(rowOf(rows, 0)) };
          taken++;
          writer.advance(rows);
        },
        async draw(positions, uniforms, forbidden) {
          const drawn = await writer.draw(positions, uniforms, forbidden);
          own[taken] = { row: Array.from(rowOf(drawn, 0)), uniforms };
          return drawn;
        },
      };
    },
  };
  return { watched, steps: () => steps };
}

/** Which patient to draw. */
export interface PatientOrder {
  readonly seed: number;
  /** From 0: the patient that `generate()` gives with `first` this number. */
  readonly number: number;
  /** What is given, by index; the other labels are drawn. */
  readonly labels?: ReadonlyMap<number, 0 | 1>;
}

/**
 * Draws a patient.
 *
 * @throws {RangeError} If labels are given that the model never draws together
 */
export async function drawnPatient(
  { run, sampling }: Player,
  { seed, number, labels = new Map() }: PatientOrder,
): Promise<DrawnPatient> {
  const { watched, steps: drawnSteps } = remembering(sampling);
  const order = { first: number, size: 1, seed, wanted: { labels }, onEnded: () => {} };
  const [written] = await writtenBySteps(watched, order);
  const codeCount = run.vocabulary.codes.length;
  const steps = drawnSteps();
  const visits = steps.map(({ row }, step) => ({
    codes: row.filter((column) => column < codeCount),
    step,
  }));
  return {
    number,
    labels: written.labels,
    visits: visits.filter(({ codes, step }) => step > 1 && codes.length > 0),
    steps,
    isCutOff: written.isCutOff,
  };
}

/** A writer that gives probabilities; the caller disposes of it. */
export function begun({ sampling }: Player): Predicting {
  const writer = sampling.begin();
  if (!isPredicting(writer)) throw new RangeError("Cannot play: the model gives no probabilities");
  return writer;
}

/**
 * [columns] Probabilities of the row after some steps.
 *
 * @param steps rows from the first
 * @param options.known columns of the row that are on, ascending; default none
 * @param options.draws as for `conditionals()`: 0 for each column given `known` exactly
 */
export async function probabilitiesAfter(
  player: Player,
  steps: readonly DrawnStep[],
  { known = [], ...averaging }: {
    readonly known?: readonly number[];
    readonly draws?: number;
    readonly seed?: number;
  } = {},
): Promise<Float64Array> {
  const writer = begun(player);
  try {
    const rows = steps.map(({ row }) => [...row]);
    const { codec } = player.sampling;
    return await nextProbabilities(codec, writer, { steps: rows, known }, averaging);
  } finally {
    writer.dispose();
  }
}

/** One pass of the fixed-point sampler over a row. */
export interface Pass {
  /** Columns that are on after it, ascending. */
  readonly row: readonly number[];
  /** [columns] The probabilities that it compared with the random numbers. */
  readonly probabilities: Float64Array;
}

/**
 * The passes by which the fixed-point sampler draws a row, from none of its columns to the last pass,
 * which changes nothing. Its probabilities are those of the draw code by code.
 *
 * @param steps rows before it, from the first
 * @param uniforms [columns]
 * @see `nn/fixed_point.ts`, which draws many rows this way
 */
export async function passesOf(
  player: Player,
  steps: readonly DrawnStep[],
  uniforms: Float32Array,
): Promise<Pass[]> {
  const passes: Pass[] = [];
  let known: readonly number[] = [];
  for (let isFinal = false; !isFinal;) {
    const probabilities = await probabilitiesAfter(player, steps, { known });
    const row = Array.from(uniforms.keys()).filter((c) => uniforms[c] < probabilities[c]);
    passes.push({ row, probabilities });
    isFinal = row.length === known.length && row.every((column, i) => column === known[i]);
    known = row;
  }
  return passes;
}

/**
 * How the probabilities of a row's columns move while it is drawn: each time that a column comes on,
 * those of later columns change.
 *
 * @param steps rows before it, from the first
 * @param row its columns that are on, ascending
 * @returns [on + 1][columns] probabilities given the first 0, 1, 2, … of these and no other
 */
export async function prefixProbabilities(
  player: Player,
  steps: readonly DrawnStep[],
  row: readonly number[],
): Promise<Float32Array[]> {
  const writer = begun(player);
  try {
    for (const { row } of steps) writer.advance(rowsFrom([row]));
    const prefixes = Array.from({ length: row.length + 1 }, (_, count) => row.slice(0, count));
    const found = await writer.probabilities(new Int32Array(prefixes.length), rowsFrom(prefixes));
    const columns = found.length / prefixes.length;
    return prefixes.map((_, i) => found.slice(i * columns, (i + 1) * columns));
  } finally {
    writer.dispose();
  }
}

/** What single codes of a row do to the probabilities of others. */
export interface Influences {
  /** [codes] Probability of each if none is on. */
  readonly none: Float32Array;
  /** [codes × codes] Probability of each if one other is on; the code that is drawn first. */
  readonly one: Float32Array;
}

/**
 * How much each code changes the probability of each other one in the next row, if it alone is on. The
 * mask lets nothing change where the code that is seen does not come before.
 *
 * @param steps rows before it, from the first
 */
export async function influences(
  player: Player,
  steps: readonly DrawnStep[],
): Promise<Influences> {
  const { codes } = player.run.vocabulary;
  const count = codes.length;
  const writer = begun(player);
  try {
    for (const { row } of steps) writer.advance(rowsFrom([row]));
    // the first row has no code on, the others one each
    const known = rowsFrom([[], ...codes.map((_, code) => [code])]);
    const found = await writer.probabilities(new Int32Array(count + 1), known);
    const columns = found.length / (count + 1);
    return {
      none: found.slice(0, count),
      one: Float32Array.from(
        { length: count * count },
        (_, i) => found[(i % count + 1) * columns + Math.floor(i / count)],
      ),
    };
  } finally {
    writer.dispose();
  }
}

/**
 * What training, generation and evaluation know of a model. A model is made for one cohort's
 * vocabulary and labels; its parameters travel beside it, by name, so that the same model can be
 * asked about the best and the latest ones.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs-core";
import type { Cohort } from "../cohort/cohort.ts";
import type { MaskedHead } from "../nn/masked_head.ts";
import type { MultiHot } from "../nn/multi_hot.ts";
import type { NamedArrays, NamedTensors } from "../nn/parameters.ts";
import type { Random } from "../nn/random.ts";

/** A model's settings as config.json stores them. */
export type ModelConfig = Readonly<Record<string, number>>;

/** One setting of a model: what it means, its default and its bounds. */
export interface Setting {
  /** A sentence for help texts and for errors. */
  readonly help: string;
  /** Used when the user sets none; where left out, it is derived from the cohort. */
  readonly default?: number;
  /** Smallest value allowed. */
  readonly min: number;
  /** Largest value allowed; no bound when left out. */
  readonly max?: number;
  /** Whether fractions make sense. */
  readonly isReal?: boolean;
}

/** What a model must know of the cohort that it is made for. */
export interface CohortShape {
  /** Number of codes in the vocabulary. */
  readonly codes: number;
  /** Number of labels. */
  readonly labels: number;
  /** Visits of the longest record. */
  readonly longest: number;
}

/** A kind of model, such as HALO; one line of the registry each. */
export interface ModelFamily {
  /** As on the command line. */
  readonly name: string;
  /** One sentence, with the paper. */
  readonly summary: string;
  /** The settings that users may set, by name. */
  readonly settings: Readonly<Record<string, Setting>>;
  /**
   * The whole config for a cohort.
   *
   * @throws {RangeError} If settings contradict each other or the cohort
   */
  configFor(shape: CohortShape, set: ModelConfig): ModelConfig;
  /** The model of a config that {@link configFor} gave, perhaps long ago. */
  create(config: ModelConfig): Model;
}

/** What a model says of one record when it is shown the truth (specs/halo.md section 7). */
export interface RecordLikelihood {
  /** Natural log-probability of the record: the sum over its cells. */
  readonly logProbability: number;
  /** Rows predicted: the label row and every visit. */
  readonly visits: number;
  /** Cells that are on: codes, labels and the end of the record. */
  readonly positives: number;
  /** Cells that are on and were given a probability above one half. */
  readonly truePositives: number;
  /** Cells that are off and were given a probability above one half. */
  readonly falsePositives: number;
  /** Cells that are on and were given one half or less. */
  readonly falseNegatives: number;
}

/** Writes many records visit by visit, remembering what it has written. */
export interface VisitStepper {
  /** The head that turns histories into the next rows. */
  readonly head: MaskedHead;
  /**
   * Takes in one more row of every record.
   *
   * @returns [records, width] the histories up to and with that row; the caller disposes
   */
  advance(rows: MultiHot): tf.Tensor2D;
  /** Forgets all records but those at the given positions, which rise. */
  keep(positions: Int32Array): void;
  /** Frees what it remembers. */
  dispose(): void;
}

/** A model for one vocabulary and set of labels. */
export interface Model {
  /** The name of its family. */
  readonly family: string;
  /** All settings, as they were used. */
  readonly config: ModelConfig;
  /** Width of a row: codes, labels and special tokens. */
  readonly columns: number;
  /** Most rows a record can take. */
  readonly rowLimit: number;
  /** Parameters to begin training with. */
  initialize(random: Random): NamedArrays;
  /**
   * Parameters from a state dict of the original code, by its own names: buffers are left out and
   * what its masks hide is set to zero.
   *
   * @throws {RangeError} If a parameter is missing, unknown or of another shape than the config's
   */
  fromOriginal(stateDict: NamedArrays): NamedArrays;
  /** The state dict that the original code loads: the parameters and its constant buffers. */
  toOriginal(parameters: NamedArrays): NamedArrays;
  /** Rows that a record takes: what batches of similar records are made by. */
  rowsOf(cohort: Cohort, record: number): number;
  /**
   * Negative log-likelihood in nats, summed over the records.
   *
   * @param parameters on the backend
   * @param cohort whose vocabulary and labels are the model's
   * @param records indices into the cohort
   */
  loss(parameters: NamedTensors, cohort: Cohort, records: Int32Array): tf.Scalar;
  /** What divides {@link loss} to give the figure that the original minimises. */
  lossDivisor(recordCount: number): number;
  /** Each record's likelihood under teacher forcing. */
  likelihoods(
    parameters: NamedTensors,
    cohort: Cohort,
    records: Int32Array,
  ): Promise<RecordLikelihood[]>;
  /** Begins to write as many records as the first rows it is given. */
  stepper(parameters: NamedTensors): VisitStepper;
}

/**
 * What training, generation and evaluation know of a model. A model is made for one cohort's
 * vocabulary and labels; its parameters travel beside it, by name, so that the same model can be
 * asked about the best and the latest ones.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs-core";
import type { CodeGraph } from "../../cohort/codes/code_graph.ts";
import type { Cohort } from "../../cohort/cohort.ts";
import type { Footprint } from "../../nn/footprint.ts";
import type { Initials } from "../../nn/initial.ts";
import type { NamedArrays, NamedTensors } from "../../nn/parameters.ts";
import type { Random } from "../../random.ts";
import type { OnProgress } from "../../progress.ts";
import type { CodeEmbeddings } from "../knowledge/code_embeddings.ts";
import type { Schema } from "../synehrgy/record_schema.ts";
import type { Adversary } from "./adversary.ts";
import type { ModelConfig, Settings } from "./settings.ts";
import type { RecordSampling, StepSampling } from "./writing.ts";

/** What a user knows of the codes beside the records, for models that can use it. */
export interface CodeKnowledge {
  /** Vectors of the codes' descriptions; from the descriptions themselves where left out. */
  readonly embeddings?: CodeEmbeddings | undefined;
  /** What lies above the codes; by their code systems where left out. */
  readonly hierarchy?: CodeGraph | undefined;
}

/**
 * A kind of model, such as HALO; one line of the registry each.
 *
 * @typeParam C its configs: what its settings, what it derives and the cohort's sizes describe. Every
 * config that the registry hands to a family was checked against them.
 */
export interface ModelFamily<M extends Model = Model, C extends ModelConfig = ModelConfig> {
  /** As on the command line. */
  readonly name: string;
  /** One sentence, with the paper. */
  readonly summary: string;
  /** The settings that users may set, by name. */
  readonly settings: Settings;
  /** What else its configs hold, beside the cohort's sizes; nothing when left out. */
  readonly derived?: Settings;
  /** Whether `compare` takes it where no models are named; it does when left out. */
  readonly isCompared?: boolean;
  /**
   * The whole config for a cohort.
   *
   * @throws {RangeError} If settings contradict each other, the cohort or what is known of codes
   */
  configFor(cohort: Cohort, set: Partial<C>, knowledge?: CodeKnowledge): C;
  /**
   * What the model's tokens stand for, in models where that is fitted on the cohort's training
   * records; stored with the run.
   *
   * @param config that {@link configFor} gave
   */
  schemaFor?(cohort: Cohort, config: C): Schema;
  /**
   * The model of a config that {@link configFor} gave, perhaps long ago.
   *
   * @param schema that {@link schemaFor} gave, where the family has it
   */
  create(config: C, schema?: Schema): M;
}

/** What a model says of one record when it is shown the truth (docs/specs/halo.md section 7). */
export interface RecordLikelihood {
  /** Natural log-probability of the record; a lower bound of it where `likelihoodIsBound`. */
  readonly logProbability: number;
  /** Rows predicted: the label row and every visit. */
  readonly visits: number;
  /** Cells that are on: codes, labels and the end of the record. */
  readonly positives: number;
  /** How its cells were foreseen; not in models that give single cells no probability. */
  readonly hits?: CellHits;
}

/** Cells of a record's rows, counted by the truth and by what a model took for likely. */
export interface CellHits {
  /** Cells that are on and were given a probability above one half. */
  readonly truePositives: number;
  /** Cells that are off and were given a probability above one half. */
  readonly falsePositives: number;
  /** Cells that are on and were given one half or less. */
  readonly falseNegatives: number;
}

/** The two exact ways to draw a visit's codes from a masked head. */
export type Sampler = "fixed-point" | "block-order";

/** What all models for one vocabulary and set of labels have. */
interface AnyModel {
  /** The name of its family. */
  readonly family: string;
  /** All settings, as they were used. */
  readonly config: ModelConfig;
  /** What its tokens stand for, where that was fitted. */
  readonly schema?: Schema | undefined;
  /** Columns of a step: codes, labels and special tokens. */
  readonly columns: number;
  /** Ways to draw a step that users may choose from, the first being the default; may be none. */
  readonly samplers: readonly Sampler[];
  /** Most rows of a record that it can read and write, as {@link rowsOf} counts them. */
  readonly rowLimit: number;
  /** Rows of a record that the network reads in training: batches hold records of similar length. */
  rowsOf(cohort: Cohort, record: number): number;
  /** Whether its `likelihoods` bound the records' probabilities from below; exact when left out. */
  readonly likelihoodIsBound?: boolean;
  /** What a user should know of how the model sees this cohort, by name; for the run's config. */
  remarks?(cohort: Cohort): Readonly<Record<string, string>>;
}

/** When in a training a loss is asked for: what noise and weights that change by epoch depend on. */
export interface TrainingMoment {
  /** The training's. */
  readonly seed: number;
  /** Epochs finished. */
  readonly epoch: number;
}

/** A model that learns by descent along the gradients of its loss. */
export interface GradientModel extends AnyModel {
  /** How its parameters begin, and their shapes; those of the first stage where there are two. */
  readonly initial: Initials;
  /** The second stage of training, where the model has one. */
  readonly adversary?: Adversary;
  /**
   * Parameters that are worked out before training from what is known of the codes, and that
   * training leaves as they are; {@link initial} has them as zeros.
   *
   * @returns the parameters, and for the run's config where each comes from
   * @throws {RangeError} If what is known does not fit the vocabulary
   */
  tables?(
    cohort: Pick<Cohort, "vocabulary" | "labelNames">,
    knowledge: CodeKnowledge,
    options: { readonly random: Random; readonly onProgress?: OnProgress | undefined },
  ): Promise<{ tables: NamedArrays; sources: Readonly<Record<string, string>> }>;
  /**
   * Parameters from a state dict of the original code, by its own names: buffers are left out and
   * what its masks hide is set to zero.
   *
   * @throws {RangeError} If a parameter is missing, unknown or of another shape than the config's
   */
  fromOriginal(stateDict: NamedArrays): NamedArrays;
  /** The state dict that the original code loads: the parameters and its constant buffers. */
  toOriginal(parameters: NamedArrays): NamedArrays;
  /**
   * Negative log-likelihood in nats, or what bounds it, summed over the records.
   *
   * @param parameters on the backend
   * @param cohort whose vocabulary and labels are the model's
   * @param records indices into the cohort
   * @param moment of training; left out where the model is judged, which has to give the same each
   * time
   */
  loss(
    parameters: NamedTensors,
    cohort: Cohort,
    records: Int32Array,
    moment?: TrainingMoment,
  ): tf.Scalar;
  /**
   * What validation goes by where {@link loss} has terms that are no likelihood; in nats, summed
   * over the records.
   */
  validationLoss?(parameters: NamedTensors, cohort: Cohort, records: Int32Array): tf.Scalar;
  /**
   * What divides {@link loss} of a batch of average length to give the figure that the original
   * minimises.
   */
  lossDivisor(cohort: Cohort, recordCount: number): number;
  /**
   * Each record's likelihood under teacher forcing; not in models that give sets of codes no
   * probability.
   */
  likelihoods?(
    parameters: NamedTensors,
    cohort: Cohort,
    records: Int32Array,
  ): Promise<RecordLikelihood[]>;
  /**
   * Floats that a pass over records takes on the engine, beside the parameters: an upper bound that is
   * at most about twice too high, since batches are cut and trainings refused by it.
   */
  footprint(cohort: Cohort, records: Int32Array): Footprint;
  /** Floats that writing so many records side by side takes, the parameters aside, at their longest. */
  writingFootprint(records: number): number;
  /**
   * Makes ready to write records.
   *
   * @param parameters on the backend, to be kept there until the sampling is disposed of
   * @param sampler one of {@link samplers}
   */
  sampling(parameters: NamedTensors, sampler?: Sampler): StepSampling | RecordSampling;
}

/** A model that learns by counting, in one pass: the floors that others are compared with. */
export interface CountedModel extends AnyModel {
  /** Its parameters for these records. */
  learn(cohort: Cohort): NamedArrays;
  /** Shapes of its parameters by name; -1 for sizes that depend on the records. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Names of parameters in which NaN stands for what is not known. */
  readonly maybeUnknown?: readonly string[];
  /** As in {@link GradientModel}. */
  likelihoods?(
    parameters: NamedArrays,
    cohort: Cohort,
    records: Int32Array,
  ): Promise<RecordLikelihood[]>;
  /** As in {@link GradientModel}. */
  sampling(parameters: NamedArrays): StepSampling | RecordSampling;
}

/** A model for one vocabulary and set of labels. */
export type Model = GradientModel | CountedModel;

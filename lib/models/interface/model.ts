/**
 * What training, generation and evaluation know about a model. A model is made for one cohort's
 * vocabulary and labels. Its parameters are passed to it by name, so that the same model works with
 * the best and the latest ones.
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
import type { Block } from "../numbers/blocks.ts";
import type { GivenBins } from "../numbers/given_bins.ts";
import type { Schema } from "../numbers/record_schema.ts";
import type { Adversary } from "./adversary.ts";
import type { ModelConfig, Settings } from "./settings.ts";
import type { OutputBiases } from "./output_biases.ts";
import type { RecordSampling, StepSampling } from "./writing.ts";

/** What is known about the codes, for models that can use it. */
export interface CodeKnowledge {
  /** Vectors of the codes' descriptions; default: from the descriptions themselves. */
  readonly embeddings?: CodeEmbeddings | undefined;
  /** The hierarchy above the codes; default: from their code systems. */
  readonly hierarchy?: CodeGraph | undefined;
  /** Bins of measured values; default: fitted on the training records. */
  readonly bins?: GivenBins | undefined;
}

/** What records may hold besides labels, codes and the order of visits. */
export type Extra = "values" | "times" | "demographics" | "races";

/**
 * A kind of model, such as HALO; one line of the registry each.
 *
 * @typeParam C its configs: what its settings, what it derives and the cohort's sizes describe.
 * Every config that the registry hands to a family was checked against them.
 */
export interface ModelFamily<M extends Model = Model, C extends ModelConfig = ModelConfig> {
  /** As on the command line. */
  readonly name: string;
  /** As in papers, for people; default its name. */
  readonly title?: string;
  /** One sentence, with the paper. */
  readonly summary: string;
  /**
   * For a floor, why it stands apart from the models that are compared: a sentence on what its
   * figures are good for.
   */
  readonly floor?: string;
  /** The settings that users may set, by name. */
  readonly settings: Settings;
  /** Further entries of its configs, besides the cohort's sizes; default none. */
  readonly derived?: Settings;
  /** The highest learning rate that is a default for it; without one, that of the preset is. */
  readonly highestRate?: number;
  /** Whether `compare` uses it by default; default true. */
  readonly isCompared?: boolean;
  /**
   * Whether its training can protect patients; default false. The loss of a record must depend on no other
   * record but through the config and schema, and there must be no second stage.
   */
  readonly canBePrivate?: boolean;
  /** What else its models learn and write; default nothing but labels, codes and their order. */
  keeps?(set: Partial<C>): readonly Extra[];
  /**
   * The whole config for a cohort.
   *
   * @throws {RangeError} If settings contradict each other, the cohort or what is known about codes
   */
  configFor(cohort: Cohort, set: Partial<C>, knowledge?: CodeKnowledge): C;
  /**
   * What the model's tokens or columns stand for, if that is fitted on the cohort's training records;
   * stored with the run.
   *
   * @param config that {@link configFor} gave
   * @param options.minCell patients that the ends of bins must have, see `small_cells.ts`; default 1
   * @param options.bins of some codes, where a user gives them
   */
  schemaFor?(
    cohort: Cohort,
    config: C,
    options?: { readonly minCell?: number; readonly bins?: GivenBins | undefined },
  ): Schema | undefined;
  /**
   * The model of a config that {@link configFor} gave, perhaps long ago.
   *
   * @param schema that {@link schemaFor} gave, if the family has one
   */
  create(config: C, schema?: Schema): M;
}

/** A record's likelihood under teacher forcing (docs/specs/halo.md section 7). */
export interface RecordLikelihood {
  /** Natural log-probability of the record; a lower bound if `likelihoodIsBound`. */
  readonly logProbability: number;
  /** Rows predicted: the label row and every visit. */
  readonly visits: number;
  /** Cells that are on: codes, labels and the end of the record. */
  readonly positives: number;
  /** How well its cells were predicted; absent in models that give single cells no probability. */
  readonly hits?: CellHits;
  /** That of a block of columns; absent unless a model of rows was asked about one. */
  readonly block?: BlockLikelihood;
  /** That of the days between its visits; absent in models that give them no density. */
  readonly waits?: WaitLikelihood;
}

/** The likelihood of a block of columns in the rows of a record that have one of them. */
export interface BlockLikelihood {
  /** Natural logarithm of the probability that the first column that is on is the right one. */
  readonly logFirst: number;
  /** The part of the record's `logProbability` that is about the block in these rows. */
  readonly inCells: number;
}

/** The likelihood of the waits of a record: the days from each visit to the next. */
export interface WaitLikelihood {
  /** How many they are. */
  readonly count: number;
  /**
   * Natural logarithm of their density per day. The density of a bin is its probability over the days in
   * it, so models with bins and without are comparable.
   */
  readonly logDensity: number;
  /** The part of the record's `logProbability` that is about waits: 0 unless waits are bins. */
  readonly inCells: number;
}

/** Cells of a record's rows, counted by truth and prediction. */
export interface CellHits {
  /** Cells that are on, with a predicted probability above one half. */
  readonly truePositives: number;
  /** Cells that are off, with a predicted probability above one half. */
  readonly falsePositives: number;
  /** Cells that are on, with a predicted probability of at most one half. */
  readonly falseNegatives: number;
}

/** The two ways to draw a visit's codes from a masked head; both are exact. */
export type Sampler = "fixed-point" | "block-order";

/** What all models for one vocabulary and set of labels have. */
interface AnyModel {
  /** The name of its family. */
  readonly family: string;
  /** All settings with their values. */
  readonly config: ModelConfig;
  /** What its tokens stand for, if that was fitted. */
  readonly schema?: Schema | undefined;
  /** Columns of a step: codes, labels and special tokens. */
  readonly columns: number;
  /** Ways to draw a step that users may choose from, the first being the default; may be none. */
  readonly samplers: readonly Sampler[];
  /** Largest number of rows that it can read and write, as {@link rowsOf} counts them. */
  readonly rowLimit: number;
  /**
   * Rows of a record that the network reads in training: batches hold records of similar length.
   */
  rowsOf(cohort: Cohort, record: number): number;
  /**
   * Tokens of a whole record, with those beyond the context, `rowLimit` + 1; in models that learn
   * long records up to there. Others refuse such records.
   */
  tokensOf?(cohort: Cohort, record: number): number;
  /** Whether its `likelihoods` are lower bounds; default false, they are exact. */
  readonly likelihoodIsBound?: boolean;
  /**
   * What a user should know about how the model sees this cohort, by name; for the run's config.
   */
  remarks?(cohort: Cohort): Readonly<Record<string, string>>;
}

/** The moment of training; noise, and weights that change by epoch, depend on it. */
export interface TrainingMoment {
  /** Random seed of the training. */
  readonly seed: number;
  /** Epochs finished. */
  readonly epoch: number;
}

/** A model that learns by gradient descent. */
export interface GradientModel extends AnyModel {
  /** Its initial parameters and their shapes; of the first stage if there are two. */
  readonly initial: Initials;
  /** The second stage of training, if the model has one. */
  readonly adversary?: Adversary;
  /**
   * Parameters that are computed before training from what is known about the codes, and that
   * training does not change; {@link initial} has them as zeros.
   *
   * @returns the parameters, and the source of each for the run's config
   * @throws {RangeError} If what is known does not fit the vocabulary
   */
  tables?(
    cohort: Pick<Cohort, "vocabulary" | "labelNames">,
    knowledge: CodeKnowledge,
    options: { readonly random: Random; readonly onProgress?: OnProgress | undefined },
  ): Promise<{ tables: NamedArrays; sources: Readonly<Record<string, string>> }>;
  /**
   * Parameters from a state dict of the original code, by its own names: buffers are left out, and
   * what its masks hide is set to zero.
   *
   * @throws {RangeError} If a parameter is missing, unknown or of another shape than the config's
   */
  fromOriginal(stateDict: NamedArrays): NamedArrays;
  /** The state dict that the original code loads: the parameters and its constant buffers. */
  toOriginal(parameters: NamedArrays): NamedArrays;
  /**
   * Negative log-likelihood in nats, or an upper bound of it, summed over the records.
   *
   * @param parameters on the backend
   * @param cohort with the vocabulary and labels of the model
   * @param records indices into the cohort
   * @param moment of training; omitted in evaluation, which must give the same result each time
   */
  loss(
    parameters: NamedTensors,
    cohort: Cohort,
    records: Int32Array,
    moment?: TrainingMoment,
  ): tf.Scalar;
  /**
   * The validation loss, if {@link loss} has terms that are not a likelihood; in nats, summed over
   * the records.
   */
  validationLoss?(parameters: NamedTensors, cohort: Cohort, records: Int32Array): tf.Scalar;
  /**
   * The sum of what {@link loss} gives for each of the records alone, computed for all of them by layers that
   * know the norms of records' gradients (`nn/layer.ts`), for private training. Without it, that computes
   * one record's gradient at a time.
   */
  separateLoss?(
    parameters: NamedTensors,
    cohort: Cohort,
    records: Int32Array,
    moment: TrainingMoment,
  ): tf.Scalar;
  /**
   * Divisor of {@link loss} for a batch of average length; the quotient is what the original
   * minimises.
   */
  lossDivisor(cohort: Cohort, recordCount: number): number;
  /**
   * Each record's likelihood under teacher forcing; absent in models that give sets of codes no
   * probability.
   *
   * @param block columns of which the first that is on counts; models over visit rows then also give the
   *   log-probability of that one
   */
  likelihoods?(
    parameters: NamedTensors,
    cohort: Cohort,
    records: Int32Array,
    block?: Block,
  ): Promise<RecordLikelihood[]>;
  /** The biases that are calibrated after training; absent if it has none, or they are not to be. */
  readonly outputBiases?: OutputBiases;
  /**
   * Floats that a pass over records needs on the engine, besides the parameters: an upper bound, at
   * most about twice too high. It decides how batches are cut and whether training is refused.
   */
  footprint(cohort: Cohort, records: Int32Array): Footprint;
  /** Floats needed to write a number of records of the largest length, besides the parameters. */
  writingFootprint(records: number): number;
  /**
   * Prepares to write records.
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
  /** What its parameters hold of the training records, so that nobody passes them on unaware. */
  readonly holds: "training records" | "counts of training records";
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

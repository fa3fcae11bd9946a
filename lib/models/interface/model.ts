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
import type { RecordLists } from "../../cohort/records.ts";
import type { Footprint } from "../../nn/footprint.ts";
import type { Forbidden } from "../../nn/forbidden.ts";
import type { Initials } from "../../nn/initial.ts";
import type { MultiHot } from "../../nn/multi_hot.ts";
import type { AdamState } from "../../nn/optimizer.ts";
import type { NamedArrays, NamedTensors } from "../../nn/parameters.ts";
import type { Random } from "../../random.ts";
import type { OnProgress } from "../../progress.ts";
import type { CodeEmbeddings } from "../knowledge/code_embeddings.ts";
import type { Schema } from "../synehrgy/record_schema.ts";

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
  /** Value by which the published code's form runs in place of what it meant, where the two differ. */
  readonly published?: number;
}

/** What a user knows of the codes beside the records, for models that can use it. */
export interface Knowledge {
  /** Vectors of the codes' descriptions; from the descriptions themselves where left out. */
  readonly embeddings?: CodeEmbeddings;
  /** What lies above the codes; by their code systems where left out. */
  readonly hierarchy?: CodeGraph;
}

/** A kind of model, such as HALO; one line of the registry each. */
export interface ModelFamily<M extends Model = Model> {
  /** As on the command line. */
  readonly name: string;
  /** One sentence, with the paper. */
  readonly summary: string;
  /** The settings that users may set, by name. */
  readonly settings: Readonly<Record<string, Setting>>;
  /** What else its configs hold, beside `codes` and `labels`; nothing when left out. */
  readonly derived?: Readonly<Record<string, Setting>>;
  /**
   * The whole config for a cohort.
   *
   * @throws {RangeError} If settings contradict each other, the cohort or what is known of codes
   */
  configFor(cohort: Cohort, set: ModelConfig, knowledge?: Knowledge): ModelConfig;
  /**
   * What the model's tokens stand for, in models where that is fitted on the cohort's training
   * records; stored with the run.
   *
   * @param config that {@link configFor} gave
   */
  schemaFor?(cohort: Cohort, config: ModelConfig): Schema;
  /**
   * The model of a config that {@link configFor} gave, perhaps long ago.
   *
   * @param schema that {@link schemaFor} gave, where the family has it
   */
  create(config: ModelConfig, schema?: Schema): M;
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

/** Writes many records side by side, step by step: a visit's row or a token at a time. */
export interface Stepper {
  /** Takes in the next step of every record. */
  advance(steps: MultiHot): void;
  /**
   * Draws what comes next in some records, without taking it in.
   *
   * @param positions of the records among those that it writes
   * @param uniforms [positions × uniforms of a step] in [0, 1)
   * @param forbidden [positions] what each may not hold; see `nn/forbidden.ts` for what is drawn then
   */
  draw(
    positions: Int32Array,
    uniforms: Float32Array,
    forbidden?: readonly (Forbidden | undefined)[],
  ): Promise<MultiHot>;
  /** Forgets all records but those at the given positions, which rise. */
  keep(positions: Int32Array): void;
  /** Frees what it remembers. */
  dispose(): void;
}

/** Puts one record together from its steps. */
export interface RecordReader {
  /** What the next step is about. */
  readonly part: "labels" | "visits" | "end";
  /** [labels] 0 or 1 for each, as far as it has read. */
  readonly labels: readonly number[];
  /** Codes of each visit, as far as it has read. */
  readonly visits: readonly (readonly number[])[];
  /** Whether the next step may add to the last visit; it does not where left out. */
  readonly isOpen?: boolean;
  /** Index into `sexNames`, once it has read it; in models that write sexes. */
  readonly sex?: number;
  /** Age at the visit that the next step is about; in models that write ages. */
  readonly ageYears?: number;
  /** The record as far as it has read, in models whose steps say more than labels and visits. */
  record?(): RecordLists;
  /**
   * The column that leaves empty what must hold a code, for where rules forbid all codes; a visit
   * without codes is no part of the record. Left out where steps may always go on without a code.
   */
  readonly closing?: number;
  /** What the next step may not hold, as it stands until that is read; anything when left out. */
  forbidden?(): Forbidden | undefined;
  /** Notes what a step says. */
  read(step: ArrayLike<number>): void;
}

/** How steps spell records. */
export interface Script {
  /** The columns of every record's first step. */
  readonly first: readonly number[];
  /** Most steps of a record, the first included. */
  readonly limit: number;
  /** Whether readers know ages, from before a visit's codes on. */
  readonly knowsAges?: boolean;
  /**
   * The steps after the first that say that a record has these labels; left out where labels come
   * later, so that none can be given.
   */
  labelSteps?(labels: ArrayLike<number>): number[][];
  /**
   * The steps after those of the labels that say that a record begins with these visits, each of
   * which has codes; left out in models that cannot be given any.
   *
   * @param visits codes of each visit, rising
   */
  visitSteps?(visits: readonly (readonly number[])[]): number[][];
  /** Columns other than its own that say a code too, such as those of its values. */
  readonly otherColumns?: readonly (readonly [
    code: number,
    block: { readonly from: number; readonly count: number },
  ])[];
  /**
   * Begins to read a record, after its first step.
   *
   * @param draws decide what steps leave open, such as numbers within their bins
   */
  reader(draws?: Random): RecordReader;
}

/** A model ready to write records step by step. */
export interface StepSampling {
  readonly kind: "steps";
  /** How its steps are to be read. */
  readonly script: Script;
  /** Uniform numbers behind each step. */
  readonly uniforms: number;
  /** Begins to write as many records as the first steps it will be given. */
  begin(): Stepper;
  /** Frees its tables. */
  dispose(): void;
}

/** A model ready to write whole records. */
export interface RecordSampling {
  readonly kind: "records";
  /** Whether it writes births and days, from which ages follow. */
  readonly knowsAges?: boolean;
  /**
   * Writes one record from each stream.
   *
   * @param randoms a stream for each record
   * @param labels [records] all labels of each record, where they are given
   * @throws {RangeError} If it cannot write a record with such labels
   */
  write(randoms: readonly Random[], labels?: readonly Uint8Array[]): Promise<RecordLists[]>;
  /** Frees its tables. */
  dispose(): void;
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
  readonly schema?: Schema;
  /** Columns of a step: codes, labels and special tokens. */
  readonly columns: number;
  /** Ways to draw a step that users may choose from, the first being the default; may be none. */
  readonly samplers: readonly Sampler[];
  /** Most steps a record can take. */
  readonly rowLimit: number;
  /** Steps that a record takes: what batches of similar records are made by. */
  rowsOf(cohort: Cohort, record: number): number;
  /** Whether its `likelihoods` bound the records' probabilities from below; exact when left out. */
  readonly likelihoodIsBound?: boolean;
  /** What a user should know of how the model sees this cohort, by name; for the run's config. */
  remarks?(cohort: Cohort): Readonly<Record<string, string>>;
}

/** When in a training a loss is asked for: what noise and weights that change by epoch depend on. */
export interface Moment {
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
    knowledge: Knowledge,
    options: { readonly random: Random; readonly onProgress?: OnProgress },
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
    moment?: Moment,
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

/** Rows that a network learns to write, each given a condition. */
export interface ConditionedRows {
  /** The rows. */
  readonly rows: MultiHot;
  /** [rows × width] Their conditions. */
  readonly conditions: Float32Array;
}

/** Two networks that learn from each other. */
export interface Duel {
  /**
   * A step of each; gives the losses before it.
   *
   * @param share of both learning rates to take, at most 1
   */
  step(
    batch: ConditionedRows,
    draws: Random,
    share: number,
  ): Promise<{ critic: number; generator: number }>;
  /** All that it takes to go on; buffers that have no gradient stand among the parameters. */
  read(): Promise<AdamState>;
  /** Frees both. */
  dispose(): void;
}

/** A second stage of training, in which two networks learn against each other. */
export interface Adversary {
  /** Times that each row is seen. */
  readonly epochs: number;
  /** Floats that a step of both takes on the engine, beside the parameters; an upper bound. */
  readonly stepFootprint: number;
  /** Rows to a batch, about. */
  readonly batch: number;
  /** How its parameters begin, under names that the first stage has not. */
  readonly initial: Initials;
  /** What to learn from, as the trained first stage sees it. */
  examples(parameters: NamedTensors, cohort: Cohort): Promise<ConditionedRows>;
  /** Begins, or goes on from what a duel's `read` gave. */
  begin(state: NamedArrays | AdamState): Duel;
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

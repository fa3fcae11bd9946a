/**
 * How a model writes records: step by step, or whole.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import type { RecordLists } from "../../cohort/records.ts";
import type { Forbidden } from "../../nn/forbidden.ts";
import type { MultiHot } from "../../nn/multi_hot.ts";
import type { Random } from "../../random.ts";

/** A step of each of some records. */
export interface Steps extends MultiHot {
  /**
   * [rows] Days from the visit before to this one, in models that write them beside codes; NaN where there
   * is none.
   */
  readonly waits?: Float64Array | undefined;
}

/** Writes many records side by side, step by step: a visit's row or a token at a time. */
export interface Writer {
  /** Takes in the next step of every record. */
  advance(steps: Steps): void;
  /**
   * Draws the next step of some records, without taking it in.
   *
   * @param positions of these records among all that it writes, ascending; a record may be drawn
   *   several times
   * @param uniforms [positions × uniforms of a step] in [0, 1)
   * @param forbidden [positions] columns that each must not have; see `nn/forbidden.ts`
   */
  draw(
    positions: Int32Array,
    uniforms: Float32Array,
    forbidden?: readonly (Forbidden | undefined)[],
  ): Promise<Steps>;
  /**
   * Probabilities of the columns of the next step of some records, without taking it in:
   * [positions × columns]. In rows, each column's given the row's earlier ones; in tokens, those of
   * the next token, which sum to 1 (whatever is forbidden). Omitted in models that give none.
   *
   * @param positions as in {@link draw}; a record may be asked about several times
   * @param known [positions] columns of the next step that are on
   */
  probabilities?(positions: Int32Array, known: MultiHot): Promise<Float32Array>;
  /** Forgets all records except those at the given positions, which ascend. */
  keep(positions: Int32Array): void;
  /** Frees what it remembers. */
  dispose(): void;
}

/** Builds one record from its steps. */
export interface RecordReader {
  /** What the next step is about. */
  readonly part: "labels" | "visits" | "end";
  /** [labels] 0 or 1 for each, as far as it has read. */
  readonly labels: readonly number[];
  /** Codes of each visit, as far as it has read. */
  readonly visits: readonly (readonly number[])[];
  /** Days before each visit, from the visit before or the start; in models that write waits. */
  readonly waits?: readonly number[];
  /** Whether the next step may add to the last visit; default false. */
  readonly isOpen?: boolean;
  /** Index into `sexNames`, once it has read it; in models that write sexes. */
  readonly sex?: number | undefined;
  /** Age at the visit that the next step is about; in models that write ages. */
  readonly ageYears?: number | undefined;
  /** The record so far, in models whose steps tell more than labels and visits. */
  record?(): RecordLists;
  /**
   * The column that ends a visit without a code, for when rules forbid all codes; such a visit is
   * not part of the record. Omitted if steps may always continue without a code.
   */
  readonly closing?: number | undefined;
  /**
   * What the next step must not have; valid until a step is read. If omitted, it may have anything.
   */
  forbidden?(): Forbidden | undefined;
  /**
   * Reads a step.
   *
   * @param wait days from the visit before to this one, in models that write waits
   */
  read(step: ArrayLike<number>, wait?: number): void;
}

/** How a record begins whose labels and first visits are given. */
export interface Beginning {
  /** The steps after the first. */
  readonly steps: readonly number[][];
  /** [steps] The number of which each tells a bin, NaN where none; in models with a step a number. */
  readonly numbers?: readonly number[];
  /** [steps] Days from the visit before to that of each, NaN where none; in models with a step a visit. */
  readonly waits?: readonly number[];
  /** Fewest steps that end the record then; default 1. */
  readonly toEnd?: number;
}

/** How steps spell records. */
export interface Codec {
  /** Whether a step is a visit's row or one token; omitted where columns stand for other things. */
  readonly step?: "row" | "token";
  /** Names of the columns after those of codes and labels; together with {@link step}. */
  readonly specials?: readonly string[];
  /** The columns of every record's first step. */
  readonly first: readonly number[];
  /** Largest number of steps of a record, with the first. */
  readonly limit: number;
  /** Whether readers know ages, before the codes of a visit. */
  readonly knowsAges?: boolean | undefined;
  /**
   * The steps after the first that give a record these labels; omitted if labels come later, so
   * that none can be given.
   */
  labelSteps?(labels: ArrayLike<number>): number[][];
  /**
   * How a record begins that goes on after a record's labels and visits; omitted in models that
   * cannot continue records.
   *
   * @param cohort with the model's codes and labels; each visit has codes
   */
  beginning?(cohort: Cohort, record: number): Beginning;
  /** Other columns that also stand for a code, such as those of its values. */
  readonly otherColumns?: readonly (readonly [
    code: number,
    block: { readonly from: number; readonly count: number },
  ])[];
  /**
   * Starts to read a record, after its first step.
   *
   * @param draws decide what steps leave open, such as numbers within their bins
   * @param numbers of the first steps, where these are given: see {@link Beginning}
   */
  reader(draws?: Random, numbers?: readonly number[]): RecordReader;
}

/** A model ready to write records step by step. */
export interface StepSampling {
  readonly kind: "steps";
  /** How its steps are to be read. */
  readonly codec: Codec;
  /** Uniform numbers behind each step. */
  readonly uniforms: number;
  /** Starts to write records; their number is that of the first steps it gets. */
  begin(): Writer;
  /** Frees its tables. */
  dispose(): void;
}

/** A model ready to write whole records. */
export interface RecordSampling {
  readonly kind: "records";
  /** How its rows spell records, in models that draw rows. */
  readonly codec?: Codec;
  /** Whether it writes births and days, from which ages follow. */
  readonly knowsAges?: boolean | undefined;
  /**
   * Writes one record from each stream.
   *
   * @param randoms a stream for each record
   * @param labels [records] all labels of each record, where they are given
   * @param readBy reads the rows instead of {@link codec}
   * @throws {RangeError} If it cannot write a record with such labels
   */
  write(
    randoms: readonly Random[],
    labels?: readonly Uint8Array[],
    readBy?: Codec,
  ): Promise<RecordLists[]>;
  /** Frees its tables. */
  dispose(): void;
}

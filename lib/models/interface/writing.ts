/**
 * How a model writes records: step by step, or as a whole.
 *
 * @module
 */
import type { RecordLists } from "../../cohort/records.ts";
import type { Forbidden } from "../../nn/forbidden.ts";
import type { MultiHot } from "../../nn/multi_hot.ts";
import type { Random } from "../../random.ts";

/** Writes many records side by side, step by step: a visit's row or a token at a time. */
export interface Writer {
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
  readonly sex?: number | undefined;
  /** Age at the visit that the next step is about; in models that write ages. */
  readonly ageYears?: number | undefined;
  /** The record as far as it has read, in models whose steps say more than labels and visits. */
  record?(): RecordLists;
  /**
   * The column that leaves empty what must hold a code, for where rules forbid all codes; a visit
   * without codes is no part of the record. Left out where steps may always go on without a code.
   */
  readonly closing?: number | undefined;
  /** What the next step may not hold, as it stands until that is read; anything when left out. */
  forbidden?(): Forbidden | undefined;
  /** Notes what a step says. */
  read(step: ArrayLike<number>): void;
}

/** How steps spell records. */
export interface Codec {
  /** The columns of every record's first step. */
  readonly first: readonly number[];
  /** Most steps of a record, the first included. */
  readonly limit: number;
  /** Whether readers know ages, from before a visit's codes on. */
  readonly knowsAges?: boolean | undefined;
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
  readonly codec: Codec;
  /** Uniform numbers behind each step. */
  readonly uniforms: number;
  /** Begins to write as many records as the first steps it will be given. */
  begin(): Writer;
  /** Frees its tables. */
  dispose(): void;
}

/** A model ready to write whole records. */
export interface RecordSampling {
  readonly kind: "records";
  /** Whether it writes births and days, from which ages follow. */
  readonly knowsAges?: boolean | undefined;
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

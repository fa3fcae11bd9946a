import type { Cohort, sexNames } from "../cohort/cohort.ts";
import type { Rules } from "../cohort/rules/rules.ts";
import type { Sampler } from "../models/interface/model.ts";
import type { LongWorkOptions } from "../long_work.ts";

/** What to generate. */
export interface GenerationOptions extends LongWorkOptions {
  /** Number of records. */
  readonly count: number;
  /** Random seed; default 1. Equal seeds give equal records. */
  readonly seed?: number | undefined;
  /** Number of the first record, for cohorts made in parts; default 0. */
  readonly first?: number | undefined;
  /** Largest number of records generated at the same time; default 256. Affects only the speed. */
  readonly batch?: number | undefined;
  /**
   * How a masked head draws the codes of a visit; both ways give the same records. Default the one that is
   * faster on the engine; omit it for models without such a head.
   */
  readonly sampler?: Sampler | undefined;
  /** Labels that the records must have, by name; the other labels are drawn given these. */
  readonly labels?: Readonly<Record<string, 0 | 1>> | undefined;
  /**
   * Sex that all patients must have, in models that write sexes; the rest is drawn given this.
   */
  readonly sex?: Exclude<typeof sexNames[number], "unknown"> | undefined;
  /**
   * Race that all patients must have, in models that write races: one of those in the run's schema, in
   * upper or lower case; the rest is drawn given this.
   */
  readonly race?: string | undefined;
  /**
   * Ages in years at the first visit, at least the first and below the second, in models that write
   * ages: births follow from these.
   */
  readonly ages?: readonly [from: number, below: number] | undefined;
  /** [count × labels] All labels of each record, instead of `labels`. */
  readonly labelRows?: Uint8Array | undefined;
  /**
   * Records to continue, instead of labels: record i starts with the labels and visits of record i
   * modulo their number, keeps them, and continues with draws given these. Values, times, births, sexes
   * and races are kept as they are where the model learned them. Codes and labels are found by name;
   * visits without codes are left out. In models of rows, a record continues after
   * these visits by at least one step; in models of tokens, it may end there.
   */
  readonly prefixes?: Cohort | undefined;
  /**
   * Clinical rules that no record may break, for the run's vocabulary and labels. In models that
   * write step by step, codes that a rule forbids given the record so far are masked; models that
   * write whole records draw again.
   */
  readonly rules?: Rules | undefined;
}

/** The names of the options. */
export const generationOptionNames = Object.keys(
  {
    count: 0,
    seed: 0,
    first: 0,
    batch: 0,
    sampler: 0,
    labels: 0,
    sex: 0,
    race: 0,
    ages: 0,
    labelRows: 0,
    prefixes: 0,
    rules: 0,
    onProgress: 0,
    signal: 0,
  } satisfies Record<keyof GenerationOptions, 0>,
);

/**
 * Checks that numbers are in range.
 *
 * @throws {RangeError} If one is not; the message names it
 */
export function checkNumbers({ count, seed = 1, first = 0, batch = 256 }: GenerationOptions): void {
  const bounds = { count: [count, 1], seed: [seed, 0], first: [first, 0], batch: [batch, 1] };
  for (const [name, [value, min]] of Object.entries(bounds)) {
    if (Number.isSafeInteger(value) && value >= min) continue;
    throw new RangeError(
      `Cannot generate with ${name} ${value}: must be a whole number, at least ${min}`,
    );
  }
}

import type { Cohort } from "../cohort/cohort.ts";
import type { Rules } from "../cohort/rules/rules.ts";
import type { Sampler } from "../models/interface/model.ts";
import type { OnProgress } from "../progress.ts";

/** What to generate. */
export interface GenerationOptions {
  /** Number of records. */
  readonly count: number;
  /** Default 1. */
  readonly seed?: number | undefined;
  /** Number of the first record, for cohorts made in parts; default 0. */
  readonly first?: number | undefined;
  /** Most records written side by side; default 256. Changes speed, not the records. */
  readonly batch?: number | undefined;
  /**
   * How a masked head draws the codes of a visit; both ways give the same records. Default
   * "fixed-point"; to be left out for models without such a head.
   */
  readonly sampler?: Sampler | undefined;
  /** Labels that the records shall have, by name; the rest are drawn given these. */
  readonly labels?: Readonly<Record<string, 0 | 1>> | undefined;
  /** [count × labels] All labels of each record, instead of `labels`. */
  readonly labelRows?: Uint8Array | undefined;
  /**
   * Records to continue, instead of labels: record i begins with the labels and visits of record
   * i modulo their number, which it keeps, and continues as the model has it given these. Codes and
   * labels are found by name, visits without codes are left out. A model of rows is told that none of
   * these visits is the last; one of tokens may end there.
   */
  readonly prefixes?: Cohort | undefined;
  /**
   * Clinical rules that no record may break, for the run's vocabulary and labels. Models that write
   * step by step are kept from what a rule forbids given the record so far; records of models that
   * write them whole are drawn again.
   */
  readonly rules?: Rules | undefined;
  /** Called whenever records are finished. */
  readonly onProgress?: OnProgress | undefined;
}

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

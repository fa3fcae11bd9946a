/**
 * What an evaluation needs of a real cohort.
 *
 * @module
 */
import { type Cohort, splitOf } from "../cohort/cohort.ts";
import { fingerprint } from "../cohort/fingerprint.ts";
import { isOrderOnly } from "../cohort/order_only.ts";
import { sharedCohort } from "../cohort/shared_cohort.ts";
import { sameTexts } from "../cohort/vocabulary.ts";

/** The splits of a real cohort with which others are compared. */
export interface RealSplits {
  /** The training records. */
  readonly train: Cohort;
  /** The records of the test split, which no model has seen. */
  readonly heldOut: Cohort;
  /** What the report says of the whole cohort. */
  readonly whole: {
    /** Number of records in all splits. */
    readonly records: number;
    /** See `fingerprint` of a cohort. */
    readonly fingerprint: string;
    /** Whether it has an order of visits and no times. */
    readonly isOrderOnly: boolean;
  };
}

/**
 * The splits of a real cohort with which others are compared.
 *
 * @throws {RangeError} If there are none, or one of them has no visits
 */
export function checkReal(real: Cohort): Pick<RealSplits, "train" | "heldOut"> {
  if (real.splits === null) throw new RangeError("Cannot evaluate: the real cohort has no splits");
  return checkedSplits({ train: splitOf(real, "train"), heldOut: splitOf(real, "test") });
}

/**
 * The same splits.
 *
 * @throws {RangeError} If one of them has no visits, or they differ in codes or labels
 */
export function checkedSplits<Splits extends Pick<RealSplits, "train" | "heldOut">>(
  splits: Splits,
): Splits {
  const { train, heldOut } = splits;
  for (const [split, cohort] of Object.entries({ train, test: heldOut })) {
    if (cohort.visitCount === 0) {
      throw new RangeError(`Cannot evaluate: the ${split} split of the real cohort has no visits`);
    }
  }
  const isSame = sameTexts(train.vocabulary.codes, heldOut.vocabulary.codes) &&
    sameTexts(train.labelNames, heldOut.labelNames);
  if (!isSame) throw new RangeError("Cannot evaluate: the real splits differ in codes or labels");
  return splits;
}

/**
 * The splits of a real cohort for {@link evaluate}, which makes them itself if it gets the whole. They
 * are copies in memory that threads share: if memory is short, pass the splits and drop the whole
 * cohort.
 *
 * @example
 * ```ts
 * import { evaluate, realSplits, splitOf, syntheaSample } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const splits = await realSplits(await syntheaSample());
 * const only = ["fidelity.unigram"];
 * const { about } = await evaluate(splits, splits.heldOut, { only, resamples: 0 });
 * assertEquals(about.real.train, splits.train.recordCount);
 * ```
 *
 * @throws {RangeError} If there are none, or one of them has no visits
 */
export async function realSplits(real: Cohort): Promise<RealSplits> {
  const { train, heldOut } = checkReal(real);
  return {
    train: sharedCohort(train),
    heldOut: sharedCohort(heldOut),
    whole: {
      records: real.recordCount,
      fingerprint: await fingerprint(real),
      isOrderOnly: isOrderOnly(real),
    },
  };
}

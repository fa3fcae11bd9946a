/**
 * The records that a measure of privacy takes from its cohorts: at most as many as it can compare in
 * time, equally many where two sets must be equal.
 *
 * @module
 */
import { type Cohort, copiesOf } from "../../cohort/cohort.ts";
import { type Random, stream } from "../../random.ts";
import type { Asked } from "../measure.ts";
import { randomSample, shuffledRecords } from "../random_samples.ts";

/** The sets of which samples are drawn; each has random numbers of its own. */
const sets = ["training", "held_out", "other"] as const;

/** A set of which samples are drawn: training records, held-out ones, or those that are evaluated. */
export type SampledSet = typeof sets[number];

function drawsOf(set: SampledSet, seed: number): Random {
  return stream("privacySamples", seed, sets.indexOf(set));
}

/** All records of a cohort in random order. */
export function shuffled(source: Cohort, set: SampledSet, seed: number): Uint32Array {
  return shuffledRecords(source, drawsOf(set, seed));
}

/**
 * A random sample of records, without replacement, in their order.
 *
 * @param records at most as many as there are; all are taken as they are
 */
export function sampleOf(source: Cohort, set: SampledSet, records: number, seed: number): Cohort {
  if (records >= source.recordCount) return source;
  return randomSample(source, records, drawsOf(set, seed));
}

/** Records drawn with replacement, as published code does; each is a patient of its own. */
export function resampleOf(source: Cohort, set: SampledSet, records: number, seed: number): Cohort {
  const draws = stream("privacyResamples", seed, sets.indexOf(set));
  return copiesOf(
    source,
    Uint32Array.from({ length: records }, () => draws.integer(source.recordCount)),
  );
}

/**
 * The held-out records of a measure that needs them.
 *
 * @throws {RangeError} If there are none; `judge` does not ask such a measure then
 */
export function heldOutOf({ heldOut }: Pick<Asked, "heldOut">): Cohort {
  if (heldOut === undefined) throw new RangeError("Cannot evaluate: no held-out records are known");
  return heldOut;
}

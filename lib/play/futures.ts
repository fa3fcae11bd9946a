/**
 * Many patients drawn at a time: the futures of one record, and a growing cohort.
 *
 * @module
 */
import { cohortOf, type RecordLists } from "../cohort/records.ts";
import { r2 } from "../evaluate/fidelity/r2.ts";
import { beginningsFor } from "../generate/beginnings.ts";
import { writtenBySteps } from "../generate/steps.ts";
import type { Player } from "./player.ts";

/** Futures that are drawn together: enough to be fast, few enough to show how it proceeds. */
const together = 50;
/** Patients who come in together. */
const arriving = 5;

/** How many to draw, and what stops it. */
export interface DrawMany {
  readonly count: number;
  readonly seed: number;
  /** Asked between batches. */
  readonly isStopped?: () => boolean;
}

/** Counts of futures, as they come in. */
export interface Futures {
  /** Futures drawn. */
  readonly count: number;
  /** [codes] Of these, how many have each code in the next visit. */
  readonly next: Uint32Array;
  /** [codes] How many have it in the next visit or a later one. */
  readonly later: Uint32Array;
  /** How many have no further visit. */
  readonly ended: number;
}

/** Counts each code of some visits once. */
function countOnce(visits: readonly (readonly number[])[], counts: Uint32Array): void {
  for (const code of new Set(visits.flat())) counts[code]++;
}

/**
 * Draws the rest of a record again and again; equal seeds give equal futures, and records that differ
 * in one code share the random numbers of their futures.
 *
 * @throws {RangeError} If the record has as many visits as the model writes at most
 */
export async function* futuresOf(
  { run, sampling }: Player,
  record: RecordLists,
  { count, seed, isStopped = () => false }: DrawMany,
): AsyncGenerator<Futures> {
  const { vocabulary, labelNames } = run;
  const given = cohortOf(vocabulary, labelNames, [record]);
  const beginning = beginningsFor(given, run, sampling, { first: 0, count });
  const next = new Uint32Array(vocabulary.codes.length);
  const later = new Uint32Array(vocabulary.codes.length);
  let ended = 0;
  for (let first = 0; first < count && !isStopped(); first += together) {
    const size = Math.min(together, count - first);
    const beginnings = Array.from({ length: size }, (_, i) => beginning(first + i));
    const order = { first, size, seed, wanted: { labels: new Map() }, onEnded: () => {} };
    const written = await writtenBySteps(sampling, { ...order, beginnings });
    for (const [i, { visits }] of written.entries()) {
      const drawn = visits.slice(beginnings[i].record.visits.length);
      if (drawn.length === 0) ended++;
      countOnce(drawn.slice(0, 1), next);
      countOnce(drawn, later);
    }
    yield { count: first + size, next: next.slice(), later: later.slice(), ended };
  }
}

/** Drawn patients, as they come in. */
export interface GrowingCohort {
  /** Patients drawn. */
  readonly count: number;
  /** [codes] Share of them that have each code. */
  readonly prevalences: Float64Array;
  /** R² of these against the real ones, over the codes whose real share is known. */
  readonly r2: number;
}

/**
 * Draws patients and compares the prevalence of their codes with the real one, batch by batch.
 *
 * @param real [codes] share of the real records that have each code; null where it is not known
 */
export async function* growingCohort(
  { run, sampling }: Player,
  real: readonly (number | null)[],
  { count, seed, isStopped = () => false }: DrawMany,
): AsyncGenerator<GrowingCohort> {
  const counts = new Uint32Array(run.vocabulary.codes.length);
  const known = real.filter((share) => share !== null);
  for (let first = 0; first < count && !isStopped(); first += arriving) {
    const size = Math.min(arriving, count - first);
    const order = { first, size, seed, wanted: { labels: new Map() }, onEnded: () => {} };
    for (const { visits } of await writtenBySteps(sampling, order)) countOnce(visits, counts);
    const prevalences = Float64Array.from(counts, (each) => each / (first + size));
    const compared = prevalences.filter((_, code) => real[code] !== null);
    yield { count: first + size, prevalences, r2: r2(known, compared) };
  }
}

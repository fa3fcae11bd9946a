/**
 * How many threads an evaluation is worth.
 *
 * @module
 */
import { machineBytes } from "../../machine_memory.ts";
import { usualKeptEntries } from "../measure.ts";
import { comparedOf, type ScaledCohorts } from "../scale.ts";

/** Codes of all cohorts below which another thread, which takes a second to start, gains nothing. */
const smallWork = 200_000;

/** What a thread takes for itself, without its rows. */
const threadBytes = 2 ** 28;

/** What counting a pair takes, and for how many pairs at most each has a number. */
const [pairBytes, mostPairs] = [24, 2 ** 28];

/** Entries of rows for each code of a cohort, at most. */
const entriesPerCode = 4;

/** What there is of a machine. */
export interface Machine {
  /** Processor cores. */
  readonly cores: number;
  /** Bytes of memory that are free, beside the cohorts. */
  readonly free: number;
}

function thisMachine(): Machine {
  return {
    cores: navigator.hardwareConcurrency,
    free: machineBytes() - Deno.memoryUsage().rss,
  };
}

/** As many threads as the machine has processor cores, if there is work and memory for them. */
export function threadCount(
  cohorts: ScaledCohorts,
  { cores, free }: Machine = thisMachine(),
): number {
  const { real } = cohorts;
  const all = [real, ...comparedOf(cohorts)];
  const codes = all.reduce((sum, { cohort }) => sum + cohort.codes.length, 0);
  if (codes < smallWork) return 1;
  const rows = 8 * Math.min(usualKeptEntries, entriesPerCode * codes);
  const pairs = pairBytes * Math.min(real.cohort.vocabulary.codes.length ** 2, mostPairs);
  const further = Math.floor((free - pairs - rows) / (threadBytes + rows));
  return Math.max(1, Math.min(cores, 1 + further));
}

/**
 * How many threads an evaluation is worth.
 *
 * @module
 */
import { machineBytes } from "../../machine_memory.ts";
import { usualKeptEntries } from "../measure.ts";
import type { ScaledCohorts } from "../scale.ts";

/** Codes of all cohorts below which one thread is as fast: another one takes half a second to start. */
const smallWork = 100_000;

/** What a thread takes for itself, without its rows. */
const threadBytes = 2 ** 28;

/** What counting a pair takes, at most. */
const pairBytes = 24;

/** Cells of the rows that a thread keeps, for each code of the cohorts, at most. */
const entriesPerCode = 4;

/** As many threads as the machine has processor cores, if there is work and memory for them. */
export function threadCount({ real, others, equal }: ScaledCohorts): number {
  const cohorts = [real, ...others, ...equal.filter(({ isSample }) => isSample)];
  const codes = cohorts.reduce((sum, { cohort }) => sum + cohort.codes.length, 0);
  if (codes < smallWork) return 1;
  const rows = 8 * Math.min(usualKeptEntries, entriesPerCode * codes);
  const pairs = pairBytes * Math.min(real.cohort.vocabulary.codes.length ** 2, 2 ** 28);
  const free = machineBytes() - Deno.memoryUsage().rss - pairs - rows;
  const further = Math.floor(free / (threadBytes + rows));
  return Math.max(1, Math.min(navigator.hardwareConcurrency, 1 + further));
}

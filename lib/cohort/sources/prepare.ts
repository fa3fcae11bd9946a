import { random } from "../../random.ts";
import type { Cohort } from "../cohort.ts";
import { type Phenotype, withLabels } from "../labels.ts";
import { withSplits } from "../splits.ts";
import { trimmed } from "../trim.ts";
import { cohortOfEvents } from "./cohort_of_events.ts";
import { sourceOf } from "./mod.ts";
import { optionValues, type ReadHow } from "./source.ts";

/** How {@link prepare} makes a cohort from a source. */
export interface PrepareOptions extends ReadHow {
  /**
   * Values of the source's own options, such as `{ timeSeries: true }`; the others have defaults.
   */
  readonly values?: Readonly<Record<string, unknown>> | undefined;
  /** Definitions of labels, instead of the source's own labels; rare codes count too. */
  readonly phenotypes?: readonly Phenotype[] | undefined;
  /** Keep only the first N visits of each patient; default all. */
  readonly maxVisits?: number | undefined;
  /**
   * Drop codes that fewer patients have; default 1, or 0 for a source with its own list of codes.
   */
  readonly minCount?: number | undefined;
  /**
   * Random seed of the split into train, validation and test; default the source's own split, else
   * 4.
   */
  readonly seed?: number | undefined;
}

/**
 * The cohort of a source, ready to be written and trained on: reads, keeps the first visits, labels
 * the records, drops rare codes, and splits the patients, in this order.
 *
 * @example The sample's patients, with the visits that have a condition
 * ```ts
 * import { prepare, syntheaSampleFolder } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const cohort = await prepare("synthea", syntheaSampleFolder, {
 *   values: { visitsWith: ["conditions"] },
 *   maxVisits: 46,
 * });
 * assertEquals(cohort.recordCount, 400);
 * ```
 *
 * @param name of one of {@link sources}
 * @param path of the data: a folder or a file, depending on the source
 * @throws {RangeError} If there is no such source or option, values do not go together, or a count is
 *   below 1
 * @throws {Error} What the source's reader throws
 */
export async function prepare(
  name: string,
  path: string,
  { values = {}, phenotypes = [], maxVisits, minCount, seed, ...how }: PrepareOptions = {},
): Promise<Cohort> {
  const { onLeftOut } = how;
  const source = sourceOf(name);
  const all = optionValues(source, values);
  const problem = source.problem?.(all);
  if (problem !== undefined) throw new RangeError(`Cannot read ${name}: ${problem}`);
  const table = await source.read(path, all, how);
  const whole = cohortOfEvents(table, { onLeftOut, hasSplits: seed === undefined });
  const kept = trimmed(whole, { maxVisits });
  const within = maxVisits === undefined ? "" : ` in its first ${maxVisits} visits`;
  const onUnmatched = (label: string, code: string) =>
    onLeftOut?.(`code ${code} of label ${label}: no record has it${within}`);
  const labelled = phenotypes.length === 0 ? kept : withLabels(kept, phenotypes, { onUnmatched });
  // after the labels, which rare codes give too
  const frequent = trimmed(labelled, { minCount: minCount ?? (table.codes.own === null ? 1 : 0) });
  return frequent.splits !== null ? frequent : withSplits(frequent, random(seed ?? 4));
}

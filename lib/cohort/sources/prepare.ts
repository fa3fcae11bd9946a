import { random } from "../../random.ts";
import type { Cohort } from "../cohort.ts";
import { type Phenotype, withLabels } from "../labels.ts";
import { withSplits } from "../splits.ts";
import { trimmed } from "../trim.ts";
import { cohortOfEvents } from "./cohort_of_events.ts";
import { sourceOf } from "./mod.ts";
import { optionValues, type ReadHow } from "./source.ts";

/** How {@link prepare} makes a cohort of a source. */
export interface PrepareOptions extends ReadHow {
  /** Values of the source's own options, such as `{ timeSeries: true }`; default as it declares. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** Labels to give, in place of the source's own; rare codes give labels too. */
  readonly phenotypes?: readonly Phenotype[] | undefined;
  /** Take only the first so many visits of a patient; default all. */
  readonly maxVisits?: number | undefined;
  /**
   * Leave out codes that fewer patients have; default 1, and 0 for a source that lists its codes
   * itself.
   */
  readonly minCount?: number | undefined;
  /** Random seed of the split into train, validation and test; default the source's own split, else 4. */
  readonly seed?: number | undefined;
}

/**
 * The cohort of a source, ready to be written and learned from: reads, takes the first visits, gives
 * labels, leaves out rare codes, and splits the patients, in this order.
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
 * @param path where the data lies: a folder or a file, as the source has it
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
  const within = maxVisits === undefined ? "" : ` within --max-visits ${maxVisits}`;
  const onUnmatched = (label: string, code: string) =>
    onLeftOut?.(`code ${code} of label ${label}: no record has it${within}`);
  const labelled = phenotypes.length === 0 ? kept : withLabels(kept, phenotypes, { onUnmatched });
  // after the labels, which rare codes give too
  const frequent = trimmed(labelled, { minCount: minCount ?? (table.codes.own === null ? 1 : 0) });
  return frequent.splits !== null ? frequent : withSplits(frequent, random(seed ?? 4));
}

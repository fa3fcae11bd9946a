import { checkWord } from "../../arguments.ts";
import { counted } from "../../in_words.ts";
import { random } from "../../random.ts";
import type { Cohort } from "../cohort.ts";
import { type Phenotype, withLabels } from "../labels.ts";
import {
  cutBetween,
  type LabelCount,
  type Quality,
  qualityOf,
  type Sizes,
  sizesOf,
} from "../quality.ts";
import { findingsOf } from "../quality/findings.ts";
import type { TableQuality } from "../quality/table_quality.ts";
import { withSplits } from "../splits.ts";
import { trimmed } from "../trim.ts";
import { CodeMapping, type MappingOptions } from "./code_mapping.ts";
import { cohortOfEvents } from "./cohort_of_events.ts";
import { sourceOf } from "./mod.ts";
import { outsideVisits } from "./outside_visits.ts";
import type { OnSaid } from "./on_said.ts";
import { optionValues, type ReadHow, type SourceSummary } from "./source.ts";
import { type Unmatched, unmatchedInWords } from "./unmatched_codes.ts";
import { whichValues } from "./which_value.ts";

/** How {@link prepare} makes a cohort from a source. */
export interface PrepareOptions extends ReadHow, MappingOptions {
  /**
   * Values of the source's own options, such as `{ timeSeries: true }`; the others have defaults.
   * A text is read as on the command line: `{ columns: "subject=ID,time=DAY" }`.
   */
  readonly values?: Readonly<Record<string, unknown>> | undefined;
  /** Definitions of labels, instead of the source's own labels; rare codes count too. */
  readonly phenotypes?: readonly Phenotype[] | undefined;
  /**
   * Which visits give labels: those that are kept (default), or all that the source has, also those
   * beyond `maxVisits`.
   */
  readonly labelVisits?: "kept" | "all" | undefined;
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
  /** Called at the end with how much was read, what was cut and how labels changed. */
  readonly onQuality?: ((quality: Quality) => void) | undefined;
}

/**
 * The cohort of a source, ready to be written and trained on: reads, maps codes by `map` and `codes`,
 * keeps the first visits, labels the records, puts codes into groups, drops rare ones, and splits the
 * patients, in this order. With `labelVisits: "all"` it labels the records before it cuts them.
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
 * @throws {RangeError} If there is no such source or option, values do not go together, a count is
 *   below 1, or no visit is left
 * @throws {Error} What the source's reader throws
 */
export async function prepare(
  name: string,
  path: string,
  {
    values = {},
    phenotypes = [],
    labelVisits = "kept",
    maxVisits,
    minCount,
    seed,
    onQuality,
    map,
    codes,
    group,
    ...how
  }: PrepareOptions = {},
): Promise<Cohort> {
  const source = sourceOf(name);
  const all = optionValues(source, values);
  const problem = source.problem?.(all);
  if (problem !== undefined) throw new RangeError(`Cannot read ${name}: ${problem}`);
  const { keep = "last" } = how;
  checkWord("prepare", "keep", keep, whichValues);
  const { said, ...heard } = overheard(how);
  if (keep !== "last") heard.onNote(`of several values of a code in a visit, the ${keep} stays`);
  const mapping = await CodeMapping.of({ map, codes, group }, heard);
  const table = await source.read(path, all, heard);
  let repeated = 0;
  const whole = cohortOfEvents(table, {
    ...heard,
    codes: await mapping.ofEvents(table),
    onRepeated: (events) => repeated = events,
    hasSplits: seed === undefined,
  });
  const unmatched: Unmatched[] = [];
  const isOfAll = labelVisits === "all";
  const withThem = (cohort: Cohort, isNow: boolean) =>
    phenotypes.length === 0 || !isNow ? cohort : withLabels(cohort, phenotypes, {
      onUnmatched: (label, code) => unmatched.push({ label, code }),
    });
  const kept = trimmed(withThem(whole, isOfAll), { maxVisits });
  const labelled = withThem(kept, !isOfAll);
  unmatchedInWords(unmatched, whole, isOfAll ? undefined : maxVisits).forEach((what) =>
    heard.onLeftOut(what)
  );
  // after the labels, which rare codes give too
  const grouped = await mapping.grouped(labelled);
  const least = minCount ?? (table.codes.own === null ? 1 : 0);
  const frequent = trimmed(grouped, { minCount: least });
  if (frequent.visitCount === 0) throw nothingLeft(path, kept, least);
  if (onQuality !== undefined) {
    const outside = outsideVisits(table);
    onQuality(qualityOf({
      source: name,
      read: sum(sizesOf(whole), outside),
      cuts: [
        outside.events === 0 ? undefined : { by: choiceOfVisits(source), ...outside },
        cutBetween(`--max-visits ${maxVisits}`, whole, kept),
        cutBetween(`--min-count ${least}`, grouped, frequent),
      ].filter((cut) => cut !== undefined),
      cohort: frequent,
      labels: labelCounts(
        phenotypes.length === 0 ? whole : withLabels(whole, phenotypes),
        frequent,
      ),
      mappings: mapping.mappings,
      findings: findingsOf(whole, {
        units: table.codes.withSeveralUnits(table.events.code.view()),
        repeated,
      }),
      ...said,
    }));
  }
  return frequent.splits !== null ? frequent : withSplits(frequent, random(seed ?? 4));
}

/** What is wrong where no visit is left. */
function nothingLeft(path: string, kept: Cohort, least: number): RangeError {
  return new RangeError(
    `Cannot prepare "${path}": ` +
      (kept.visitCount === 0
        ? "it has no visit with a code"
        : `none of its ${counted(sizesOf(kept).codes)} codes is in the records of ` +
          `${counted(least)} patients; choose a smaller --min-count`),
  );
}

/** What chooses the visits of a source, as cuts name it. */
function choiceOfVisits({ options }: SourceSummary): string {
  return Object.hasOwn(options, "visitsWith") ? "--visits-with" : "the choice of visits";
}

/** Callbacks that pass on what is said while a source is read, and what they have passed on. */
function overheard({ onBadRow, onLeftOut, onNote, onTable, ...how }: ReadHow) {
  const said = {
    tables: new Array<TableQuality>(),
    left_out: new Array<string>(),
    notes: new Array<string>(),
    told_by_tables: new Array<string>(),
    bad_rows: 0,
  };
  const keep = (list: string[], onSaid?: OnSaid): OnSaid => (what, about) => {
    list.push(what);
    if (about?.isOfRows) said.told_by_tables.push(what);
    onSaid?.(what, about);
  };
  return {
    ...how,
    onTable(table: TableQuality) {
      said.tables.push(table);
      onTable?.(table);
    },
    onBadRow: onBadRow && ((problem: string) => {
      said.bad_rows++;
      onBadRow(problem);
    }),
    onLeftOut: keep(said.left_out, onLeftOut),
    onNote: keep(said.notes, onNote),
    said,
  };
}

/** What a source has, with what is in no visit. */
function sum(cohort: Sizes, outside: Sizes): Sizes {
  return {
    patients: cohort.patients,
    visits: cohort.visits + outside.visits,
    events: cohort.events + outside.events,
    codes: cohort.codes + outside.codes,
  };
}

/** How many records have each label, before and after what was cut. */
function labelCounts(before: Cohort, { labelNames, labels }: Cohort): LabelCount[] {
  const count = (bits: Uint8Array, label: number) =>
    bits.reduce((sum, bit, i) => sum + (i % labelNames.length === label ? bit : 0), 0);
  return labelNames.map((name, label) => ({
    label: name,
    before: count(before.labels, label),
    after: count(labels, label),
  }));
}

/**
 * Makes a cohort of a source's events.
 *
 * @module
 */
import { type Cohort, cohort, subset } from "../cohort.ts";
import type { RankedCodes } from "./code_list.ts";
import type { EventTable } from "./event_table.ts";
import { noSplit } from "./patients.ts";
import { visitsOf } from "./visits_of.ts";
import type { VisitsByFile } from "./visits_by_file.ts";
import { othersInWords } from "./which_value.ts";

/** The cohort of the patients who have a split. */
function withSplitsOf(
  whole: Cohort,
  splits: Uint8Array,
  onLeftOut: ((what: string) => void) | undefined,
): Cohort {
  const kept = [...splits.keys()].filter((record) => splits[record] !== noSplit);
  onLeftOut?.(
    `${splits.length - kept.length} patients who are in no split; ` +
      "prepare with --seed N splits all patients by chance",
  );
  return cohort({ ...subset(whole, kept), splits: splits.filter((split) => split !== noSplit) });
}

/**
 * The cohort of all patients, in the order of the table. A visit has the distinct codes of its
 * events, each with the value that the table keeps; visits are sorted by time, then encounter.
 *
 * @param options.onLeftOut called with a sentence about each kind of thing that a cohort cannot
 * have
 * @param options.onRepeated called with the number of events of a code that their visit has already
 * @param options.codes the codes of the events, where they were mapped to others
 * @param options.byFile the visits, where they were made file by file; default of the table's events
 * @param options.hasSplits whether the cohort gets the source's splits, and leaves out the patients
 * without one if others have one; default true
 */
export function cohortOfEvents(
  table: EventTable,
  { onLeftOut, onRepeated, codes, byFile, hasSplits = true }: {
    readonly onLeftOut?: ((what: string) => void) | undefined;
    readonly onRepeated?: ((events: number) => void) | undefined;
    readonly codes?: RankedCodes | undefined;
    readonly byFile?: VisitsByFile | undefined;
    readonly hasSplits?: boolean | undefined;
  } = {},
): Cohort {
  const { vocabulary, rank } = codes ?? table.codes.ranked(table.events.code.view());
  const { recordOf, splits, ...patients } = table.patients.records();
  const { replaced: replacedHere, repeated, ...visits } = byFile?.together(recordOf, rank) ??
    visitsOf(table, recordOf, rank);
  const replaced = replacedHere + table.replacedCount;
  if (table.staticCount > 0) {
    onLeftOut?.(`${table.staticCount} events without a time, such as marital status`);
  }
  if (replaced > 0) {
    onLeftOut?.(`${replaced} values ${othersInWords[table.keep]}`);
  }
  const { severalRacesCount } = table.patients;
  if (severalRacesCount > 0) {
    onLeftOut?.(
      `other races of ${severalRacesCount} patients who have several: the most frequent one stays`,
    );
  }
  onRepeated?.(repeated);
  const { labelNames } = table.patients;
  const parts = { ...patients, ...visits, vocabulary, labelNames };
  if (!hasSplits || splits === null) return cohort({ ...parts, splits: null });
  if (!splits.includes(noSplit)) return cohort({ ...parts, splits });
  return withSplitsOf(cohort({ ...parts, splits: null }), splits, onLeftOut);
}

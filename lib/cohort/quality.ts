/**
 * What became of a source's records when a cohort was prepared: how much was read, what each option
 * cut, and how many records had each label before and after. Stored as `quality.json` in the cohort's
 * folder.
 *
 * @module
 */
import { join } from "node:path";
import { list, object, readCheckedJson, type Schema, text, whole } from "../files/checked_json.ts";
import * as v from "valibot";
import { isThere } from "../files/is_there.ts";
import { version } from "../version.ts";
import type { Cohort } from "./cohort.ts";
import { type Mapping, mappingSchema } from "./codes/mapping/code_map.ts";
import { type Findings, findingsSchema } from "./quality/findings.ts";
import { type TableQuality, tableQualitySchema } from "./quality/table_quality.ts";
import { usualMinCell } from "./small_cells.ts";
import { counted } from "../in_words.ts";

/** How much a cohort has, or how much of it was cut. */
export interface Sizes {
  /** Patients; of a cut, those who lost something. */
  readonly patients: number;
  /** Visits. */
  readonly visits: number;
  /** Events: codes of visits. */
  readonly events: number;
  /** Distinct codes that occur. */
  readonly codes: number;
}

/** What one option cut. */
export interface Cut extends Sizes {
  /** The option, such as "--max-visits 50". */
  readonly by: string;
}

/** How many records have a label. */
export interface LabelCount {
  /** Its name. */
  readonly label: string;
  /** Records that would have it without any cut. */
  readonly before: number;
  /** Records that have it. */
  readonly after: number;
}

/** The content of `quality.json`. */
export interface Quality {
  /** Version of Ehrloom. */
  readonly ehrloom: string;
  /** Name of the source format. */
  readonly source: string;
  /** What the source has. */
  readonly read: Sizes;
  /** What was cut, in this order; only what cut something. */
  readonly cuts: readonly Cut[];
  /** What the cohort has. */
  readonly kept: Sizes;
  /** Its labels. */
  readonly labels: readonly LabelCount[];
  /** Sentences on what a cohort cannot hold, and what the source lacks. */
  readonly left_out: readonly string[];
  /** Sentences on what was read differently from how it is written. */
  readonly notes: readonly string[];
  /**
   * Those of `left_out` and `notes` that count rows which `tables` has too, with their numbers; absent in
   * older files.
   */
  readonly told_by_tables?: readonly string[] | undefined;
  /** Malformed rows that were skipped. */
  readonly bad_rows: number;
  /** What became of the rows of each table, in the order of reading; empty without tables. */
  readonly tables?: readonly TableQuality[] | undefined;
  /** What there is to say of the source as a whole. */
  readonly findings?: Findings | undefined;
  /** How codes were mapped, in the order of the maps. */
  readonly mappings?: readonly Mapping[] | undefined;
}

const sizes = { patients: whole(0), visits: whole(0), events: whole(0), codes: whole(0) };

const qualitySchema: Schema<Quality> = object({
  ehrloom: text,
  source: text,
  read: object(sizes),
  cuts: list(object({ by: text, ...sizes })),
  kept: object(sizes),
  labels: list(object({ label: text, before: whole(0), after: whole(0) })),
  left_out: list(text),
  notes: list(text),
  told_by_tables: v.optional(list(text)),
  bad_rows: whole(0),
  tables: v.optional(list(tableQualitySchema)),
  findings: v.optional(findingsSchema),
  mappings: v.optional(list(mappingSchema)),
});

/** The file in a cohort's folder. */
export const qualityFile = "quality.json";

/** How much a cohort has. */
export function sizesOf({ recordCount, visitCount, codes }: Cohort): Sizes {
  return {
    patients: recordCount,
    visits: visitCount,
    events: codes.length,
    codes: new Set(codes).size,
  };
}

/** What a step cut, between two cohorts of the same records; undefined for nothing. */
export function cutBetween(by: string, before: Cohort, after: Cohort): Cut | undefined {
  const [had, has] = [sizesOf(before), sizesOf(after)];
  const lengths = ({ visitOffsets, codeOffsets }: Cohort, record: number) => [
    visitOffsets[record + 1] - visitOffsets[record],
    codeOffsets[visitOffsets[record + 1]] - codeOffsets[visitOffsets[record]],
  ];
  let patients = 0;
  for (let record = 0; record < before.recordCount; record++) {
    const [visits, events] = lengths(before, record);
    const [keptVisits, keptEvents] = lengths(after, record);
    patients += Number(visits > keptVisits || events > keptEvents);
  }
  if (patients === 0) return undefined;
  return {
    by,
    patients,
    visits: had.visits - has.visits,
    events: had.events - has.events,
    codes: had.codes - has.codes,
  };
}

/** What is known once a cohort is prepared. */
export function qualityOf(
  { source, read, cuts, cohort, labels, ...known }: Omit<Quality, "ehrloom" | "kept"> & {
    readonly cohort: Cohort;
  },
): Quality {
  return { ehrloom: version, source, read, cuts, kept: sizesOf(cohort), labels, ...known };
}

function cutInWords(
  { by, patients, visits, events, codes }: Cut,
  read: Sizes,
  minCell: number,
): string {
  const parts = [
    ...visits === 0 ? [] : [`${counted(visits)} of ${counted(read.visits)} visits`],
    `${counted(events)} of ${counted(read.events)} events`,
    ...codes === 0 ? [] : [`${counted(codes)} of ${counted(read.codes)} codes`],
  ];
  const whose = patients < minCell
    ? `fewer than ${minCell} patients`
    : `${counted(patients)} patients`;
  return `${by} cut ${parts.join(", ")}, in the records of ${whose}`;
}

/**
 * What was cut, a sentence without a full stop for each option, and for the labels that it cost.
 *
 * @example
 * ```ts
 * import { prepare, type Quality, qualityInWords, syntheaSampleFolder } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const found: Quality[] = [];
 * await prepare("synthea", syntheaSampleFolder, { maxVisits: 60, onQuality: (q) => found.push(q) });
 * assertEquals(found.flatMap((quality) => qualityInWords(quality)), []); // no patient of the sample has as many visits
 * ```
 *
 * @param options.minCell fewer patients are not counted, and labels of fewer not named; default: fewer
 *   than 10 are not counted, and all labels are named
 */
export function qualityInWords(
  { read, cuts, labels }: Quality,
  { minCell }: { readonly minCell?: number } = {},
): string[] {
  const lost = labels.filter(({ before, after }) => after < before);
  const named = lost.filter(({ after }) => after >= (minCell ?? 0)).map(({ label }) => label);
  const others = lost.length - named.length;
  if (others > 0) named.push(`${others} ${others === 1 ? "label" : "labels"} of few patients`);
  return [
    ...cuts.map((cut) => cutInWords(cut, read, minCell ?? usualMinCell)),
    ...named.length === 0 ? [] : [`fewer records have ${named.join(", ")} than without the cuts`],
  ];
}

/**
 * What became of the source of a cohort folder; undefined for one that `prepare` did not write.
 *
 * @throws {SyntaxError} If the file is damaged
 */
export async function readQuality(folder: string): Promise<Quality | undefined> {
  const path = join(folder, qualityFile);
  if (!await isThere(path)) return undefined;
  return await readCheckedJson(path, qualitySchema, "what became of a source");
}

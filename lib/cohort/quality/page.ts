/**
 * The quality of a source on one page of plain text, its conclusion first.
 *
 * @module
 */
import { counted } from "../../in_words.ts";
import type { Mapping } from "../codes/mapping/code_map.ts";
import { type Quality, qualityInWords } from "../quality.ts";
import { oddTimes } from "../sources/moment_checks.ts";
import { concernsOf, isShifted, percent, rowNumbers, shortly } from "./concerns.ts";
import type { Findings } from "./findings.ts";
import type { RowsWhy, TableQuality } from "./table_quality.ts";

/** Of a table, so many reasons are named. */
const shown = 4;
/** And so many columns. */
const shownColumns = 8;

function conclusion({ kept, findings, bad_rows }: Quality, areBadRowsSkipped: boolean): string {
  const values = findings?.values ?? 0;
  const sizes = `${counted(kept.patients)} patients, ${counted(kept.visits)} visits, ` +
    `${counted(kept.events)} events of ${counted(kept.codes)} codes` +
    (values > 0 ? `, ${counted(values)} values` : "");
  return bad_rows === 0 || areBadRowsSkipped
    ? `Ready: ${sizes}`
    : `Not ready: ${counted(bad_rows)} bad rows stop prepare; mend them, or leave them out with ` +
      `--skip-bad-rows. Without them: ${sizes}`;
}

function some(kind: string, all: readonly RowsWhy[]): string[] {
  if (all.length === 0) return [];
  const first = all.slice(0, shown)
    .map((rows) => `${counted(rows.count)} ${rows.why}${rowNumbers(rows)}`);
  const more = all.length > shown ? `; and ${all.length - shown} others` : "";
  return [`    ${kind}: ${first.join("; ")}${more}`];
}

/** The lines of a table. */
function ofTable(
  { table, rows, used, left_out, bad, noted, columns }: TableQuality,
  width: number,
): string[] {
  const cost = (all: readonly RowsWhy[]) => all.reduce((sum, { count }) => sum + count, 0);
  const parts = [
    used === rows ? "all used" : `${counted(used)} used`,
    ...left_out.length === 0 ? [] : [`${counted(cost(left_out))} left out`],
    ...bad.length === 0 ? [] : [`${counted(cost(bad))} bad`],
  ];
  const partly = columns.filter((column) => column.rows < rows).sort((a, b) => a.rows - b.rows);
  const shares = partly.slice(0, shownColumns)
    .map((column) => `${column.column} ${percent(column.rows, rows)}`);
  const others = partly.length > shownColumns
    ? `${partly.length - shownColumns} others partly`
    : "other columns always";
  return [
    `  ${table.padEnd(width)}  ${counted(rows)} rows, ${parts.join(", ")}`,
    ...some("left out", left_out),
    ...some("bad", bad),
    ...some("noted", noted),
    ...partly.length === 0 ? [] : [`    filled: ${shares.join(", ")}, ${others}`],
  ];
}

function ofFindings(findings: Findings, { read }: Quality): string[] {
  const { first_day, last_day, codes_without_name: nameless, units, far_values } = findings;
  const dates = first_day === null ? "no dates" : `visits from ${first_day} to ${last_day}` +
    (isShifted(findings)
      ? ": moved into the future, as in de-identified data"
      : `, ${counted(findings.visits_in_future)} of them in the future`);
  return [
    `Patients: ${counted(read.patients)}, ${
      counted(findings.patients_without_visits)
    } of them without a visit`,
    `Times: ${dates}`,
    `Codes: ${counted(read.codes)}, ${counted(nameless.count)} of them without a name; ` +
    `${counted(findings.spellings.count)} written in several ways; ` +
    `${counted(findings.repeated_events)} events of a code that their visit has already`,
    `Values: ${counted(findings.values)}; ${counted(units.count)} codes in several units; ` +
    `${counted(far_values.count)} codes with values far from their others`,
    ...units.first.slice(1, 3).map(({ code, units }) =>
      `  ${code}: ${
        units.map(({ unit, events }) => `${unit || "no unit"} ${counted(events)}`)
          .join(", ")
      }`
    ),
    ...far_values.first.slice(1, 3).map((far) =>
      `  ${far.code} (${far.description}): ${shortly(far.lowest)} to ${shortly(far.highest)}, ` +
      `median ${shortly(far.median)}`
    ),
  ];
}

/** What a map has done, in a line. */
export function mappingInWords({ by, mapped, into, unmapped, others }: Mapping): string {
  return `${by}: ${counted(mapped.codes)} codes with ${counted(mapped.events)} events became ` +
    `${counted(into)}; ${counted(unmapped.codes)} with ${counted(unmapped.events)} could not be ` +
    `mapped and stay; ${counted(others.codes)} with ${counted(others.events)} are of other systems`;
}

/** The sentences that no table says. */
function notOfTables({ left_out, notes, told_by_tables = [] }: Quality): string[] {
  const told = new Set(told_by_tables);
  return [
    ...left_out.filter((what) => !told.has(what)).map((what) => `left out: ${what}`),
    ...notes.filter((what) => !told.has(what)).map((what) => `note: ${what}`),
  ];
}

/**
 * The quality of a source on one page of plain text: the conclusion, what to look at, and what was
 * found in each table and in the source as a whole.
 *
 * @example
 * ```ts
 * import { prepare, type Quality, qualityPage, syntheaSampleFolder } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const found: Quality[] = [];
 * await prepare("synthea", syntheaSampleFolder, { onQuality: (quality) => found.push(quality) });
 * const [conclusion] = qualityPage(found[0]);
 * assertEquals(conclusion.startsWith("Ready: 400 patients, "), true);
 * ```
 *
 * @param options.areBadRowsSkipped whether bad rows are left out on request; default false: `prepare`
 *   would stop at the first
 * @returns the lines
 */
export function qualityPage(
  quality: Quality,
  { areBadRowsSkipped = false }: { readonly areBadRowsSkipped?: boolean } = {},
): string[] {
  const { tables = [], findings, mappings = [] } = quality;
  const concerns = concernsOf(quality);
  const things = concerns.length === 1 ? "1 thing" : `${concerns.length} things`;
  const width = Math.max(0, ...tables.map(({ table }) => table.length));
  const isMoved = findings !== undefined && isShifted(findings);
  const isSaid = ({ why }: RowsWhy) => !(isMoved && why === oddTimes.future);
  return [
    `${conclusion(quality, areBadRowsSkipped)}; ${
      concerns.length === 0 ? "nothing to look at" : `${things} to look at`
    }`,
    ...concerns.map((what, index) => `  ${index + 1}. ${what}`),
    "",
    ...tables.length === 0 ? [] : ["Tables"],
    ...tables.flatMap((table) => ofTable({ ...table, noted: table.noted.filter(isSaid) }, width)),
    ...findings === undefined ? [] : ofFindings(findings, quality),
    ...mappings.map(mappingInWords),
    ...qualityInWords(quality),
    ...notOfTables(quality),
  ];
}

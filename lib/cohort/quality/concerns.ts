/**
 * What somebody should look at before learning from a source: sentences by rules, from its quality
 * alone.
 *
 * @module
 */
import { counted, listed } from "../../in_words.ts";
import type { Mapping } from "../codes/mapping/code_map.ts";
import type { Quality } from "../quality.ts";
import { oddTimes } from "../sources/moment_checks.ts";
import { cutOff } from "../sources/rows.ts";
import type { Findings } from "./findings.ts";
import type { RowsWhy, TableQuality } from "./table_quality.ts";

/** Shares from which on something that is usual in small numbers is looked at. */
const manyLeftOut = 0.1;
const manyWithoutVisits = 0.1;
const manyWithoutNames = 0.1;
const manyUnmapped = 0.05;

/** A share in percent; never 0 or 100 for what is neither. */
export function percent(part: number, whole: number): string {
  if (part === 0) return "0%";
  if (part === whole) return "100%";
  const rounded = Math.round(1000 * part / whole) / 10;
  return `${Math.min(99.9, Math.max(0.1, rounded))}%`;
}

/** A measured value, which was stored as a float32. */
export const shortly = (value: number): number => Number(value.toPrecision(6));

/** " (row 7)", " (rows 2, 5, 9 …)"; "" for a source whose rows have no numbers. */
export function rowNumbers({ rows, count }: RowsWhy): string {
  if (rows.length === 0) return "";
  return ` (row${count === 1 ? "" : "s"} ${rows.join(", ")}${count > rows.length ? " …" : ""})`;
}

/** Rows of a kind in one sentence, for all tables. */
function inTables(
  tables: readonly TableQuality[],
  isOne: (why: string) => boolean,
): string[] {
  return tables.flatMap(({ table, noted }) =>
    noted.filter(({ why }) => isOne(why))
      .map((rows) => `${table}: ${counted(rows.count)} ${rows.why}${rowNumbers(rows)}`)
  );
}

function ofRows(tables: readonly TableQuality[], isShifted: boolean): string[] {
  const bad = tables.flatMap(({ table, bad }) =>
    bad.map((rows) => `${table}: ${counted(rows.count)} bad${rowNumbers(rows)}: ${rows.why}`)
  );
  const leftOut = tables.flatMap(({ table, rows, left_out }) =>
    left_out.filter(({ count }) => count >= manyLeftOut * rows).map((left) =>
      `${percent(left.count, rows)} of the rows of ${table} are left out: ${left.why}` +
      rowNumbers(left)
    )
  );
  const empty = tables.flatMap(({ table, rows, columns }) => {
    const names = columns.filter((column) => column.rows === 0).map(({ column }) => column);
    return rows === 0
      ? [`the table ${table} has no rows`]
      : names.length === 0
      ? []
      : [`nothing is in ${listed(names)} of ${table}`];
  });
  const odd: string[] = [oddTimes.early, oddTimes.unborn];
  if (!isShifted) odd.push(oddTimes.future);
  const times = inTables(tables, (why) => odd.includes(why) || /end before they begin/.test(why));
  const cut = inTables(tables, (why) => why === cutOff);
  return [...bad, ...leftOut, ...empty, ...times, ...cut];
}

/** Whether most dates are in the future, as where they were moved to hide who is who. */
export function isShifted({ visits_in_future, dated_visits }: Findings): boolean {
  return visits_in_future > 0.5 * dated_visits;
}

function ofCodes(
  { spellings, units, far_values, codes_without_name }: Findings,
  codes: number,
): string[] {
  const found: string[] = [];
  const [code] = units.first;
  if (code !== undefined) {
    const each = code.units.map(({ unit, events }) => `${unit || "no unit"} ${counted(events)}`);
    found.push(
      `${counted(units.count)} measured codes have several units, and become a code for each: ` +
        `${code.code} (${each.join(", ")})`,
    );
  }
  const [far] = far_values.first;
  if (far !== undefined) {
    found.push(
      `${counted(far_values.count)} codes have values far from their others: ${far.code} ` +
        `(${far.description}) from ${shortly(far.lowest)} to ${
          shortly(far.highest)
        }, where the median is ` +
        `${shortly(far.median)}; ${counted(far.far)} of ${
          counted(far.values)
        }, first look at subject ` +
        far.subject,
    );
  }
  const [group] = spellings.first;
  if (group !== undefined) {
    found.push(
      `${counted(spellings.count)} codes are written in several ways, and are not the same for ` +
        `a model: ${group.join(", ")}`,
    );
  }
  if (codes_without_name.count > manyWithoutNames * codes) {
    found.push(
      `${counted(codes_without_name.count)} of ${counted(codes)} codes have no name, so that ` +
        `figures and HiSGT only have the code: ${codes_without_name.first.slice(0, 3).join(", ")}`,
    );
  }
  return found;
}

function ofMapping({ by, mapped, unmapped, most_frequent_unmapped }: Mapping): string[] {
  const events = mapped.events + unmapped.events;
  if (unmapped.events <= manyUnmapped * events) {
    return events > 0 ? [] : [`${by} is for none of the codes`];
  }
  const first = most_frequent_unmapped.slice(0, 3)
    .map(({ code, events }) => `${code} (${counted(events)})`);
  return [
    `${by} could not map ${counted(unmapped.codes)} codes, with ` +
    `${percent(unmapped.events, events)} of the events that it is for: ${first.join(", ")}`,
  ];
}

/** What somebody should look at, a sentence without a full stop each, what costs rows first. */
export function concernsOf(
  { read, tables = [], findings, mappings = [] }: Quality,
): string[] {
  const found = ofRows(tables, findings !== undefined && isShifted(findings));
  if (findings === undefined) return found;
  const { patients_without_visits: without, visits_in_future, long_records: long } = findings;
  if (tables.length === 0 && visits_in_future > 0 && !isShifted(findings)) {
    found.push(`${counted(visits_in_future)} visits are in the future`);
  }
  if (without > manyWithoutVisits * read.patients) {
    found.push(
      `${counted(without)} of ${counted(read.patients)} patients have no visit: no model learns ` +
        "from them",
    );
  }
  found.push(...ofCodes(findings, read.codes), ...mappings.flatMap(ofMapping));
  if (long !== null) {
    found.push(
      `${counted(long.count)} records have more than ${counted(long.max_visits)} visits (longest ` +
        `${counted(long.longest)}) and will decide the time and memory of training; ` +
        `--max-visits ${long.max_visits} keeps ${percent(long.kept, 1)} of visits`,
    );
  }
  return found;
}

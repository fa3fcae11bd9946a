/**
 * Reads the CSV export of Synthea (The MITRE Corporation, 2 to 3.3): patients, encounters, and the
 * chosen tables of codes. A record is a patient, a visit an encounter.
 *
 * @module
 */
import type { OnProgress } from "../../../progress.ts";
import type { Cohort } from "../../cohort.ts";
import { csvPath, findCsv, type OnBadRow } from "../../../files/csv.ts";
import { trimmed, type TrimOptions } from "../../trim.ts";
import { cohortOfEvents } from "../cohort_of_events.ts";
import { EventTable } from "../event_table.ts";
import {
  encodingOption,
  listOption,
  type ReadHow,
  type Source,
  timeSeriesOption,
} from "../source.ts";
import { SyntheaDeaths } from "./deaths.ts";
import { readObservations } from "./observations.ts";
import { readCodes, readEncounters, readPatients } from "./tables.ts";

/**
 * What can be read of Synthea: the tables with codes or values, each NAME.csv or NAME.csv.gz, and
 * deaths, which are in the tables of patients and encounters.
 */
export const syntheaTables = [
  ...["conditions", "medications", "procedures"] as const,
  ...["observations", "deaths"] as const,
];
/** Name of such a table. */
export type SyntheaTable = typeof syntheaTables[number];
/** The default tables: observations are many, and few models use values. */
const defaultSyntheaTables: readonly SyntheaTable[] = ["conditions", "medications", "procedures"];

/** What to read from a Synthea folder. */
export interface SyntheaOptions extends TrimOptions {
  /** Tables to read codes from; default conditions, medications and procedures. */
  tables?: readonly SyntheaTable[] | undefined;
  /**
   * An encounter is a visit when it has a code from one of these, or the death of the patient; default
   * `tables`, without observations unless they are the only ones.
   */
  visitTables?: readonly SyntheaTable[] | undefined;
  /**
   * Make each later time of measurement within an encounter a visit of its own, with what was
   * observed then; by default, all observations are at the start of the encounter.
   */
  timeSeries?: boolean | undefined;
  /** As in {@link TrimOptions}, but default 1: only codes that the visits have. */
  minCount?: number | undefined;
  /** Leave out bad rows and report each here; without it the first bad row throws. */
  onBadRow?: OnBadRow | undefined;
  /** The files' encoding, by a name that `TextDecoder` knows; default "utf-8". */
  encoding?: string | undefined;
  /** Called with a sentence about what was left out, and how much: observations, tables. */
  onLeftOut?: ((what: string) => void) | undefined;
  /** Called with a sentence about what was read differently from how it is written, and how often. */
  onNote?: ((what: string) => void) | undefined;
  /** Called with the bytes read so far, for each file. */
  onProgress?: OnProgress | undefined;
}

/** What to read, and what makes a visit. */
type SyntheaTables = Pick<SyntheaOptions, "tables" | "visitTables" | "timeSeries" | "encoding">;

/** The chosen tables that a folder has; reports the others. */
async function tablesIn(
  folder: string,
  tables: readonly SyntheaTable[],
  onLeftOut: ReadHow["onLeftOut"],
): Promise<SyntheaTable[]> {
  for (const needed of ["patients", "encounters"]) await csvPath(folder, needed);
  const there: SyntheaTable[] = [];
  for (const name of tables) {
    const isThere = name === "deaths" || await findCsv(folder, name) !== undefined;
    if (isThere) there.push(name);
    else onLeftOut?.(`the table ${name}: "${folder}" has no ${name}.csv or ${name}.csv.gz`);
  }
  return there;
}

/** The tables of codes or values of a folder. */
async function allTablesIn(folder: string): Promise<SyntheaTable[]> {
  const found: SyntheaTable[] = [];
  for (const name of syntheaTables) {
    if (await findCsv(folder, name) !== undefined) found.push(name);
  }
  return found;
}

/** Says that a folder has none of the tables that an option names, and which it has. */
function noneOf(
  folder: string,
  wanted: readonly string[],
  { option, there }: { readonly option: string; readonly there: readonly string[] },
): Error {
  return new Deno.errors.NotFound(
    `Cannot read "${folder}": it has none of ` +
      wanted.map((name) => `${name}.csv or ${name}.csv.gz`).join(", ") +
      (there.length === 0 ? "" : `; use ${option} ${there.join(",")}`),
  );
}

/** The events of a Synthea folder; throws what {@link readSynthea} throws. */
async function readSyntheaEvents(
  folder: string,
  { tables = defaultSyntheaTables, visitTables, timeSeries = false, encoding = "utf-8" }:
    SyntheaTables,
  how: ReadHow,
): Promise<EventTable> {
  const there = await tablesIn(folder, tables, how.onLeftOut);
  if (there.length === 0) {
    throw noneOf(folder, tables, { option: "--tables", there: await allTablesIn(folder) });
  }
  if (visitTables?.some((name) => there.includes(name)) === false) {
    throw noneOf(folder, visitTables, { option: "--visits-with", there });
  }
  const codeTables = there.filter((name) => name !== "observations" && name !== "deaths");
  const visitsWith = visitTables ?? (codeTables.length > 0 ? codeTables : there);
  const table = new EventTable({ visits: timeSeries ? "times" : "encounters", keep: how.keep });
  const { notes } = table;
  const deaths = there.includes("deaths") ? new SyntheaDeaths(table) : undefined;
  const rows = { folder, table, notes, deaths, how: { ...how, encoding } };
  await readPatients(rows);
  await readEncounters(rows);
  for (const name of codeTables) {
    await readCodes({ ...rows, name, makesVisits: visitsWith.includes(name) });
  }
  if (there.includes("observations")) {
    await readObservations({ ...rows, makesVisits: visitsWith.includes("observations") });
  }
  deaths?.finish();
  notes.say(how.onNote);
  return table;
}

/**
 * Reads a folder of Synthea's CSV files, plain or gzipped. Chosen tables that the folder does not have
 * are left out and reported. Every patient is a record, even without visits; visits are encounters
 * with at least one code of the chosen tables, by start time, then id. Codes are written SYSTEM//CODE
 * as in MEDS ("SNOMED-CT//44054006", "RxNorm//312617"), whether SYSTEM is a name or a URI; in a table
 * without that column, medications are RxNorm, observations LOINC, others SNOMED CT. A SNOMED code that
 * both a condition and a procedure have is one code. The vocabulary has the codes of the visits,
 * sorted, with the first description in the files. Demographics are BIRTHDATE and GENDER of the table
 * of patients, where not empty. Observations become codes with values as in observations.ts; a
 * visit keeps the last value of a code. A death is MEDS_DEATH in the encounter in which it was, else a
 * visit of its own. There are no labels and no splits: see {@link withLabels} and
 * {@link withSplits}.
 *
 * @param folder contains patients, encounters and the chosen tables
 * @throws {Deno.errors.NotFound} If the folder, patients, encounters or all chosen tables are missing
 * @throws {SyntaxError} If a file is empty, lacks a column or has a bad row; names file and row
 * @throws {RangeError} If a count among the options is below 1, or a table is unknown
 */
export async function readSynthea(folder: string, options: SyntheaOptions = {}): Promise<Cohort> {
  const { tables = defaultSyntheaTables, maxVisits = Infinity, minCount = 1 } = options;
  const known: readonly string[] = syntheaTables;
  for (const table of [...tables, ...options.visitTables ?? []]) {
    if (!known.includes(table) || !tables.includes(table)) {
      throw new RangeError(
        `Cannot read the table "${table}" of Synthea; known: ${known.join(", ")}` +
          (known.includes(table) ? `; chosen: ${tables.join(", ")}` : ""),
      );
    }
  }
  if (options.timeSeries && !tables.includes("observations")) {
    throw new RangeError("Cannot use timeSeries: observations are not among the tables");
  }
  const events = await readSyntheaEvents(folder, options, options);
  return trimmed(cohortOfEvents(events, options), { maxVisits, minCount });
}

const options = {
  tables: listOption(syntheaTables, {
    help: "Tables to read codes from, comma-separated",
    default: defaultSyntheaTables,
  }),
  visitsWith: listOption(syntheaTables, {
    help:
      "Keep only visits with a code from these tables (default: --tables, without observations)",
    default: undefined,
  }),
  timeSeries: timeSeriesOption,
  encoding: encodingOption,
};

/** Synthea as a source. */
export const synthea: Source<typeof options> = {
  name: "synthea",
  summary: "a folder of Synthea's CSV files, plain or .gz",
  options,
  problem({ tables, visitsWith, timeSeries }) {
    const odd = visitsWith?.find((table) => !tables.includes(table));
    if (odd !== undefined) {
      return `--visits-with names "${odd}", which is not in --tables ${tables.join(",")}`;
    }
    if (timeSeries && !tables.includes("observations")) {
      return "--time-series needs --tables with observations";
    }
  },
  read: (folder, { visitsWith, ...values }, how) =>
    readSyntheaEvents(folder, { ...values, visitTables: visitsWith }, how),
};

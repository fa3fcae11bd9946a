/**
 * Reads the CSV export of Synthea (The MITRE Corporation, 2 to 3.3): patients, encounters, and the
 * chosen tables of codes. A record is a patient, a visit an encounter.
 *
 * @module
 */
import type { OnProgress } from "../../progress.ts";
import type { Cohort } from "../cohort.ts";
import { csvPath, type OnBadRow } from "../../files/csv.ts";
import { found } from "../../files/input.ts";
import { trimmed, type TrimOptions } from "../trim.ts";
import { cohortOfEvents } from "./cohort_of_events.ts";
import { EventTable } from "./event_table.ts";
import { Notes } from "./notes.ts";
import { encodingOption, listOption, type ReadHow, type Source, switchOption } from "./source.ts";
import { readObservations } from "./synthea_observations.ts";
import { readCodes, readEncounters, readPatients } from "./synthea_tables.ts";

/** The tables of Synthea that hold codes or values; each is NAME.csv or NAME.csv.gz. */
export const syntheaTables = ["conditions", "medications", "procedures", "observations"] as const;
/** Name of such a table. */
export type SyntheaTable = typeof syntheaTables[number];
/** Those taken where none are named: observations are many, and few models know values. */
export const defaultSyntheaTables: readonly SyntheaTable[] = syntheaTables.slice(0, 3);

/** What to take from a Synthea folder. */
export interface SyntheaOptions extends TrimOptions {
  /** Tables whose codes to take; default all of {@link syntheaTables} but observations. */
  tables?: readonly SyntheaTable[] | undefined;
  /**
   * An encounter is a visit when it has a code from one of these; default `tables`, without
   * observations unless they are the only ones.
   */
  visitTables?: readonly SyntheaTable[] | undefined;
  /**
   * Make each later time of measurement within an encounter a visit of its own, which holds nothing
   * but what was observed then; by default all is observed at the encounter's start.
   */
  timeSeries?: boolean | undefined;
  /** As in {@link TrimOptions}, but 1 by default: no codes that the visits do not have. */
  minCount?: number | undefined;
  /** Leave out bad rows and report each here; without it the first bad row throws. */
  onBadRow?: OnBadRow | undefined;
  /** The files' encoding, by a name that `TextDecoder` knows; default "utf-8". */
  encoding?: string | undefined;
  /** Called with a sentence that says what was left out, and how much: observations, tables. */
  onLeftOut?: ((what: string) => void) | undefined;
  /** Called with a sentence that says what was read otherwise than it is written, and how often. */
  onNote?: ((what: string) => void) | undefined;
  /** Called with the bytes read so far, file by file. */
  onProgress?: OnProgress | undefined;
}

/** What to read, and what makes a visit. */
type SyntheaTables = Pick<SyntheaOptions, "tables" | "visitTables" | "timeSeries" | "encoding">;

/** Those of the chosen tables that a folder holds; says which it does not. */
async function tablesIn(
  folder: string,
  tables: readonly SyntheaTable[],
  onLeftOut: ReadHow["onLeftOut"],
): Promise<SyntheaTable[]> {
  for (const needed of ["patients", "encounters"]) await csvPath(folder, needed);
  const there: SyntheaTable[] = [];
  for (const name of tables) {
    const files = [`${folder}/${name}.csv`, `${folder}/${name}.csv.gz`];
    const isThere = (await Promise.all(files.map(found))).some((file) => file?.isFile);
    if (isThere) there.push(name);
    else onLeftOut?.(`the table ${name}: "${folder}" holds no ${name}.csv or ${name}.csv.gz`);
  }
  return there;
}

function checkHolds(folder: string, there: readonly string[], wanted: readonly string[]): void {
  if (wanted.some((name) => there.includes(name))) return;
  throw new Deno.errors.NotFound(
    `Cannot read "${folder}": it holds none of ` +
      wanted.map((name) => `${name}.csv or ${name}.csv.gz`).join(", "),
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
  checkHolds(folder, there, tables);
  if (visitTables !== undefined) checkHolds(folder, there, visitTables);
  const codeTables = there.filter((name) => name !== "observations");
  const visitsWith = visitTables ?? (codeTables.length > 0 ? codeTables : there);
  const table = new EventTable({ visits: timeSeries ? "times" : "encounters" });
  const notes = new Notes();
  const rows = { folder, table, notes, how: { ...how, encoding } };
  await readPatients(rows);
  await readEncounters(rows);
  for (const name of codeTables) {
    await readCodes({ ...rows, name, makesVisits: visitsWith.includes(name) });
  }
  if (there.includes("observations")) {
    await readObservations({ ...rows, makesVisits: visitsWith.includes("observations") });
  }
  notes.say(how.onNote);
  return table;
}

/**
 * Reads a folder of Synthea's CSV files, plain or gzipped. Chosen tables that it does not hold are left
 * out, and said. Every patient is a record, also one without visits; visits are encounters with at
 * least one code of the chosen tables, by start time, then id. Codes are written SYSTEM//CODE as in
 * MEDS ("SNOMED-CT//44054006", "RxNorm//312617"), whether SYSTEM is a name or a URI; in a table without
 * that column, medications are RxNorm, observations LOINC, all else SNOMED CT. A SNOMED code that both
 * a condition and a procedure have is one code. The vocabulary holds the codes that the visits have,
 * sorted, with the first description that the files give. Demographics are BIRTHDATE and GENDER of the
 * patients' table, where not empty. Observations become codes with values as synthea_observations.ts
 * says; a visit keeps the last value of a code. No labels, no splits: see {@link withLabels} and
 * {@link withSplits}.
 *
 * @param folder holds patients, encounters and the chosen tables
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
        `Cannot read the table "${table}" of Synthea: known are ${known.join(", ")}` +
          (known.includes(table) ? `, chosen are ${tables.join(", ")}` : ""),
      );
    }
  }
  if (options.timeSeries && !tables.includes("observations")) {
    throw new RangeError("Cannot make visits of a time series: no observations are read");
  }
  const events = await readSyntheaEvents(folder, options, options);
  return trimmed(cohortOfEvents(events, options), { maxVisits, minCount });
}

const options = {
  tables: listOption(syntheaTables, {
    help: "Tables to read codes from",
    default: defaultSyntheaTables,
  }),
  visitsWith: listOption(syntheaTables, {
    help:
      "Keep only visits with a code from these tables (default: --tables, without observations)",
    default: undefined,
  }),
  timeSeries: switchOption("Each later time of measurement in an encounter is a visit of its own"),
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
      return `--visits-with names "${odd}": known are ${tables.join(", ")}`;
    }
    if (timeSeries && !tables.includes("observations")) {
      return "--time-series needs observations among the --tables";
    }
  },
  read: (folder, { visitsWith, ...values }, how) =>
    readSyntheaEvents(folder, { ...values, visitTables: visitsWith }, how),
};

/**
 * The source formats by name, for command lines: a new one is a reader of its own and a line here.
 *
 * @module
 */
import type { OnProgress } from "../../progress.ts";
import type { Cohort } from "../cohort.ts";
import type { OnBadRow } from "../../files/csv.ts";
import { readMeds } from "../meds/read.ts";
import { readRecordsJson } from "./records_json.ts";
import { defaultSyntheaTables, readSynthea, type SyntheaTable, syntheaTables } from "./synthea.ts";

/** What every format is read with. */
export interface SourceOptions {
  /** Names among the format's `tables`; default its `defaultTables`. */
  tables?: readonly string[];
  /** Of `tables`, those of which a visit needs a code; default as the format has it. */
  visitTables?: readonly string[];
  /** Make each later time of measurement a visit of its own; needs Synthea's observations. */
  timeSeries?: boolean;
  /** Leave out bad rows and report each here; without it the first bad row throws. */
  onBadRow?: OnBadRow;
  /** Told in a sentence what the cohort cannot hold and was left out. */
  onLeftOut?: (what: string) => void;
  /** Told how far reading is. */
  onProgress?: OnProgress;
}

/** A format that {@link sourceFormats} knows. */
export interface SourceFormat {
  /** What it is, in a few words. */
  readonly summary: string;
  /** Tables to choose from; empty where the format leaves no choice. */
  readonly tables: readonly string[];
  /** Those of `tables` that are taken when none are named. */
  readonly defaultTables: readonly string[];
  /** Whether it lists its vocabulary, which then may hold codes that no record has. */
  readonly hasOwnVocabulary: boolean;
  /** The whole cohort at a path; throws as the format's reader does. */
  read(path: string, options: SourceOptions): Promise<Cohort>;
}

/** All source formats by name. */
export const sourceFormats: Readonly<Record<string, SourceFormat>> = {
  synthea: {
    summary: "a folder of Synthea's CSV files, plain or .gz",
    tables: syntheaTables,
    defaultTables: defaultSyntheaTables,
    hasOwnVocabulary: false,
    // readSynthea checks the names
    read: (path, { tables, visitTables, ...options }) =>
      readSynthea(path, {
        ...options,
        tables: tables as SyntheaTable[] | undefined,
        visitTables: visitTables as SyntheaTable[] | undefined,
      }),
  },
  "records-json": {
    summary: "one JSON file of vocabulary, labels and split records",
    tables: [],
    defaultTables: [],
    hasOwnVocabulary: true,
    read: (path) => readRecordsJson(path),
  },
  meds: {
    summary: "a MEDS folder, Ehrloom's own or a foreign one",
    tables: [],
    defaultTables: [],
    hasOwnVocabulary: true,
    read: (path, { onLeftOut, onProgress }) =>
      readMeds(path, {
        onStaticEvents: (count) => onLeftOut?.(`${count} events without a time, such as race`),
        onProgress,
      }),
  },
};

/**
 * Reads the tables of codes beside this file; README.md says where they are from.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { readCsv } from "../../../files/csv.ts";

/** A code's category and what the code means. */
export interface TableEntry {
  /** "" for none. */
  readonly to: string;
  /** "" where unknown. */
  readonly description: string;
}

/** The tables that have been read. */
const known = new Map<string, Promise<ReadonlyMap<string, TableEntry>>>();

/** A table, which is read once. */
function table(...of: Parameters<typeof read>): Promise<ReadonlyMap<string, TableEntry>> {
  const [file] = of;
  const found = known.get(file) ?? read(...of);
  known.set(file, found);
  return found;
}

async function read(
  file: string,
  columns: readonly [from: string, to: string, description?: string],
): Promise<ReadonlyMap<string, TableEntry>> {
  const entries = new Map<string, TableEntry>();
  const path = fileURLToPath(new URL(file, import.meta.url));
  await readCsv(path, columns.filter((column) => column !== undefined), ([from, to, text = ""]) => {
    entries.set(from, { to, description: text });
  });
  return entries;
}

/** ICD-9-CM diagnoses without dots, with CCS categories: single level, 2015. */
export function icd9Table(): Promise<ReadonlyMap<string, TableEntry>> {
  return table("icd9cm.csv.gz", ["code", "ccs", "description"]);
}

/** ICD-10-CM diagnoses without dots, with CCSR categories: the default one for inpatients. */
export function icd10Table(): Promise<ReadonlyMap<string, TableEntry>> {
  return table("icd10cm.csv.gz", ["code", "ccsr", "description"]);
}

/** Names of the CCS categories. */
export function ccsNames(): Promise<ReadonlyMap<string, TableEntry>> {
  return table("ccs-names.csv.gz", ["ccs", "name"]);
}

/** For each ICD-9-CM diagnosis the first ICD-10-CM code of the General Equivalence Mappings. */
export function equivalents(): Promise<ReadonlyMap<string, TableEntry>> {
  return table("icd9-to-icd10cm.csv.gz", ["icd9", "icd10cm"]);
}

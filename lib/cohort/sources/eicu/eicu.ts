/**
 * Reads the CSV files of the eICU Collaborative Research Database (2.0 and its demo, as PhysioNet has
 * them). A record is a patient, a visit a stay in intensive care. Codes are "ICD9CM//250.00",
 * "ICD10CM//E11.9", "DIAGNOSIS//…" for diagnoses without an ICD code, "DRUG//…", "HICL//…" for drugs
 * without a name, "TREATMENT//…" and "LAB//BUN".
 *
 * @see https://eicu-crd.mit.edu
 * @module
 */
import { CsvFolder } from "../csv_folder.ts";
import { deathIn } from "../deaths.ts";
import { EventTable } from "../event_table.ts";
import {
  type EicuDeath,
  microsecondsPerMinute,
  minutesIn,
  minutesProblem,
  readStays,
} from "./stays.ts";
import { numberIn } from "../field_text.ts";
import { icd10Diagnosis, icd9Diagnosis } from "../icd_names.ts";
import { KeptValues } from "../kept_values.ts";
import { readRows, type RowsHow } from "../rows.ts";
import { encodingOption, listOption, type Source, timeSeriesOption } from "../source.ts";

const tables = ["diagnoses", "medications", "treatments", "labs", "deaths"] as const;
/** Laboratory results are many, and few models use values. */
const defaultTables: readonly (typeof tables[number])[] = tables.filter((name) => name !== "labs");

/** The file of each table. */
const files = {
  diagnoses: "diagnosis",
  medications: "medication",
  treatments: "treatment",
  labs: "lab",
  deaths: undefined,
};

const options = {
  tables: listOption(tables, {
    help: "Tables to read, comma-separated",
    default: defaultTables,
  }),
  icd: listOption(["9", "10"], {
    help: "Of diagnoses with codes of both ICD versions, those to keep; 9,10 for both",
    default: ["9"],
  }),
  timeSeries: timeSeriesOption,
  encoding: encodingOption,
};

/** An eICU folder, and where its rows go. */
interface Eicu {
  readonly folder: CsvFolder;
  readonly table: EventTable;
  readonly how: RowsHow;
}

/** What messages call stays. */
const namedStay = { encounter: "stay", file: "patient" } as const;

/** Codes and their meanings of a row; undefined for a row that is left out. */
type CodesOf = (fields: readonly string[]) => readonly (readonly [string, string])[] | undefined;

/** Adds the codes of a table, at the start of their stays. */
async function readCodes(
  { folder, table, how }: Eicu,
  { name, columns, codesOf, without = "without a code" }: {
    readonly name: string;
    readonly columns: readonly string[];
    readonly codesOf: CodesOf;
    readonly without?: string;
  },
): Promise<void> {
  await readRows(folder.path(name), [...columns, "patientunitstayid"], (fields) => {
    const encounter = table.encounterOf(fields[columns.length], undefined, namedStay);
    if (typeof encounter === "string") return encounter;
    const named = codesOf(fields);
    if (named === undefined) return { leftOut: without };
    for (const [called, meaning] of named) {
      const code = table.codes.index(called, meaning);
      if (typeof code === "string") return code;
      table.event({ ...table.inEncounter(encounter), code });
    }
    return undefined;
  }, how);
}

const icd9 = /^(E\d{3}|V\d{2}|\d{3})(\.\d{1,2})?$/i;
const icd10 = /^[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?$/i;

/** The ICD codes of a field, such as "250.00, E11.9": the chosen ones, or all if none of them is. */
function icdCodes(text: string, chosen: readonly string[]): string[] {
  const codes = text.split(",").map((code) => code.trim());
  const of = {
    "9": codes.filter((code) => icd9.test(code)).map(icd9Diagnosis),
    "10": codes.filter((code) => !icd9.test(code) && icd10.test(code)).map(icd10Diagnosis),
  };
  const wanted = Object.entries(of).flatMap(([icd, names]) => chosen.includes(icd) ? names : []);
  return wanted.length > 0 ? wanted : Object.values(of).flat();
}

async function readDiagnoses(eicu: Eicu, icd: readonly string[]): Promise<void> {
  await readCodes(eicu, {
    name: files.diagnoses,
    columns: ["icd9code", "diagnosisstring"],
    codesOf([codes, path]) {
      const named = icdCodes(codes, icd);
      if (named.length > 0) return named.map((name) => [name, path]);
      return path === "" ? undefined : [[`DIAGNOSIS//${path}`, path]];
    },
  });
}

async function readMedications(eicu: Eicu): Promise<void> {
  await readCodes(eicu, {
    name: files.medications,
    columns: ["drugordercancelled", "drugname", "drughiclseqno"],
    without: "that were cancelled, or have neither a name nor a number of the drug",
    codesOf([cancelled, drug, written]) {
      const number = written.replace(/\.0*$/, "");
      if (cancelled === "Yes" || drug === "" && number === "") return undefined;
      return [drug === "" ? [`HICL//${number}`, ""] : [`DRUG//${drug}`, drug]];
    },
  });
}

/** Adds the laboratory results that are numbers. */
async function readLabs(
  { folder, table, how }: Eicu,
  { timeSeries }: { readonly timeSeries: boolean },
): Promise<void> {
  table.expectValues();
  const values = new KeptValues(table);
  const columns = [
    ...["patientunitstayid", "labresultoffset", "labname", "labresult"],
    "labmeasurenamesystem",
  ];
  await readRows(folder.path(files.labs), columns, ([id, offset, name, result, unit]) => {
    const encounter = table.encounterOf(id, undefined, namedStay);
    if (typeof encounter === "string") return encounter;
    if (result === "") return { leftOut: "without a number" };
    const [minutes, value] = [minutesIn(offset), numberIn(result)];
    if (Number.isNaN(minutes)) return minutesProblem("labresultoffset", offset);
    if (Number.isNaN(value)) return `labresult is "${result}", must be a number`;
    if (name === "") return "labname is empty";
    const code = table.codes.index(`LAB//${name}`, name, unit);
    if (typeof code === "string") return code;
    const time = table.encounters.start.at(encounter) + minutes * microsecondsPerMinute;
    if (!timeSeries) values.add({ encounter, code, time, value });
    else table.event({ ...table.inEncounter(encounter, time), code, value });
    return undefined;
  }, how);
  values.flush();
}

function addDeaths(table: EventTable, deaths: readonly EicuDeath[]): void {
  const code = deathIn(table);
  for (const { encounter, time } of deaths) {
    table.event({ ...table.inEncounter(encounter, time), code });
  }
}

/** eICU as a source. */
export const eicu: Source<typeof options> = {
  name: "eicu",
  summary: "a folder of eICU's CSV files, plain or .gz",
  options,
  problem({ tables, timeSeries }) {
    if (timeSeries && !tables.includes("labs")) return "--time-series needs --tables with labs";
  },
  async read(path, { tables, icd, timeSeries, encoding }, how) {
    const folder = await CsvFolder.of(path);
    const chosen = folder.chosen(tables, files, how.onLeftOut);
    const table = new EventTable({ visits: timeSeries ? "times" : "encounters", keep: how.keep });
    const { notes } = table;
    const rows: Eicu = { folder, table, how: { ...how, encoding, notes } };
    const deaths = await readStays(folder, table, rows.how);
    if (chosen.includes("diagnoses")) await readDiagnoses(rows, icd);
    if (chosen.includes("medications")) await readMedications(rows);
    if (chosen.includes("treatments")) {
      await readCodes(rows, {
        name: files.treatments,
        columns: ["treatmentstring"],
        codesOf: ([path]) => path === "" ? undefined : [[`TREATMENT//${path}`, path]],
      });
    }
    if (chosen.includes("labs")) await readLabs(rows, { timeSeries });
    if (chosen.includes("deaths")) addDeaths(table, deaths);
    notes.say(how.onNote);
    return table;
  },
};

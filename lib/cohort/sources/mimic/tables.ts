/**
 * What MIMIC-III and MIMIC-IV have in common: patients, admissions, tables of codes with an
 * admission each, laboratory events, and tables that say what codes mean. A record is a patient, a
 * visit an admission.
 *
 * @see https://mimic.mit.edu/docs
 * @module
 */
import type { CsvColumn } from "../../../files/csv.ts";
import { growing } from "../../growing.ts";
import { timeOf } from "../../time.ts";
import type { CsvFolder } from "../csv_folder.ts";
import { addDeaths, type Death } from "../deaths.ts";
import type { EventTable } from "../event_table.ts";
import { raceIn } from "../../races.ts";
import { numberIn, sexIn } from "../field_text.ts";
import { KeptValues } from "../kept_values.ts";
import { readRows, type RowsHow } from "../rows.ts";
import { encodingOption, listOption, switchOption, timeSeriesOption } from "../source.ts";

/** What to read from MIMIC: tables, of which deaths stand in those of patients and admissions. */
export const mimicTables = [
  "diagnoses",
  "procedures",
  "prescriptions",
  "labs",
  "deaths",
] as const;
/** A part of MIMIC. */
export type MimicTable = typeof mimicTables[number];

/** Laboratory events are many, and few models use values. */
const defaultTables: readonly MimicTable[] = mimicTables.filter((table) => table !== "labs");

/** The file of each; MIMIC-III writes it in capitals. */
export const mimicFiles = {
  diagnoses: "diagnoses_icd",
  procedures: "procedures_icd",
  prescriptions: "prescriptions",
  labs: "labevents",
  deaths: undefined,
};

/** The options that both versions have. */
export const mimicOptions = {
  tables: listOption(mimicTables, {
    help: "Tables to read, comma-separated",
    default: defaultTables,
  }),
  allAdmissions: switchOption("Keep admissions without a code from the tables as empty visits"),
  timeSeries: timeSeriesOption,
  encoding: encodingOption,
};

/** What is wrong with options that do not go together. */
export function mimicProblem(
  { tables, timeSeries }: { readonly tables: readonly MimicTable[]; readonly timeSeries: boolean },
): string | undefined {
  if (timeSeries && !tables.includes("labs")) return "--time-series needs --tables with labs";
}

/** What messages call admissions. */
const namedAdmission = { encounter: "admission", file: "admissions" } as const;

/** What is wrong with a row, in a sentence. */
export interface Problem {
  readonly problem: string;
}

/** A MIMIC folder, and where its rows go. */
export class Mimic {
  /** [admissions] When each ended, as far as known. */
  private readonly ends = growing((length) => new Float64Array(length));
  private readonly deaths = new Map<number, Death>();

  constructor(
    readonly folder: CsvFolder,
    readonly table: EventTable,
    readonly how: RowsHow,
  ) {}

  /**
   * Adds the patients.
   *
   * @param born columns that say when a patient was born
   * @param birthOf the time of birth by these columns, NaN if unknown; or a sentence that says what is
   *   wrong
   */
  async readPatients(
    born: readonly string[],
    birthOf: (fields: readonly string[]) => number | string,
  ): Promise<void> {
    const { patients } = this.table;
    const columns = ["subject_id", "gender", "dod", ...born];
    const path = this.folder.path("patients");
    await readRows(path, columns, ([id, gender, dod, ...born]) => {
      if (id === "") return "subject_id is empty";
      if (patients.find(id) !== undefined) return `patient "${id}" appears twice`;
      const sex = sexIn(gender);
      if (sex === undefined) return `gender is "${gender}", must be F, M or empty`;
      const birth = birthOf(born);
      if (typeof birth === "string") return birth;
      const died = timeOf(dod.slice(0, 10)); // the time of day is never known
      if (dod !== "" && Number.isNaN(died)) return timeProblem("dod", dod);
      const patient = patients.index(id);
      patients.setSex(patient, sex);
      patients.setBirth(patient, birth);
      if (dod !== "") this.deaths.set(patient, { time: died, isDay: true });
      return undefined;
    }, this.how);
    if (patients.count === 0) throw new SyntaxError(`Cannot read "${path}": it has no patients`);
  }

  /** Adds the admissions, each a visit once it has an event, or all of them. */
  async readAdmissions({ all }: { readonly all: boolean }): Promise<void> {
    const { table, how, ends, deaths } = this;
    const columns = [
      ...["subject_id", "hadm_id", "admittime", "dischtime", "deathtime"],
      { name: "race", older: "ethnicity", missing: "" },
    ];
    await readRows(this.folder.path("admissions"), columns, (fields) => {
      const [subject, id, admitted, discharged, died, race] = fields;
      if (id === "") return "hadm_id is empty";
      if (table.encounters.indexOf.has(id)) return `admission "${id}" appears twice`;
      const patient = table.patients.find(subject);
      if (patient === undefined) {
        return `admission "${id}" is of patient "${subject}", who is not in patients`;
      }
      const [start, end, death] = [timeOf(admitted), timeOf(discharged), timeOf(died)];
      if (Number.isNaN(start)) return timeProblem("admittime", admitted);
      if (discharged !== "" && Number.isNaN(end)) return timeProblem("dischtime", discharged);
      if (died !== "" && Number.isNaN(death)) return timeProblem("deathtime", died);
      if (end < start) how.notes.add("admissions end before they begin", `hadm_id ${id}`);
      const encounter = table.encounter(id, patient, start);
      table.patients.addRace(patient, raceIn(race));
      ends.push(Math.max(...[start, end, death].filter((time) => !Number.isNaN(time))));
      if (died !== "") deaths.set(patient, { time: Math.max(death, start), isDay: false });
      if (all) table.visit({ patient, time: start, encounter });
      return undefined;
    }, how);
  }

  /**
   * Adds the codes of a table, at the start of their admissions.
   *
   * @param columns that the code is in
   * @param codeOf the code's name by these columns, "" for a row without one, or what is wrong
   */
  async readCodes(
    name: string,
    columns: readonly (string | CsvColumn)[],
    codeOf: (fields: readonly string[]) => string | Problem,
    { onCode }: { readonly onCode?: (encounter: number, code: string) => void } = {},
  ): Promise<void> {
    const { table, how } = this;
    const isIcd = columns.some((column) =>
      /^icd/i.test(typeof column === "string" ? column : column.name)
    );
    await readRows(this.folder.path(name), [...columns, "subject_id", "hadm_id"], (fields) => {
      const [subject, id] = fields.slice(columns.length);
      if (id === "") return { leftOut: "without an admission" };
      const encounter = table.encounterOf(id, subject, namedAdmission);
      if (typeof encounter === "string") return encounter;
      const called = codeOf(fields);
      if (typeof called !== "string") return called.problem;
      if (called === "") return { leftOut: "without a code" };
      if (isIcd && fields[0].includes(".")) {
        how.notes.add("codes have dots, which were put where code books have them", fields[0]);
      }
      const code = table.codes.index(called);
      if (typeof code === "string") return code;
      table.event({ ...table.inEncounter(encounter), code });
      onCode?.(encounter, called);
      return undefined;
    }, how);
  }

  /** Adds what both versions have alike: drugs, laboratory values and deaths, where chosen. */
  async readOthers(
    chosen: readonly MimicTable[],
    { timeSeries }: { readonly timeSeries: boolean },
  ): Promise<void> {
    if (chosen.includes("prescriptions")) {
      await this.readCodes(mimicFiles.prescriptions, ["drug"], ([drug]) => drug && `DRUG//${drug}`);
    }
    if (chosen.includes("labs")) {
      await this.readLabs({ timeSeries });
      await this.describe("d_labitems", ["itemid", "label", "fluid"], ([item, label, fluid]) => [
        `LAB//${item}`,
        `${label} (${fluid})`,
      ]);
    }
    if (chosen.includes("deaths")) addDeaths(this.table, this.deaths, this.ends.view());
  }

  /** Adds the laboratory events that have a number. */
  private async readLabs({ timeSeries }: { readonly timeSeries: boolean }): Promise<void> {
    const { table, how } = this;
    table.expectValues();
    const values = new KeptValues(table);
    const columns = ["subject_id", "hadm_id", "itemid", "charttime", "valuenum", "valueuom"];
    await readRows(this.folder.path(mimicFiles.labs), columns, (fields) => {
      const [subject, id, item, charted, number, unit] = fields;
      if (id === "") return { leftOut: "without an admission" };
      if (number === "") return { leftOut: "without a number" };
      const encounter = table.encounterOf(id, subject, namedAdmission);
      if (typeof encounter === "string") return encounter;
      const [time, value] = [timeOf(charted), numberIn(number)];
      if (Number.isNaN(time)) return timeProblem("charttime", charted);
      if (Number.isNaN(value)) return `valuenum is "${number}", must be a number`;
      if (item === "") return "itemid is empty";
      const code = table.codes.index(`LAB//${item}`, "", unit);
      if (typeof code === "string") return code;
      if (!timeSeries) values.add({ encounter, code, time, value });
      else table.event({ ...table.inEncounter(encounter, time), code, value });
      return undefined;
    }, how);
    values.flush();
  }

  /**
   * Says what codes mean, if the folder has the table.
   *
   * @param entry a code's name, or what is wrong, and its meaning by the columns
   */
  async describe(
    name: string,
    columns: readonly string[],
    entry: (fields: readonly string[]) => readonly [string | Problem, string],
  ): Promise<void> {
    const path = this.folder.find(name);
    if (path === undefined) return;
    await readRows(path, columns, (fields) => {
      const [code, meaning] = entry(fields);
      if (typeof code !== "string") return code.problem;
      this.table.codes.describe(code, meaning);
      return undefined;
    }, this.how);
  }
}

/** What is wrong with a time. */
export function timeProblem(column: string, text: string): string {
  return `${column} is "${text}", must be a time such as 2150-12-31 23:59:59`;
}

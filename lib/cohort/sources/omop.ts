/**
 * Reads a folder of CSV files in the OMOP Common Data Model (5.3 and 5.4). A record is a person, a
 * visit a visit_occurrence; what is in none is a visit by its day. Codes are those of the table
 * concept, where it is in the folder ("SNOMED-CT//44054006", "RxNorm//312617"), else "OMOP//201826".
 *
 * @see https://ohdsi.github.io/CommonDataModel
 * @module
 */
import { type CsvColumn, readCsvHeader } from "../../files/csv.ts";
import { growing } from "../growing.ts";
import { timeOf } from "../time.ts";
import { CsvFolder } from "./csv_folder.ts";
import { addDeaths, type Death } from "./deaths.ts";
import { EventTable, type Moment } from "./event_table.ts";
import { numberIn, sexIn } from "./field_text.ts";
import { LatestValues } from "./latest_values.ts";
import { readRows, type RowsHow } from "./rows.ts";
import {
  encodingOption,
  listOption,
  type Source,
  type SourceOption,
  timeSeriesOption,
} from "./source.ts";

const tables = ["conditions", "drugs", "procedures", "measurements", "deaths"] as const;
/** Measurements are many, and few models use values. */
const defaultTables: readonly (typeof tables[number])[] = tables.filter((name) =>
  name !== "measurements"
);

/** The file of each table. */
const files = {
  conditions: "condition_occurrence",
  drugs: "drug_exposure",
  procedures: "procedure_occurrence",
  measurements: "measurement",
  deaths: "death",
};

/** The columns of a table's concept and its day. */
const columnsOf = {
  conditions: ["condition", "condition_start_date"],
  drugs: ["drug", "drug_exposure_start_date"],
  procedures: ["procedure", "procedure_date"],
  measurements: ["measurement", "measurement_date"],
} as const;

const concepts: SourceOption<"standard" | "source"> = {
  value: "WHICH",
  help: "Concepts to take: standard, or source, those of the data before they were mapped",
  default: "standard",
  parse(text) {
    if (text === "standard" || text === "source") return text;
    throw new RangeError(`is "${text}", must be standard or source`);
  },
};

const options = {
  tables: listOption(tables, { help: "Tables to read, comma-separated", default: defaultTables }),
  concepts,
  timeSeries: timeSeriesOption,
  encoding: encodingOption,
};

/** Names of vocabularies that OMOP writes otherwise than FHIR and MEDS. */
const systems: Readonly<Record<string, string>> = { SNOMED: "SNOMED-CT" };

/** OMOP's concepts of sexes. */
const sexConcepts: Readonly<Record<string, number>> = { "8532": 1, "8507": 2 };

/** The time of day where a table has one, else the day. */
function timeIn(day: string, time: string): number {
  return time === "" ? timeOf(day) : timeOf(time);
}

function timeProblem(column: string, text: string): string {
  return `${column} is "${text}", must be a day such as 2020-12-31`;
}

/** The birth of a person, by the time of birth or else by year, month and day. */
function birthIn([time, year, month, day]: readonly string[]): number | string {
  if (time !== "") {
    const birth = timeOf(time);
    return Number.isNaN(birth) ? timeProblem("birth_datetime", time) : birth;
  }
  if (year === "") return NaN;
  const [first, second] = [month, day].map((text) => (text === "" ? "1" : text).padStart(2, "0"));
  const written = `${year}-${first}-${second}`;
  const birth = timeOf(written);
  return Number.isNaN(birth) ? timeProblem("the day of birth", written) : birth;
}

/** Columns that a table may lack, as it may lack what they say. */
const optional = (...names: string[]): CsvColumn[] => names.map((name) => ({ name, missing: "" }));

const nameOf = (column: string | CsvColumn) => typeof column === "string" ? column : column.name;

/** What messages call visits and persons. */
const namedVisit = { encounter: "visit", patient: "person", file: "visit_occurrence" } as const;

/** An OMOP folder, and where its rows go. */
class Omop {
  /** [visits] When each ended; NaN where unknown. */
  private readonly ends = growing((length) => new Float64Array(length));

  constructor(
    private readonly folder: CsvFolder,
    private readonly table: EventTable,
    private readonly how: RowsHow,
    private readonly isSource: boolean,
  ) {}

  /**
   * Reads a table, whose fields a comma separates, or a tab: Athena's tables of concepts have tabs and
   * quotes that are part of names.
   */
  private async read(
    path: string,
    columns: readonly (string | CsvColumn)[],
    onRow: (fields: readonly string[]) => string | undefined,
  ): Promise<void> {
    const { delimiter } = await readCsvHeader(path, { encoding: this.how.encoding });
    const padded = columns.map(nameOf).filter((name) => name.endsWith("_source_value"));
    const hasQuotes = !(delimiter === "\t" && columns.includes("concept_name"));
    await readRows(path, columns, onRow, { ...this.how, delimiter, hasQuotes, padded });
  }

  /** Adds the persons. */
  async readPersons(): Promise<void> {
    const { patients } = this.table;
    const path = this.folder.path("person");
    const columns = [
      ...["person_id", "gender_concept_id"],
      ...optional("gender_source_value", "birth_datetime"),
      "year_of_birth",
      ...optional("month_of_birth", "day_of_birth"),
    ];
    await this.read(path, columns, ([id, sex, written, ...born]) => {
      if (id === "") return "person_id is empty";
      if (patients.find(id) !== undefined) return `person "${id}" appears twice`;
      const birth = birthIn(born);
      if (typeof birth === "string") return birth;
      const patient = patients.index(id);
      patients.setSex(patient, sexConcepts[sex] ?? sexIn(written) ?? 0);
      patients.setBirth(patient, birth);
      return undefined;
    });
    if (patients.count === 0) throw new SyntaxError(`Cannot read "${path}": it has no persons`);
  }

  /** Adds the visits. */
  async readVisits(): Promise<void> {
    const { table, ends } = this;
    const columns = [
      ...["visit_occurrence_id", "person_id", "visit_start_date"],
      ...optional("visit_start_datetime", "visit_end_date", "visit_end_datetime"),
    ];
    await this.read(this.folder.path("visit_occurrence"), columns, (fields) => {
      const [id, person, day, time, lastDay, end] = fields;
      if (id === "") return "visit_occurrence_id is empty";
      if (table.encounters.indexOf.has(id)) return `visit "${id}" appears twice`;
      const patient = table.patients.find(person);
      if (patient === undefined) return `visit "${id}" is of person "${person}", not in person`;
      const start = timeIn(day, time);
      if (Number.isNaN(start)) return timeProblem("visit_start_date", time || day);
      const ended = timeIn(lastDay, end);
      if (ended < start) {
        this.how.notes.add("visits end before they begin", `visit_occurrence_id ${id}`);
      }
      table.encounter(id, patient, start);
      ends.push(ended < start ? start : ended);
      return undefined;
    });
  }

  /** Whose row it is, when and in which visit, or a sentence that says why it is a bad row. */
  private momentOf(person: string, visit: string, day: string): Moment | string {
    const { table } = this;
    if (visit !== "") {
      const encounter = table.encounterOf(visit, person, namedVisit);
      return typeof encounter === "string" ? encounter : table.inEncounter(encounter);
    }
    const patient = table.patients.find(person);
    if (patient === undefined) return `person "${person}" is not in person`;
    const time = timeOf(day.slice(0, 10));
    if (Number.isNaN(time)) return timeProblem("the date", day);
    return { patient, time };
  }

  /** The code of a row, undefined if it has none, or a sentence that says why it is a bad row. */
  private codeOf(
    [standard, source, written]: readonly string[],
    unit = "",
  ): number | string | undefined {
    const isKnown = (concept: string) => concept !== "" && concept !== "0";
    const [first, second] = this.isSource ? [source, standard] : [standard, ""];
    const concept = isKnown(first) ? first : second;
    if (isKnown(concept)) return this.table.codes.index(`OMOP//${concept}`, "", unit);
    return written === "" ? undefined : this.table.codes.index(`SOURCE//${written}`, written, unit);
  }

  /** Adds the codes of a table, at the beginning of their visits or on their days. */
  async readCodes(name: "conditions" | "drugs" | "procedures"): Promise<void> {
    const [kind, date] = columnsOf[name];
    const columns = [
      ...["person_id", "visit_occurrence_id", date, `${kind}_concept_id`],
      ...optional(`${kind}_source_concept_id`, `${kind}_source_value`),
    ];
    let withoutCode = 0;
    await this.read(this.folder.path(files[name]), columns, (fields) => {
      const [person, visit, day] = fields;
      const moment = this.momentOf(person, visit, day);
      if (typeof moment === "string") return moment;
      const code = this.codeOf(fields.slice(3));
      if (typeof code === "string") return code;
      if (code === undefined) withoutCode++;
      else this.table.event({ ...moment, code });
      return undefined;
    });
    this.sayWithout(withoutCode, files[name]);
  }

  /** Adds the measurements, with a value where they have a number. */
  async readMeasurements({ timeSeries }: { readonly timeSeries: boolean }): Promise<void> {
    const { table } = this;
    table.expectValues();
    const latest = new LatestValues(table);
    const [kind, date] = columnsOf.measurements;
    const columns = [
      ...["person_id", "visit_occurrence_id", date, `${kind}_concept_id`],
      ...optional(`${kind}_source_concept_id`, `${kind}_source_value`, `${kind}_datetime`),
      "value_as_number",
      ...optional("unit_source_value", "unit_concept_id"),
    ];
    let withoutCode = 0;
    await this.read(this.folder.path(files.measurements), columns, (fields) => {
      const [person, visit, day] = fields;
      const [clock, number, unitText, unitConcept] = fields.slice(6);
      const moment = this.momentOf(person, visit, day);
      if (typeof moment === "string") return moment;
      const value = numberIn(number);
      if (number !== "" && Number.isNaN(value)) {
        return `value_as_number is "${number}", must be a number`;
      }
      const time = timeIn(day, clock);
      if (Number.isNaN(time)) return timeProblem(`${kind}_date`, clock || day);
      const unit = unitText || (/^0?$/.test(unitConcept) ? "" : `OMOP unit ${unitConcept}`);
      const code = this.codeOf(fields.slice(3), number === "" ? "" : unit);
      if (typeof code === "string") return code;
      if (code === undefined) {
        withoutCode++;
        return undefined;
      }
      const { patient, encounter } = moment;
      if (encounter === undefined) table.event({ ...moment, code, value });
      else if (timeSeries || number === "") table.event({ patient, encounter, time, code, value });
      else latest.add({ encounter, code, time, value });
      return undefined;
    });
    latest.flush();
    this.sayWithout(withoutCode, files.measurements);
  }

  private sayWithout(rows: number, file: string): void {
    if (rows > 0) this.how.onLeftOut?.(`${rows} rows of ${file} without a concept and a text`);
  }

  /** Adds the deaths. */
  async readDeaths(): Promise<void> {
    const deaths = new Map<number, Death>();
    const columns = ["person_id", "death_date", ...optional("death_datetime")];
    await this.read(this.folder.path(files.deaths), columns, ([person, day, clock]) => {
      const patient = this.table.patients.find(person);
      if (patient === undefined) return `person "${person}" is not in person`;
      const time = timeIn(day, clock);
      if (Number.isNaN(time)) return timeProblem("death_date", clock || day);
      deaths.set(patient, { time, isDay: time === timeOf(day) });
      return undefined;
    });
    addDeaths(this.table, deaths, this.ends.view());
  }

  /** Gives codes the names of the table of concepts, if the folder has one. */
  async nameConcepts(): Promise<void> {
    const path = this.folder.find("concept");
    if (path === undefined) {
      this.how.onNote?.("the folder has no concept.csv: codes have numbers instead of names");
      return;
    }
    const columns = ["concept_id", "concept_name", "vocabulary_id", "concept_code"];
    await this.read(path, columns, ([id, name, vocabulary, code]) => {
      const system = Object.hasOwn(systems, vocabulary) ? systems[vocabulary] : vocabulary;
      this.table.codes.describe(`OMOP//${id}`, name, `${system}//${code}`);
      return undefined;
    });
  }
}

/** OMOP as a source. */
export const omop: Source<typeof options> = {
  name: "omop",
  summary: "a folder of CSV files in the OMOP Common Data Model 5.3 or 5.4, plain or .gz",
  options,
  problem({ tables, timeSeries }) {
    if (timeSeries && !tables.includes("measurements")) {
      return "--time-series needs --tables with measurements";
    }
  },
  async read(path, { tables, concepts, timeSeries, encoding }, how) {
    const folder = await CsvFolder.of(path);
    const chosen = folder.chosen(tables, files, how.onLeftOut);
    const table = new EventTable({ visits: timeSeries ? "times" : "encounters" });
    const { notes } = table;
    const omop = new Omop(folder, table, { ...how, encoding, notes }, concepts === "source");
    await omop.readPersons();
    await omop.readVisits();
    for (const name of ["conditions", "drugs", "procedures"] as const) {
      if (chosen.includes(name)) await omop.readCodes(name);
    }
    if (chosen.includes("measurements")) await omop.readMeasurements({ timeSeries });
    if (chosen.includes("deaths")) await omop.readDeaths();
    await omop.nameConcepts();
    notes.say(how.onNote);
    return table;
  },
};

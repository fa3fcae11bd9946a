/**
 * Puts the rows of OMOP's tables into an event table.
 *
 * @module
 */
import type { CsvColumn } from "../../../files/csv.ts";
import { growing } from "../../growing.ts";
import { timeOf } from "../../time.ts";
import { omopRaces, raceIn } from "../../races.ts";
import { addDeaths, type Death } from "../deaths.ts";
import { detached } from "../detached.ts";
import type { EventTable, Moment } from "../event_table.ts";
import { numberIn, sexIn } from "../field_text.ts";
import { KeptValues } from "../kept_values.ts";
import type { OnRow, RowsHow } from "../rows.ts";
import { Concepts, isConcept } from "./concepts.ts";
import type { OmopTables, TableName } from "./tables.ts";

/** The tables of events, by the names that people choose them by. */
export const files = {
  conditions: "condition_occurrence",
  drugs: "drug_exposure",
  procedures: "procedure_occurrence",
  measurements: "measurement",
  observations: "observation",
  deaths: "death",
} as const;

/** How the columns of a table begin, and the one of its day. */
const columnsOf = {
  conditions: ["condition", "condition_start_date"],
  drugs: ["drug", "drug_exposure_start_date"],
  procedures: ["procedure", "procedure_date"],
  measurements: ["measurement", "measurement_date"],
  observations: ["observation", "observation_date"],
} as const;

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

/** Why a row is left out that says nothing. */
const withoutCode = { leftOut: "without a concept and a text" } as const;

/** OMOP's tables, and where their rows go. */
export class OmopReader {
  /** [visits] When each ended; NaN where unknown. */
  private readonly ends = growing((length) => new Float64Array(length));
  private readonly concepts: Concepts;
  /** Persons whose race is a concept that the table of concepts names. */
  private readonly races: {
    readonly patient: number;
    readonly concept: string;
    readonly written: string;
  }[] = [];

  /** @param isSource whether the concepts of the source come before the standard ones */
  constructor(
    private readonly tables: OmopTables,
    private readonly table: EventTable,
    private readonly how: RowsHow,
    private readonly isSource: boolean,
  ) {
    this.concepts = new Concepts(table.codes);
  }

  /** Reads a table; what spells NULL is empty, except in texts of the source and names of concepts. */
  private async read(
    name: TableName,
    columns: readonly (string | CsvColumn)[],
    onRow: OnRow,
  ): Promise<void> {
    const names = columns.map(nameOf);
    const padded = names.filter((column) => column.endsWith("_source_value"));
    const verbatim = names.filter((column) =>
      /_source_value$|_name$|_code$|^vocabulary_id$/.test(column)
    );
    await this.tables.read(name, columns, onRow, { ...this.how, padded, verbatim });
  }

  /** Adds the persons. */
  async readPersons(): Promise<void> {
    const { patients } = this.table;
    const columns = [
      ...["person_id", "gender_concept_id"],
      ...optional("gender_source_value", "birth_datetime"),
      "year_of_birth",
      ...optional("month_of_birth", "day_of_birth", "race_concept_id", "race_source_value"),
    ];
    await this.read("person", columns, ([id, sex, written, ...others]) => {
      if (id === "") return "person_id is empty";
      if (patients.find(id) !== undefined) return `person "${id}" appears twice`;
      const birth = birthIn(others.slice(0, 4));
      if (typeof birth === "string") return birth;
      const patient = patients.index(id);
      patients.setSex(patient, sexConcepts[sex] ?? sexIn(written) ?? 0);
      patients.setBirth(patient, birth);
      this.addRace(patient, others[4], others[5]);
      return undefined;
    });
    if (patients.count === 0) throw this.tables.problem("person", "it has no persons");
  }

  /** Adds the race of a person: the standard concept's, else what the source says. */
  private addRace(patient: number, concept: string, written: string): void {
    const { table: { patients }, concepts, races } = this;
    const known = omopRaces.get(concept);
    if (known !== undefined || !isConcept(concept)) {
      patients.addRace(patient, known ?? raceIn(written));
      return;
    }
    concepts.want(concept);
    races.push({ patient, concept: detached(concept), written: detached(written) });
  }

  /** Adds the visits. */
  async readVisits(): Promise<void> {
    const { table, ends } = this;
    const columns = [
      ...["visit_occurrence_id", "person_id", "visit_start_date"],
      ...optional("visit_start_datetime", "visit_end_date", "visit_end_datetime"),
    ];
    await this.read("visit_occurrence", columns, (fields) => {
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
  private momentOf(
    [person, visit, day]: readonly string[],
    name: TableName,
    row: number,
  ): Moment | string {
    const { table } = this;
    const isVisit = table.encounters.indexOf.has(visit);
    if (isVisit) {
      const encounter = table.encounterOf(visit, person, namedVisit);
      return typeof encounter === "string" ? encounter : table.inEncounter(encounter);
    }
    const patient = table.patients.find(person);
    if (patient === undefined) return `person "${person}" is not in person`;
    const time = timeOf(day.slice(0, 10));
    if (Number.isNaN(time)) return timeProblem("the date", day);
    if (visit !== "" && visit !== "0") {
      this.how.notes.add(
        `rows of ${name} are of a visit that is not in visit_occurrence; their days are visits`,
        `row ${row}, visit ${visit}`,
      );
    }
    return { patient, time };
  }

  /** The code of a row, undefined if it has none, or a sentence that says why it is a bad row. */
  private codeOf(
    [standard, source, written]: readonly string[],
    { answer = "", unit = "" } = {},
  ): number | string | undefined {
    const [first, second] = this.isSource ? [source, standard] : [standard, ""];
    const concept = isConcept(first) ? first : second;
    if (isConcept(concept)) return this.concepts.index(concept, { answer, unit });
    return written === "" ? undefined : this.table.codes.index(`SOURCE//${written}`, written, unit);
  }

  /** Adds the codes of a table, at the beginning of their visits or on their days. */
  async readCodes(name: "conditions" | "drugs" | "procedures"): Promise<void> {
    const [kind, date] = columnsOf[name];
    const columns = [
      ...["person_id", "visit_occurrence_id", date, `${kind}_concept_id`],
      ...optional(`${kind}_source_concept_id`, `${kind}_source_value`),
    ];
    await this.read(files[name], columns, (fields, row) => {
      const moment = this.momentOf(fields, files[name], row);
      if (typeof moment === "string") return moment;
      const code = this.codeOf(fields.slice(3));
      if (typeof code === "string") return code;
      if (code === undefined) return withoutCode;
      this.table.event({ ...moment, code });
      return undefined;
    });
  }

  /** Adds measurements or observations, with a value where they have a number, or with an answer. */
  async readValues(
    name: "measurements" | "observations",
    { timeSeries }: { readonly timeSeries: boolean },
  ): Promise<void> {
    const { table } = this;
    table.expectValues();
    const values = new KeptValues(table);
    const [kind, date] = columnsOf[name];
    const columns = [
      ...["person_id", "visit_occurrence_id", date, `${kind}_concept_id`],
      ...optional(`${kind}_source_concept_id`, `${kind}_source_value`, `${kind}_datetime`),
      "value_as_number",
      ...optional("unit_source_value", "unit_concept_id", "value_as_concept_id"),
      ...optional(...name === "observations" ? ["value_as_string"] : []),
    ];
    let answers = 0;
    await this.read(files[name], columns, (fields, row) => {
      const [clock, number, unitText, unitConcept, answer, text = ""] = fields.slice(6);
      const moment = this.momentOf(fields, files[name], row);
      if (typeof moment === "string") return moment;
      const value = numberIn(number);
      if (number !== "" && Number.isNaN(value)) {
        return `value_as_number is "${number}", must be a number`;
      }
      const time = timeIn(fields[2], clock);
      if (Number.isNaN(time)) return timeProblem(date, clock || fields[2]);
      const unit = unitText || (isConcept(unitConcept) ? `OMOP unit ${unitConcept}` : "");
      const isAnswered = number === "" && isConcept(answer);
      if (number === "" && !isAnswered && text !== "") answers++;
      const code = this.codeOf(fields.slice(3), {
        answer: isAnswered ? answer : "",
        unit: number === "" ? "" : unit,
      });
      if (typeof code === "string") return code;
      if (code === undefined) return withoutCode;
      const { patient, encounter } = moment;
      if (encounter === undefined) table.event({ ...moment, code, value });
      else if (timeSeries || number === "") table.event({ patient, encounter, time, code, value });
      else values.add({ encounter, code, time, value });
      return undefined;
    });
    values.flush();
    if (answers > 0) {
      this.how.onLeftOut?.(`the answers of ${answers} rows of ${files[name]} that are texts`);
    }
  }

  /** Adds the deaths. */
  async readDeaths(): Promise<void> {
    const deaths = new Map<number, Death>();
    const columns = ["person_id", "death_date", ...optional("death_datetime")];
    await this.read("death", columns, ([person, day, clock]) => {
      const patient = this.table.patients.find(person);
      if (patient === undefined) return `person "${person}" is not in person`;
      const time = timeIn(day, clock);
      if (Number.isNaN(time)) return timeProblem("death_date", clock || day);
      deaths.set(patient, { time, isDay: time === timeOf(day) });
      return undefined;
    });
    addDeaths(this.table, deaths, this.ends.view());
  }

  /**
   * Gives codes the names of `concept`, if there is such a table.
   *
   * @param options.hasParents also says what is right above each, by `concept_ancestor`
   */
  async nameConcepts({ hasParents }: { readonly hasParents: boolean }): Promise<void> {
    if (hasParents && !this.tables.has("concept_ancestor")) {
      this.how.onLeftOut?.(`what is above codes: ${this.tables.without("concept_ancestor")}`);
    } else if (hasParents) {
      const columns = [
        ...["ancestor_concept_id", "descendant_concept_id", "min_levels_of_separation"],
      ];
      await this.read("concept_ancestor", columns, this.concepts.onAncestor);
      this.concepts.wantAbove();
    }
    if (this.tables.has("concept")) {
      const columns = ["concept_id", "concept_name", "vocabulary_id", "concept_code"];
      await this.read("concept", columns, this.concepts.onConcept);
    } else {
      this.how.onNote?.(
        `${this.tables.without("concept")}: codes have numbers instead of names`,
      );
    }
    this.concepts.name();
    for (const { patient, concept, written } of this.races) {
      const inWords = this.concepts.nameOf(concept) ?? written;
      this.table.patients.addRace(patient, raceIn(inWords === "" ? `concept ${concept}` : inWords));
    }
  }
}

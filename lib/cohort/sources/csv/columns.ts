/**
 * Which column of a CSV table says what about an event, and what the fields of a row say about its
 * patient and its visit: the part that long and wide tables share.
 *
 * @module
 */
import type { CsvColumn } from "../../../files/csv.ts";
import { whatIsKnown } from "../../../nearest_name.ts";
import { timeOf } from "../../time.ts";
import { raceIn } from "../../races.ts";
import type { EventTable, Moment } from "../event_table.ts";
import { sexIn } from "../field_text.ts";
import type { Notes } from "../notes.ts";
import type { RowsHow } from "../rows.ts";
import type { SourceOption } from "../source.ts";

/** What a column can be. */
export const csvRoles = [
  "subject",
  "time",
  "visit",
  "code",
  "system",
  "value",
  "unit",
  "description",
  "sex",
  "birth",
  "race",
] as const;
/** What a column is. */
export type CsvRole = typeof csvRoles[number];
/** The columns that were named, by what they are. */
export type CsvColumns = Readonly<Partial<Record<CsvRole, string>>>;

function columnsIn(text: string): CsvColumns {
  const columns: Partial<Record<CsvRole, string>> = {};
  for (const pair of text.split(",")) {
    const [name, ...rest] = pair.split("=");
    const [column, role] = [rest.join("=").trim(), csvRoles.find((one) => one === name.trim())];
    if (role === undefined) {
      const known = whatIsKnown(name.trim(), csvRoles);
      throw new RangeError(`names "${name.trim()}", which no column can be; ${known}`);
    }
    if (column === "") throw new RangeError(`has "${pair}", must be such as ${role}=COLUMN`);
    if (columns[role] !== undefined) throw new RangeError(`names ${role} twice`);
    columns[role] = column;
  }
  return columns;
}

/** The option that names columns. */
export const columnsOption: SourceOption<CsvColumns | undefined> = {
  value: "A=B,C=D",
  help: `What the columns are, as in subject=ID,time=DAY,code=ICD; of ${csvRoles.join(", ")}; ` +
    "a column with such a name is found by itself",
  default: undefined,
  parse: columnsIn,
};

/**
 * The columns to read for some roles, in their order. One that was named must be there, and so must
 * `needed` ones.
 */
export function csvColumns(
  roles: readonly CsvRole[],
  named: CsvColumns,
  needed: readonly CsvRole[],
): CsvColumn[] {
  return roles.map((role) => ({
    name: named[role] ?? role,
    ...named[role] === undefined && !needed.includes(role) && { missing: "" },
  }));
}

/** What a row says about its patient and visit. */
export interface RowOf {
  readonly subject: string;
  readonly time: string;
  readonly visit: string;
  readonly sex: string;
  readonly birth: string;
  readonly race: string;
}

/** Adds patients and visits as rows name them. */
export class CsvVisits {
  /** [patients] Visits so far: without times, they are in the order of the rows. */
  private readonly visits: number[] = [];
  /** [patients] NaN where unknown. */
  private readonly births: number[] = [];
  /** [patients] Indices into `sexNames`. */
  private readonly sexes: number[] = [];

  /** @param hasTime whether the table says when */
  constructor(
    private readonly table: EventTable,
    private readonly hasTime: boolean,
    private readonly notes: Notes,
  ) {}

  /** When and for whom a row is, or a sentence that says why it is a bad row. */
  momentOf(row: RowOf): Moment | string {
    const { patients } = this.table;
    const { subject, visit, birth } = row;
    if (subject === "") return 'subject is "", must say whose row it is';
    const time = this.hasTime ? timeOf(row.time) : 0;
    if (Number.isNaN(time)) return timeProblem("time", row.time);
    const born = timeOf(/^\d{4}$/.test(birth) ? `${birth}-01-01` : birth);
    if (birth !== "" && Number.isNaN(born)) return timeProblem("birth", birth);
    const sex = sexIn(row.sex);
    if (sex === undefined) return `sex is "${row.sex}", must be F, M or empty`;

    const patient = patients.index(subject);
    this.describe(patient, subject, { sex, born });
    patients.addRace(patient, raceIn(row.race));
    if (visit !== "") return this.inVisit(patient, time, `${subject}\0${visit}`);
    return { patient, time: this.hasTime ? time : this.visits[patient]++ };
  }

  /** Sex and birth: what the first row says that says it. */
  private describe(
    patient: number,
    subject: string,
    { sex, born }: { readonly sex: number; readonly born: number },
  ): void {
    const { notes, table: { patients } } = this;
    if (patient === this.visits.length) {
      this.visits.push(0);
      this.births.push(NaN);
      this.sexes.push(0);
      if (!this.hasTime) patients.setUndated(patient);
    }
    const before = { sex: this.sexes[patient], born: this.births[patient] };
    if (sex > 0 && before.sex === 0) patients.setSex(patient, this.sexes[patient] = sex);
    if (!Number.isNaN(born) && Number.isNaN(before.born)) {
      patients.setBirth(patient, this.births[patient] = born);
    }
    const isOther = sex > 0 && sex !== this.sexes[patient] ||
      !Number.isNaN(born) && born !== this.births[patient];
    if (isOther) {
      notes.add("rows have another sex or birth than the patient's first row", subject);
    }
  }

  /** A moment of a visit, which begins with the first of its times. */
  private inVisit(patient: number, time: number, id: string): Moment {
    const { encounters } = this.table;
    const encounter = encounters.indexOf.get(id);
    if (encounter === undefined) {
      const start = this.hasTime ? time : this.visits[patient]++;
      return { patient, time: start, encounter: this.table.encounter(id, patient, start) };
    }
    const start = encounters.start.at(encounter);
    if (!this.hasTime) return { patient, time: start, encounter };
    if (time < start) encounters.start.set(encounter, time);
    return { patient, time, encounter };
  }
}

/** What is wrong with a time, and how to mend it. */
function timeProblem(column: string, text: string): string {
  return `${column} is "${text}", must be a day such as 2020-12-31, or a time such as ` +
    "2020-12-31 23:59:59; write all times of the column as year-month-day first";
}

/** A table, and where its rows go. */
export interface CsvTable {
  readonly path: string;
  /** Names of its columns, as in the header. */
  readonly header: readonly string[];
  /** Columns that were named by what they are. */
  readonly named: CsvColumns;
  readonly table: EventTable;
  readonly visits: CsvVisits;
  readonly how: RowsHow;
}

/**
 * Reads the claims of CMS's DE-SynPUF (2008 to 2010), synthetic beneficiaries of Medicare, one or
 * several of its 20 samples. A record is a beneficiary; a visit is a stay in hospital, by the day of
 * admission, or a day with other claims. Codes are "ICD9CM//250.00", "ICD9Proc//36.05",
 * "CPT4//99213", "HCPCS//G0008" and "NDC//00093010501".
 *
 * @see https://www.cms.gov/data-research/statistics-trends-and-reports/medicare-claims-synthetic-public-use-files
 * @module
 */
import { growing } from "../growing.ts";
import { otherRace } from "../races.ts";
import { microsecondsPerDay, timeOf } from "../time.ts";
import { CsvFolder } from "./csv_folder.ts";
import { addDeaths, type Death } from "./deaths.ts";
import { EventTable, type Moment } from "./event_table.ts";
import { icd9Diagnosis, icd9Procedure } from "./icd_names.ts";
import { readRows, type RowsHow } from "./rows.ts";
import { encodingOption, listOption, type Source } from "./source.ts";

const tables = ["inpatient", "outpatient", "carrier", "drugs", "deaths"] as const;

/** The names of the files of each table, which say the sample too ("…_Sample_1A.csv"). */
const files = {
  beneficiaries: "Beneficiary_Summary",
  inpatient: "Inpatient_Claims",
  outpatient: "Outpatient_Claims",
  carrier: "Carrier_Claims",
  drugs: "Prescription_Drug_Events",
  deaths: undefined,
};

const options = {
  tables: listOption(tables, { help: "Tables to read, comma-separated", default: tables }),
  encoding: encodingOption,
};

const numbered = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${name}_${i + 1}`);

/** "99213" is "CPT4//99213", "G0008" is "HCPCS//G0008". */
function procedureName(written: string): string {
  const code = written.toUpperCase();
  return `${/^\d{4}[\dFTU]$/.test(code) ? "CPT4" : "HCPCS"}//${code}`;
}

/** The columns of codes and their names as in MEDS; more than one column may have the same code. */
const coded = [
  ...numbered("ICD9_DGNS_CD", 10).map((column) => [column, icd9Diagnosis] as const),
  ...numbered("LINE_ICD9_DGNS_CD", 13).map((column) => [column, icd9Diagnosis] as const),
  ...numbered("ICD9_PRCDR_CD", 6).map((column) => [column, icd9Procedure] as const),
  ...numbered("HCPCS_CD", 45).map((column) => [column, procedureName] as const),
];

/** Columns of claims: of the codes, those of carriers have fewer than those of hospitals. */
const codeColumns = coded.map(([name]) => name === "ICD9_DGNS_CD_1" ? name : { name, missing: "" });

/** The time of a day such as "20081231", NaN for any other text. */
function dayIn(text: string): number {
  return timeOf(text.replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3"));
}

function dayProblem(column: string, text: string): string {
  return `${column} is "${text}", must be a day such as 20081231`;
}

/** The sexes of BENE_SEX_IDENT_CD, as indices into `sexNames`. */
const sexes = new Map([["", 0], ["0", 0], ["1", 2], ["2", 1]]);

/** The races of BENE_RACE_CD. */
const races = new Map([
  ["", ""],
  ["0", ""],
  ["1", "White"],
  ["2", "Black"],
  ["3", otherRace],
  ["5", "Hispanic"],
]);

/** Months of a time since the year 0. */
function monthOf(time: number): number {
  const date = new Date(time / 1000);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** A DE-SynPUF folder, and where its rows go. */
class SynPuf {
  private readonly deaths = new Map<number, Death>();
  /** [stays] */
  private readonly ends = growing((length) => new Float64Array(length));

  constructor(private readonly table: EventTable, private readonly how: RowsHow) {}

  /** Adds the beneficiaries, of whom each year has a file; the first row of each counts. */
  async readBeneficiaries(path: string): Promise<void> {
    const { patients } = this.table;
    const columns = [
      ...["DESYNPUF_ID", "BENE_BIRTH_DT", "BENE_DEATH_DT", "BENE_SEX_IDENT_CD"],
      { name: "BENE_RACE_CD", missing: "" },
    ];
    await readRows(path, columns, ([id, born, died, written, race]) => {
      if (id === "") return "DESYNPUF_ID is empty";
      const [birth, death, sex] = [dayIn(born), dayIn(died), sexes.get(written)];
      if (born !== "" && Number.isNaN(birth)) return dayProblem("BENE_BIRTH_DT", born);
      if (died !== "" && Number.isNaN(death)) return dayProblem("BENE_DEATH_DT", died);
      if (sex === undefined) return `BENE_SEX_IDENT_CD is "${written}", must be 1, 2 or empty`;
      const itsRace = races.get(race);
      if (itsRace === undefined) return `BENE_RACE_CD is "${race}", must be 1, 2, 3, 5 or empty`;
      const known = patients.find(id);
      const patient = known ?? patients.index(id);
      if (known === undefined) {
        patients.setBirth(patient, birth);
        patients.setSex(patient, sex);
      } else if (born !== "" && birth !== patients.birthOf(patient)) {
        this.how.notes.add("beneficiaries have another birth in a later year", id);
      }
      patients.addRace(patient, itsRace);
      if (died !== "") this.deaths.set(patient, { time: death, isDay: true });
      return undefined;
    }, this.how);
  }

  /**
   * Adds the codes of a row; returns what is wrong with one, if anything is.
   *
   * @param end the last day of what the row is about
   */
  private addCodes(moment: Moment, end: number, names: Iterable<string>): string | undefined {
    for (const name of names) {
      const code = this.table.codes.index(name);
      if (typeof code === "string") return code;
      this.table.event({ ...moment, code });
    }
    // of a death CMS gives the first day of the month, so what is claimed in that month came before
    const death = this.deaths.get(moment.patient);
    if (death === undefined) return undefined;
    const days = [moment.time, end].filter((day) => monthOf(day) === monthOf(death.time));
    this.deaths.set(moment.patient, { time: Math.max(death.time, ...days), isDay: true });
    return undefined;
  }

  /** The stay of an admission, which several claims may name. */
  private stayOf(id: string, patient: number, admitted: number, left: number): number {
    const { encounters } = this.table;
    const name = `${id} ${admitted / microsecondsPerDay}`;
    const known = encounters.indexOf.get(name);
    if (known === undefined) {
      this.ends.push(left);
      return this.table.encounter(name, patient, admitted);
    }
    this.ends.set(known, Math.max(left, this.ends.at(known)));
    return known;
  }

  /** Adds the claims of a file. */
  async readClaims(path: string, { isInpatient }: { readonly isInpatient: boolean }) {
    const columns = [
      ...["DESYNPUF_ID", "CLM_ID", "CLM_FROM_DT"],
      ...isInpatient ? ["CLM_ADMSN_DT", "NCH_BENE_DSCHRG_DT"] : [],
    ];
    let before = { claim: "", day: "" };
    await readRows(path, [...columns, ...codeColumns], (fields) => {
      const [id, claim, from] = fields;
      const [admission, discharge] = isInpatient ? fields.slice(3) : ["", ""];
      const patient = this.table.patients.find(id);
      if (patient === undefined) return `beneficiary "${id}" is in no beneficiary summary`;
      const names = new Set<string>();
      for (const [i, [, nameOf]] of coded.entries()) {
        const code = fields[columns.length + i];
        if (code !== "") names.add(nameOf(code));
      }
      const first = claim === before.claim ? before.day : ""; // a claim may go on in a second row
      const day = admission || from || first;
      before = { claim, day };
      if (names.size === 0) return { leftOut: "without a code" };
      if (day === "") return { leftOut: "without a day" };
      const time = dayIn(day);
      if (Number.isNaN(time)) {
        return dayProblem(admission === "" ? "CLM_FROM_DT" : "CLM_ADMSN_DT", day);
      }
      if (!isInpatient) return this.addCodes({ patient, time }, time, names);
      const left = dayIn(discharge);
      if (discharge !== "" && Number.isNaN(left)) {
        return dayProblem("NCH_BENE_DSCHRG_DT", discharge);
      }
      const end = left >= time ? left : time;
      return this.addCodes(
        { patient, time, encounter: this.stayOf(id, patient, time, end) },
        end,
        names,
      );
    }, this.how);
  }

  /** Adds the drugs of a file. */
  async readDrugs(path: string): Promise<void> {
    const columns = ["DESYNPUF_ID", "SRVC_DT", "PROD_SRVC_ID"];
    await readRows(path, columns, ([id, day, drug]) => {
      const patient = this.table.patients.find(id);
      if (patient === undefined) return `beneficiary "${id}" is in no beneficiary summary`;
      if (day === "") return { leftOut: "without a day" };
      const time = dayIn(day);
      if (Number.isNaN(time)) return dayProblem("SRVC_DT", day);
      if (drug === "" || drug === "OTHER") {
        return { leftOut: "without the code of a drug" };
      }
      return this.addCodes({ patient, time }, time, [`NDC//${drug}`]);
    }, this.how);
  }

  /** Adds deaths, or leaves them out, once everything else is read. */
  finish({ hasDeaths }: { readonly hasDeaths: boolean }): void {
    if (hasDeaths) addDeaths(this.table, this.deaths, this.ends.view());
  }
}

/** DE-SynPUF as a source. */
export const synpuf: Source<typeof options> = {
  name: "synpuf",
  summary: "a folder of CMS's DE-SynPUF claims in CSV, plain or .gz, unpacked from their .zip",
  options,
  async read(path, { tables: wanted, encoding }, how) {
    const folder = await CsvFolder.of(path);
    const beneficiaries = folder.like(files.beneficiaries);
    const chosen = wanted.flatMap((name) => {
      const file = files[name];
      return file === undefined ? [] : [{ name, file, paths: folder.like(file) }];
    });
    const there = chosen.filter(({ paths }) => paths.length > 0);
    if (beneficiaries.length === 0 || chosen.length > 0 && there.length === 0) {
      const needed = beneficiaries.length === 0 ? [{ file: files.beneficiaries }] : chosen;
      throw new Deno.errors.NotFound(
        `Cannot read "${path}": it has no ${
          needed.map(({ file }) => file).join(", no ")
        } file in ` +
          "CSV; unpack the .zip files of DE-SynPUF into it",
      );
    }
    for (const { name, file } of chosen.filter(({ paths }) => paths.length === 0)) {
      how.onLeftOut?.(`the table ${name}: "${path}" has no ${file} file`);
    }
    const table = new EventTable();
    const { notes } = table;
    const claims = new SynPuf(table, { ...how, encoding, notes });
    for (const file of beneficiaries) await claims.readBeneficiaries(file);
    for (const { name, paths } of there) {
      for (const file of paths) {
        if (name === "drugs") await claims.readDrugs(file);
        else await claims.readClaims(file, { isInpatient: name === "inpatient" });
      }
    }
    if (table.patients.count === 0) {
      throw new SyntaxError(`Cannot read "${beneficiaries[0]}": it has no beneficiaries`);
    }
    claims.finish({ hasDeaths: wanted.includes("deaths") });
    notes.say(how.onNote);
    return table;
  },
};

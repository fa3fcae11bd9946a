/**
 * Reads FHIR's patients, encounters and medicines, which other resources refer to.
 *
 * @module
 */
import { growing } from "../../growing.ts";
import { raceIn } from "../../races.ts";
import { timeOf } from "../../time.ts";
import type { Death } from "../deaths.ts";
import type { EventTable, Moment } from "../event_table.ts";
import { sexIn } from "../field_text.ts";
import { Notes, noteTime } from "../notes.ts";
import type { ReadHow } from "../source.ts";
import { type NamedConcept, namedConcept } from "./concepts.ts";
import type { Written } from "./files.ts";
import { happened, type Recorded } from "./recorded.ts";
import { Ids, namedBy } from "./references.ts";
import { ResourceRows } from "./resource_rows.ts";
import {
  encounterSchema,
  fits,
  medicationSchema,
  misfitInWords,
  type PatientResource,
  patientSchema,
  type Reference,
} from "./schemas.ts";

/** An encounter whose patient may come later. */
interface Waiting {
  readonly id: string;
  /** The reference to the patient. */
  readonly subject: string;
  readonly start: number;
  readonly end: number;
  readonly place: string;
}

/** Whether a date has no day: "2012", "2012-05". */
const isPartial = (text: string) => /^\d{4}(-\d\d)?$/.test(text);

/** What is wrong with a time. */
export function timeProblem(name: string, text: string): string {
  return `${name} is "${text}", must be a day such as 2020-12-31, or a time with a time zone such ` +
    "as 2020-12-31T23:59:59Z";
}

/** What is wrong with a time that should be a day at least; undefined if nothing is. */
function problemOf(name: string, text: string): string | undefined {
  return text !== "" && !isPartial(text) && Number.isNaN(timeOf(text))
    ? timeProblem(name, text)
    : undefined;
}

/** The races of a patient by US Core's extension: its categories, else its text. */
function racesIn({ extension = [] }: PatientResource): string[] {
  const parts = extension.filter(({ url = "" }) => url.endsWith("/us-core-race"))
    .flatMap(({ extension = [] }) => extension);
  const categories = parts.filter(({ url }) => url === "ombCategory")
    .map(({ valueCoding }) => raceIn(valueCoding?.display ?? ""));
  const texts = parts.filter(({ url }) => url === "text")
    .map(({ valueString }) => raceIn(valueString ?? ""));
  const isKnown = (race: string) => race !== "";
  return categories.some(isKnown) ? categories : texts;
}

/** The types of resources that {@link People} reads. */
export const peopleTypes: ReadonlySet<string> = new Set(["Patient", "Encounter", "Medication"]);

/** Patients, encounters and medicines. */
export class People {
  /** What was left out, with the places of the first. */
  readonly leftOut = new Notes();
  /** What became of each resource. */
  readonly rows = new ResourceRows();
  readonly deaths = new Map<number, Death>();
  /** [encounters] When each ended; for one without an end, when it began. */
  readonly ends = growing((length) => new Float64Array(length));
  private readonly patients = new Ids();
  private readonly encounters = new Ids();
  private readonly medicines = new Ids();
  private readonly concepts = new Map<string, NamedConcept>();
  private readonly seen = new Set<string>();
  private waiting: Waiting[] = [];
  /** Encounters that are none: why, by their identifiers. */
  private readonly unused = new Map<string, "without effect" | "without a day">();

  constructor(private readonly table: EventTable, private readonly notes: Notes) {}

  /** Takes a resource; returns what is wrong with it, if anything is. */
  add(written: Written): string | undefined {
    if (written.type === "Patient") return this.addPatient(written);
    if (written.type === "Encounter") return this.addEncounter(written);
    return this.addMedicine(written);
  }

  /** Counts a resource that is left out. */
  leaveOut(written: Written, why: string): undefined {
    this.leftOut.add(`${written.type} resources ${why}`, written.place, { isOfRows: true });
    this.rows.leaveOut(written, why);
  }

  /** Counts a resource of which a part, or all, is left out. */
  leaveOutPart(written: Written, why: string): undefined {
    this.leftOut.add(`${written.type} resources ${why}`, written.place);
    this.rows.note(written, `resources ${why}`);
  }

  private addPatient(written: Written): string | undefined {
    const { resource, fullUrl, place } = written;
    if (!fits(resource, patientSchema)) return misfitInWords(resource, patientSchema);
    const { birthDate = "", gender = "", deceasedDateTime: died = "" } = resource;
    const id = this.patients.add(resource.id, fullUrl);
    if (id === "") return "it has no id";
    const sex = sexIn(gender);
    if (sex === undefined) return `gender is "${gender}", must be female, male, other or unknown`;
    const problem = problemOf("birthDate", birthDate) ?? problemOf("deceasedDateTime", died);
    if (problem !== undefined) return problem;
    const { patients } = this.table;
    if (patients.find(id) !== undefined) return this.leaveOut(written, repeated);
    const patient = patients.index(id);
    patients.setSex(patient, sex);
    const born = isPartial(birthDate) ? `${birthDate}-01-01`.slice(0, 10) : birthDate;
    patients.setBirth(patient, timeOf(born));
    for (const race of racesIn(resource)) patients.addRace(patient, race);
    if (isPartial(died) || died === "" && resource.deceasedBoolean === true) {
      this.leftOut.add("deaths of patients whose day is not known", place);
    } else if (died !== "") {
      this.deaths.set(patient, { time: timeOf(died), isDay: died.length === 10 });
    }
    return undefined;
  }

  private addEncounter(written: Written): string | undefined {
    const { resource, fullUrl, place } = written;
    if (!fits(resource, encounterSchema)) return misfitInWords(resource, encounterSchema);
    const { status, period: { start = "", end = "" } = {}, subject } = resource;
    const id = this.encounters.add(resource.id, fullUrl);
    if (id === "") return "it has no id";
    if (this.seen.has(id)) return this.leaveOut(written, repeated);
    this.seen.add(id);
    if (!happened(status)) {
      this.unused.set(id, "without effect");
      return this.leaveOut(written, `with the status ${status}`);
    }
    if (!isPatient(subject)) {
      this.unused.set(id, "without effect");
      return this.leaveOut(written, "of no patient");
    }
    const problem = problemOf("period.start", start) ?? problemOf("period.end", end);
    if (problem !== undefined) return problem;
    const began = timeOf(start);
    if (Number.isNaN(began)) {
      this.unused.set(id, "without a day");
      return this.leaveOut(
        written,
        "without a day: what was recorded in them is a visit by its own day",
      );
    }
    noteTime(this.notes, "period.start", start);
    const ended = timeOf(end);
    if (ended < began) this.notes.add("encounters end before they begin", place);
    this.waiting.push({
      id,
      subject: subject.reference,
      start: began,
      end: ended >= began ? ended : began,
      place,
    });
    return undefined;
  }

  private addMedicine({ resource, fullUrl }: Written): string | undefined {
    if (!fits(resource, medicationSchema)) return misfitInWords(resource, medicationSchema);
    const id = this.medicines.add(resource.id, fullUrl);
    const named = namedConcept(resource.code ?? {});
    if (named !== undefined) this.concepts.set(id, named);
    return undefined;
  }

  /** Adds the encounters to the table, once all patients are known. */
  finish(how: ReadHow): void {
    for (const { id, subject, start, end, place } of this.waiting) {
      const owner = this.patients.of(subject);
      const patient = this.table.patients.find(owner);
      if (patient === undefined) {
        const sentence = `Cannot read ${place}: encounter "${id}" is of patient "${owner}", ` +
          "who is in no Patient resource";
        if (how.onBadRow === undefined) throw new SyntaxError(sentence);
        how.onBadRow(sentence);
        continue;
      }
      this.table.encounter(id, patient, start);
      this.ends.push(end);
    }
    this.waiting = [];
    this.seen.clear();
  }

  /** The medicine that a reference names, by its code or else in words. */
  medicine({ reference = "", display = "" }: Reference): NamedConcept | undefined {
    return this.concepts.get(this.medicines.of(reference)) ?? namedConcept({ text: display });
  }

  /**
   * Whose and in which encounter something is, and when by the beginning of the encounter or else by its
   * own day; undefined if it is left out, or a sentence that says what is wrong.
   */
  momentOf(
    written: Written,
    { subject, encounter, when = "" }: Recorded,
  ): Moment | string | undefined {
    const { table } = this;
    const leaveOut = (why: string) => this.leaveOut(written, why);
    const id = encounter?.reference === undefined ? "" : this.encounters.of(encounter.reference);
    if (subject?.reference !== undefined && !isPatient(subject)) return leaveOut("of no patient");
    const owner = subject?.reference && this.patients.of(subject.reference);
    const why = this.unused.get(id);
    if (why === "without effect") return leaveOut("in an encounter that is left out");
    if (id !== "" && why === undefined && table.encounters.ids.length > 0) {
      const found = table.encounterOf(id, owner, namedEncounter);
      return typeof found === "string" ? found : table.inEncounter(found);
    }
    if (owner === undefined) return leaveOut("of no patient");
    const patient = table.patients.find(owner);
    if (patient === undefined) return `patient "${owner}" is in no Patient resource`;
    if (when === "") return leaveOut("with neither an encounter nor a date");
    if (isPartial(when)) return leaveOut("outside encounters whose date has no day");
    const time = timeOf(when.slice(0, 10));
    return Number.isNaN(time) || Number.isNaN(timeOf(when))
      ? timeProblem("the date", when)
      : { patient, time };
  }
}

/** What messages call encounters. */
const namedEncounter = { encounter: "encounter", file: "the Encounter resources" } as const;
/** Why the second of two resources with the same identifier is left out. */
const repeated = "whose id another one has";

/** Whether a reference is to a patient, as far as it says it. */
function isPatient(
  reference: Reference | undefined,
): reference is Reference & { readonly reference: string } {
  if (reference?.reference === undefined) return false;
  const { type = "Patient" } = namedBy(reference.reference);
  return type === "Patient";
}

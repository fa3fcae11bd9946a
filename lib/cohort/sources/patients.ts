/**
 * The patients of an event table: their ids, and what a source says about them that does not
 * change.
 *
 * @module
 */
import { growing } from "../growing.ts";
import type { Demographics } from "../cohort.ts";
import { subjectIdOf } from "../subject_id.ts";
import { microsecondsPerDay } from "../time.ts";
import { detached } from "./detached.ts";
import { MostFrequentRaces } from "./most_frequent_races.ts";

/** The split of a patient without one. */
export const noSplit = 255;

/** Options of a list of {@link Patients}. */
export interface PatientsOptions {
  /** [labels] Names of the source's own labels; default none. */
  readonly labelNames?: readonly string[] | undefined;
  /** Order of the records: as patients are added, or by subject id; default "added". */
  readonly order?: "added" | "subject" | undefined;
}

/** Patients by their identifiers, in the order in which they were added. */
export class Patients {
  /** [labels] */
  readonly labelNames: readonly string[];
  /**
   * Whether the source has births, sexes or races. Setting one also sets this; a reader sets it itself if
   * its source has them but they may all be missing.
   */
  hasDemographics = false;
  /** Whether the source has splits; set in the same way as `hasDemographics`. */
  hasSplits = false;
  private readonly order: "added" | "subject";
  private readonly indices = new Map<string | bigint, number>();
  private readonly births = growing((length) => new Float64Array(length));
  private readonly sexes = growing((length) => new Uint8Array(length));
  private readonly races = new MostFrequentRaces();
  private readonly splits = growing((length) => new Uint8Array(length));
  private readonly labels = growing((length) => new Uint8Array(length));
  private readonly undated = new Set<number>();

  constructor({ labelNames = [], order = "added" }: PatientsOptions = {}) {
    this.labelNames = labelNames;
    this.order = order;
  }

  /** Number of patients. */
  get count(): number {
    return this.indices.size;
  }

  /** [patients] The identifiers. */
  ids(): (string | bigint)[] {
    return [...this.indices.keys()];
  }

  /** The index of a patient, or undefined for one who was not added. */
  find(id: string | bigint): number | undefined {
    return this.indices.get(id);
  }

  /**
   * The index of a patient, who is added when first seen.
   *
   * @param id as the source has it, see {@link subjectIdOf}; a bigint is a subject id already
   */
  index(id: string | bigint): number {
    const known = this.indices.get(id);
    if (known !== undefined) return known;
    const index = this.indices.size;
    this.indices.set(typeof id === "string" ? detached(id) : id, index);
    this.births.push(NaN);
    this.sexes.push(0);
    this.splits.push(noSplit);
    for (let label = 0; label < this.labelNames.length; label++) this.labels.push(0);
    return index;
  }

  /** Sets the birth of a patient, in microseconds since 1970 UTC; NaN where unknown. */
  setBirth(patient: number, time: number): void {
    this.births.set(patient, time);
    this.hasDemographics = true;
  }

  /** The birth of a patient, NaN where unknown. */
  birthOf(patient: number): number {
    return this.births.at(patient);
  }

  /** Sets the sex of a patient, an index into `sexNames`. */
  setSex(patient: number, sex: number): void {
    this.sexes.set(patient, sex);
    this.hasDemographics = true;
  }

  /**
   * Takes what a row says of a patient's race, as `raceIn` gives it; "" where it is unknown. Of
   * several, the most frequent one counts.
   */
  addRace(patient: number, race: string): void {
    if (race === "") return;
    this.races.add(patient, race);
    this.hasDemographics = true;
  }

  /** Number of patients of whom several races were told. */
  get severalRacesCount(): number {
    return this.races.severalCount;
  }

  /** Sets the split of a patient, an index into `splitNames`. */
  setSplit(patient: number, split: number): void {
    this.splits.set(patient, split);
    this.hasSplits = true;
  }

  /** Sets the labels of a patient, 0 or 1 each. */
  setLabels(patient: number, labels: ArrayLike<number>): void {
    this.labels.view().set(labels, patient * this.labelNames.length);
  }

  /** Declares that a patient's times are not dates: only their order and differences count. */
  setUndated(patient: number): void {
    this.undated.add(patient);
  }

  /** Whether a patient's times are dates. */
  isDated(patient: number): boolean {
    return !this.undated.has(patient);
  }

  /** Everything that is known about the patients, record by record. */
  records(): PatientRecords {
    const subjects = BigInt64Array.from(
      this.ids(),
      (id) => typeof id === "bigint" ? id : subjectIdOf(id),
    );
    const patients = Uint32Array.from(subjects.keys());
    if (this.order === "subject") patients.sort((a, b) => subjects[a] < subjects[b] ? -1 : 1);
    const recordOf = new Uint32Array(patients.length);
    patients.forEach((patient, record) => recordOf[patient] = record);
    const [births, sexes, splits] = [this.births.view(), this.sexes.view(), this.splits.view()];
    const labels = this.labels.view();
    const count = this.labelNames.length;
    const races = this.races.of(patients);
    return {
      recordOf,
      subjectIds: BigInt64Array.from(patients, (patient) => subjects[patient]),
      labels: Uint8Array.from(
        { length: patients.length * count },
        (_, i) => labels[patients[Math.floor(i / count)] * count + i % count],
      ),
      demographics: this.hasDemographics
        ? {
          birthDays: Float64Array.from(patients, (i) => births[i] / microsecondsPerDay),
          sexes: Uint8Array.from(patients, (i) => sexes[i]),
          ...races && { races },
        }
        : null,
      splits: this.hasSplits ? Uint8Array.from(patients, (i) => splits[i]) : null,
    };
  }
}

/** What a cohort has of its patients besides visits. */
export interface PatientRecords {
  /** [patients] The record of each patient. */
  readonly recordOf: Uint32Array;
  /** [records] */
  readonly subjectIds: BigInt64Array;
  /** [records × labels] */
  readonly labels: Uint8Array;
  /** Null if the source has no births, sexes or races. */
  readonly demographics: Demographics | null;
  /** [records] {@link noSplit} for a patient without one; null if the source has none. */
  readonly splits: Uint8Array | null;
}

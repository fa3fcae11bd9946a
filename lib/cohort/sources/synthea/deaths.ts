/**
 * Deaths in Synthea's tables: DEATHDATE of a patient; where that is empty or missing, the encounter at
 * which the death was certified, else a condition that says it.
 *
 * @module
 */
import { growing } from "../../growing.ts";
import { timeOf } from "../../time.ts";
import { addDeaths, type Death } from "../deaths.ts";
import type { EventTable } from "../event_table.ts";

/** SNOMED CT: death certification, a procedure. */
const certification = "308646001";
/** SNOMED CT: dead, death, patient died. */
const conditions = ["419099009", "419620001", "397709008"];

/** Gathers deaths while tables are read: those of patients, then encounters, then conditions. */
export class SyntheaDeaths {
  private readonly deaths = new Map<number, Death>();
  /** [encounters] When each ended; for one without an end, when it began. */
  private readonly ends = growing((length) => new Float64Array(length));

  constructor(private readonly table: EventTable) {}

  /** What is wrong with a text of DEATHDATE; undefined if nothing is. */
  problemOf(died: string): string | undefined {
    if (died === "" || !Number.isNaN(timeOf(died))) return undefined;
    return `DEATHDATE is "${died}", must be a day such as 2020-12-31, or empty`;
  }

  ofPatient(patient: number, died: string): void {
    if (died === "") return;
    this.deaths.set(patient, { time: timeOf(died), isDay: died.length === 10 });
  }

  ofEncounter(encounter: number, { stop, code }: { readonly stop: string; readonly code: string }) {
    const start = this.table.encounters.start.at(encounter);
    const end = timeOf(stop);
    this.ends.push(end >= start ? end : start);
    if (code === certification) this.at(encounter);
  }

  ofCondition(encounter: number, code: string): void {
    if (conditions.includes(code)) this.at(encounter);
  }

  /** A death when an encounter began, of a patient of whom nothing says when they died. */
  private at(encounter: number): void {
    const { patient, start } = this.table.encounters;
    if (this.deaths.has(patient.at(encounter))) return;
    this.deaths.set(patient.at(encounter), { time: start.at(encounter), isDay: false });
  }

  /** Adds the deaths to the table. */
  finish(): void {
    addDeaths(this.table, this.deaths, this.ends.view());
  }
}

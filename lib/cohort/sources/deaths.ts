/**
 * Deaths as events: in the stay in which a patient died, else a visit of their own.
 *
 * @module
 */
import { microsecondsPerDay } from "../time.ts";
import type { EventTable } from "./event_table.ts";

/** MEDS's code of a death. */
export const deathCode = "MEDS_DEATH";

/** The index of the code of a death. */
export function deathIn({ codes }: EventTable): number {
  const code = codes.index(deathCode, "Death");
  if (typeof code === "string") throw new Error(code); // it is no reserved name
  return code;
}

/** When a patient died. */
export interface Death {
  readonly time: number;
  /** Whether only the day is known. */
  readonly isDay: boolean;
}

const dayOf = (time: number) => Math.floor(time / microsecondsPerDay);

/**
 * Adds deaths to a table whose encounters are all there; the encounter of a death is a visit.
 *
 * @param deaths by patient
 * @param ends [encounters] when each ended; NaN where unknown
 */
export function addDeaths(
  table: EventTable,
  deaths: ReadonlyMap<number, Death>,
  ends: ArrayLike<number>,
): void {
  const code = deathIn(table);
  const { encounters } = table;
  const stays = new Map<number, number>();
  for (let encounter = 0; encounter < encounters.ids.length; encounter++) {
    const patient = encounters.patient.at(encounter);
    const death = deaths.get(patient);
    if (death === undefined) continue;
    const [begin, end] = [encounters.start.at(encounter), ends[encounter]];
    const { time, isDay } = death;
    const isWithin = isDay
      ? dayOf(begin) <= dayOf(time) && dayOf(time) <= dayOf(end)
      : begin <= time && time <= end;
    const before = stays.get(patient);
    if (!isWithin || before !== undefined && encounters.start.at(before) > begin) continue;
    stays.set(patient, encounter);
  }
  for (const [patient, { time, isDay }] of deaths) {
    const encounter = stays.get(patient);
    const known = encounter === undefined || !isDay ? time : ends[encounter];
    if (encounter !== undefined) table.makeVisit(encounter);
    table.event({ patient, time: known, encounter, code });
  }
}

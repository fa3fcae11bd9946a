import type { Sizes } from "../quality.ts";
import { type EventTable, noEncounter } from "./event_table.ts";

/** What was recorded in encounters that are no visits, and so is not part of a cohort. */
export function outsideVisits({ encounters, moments, events }: EventTable): Sizes {
  const isVisit = encounters.isVisit.view();
  const [encounter, patient] = [moments.encounter.view(), moments.patient.view()];
  const [moment, code] = [events.moment.view(), events.code.view()];
  const [patients, outside] = [new Set<number>(), new Set<number>()];
  const [lost, kept] = [new Set<number>(), new Set<number>()];
  let count = 0;
  for (let event = 0; event < code.length; event++) {
    const of = encounter[moment[event]];
    if (of === noEncounter || isVisit[of] !== 0 || encounters.ids.length === 0) {
      kept.add(code[event]);
      continue;
    }
    count++;
    outside.add(of);
    lost.add(code[event]);
    patients.add(patient[moment[event]]);
  }
  return {
    patients: patients.size,
    visits: outside.size,
    events: count,
    codes: lost.difference(kept).size,
  };
}

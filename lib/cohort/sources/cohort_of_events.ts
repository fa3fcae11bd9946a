/**
 * Makes a cohort of what Synthea's tables record.
 *
 * @module
 */
import { type Cohort, cohort } from "../cohort.ts";
import { subjectIdOf } from "../subject_id.ts";
import type { Events, Moments, Patients } from "./event_table.ts";
import { vocabulary } from "../vocabulary.ts";

/** Codes and values in rows of visits, as a cohort has them. */
interface VisitRows {
  offsets: Uint32Array;
  codes: Uint32Array;
  values: Float32Array | null;
  /** Values that a later one of the same code and visit replaced. */
  replaced: number;
}

/** [visits] Moments that are visits, patient by patient, in time order. */
function orderedVisits({ ids, encounter, patient, day }: Moments, events: Events): Uint32Array {
  const hasCode = new Uint8Array(day.length);
  const eventCode = events.code.view();
  for (const [event, moment] of events.moment.view().entries()) {
    if (!events.leftOut.has(eventCode[event])) hasCode[moment] = 1;
  }
  const encounterOf = encounter.view();
  const owner = patient.view();
  const days = day.view();
  return Uint32Array.from(hasCode.keys())
    .filter((moment) => hasCode[moment] === 1 && events.isVisit[encounterOf[moment]] === 1)
    .sort((a, b) =>
      owner[a] - owner[b] || days[a] - days[b] ||
      (ids[encounterOf[a]] < ids[encounterOf[b]] ? -1 : 1)
    );
}

/** The distinct codes of each visit by their rank, rising, of measured ones the last value. */
function rowsOf(
  visits: Uint32Array,
  rank: Int32Array,
  momentCount: number,
  { moment, code, measured }: Events,
): VisitRows {
  const visitOf = new Int32Array(momentCount).fill(-1);
  visits.forEach((at, visit) => visitOf[at] = visit);
  const eventMoment = moment.view();
  const eventCode = code.view();
  const rowOf = (event: number) => rank[eventCode[event]] < 0 ? -1 : visitOf[eventMoment[event]];
  const ends = new Uint32Array(visits.length + 1);
  for (let event = 0; event < eventCode.length; event++) ends[rowOf(event) + 1]++;
  ends[0] = 0; // events of encounters that are no visits
  for (let visit = 0; visit < visits.length; visit++) ends[visit + 1] += ends[visit];
  const filled = ends.slice();
  const all = new Uint32Array(ends[visits.length]);
  for (let event = 0; event < eventCode.length; event++) {
    const visit = rowOf(event);
    if (visit >= 0) all[filled[visit]++] = event;
  }
  const first = measured?.first ?? Infinity;
  const dayOf = (event: number) => event < first ? 0 : measured?.day.view()[event - first] ?? 0;
  const valueOf = (event: number) =>
    event < first ? NaN : measured?.value.view()[event - first] ?? NaN;
  const codes = new Uint32Array(all.length);
  const values = measured && new Float32Array(all.length);
  const offsets = new Uint32Array(visits.length + 1);
  let count = 0;
  let replaced = 0;
  for (let visit = 0; visit < visits.length; visit++) {
    const sorted = all.subarray(ends[visit], ends[visit + 1])
      .sort((a, b) => rank[eventCode[a]] - rank[eventCode[b]] || dayOf(a) - dayOf(b) || a - b);
    for (const [i, event] of sorted.entries()) {
      const index = rank[eventCode[event]];
      if (i === 0 || index !== codes[count - 1]) codes[count++] = index;
      else if (!Number.isNaN(valueOf(event))) replaced++;
      if (values !== null) values[count - 1] = valueOf(event);
    }
    offsets[visit + 1] = count;
  }
  return {
    offsets,
    codes: codes.slice(0, count),
    values: values && values.slice(0, count),
    replaced,
  };
}

/**
 * The cohort of all patients; its vocabulary holds the codes of the events in sorted order.
 *
 * @param onLeftOut told how many values later ones of the same visit replaced
 */
export function cohortOfEvents(
  patients: Patients,
  moments: Moments,
  events: Events,
  onLeftOut?: (what: string) => void,
): Cohort {
  const order = [...events.codes.keys()].filter((code) => !events.leftOut.has(code))
    .sort((a, b) => events.codes[a] < events.codes[b] ? -1 : 1);
  const rank = new Int32Array(events.codes.length).fill(-1);
  order.forEach((code, index) => rank[code] = index);
  const visits = orderedVisits(moments, events);
  const { offsets, codes, values, replaced } = rowsOf(visits, rank, moments.day.length, events);
  if (replaced > 0) onLeftOut?.(`${replaced} values with a later one of the same code and visit`);

  const patientCount = patients.indexOf.size;
  const owner = moments.patient.view();
  const day = moments.day.view();
  const visitOffsets = new Uint32Array(patientCount + 1);
  const startDays = new Float64Array(patientCount).fill(NaN);
  const gapDays = new Float32Array(visits.length);
  for (let visit = 0; visit < visits.length; visit++) {
    const moment = visits[visit];
    const patient = owner[moment];
    if (visitOffsets[patient + 1]++ === 0) startDays[patient] = day[moment];
    // whole milliseconds again, which the difference of two days is not
    else gapDays[visit] = Math.round((day[moment] - day[visits[visit - 1]]) * 86.4e6) / 86.4e6;
  }
  for (let patient = 0; patient < patientCount; patient++) {
    visitOffsets[patient + 1] += visitOffsets[patient];
  }
  return cohort({
    vocabulary: vocabulary(
      order.map((code) => events.codes[code]),
      order.map((code) => events.descriptions[code]),
    ),
    labelNames: [],
    subjectIds: BigInt64Array.from(patients.indexOf.keys(), subjectIdOf),
    visitOffsets,
    codeOffsets: offsets,
    codes,
    labels: new Uint8Array(0),
    startDays,
    gapDays,
    values,
    demographics: { birthDays: patients.birth.view().slice(), sexes: patients.sex.view().slice() },
    splits: null,
  });
}

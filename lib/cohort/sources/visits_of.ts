/**
 * Which events of a source are a visit, in what order, and which value of a code is kept.
 *
 * @module
 */
import type { CohortParts, RecordVisits } from "../cohort.ts";
import { microsecondsPerDay, sameTime } from "../time.ts";
import { distinctCodes } from "./distinct_codes.ts";
import { type EventTable, noEncounter } from "./event_table.ts";

/** The moments that take part in visits, in the order of records and visits. */
interface Ordered {
  /** [moments] Index of the record. */
  readonly record: Uint32Array;
  /** [moments] When the visit is that the moment belongs to. */
  readonly visitTime: Float64Array;
  /** Moments that are part of a visit; those of a visit one after another, by time. */
  readonly order: Uint32Array;
}

/** [moments] 1 where something was recorded that counts, in an encounter that does. */
function partsOfVisits(table: EventTable, rank: Int32Array): Uint8Array {
  const { codes, encounters, moments, events } = table;
  const isPart = new Uint8Array(moments.time.length);
  if (codes.own !== null && encounters.ids.length === 0) return isPart.fill(1);
  const code = events.code.view();
  const moment = events.moment.view();
  for (let event = 0; event < code.length; event++) {
    if (rank[code[event]] >= 0) isPart[moment[event]] = 1;
  }
  for (const declared of moments.declared.view()) isPart[declared] = 1;
  if (encounters.ids.length === 0) return isPart;
  const isVisit = encounters.isVisit.view();
  const encounter = moments.encounter.view();
  for (let i = 0; i < isPart.length; i++) if (isVisit[encounter[i]] === 0) isPart[i] = 0;
  return isPart;
}

/** [moments] When the visit is that each moment belongs to, were it one. */
function visitTimes({ encounters, moments, visits }: EventTable): Float64Array {
  const times = moments.time.view();
  if (encounters.ids.length === 0) return times;
  const start = encounters.start.view();
  const encounter = moments.encounter.view();
  return times.map((time, moment) => {
    if (encounter[moment] === noEncounter) return time;
    const begin = start[encounter[moment]];
    return visits === "encounters" ? begin : Math.max(begin, time);
  });
}

function ordered(table: EventTable, recordOf: Uint32Array, rank: Int32Array): Ordered {
  const { encounters: { ids }, moments } = table;
  const isPart = partsOfVisits(table, rank);
  const visitTime = visitTimes(table);
  const encounter = moments.encounter.view();
  const time = moments.time.view();
  const record = moments.patient.view().map((patient) => recordOf[patient]);
  const byEncounter = (a: number, b: number) => {
    if (a === b) return 0;
    return ids.length === 0 || a === noEncounter || b === noEncounter
      ? a - b
      : ids[a] < ids[b]
      ? -1
      : 1;
  };
  const compare = (a: number, b: number) =>
    record[a] - record[b] || visitTime[a] - visitTime[b] ||
    byEncounter(encounter[a], encounter[b]) || time[a] - time[b] || a - b;
  const parts = isPart.reduce((sum, bit) => sum + bit, 0);
  const order = new Uint32Array(parts);
  let isSorted = true;
  let at = 0;
  for (let moment = 0; moment < isPart.length; moment++) {
    if (isPart[moment] === 0) continue;
    isSorted &&= at === 0 || compare(order[at - 1], moment) < 0;
    order[at++] = moment;
  }
  return { record, visitTime, order: isSorted ? order : order.sort(compare) };
}

/** Codes in the order of the moments at which they were recorded. */
interface Gathered {
  /** [moments of `order` + 1] Where the codes of each begin. */
  readonly ends: Uint32Array;
  /** [events] Vocabulary indices. */
  readonly codes: Uint32Array;
  /** [events] */
  readonly values: Float32Array | null;
}

function gathered({ moments, events }: EventTable, order: Uint32Array, rank: Int32Array): Gathered {
  const placeOf = new Int32Array(moments.time.length).fill(-1);
  for (let place = 0; place < order.length; place++) placeOf[order[place]] = place;
  const eventCode = events.code.view();
  const eventMoment = events.moment.view();
  const { firstValue } = events;
  const value = events.value.view();
  const ends = new Uint32Array(order.length + 1);
  let isInOrder = true;
  let last = 0;
  for (let event = 0; event < eventCode.length; event++) {
    const place = placeOf[eventMoment[event]];
    if (place < 0 || rank[eventCode[event]] < 0) continue;
    isInOrder &&= place >= last;
    last = place;
    ends[place + 1]++;
  }
  for (let place = 0; place < order.length; place++) ends[place + 1] += ends[place];
  const filled = isInOrder ? null : ends.slice();
  const codes = new Uint32Array(ends[order.length]);
  const values = firstValue === Infinity ? null : new Float32Array(codes.length);
  let next = 0;
  for (let event = 0; event < eventCode.length; event++) {
    const place = placeOf[eventMoment[event]];
    const index = rank[eventCode[event]];
    if (place < 0 || index < 0) continue;
    const at = filled === null ? next++ : filled[place]++;
    codes[at] = index;
    if (values !== null) values[at] = event < firstValue ? NaN : value[event - firstValue];
  }
  return { ends, codes, values };
}

/**
 * What a cohort has of visits, how many values gave way to another one, and how many events were
 * of a code that their visit has already.
 */
export interface Visits extends RecordVisits, Pick<CohortParts, "startDays"> {
  readonly replaced: number;
  readonly repeated: number;
}

/** The first entries of an array, which is not copied if they are all. */
function first<A extends { readonly length: number; slice(from: number, to: number): A }>(
  array: A,
  count: number,
): A {
  return count < array.length ? array.slice(0, count) : array;
}

/**
 * The visits of the events of a table, record by record.
 *
 * @param recordOf [patients] the record of each patient
 * @param rank [codes of the events] index in the vocabulary; below 0 for a code that is left out
 * @param records number of records; default as many as patients
 */
export function visitsOf(
  table: EventTable,
  recordOf: Uint32Array,
  rank: Int32Array,
  records: number = recordOf.length,
): Visits {
  const { record, visitTime, order } = ordered(table, recordOf, rank);
  const { ends, codes, values } = gathered(table, order, rank);
  const encounter = table.moments.encounter.view();
  const patient = table.moments.patient.view();
  const visitOffsets = new Uint32Array(records + 1);
  const codeOffsets = new Uint32Array(order.length + 1);
  const startDays = new Float64Array(records).fill(NaN);
  const gapDays = new Float64Array(order.length);
  let [visits, kept, replaced] = [0, 0, 0];
  let before = -1; // the first moment of the visit before
  let next = 0;
  for (let place = 0; place < order.length; place = next) {
    const moment = order[place];
    const isSameVisit = (other: number) =>
      record[other] === record[moment] && visitTime[other] === visitTime[moment] &&
      encounter[other] === encounter[moment];
    for (next = place + 1; next < order.length && isSameVisit(order[next]);) next++;
    const visit = distinctCodes(
      { codes, values, from: ends[place], to: ends[next], into: kept },
      table.keep,
    );
    kept = visit.end;
    replaced += visit.replaced;
    if (before >= 0 && record[before] === record[moment]) {
      const gap = visitTime[moment] - visitTime[before];
      const isAtOnce = gap < sameTime && !table.patients.isDated(patient[moment]);
      gapDays[visits] = isAtOnce ? 0 : gap / microsecondsPerDay;
    } else if (table.patients.isDated(patient[moment])) {
      startDays[record[moment]] = visitTime[moment] / microsecondsPerDay;
    }
    codeOffsets[++visits] = kept;
    visitOffsets[record[moment] + 1]++;
    before = moment;
  }
  for (let i = 0; i < records; i++) visitOffsets[i + 1] += visitOffsets[i];
  return {
    visitOffsets,
    codeOffsets: first(codeOffsets, visits + 1),
    codes: first(codes, kept),
    values: values && first(values, kept),
    startDays,
    gapDays: first(gapDays, visits),
    replaced,
    repeated: codes.length - kept - replaced,
  };
}

/**
 * Reads Synthea's observations: vital signs, laboratory values, surveys. What they become:
 *
 * - a number: the code "LOINC//8302-2" with a value; its unit ends the description ("Body Height,
 *   cm"). Rows of a code in another unit than most of its rows have a code of their own
 *   ("LOINC//8310-5//[degF]"), since their numbers mean something else
 * - an answer in words: a code for each answer, without a value ("LOINC//72166-2//Ex-smoker
 *   (finding)"), as MEDS has categories. An answer that is a number is taken for one
 * - free text, such as addresses: questions with more than {@link mostAnswers} different answers in
 *   words are left out
 *
 * Rows that belong to no encounter (Synthea's yearly QALY, DALY and QOLS) are left out.
 *
 * @module
 */
import { csvPath, readCsv } from "../../files/csv.ts";
import type { SyntheaOptions } from "./synthea.ts";
import { growing } from "../growing.ts";
import {
  daysSinceEpoch,
  detached,
  encounterOf,
  type Events,
  type Moments,
  type Patients,
} from "./event_table.ts";

/** Different answers in words that a question of a survey may have. */
export const mostAnswers = 30;

const columns = ["DATE", "PATIENT", "ENCOUNTER", "CODE", "DESCRIPTION", "VALUE", "UNITS", "TYPE"];

/** What is told apart among the rows of one LOINC code. */
interface Observed {
  readonly description: string;
  /** From unit to index among the codes, of numbers. */
  readonly units: Map<string, number>;
  /** From answer to index among the codes, of words. */
  readonly answers: Map<string, number>;
  /** Rows whose answers came when there were too many. */
  beyond: number;
}

/** The number that a text is; NaN for any other text, and for a number beyond float32. */
function numberIn(text: string): number {
  const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
  return isNumber && Number.isFinite(Math.fround(Number(text))) ? Number(text) : NaN;
}

/** Gives a moment within an encounter its number, a new one when it is first seen. */
function momentsWithin(moments: Moments): (encounter: number, day: number) => number {
  const later = new Map<string, number>();
  return (encounter, day) => {
    if (day <= moments.day.view()[encounter]) return encounter;
    const key = `${encounter} ${day}`;
    const known = later.get(key);
    if (known !== undefined) return known;
    const moment = moments.day.length;
    later.set(key, moment);
    moments.encounter.push(encounter);
    moments.patient.push(moments.patient.view()[encounter]);
    moments.day.push(day);
    return moment;
  };
}

/**
 * Adds the observations to the events.
 *
 * @param makesVisits whether an observation makes its encounter a visit
 * @throws what `readSynthea` throws
 */
export async function readObservations(
  folder: string,
  patients: Patients,
  moments: Moments,
  events: Events,
  makesVisits: boolean,
  options: SyntheaOptions,
): Promise<void> {
  const value = growing((length) => new Float32Array(length));
  const measuredDay = growing((length) => new Float64Array(length));
  events.measured = { first: events.code.length, value, day: measuredDay };
  const momentOf = options.timeSeries ? momentsWithin(moments) : (encounter: number) => encounter;
  const observed = new Map<string, Observed>();
  let withoutEncounter = 0;

  function codeIn(known: Map<string, number>, key: string, name: string, description: string) {
    let index = known.get(key);
    if (index === undefined) {
      index = events.codes.length;
      known.set(detached(key), index);
      events.codes.push(detached(name));
      events.descriptions.push(detached(description));
    }
    return index;
  }

  await readCsv(await csvPath(folder, "observations"), columns, (fields) => {
    const [date, patientId, encounterId, code, description, text, unit, type] = fields;
    if (encounterId === "") {
      withoutEncounter++;
      return;
    }
    const encounter = encounterOf(patients, moments, encounterId, patientId);
    if (typeof encounter === "string") return encounter;
    const day = daysSinceEpoch(date);
    if (Number.isNaN(day)) return `DATE is "${date}", must be a time such as 2020-12-31T23:59:59Z`;
    if (code === "" || text === "") return `${code === "" ? "CODE" : "VALUE"} is empty`;
    if (type !== "numeric" && type !== "text") return `TYPE is "${type}", must be numeric or text`;
    const number = numberIn(text);
    const isNumber = !Number.isNaN(number);
    if (type === "numeric" && !isNumber) return `VALUE is "${text}", must be a number`;

    const name = `LOINC//${code}`;
    let known = observed.get(name);
    if (known === undefined) {
      known = {
        description: description === "" ? detached(name) : detached(description),
        units: new Map(),
        answers: new Map(),
        beyond: 0,
      };
      observed.set(detached(name), known);
    }
    if (!isNumber && known.answers.size === mostAnswers && !known.answers.has(text)) {
      known.beyond++;
      return;
    }
    events.moment.push(momentOf(encounter, day));
    events.code.push(
      isNumber
        ? codeIn(known.units, type === "numeric" ? unit : "", name, known.description)
        : codeIn(known.answers, text, `${name}//${text}`, `${known.description}: ${text}`),
    );
    value.push(number);
    measuredDay.push(day);
    if (makesVisits) events.isVisit[encounter] = 1;
  }, options);

  if (withoutEncounter > 0) {
    options.onLeftOut?.(`${withoutEncounter} observations that belong to no encounter`);
  }
  const rows = new Uint32Array(events.codes.length);
  for (const code of events.code.view().subarray(events.measured.first)) rows[code]++;
  for (const [name, { description, units, answers, beyond }] of observed) {
    nameUnits(units, rows, events);
    if (beyond === 0) continue;
    const count = [...answers.values()].reduce((sum, code) => sum + rows[code], beyond);
    for (const code of answers.values()) events.leftOut.add(code);
    options.onLeftOut?.(
      `${count} answers to "${description}" (${name}): more than ${mostAnswers} different ones`,
    );
  }
}

/** Ends descriptions with the unit, and the codes of other units than the most frequent one. */
function nameUnits(units: Map<string, number>, rows: Uint32Array, { codes, descriptions }: Events) {
  const ordered = [...units].sort(([a, codeA], [b, codeB]) =>
    rows[codeB] - rows[codeA] || (a < b ? -1 : 1)
  );
  for (const [place, [unit, code]] of ordered.entries()) {
    if (unit !== "") descriptions[code] += `, ${unit}`;
    if (place > 0) codes[code] += `//${unit === "" ? "no unit" : unit}`;
  }
}

/**
 * Records to continue: what a model is given of them, and what of them stays as it is.
 *
 * @module
 */
import type { Cohort } from "../cohort/cohort.ts";
import { isOrderOnly } from "../cohort/order_only.ts";
import { cohortOf, type RecordLists, recordLists } from "../cohort/records.ts";
import { microsecondsOf, microsecondsPerDay } from "../cohort/time.ts";
import type { Beginning, RecordSampling, StepSampling } from "../models/interface/writing.ts";
import type { Schema } from "../models/numbers/record_schema.ts";
import { firstNames } from "../printable.ts";
import type { Run } from "../train/run_folder.ts";

/** A record to continue. */
export interface GivenRecord extends Beginning {
  /** Its labels and visits, by the model's indices, with what else the model writes. */
  readonly record: RecordLists;
}

/** Unknown codes that an error names; it counts the others. */
const named = 5;

/** For each of the first names where it is among the second, -1 where it is not. */
function places(names: readonly string[], among: readonly string[]): Int32Array {
  const known = new Map(among.map((name, index) => [name, index]));
  return Int32Array.from(names, (name) => known.get(name) ?? -1);
}

/** Where the codes of the records are among the model's, and its labels among theirs. */
function indicesOf(prefixes: Cohort, { vocabulary, labelNames }: Run) {
  const codes = places(prefixes.vocabulary.codes, vocabulary.codes);
  const unknown = [...new Set(prefixes.codes)].filter((code) => codes[code] === -1);
  if (unknown.length > 0) {
    const names = unknown.map((code) => prefixes.vocabulary.codes[code]);
    throw new RangeError(
      `Cannot continue records: the model does not know code ${firstNames(names, named)}; ` +
        `remove ${unknown.length > 1 ? "these codes" : "this code"} from the records`,
    );
  }
  const labels = places(labelNames, prefixes.labelNames);
  const missing = labels.indexOf(-1);
  if (missing !== -1) {
    throw new RangeError(
      `Cannot continue records: they have no label "${labelNames[missing]}", ` +
        "which the model needs first",
    );
  }
  return { codes, labels };
}

/** Checks that the records have times, if the model writes times. */
function checkTimes(prefixes: Cohort, schema: Schema | undefined): void {
  const isDated = schema !== undefined && schema.startDays.length > 0;
  if (!isDated || !isOrderOnly(prefixes) || prefixes.visitCount <= prefixes.recordCount) return;
  throw new RangeError(
    "Cannot continue records: they have an order of visits and no times, and the model writes times",
  );
}

/** A record's visits with codes; the time of the others passes. */
function filledVisits(record: RecordLists) {
  const kept: number[] = [];
  const gapDays: number[] = [];
  let [day, since] = [microsecondsOf(record.startDay ?? NaN), 0]; // in microseconds, which are whole
  for (const [visit, codes] of record.visits.entries()) {
    since += microsecondsOf(record.gapDays?.[visit] ?? 0);
    if (codes.length === 0) continue;
    if (kept.length === 0) day += since;
    gapDays.push(kept.length === 0 ? 0 : since / microsecondsPerDay);
    kept.push(visit);
    since = 0;
  }
  return { kept, gapDays, startDay: day / microsecondsPerDay };
}

/** Records by the model's indices, with what it writes of values, times, births, sexes and races. */
function asTheModelWrites(
  prefixes: Cohort,
  { codes, labels }: ReturnType<typeof indicesOf>,
  schema: Schema | undefined,
): RecordLists[] {
  const { series = [], sexes = 0, races, betweenStays = [], startDays = [], waits } = schema ?? {};
  return Array.from({ length: prefixes.recordCount }, (_, number) => {
    const record = recordLists(prefixes, number);
    const { kept, gapDays, startDay } = filledVisits(record);
    const orders = kept.map((visit) =>
      [...record.visits[visit].keys()]
        .sort((a, b) => codes[record.visits[visit][a]] - codes[record.visits[visit][b]])
    );
    return {
      visits: kept.map((visit, i) => orders[i].map((at) => codes[record.visits[visit][at]])),
      labels: Array.from(labels, (label) => record.labels[label]),
      ...series.length > 0 && {
        values: kept.map((visit, i) => orders[i].map((at) => record.values?.[visit][at] ?? NaN)),
      },
      ...(betweenStays.length > 0 || waits !== undefined) && { gapDays },
      ...startDays.length > 0 && { startDay },
      ...sexes > 0 && { birthDay: record.birthDay ?? NaN, sex: record.sex ?? 0 },
      ...races && { race: record.race ?? "" },
    };
  });
}

/** The continued records, by number: the given records take turns. */
function takingTurns(
  prefixes: Cohort,
  run: Run,
  beginning: (cohort: Cohort, record: number) => Beginning,
): (number: number) => GivenRecord {
  const { schema } = run.runConfig;
  const records = asTheModelWrites(prefixes, indicesOf(prefixes, run), schema);
  const cohort = cohortOf(run.vocabulary, run.labelNames, records);
  return (number) => {
    const at = number % records.length;
    return { ...beginning(cohort, at), record: records[at] };
  };
}

/**
 * The beginnings of continued records, by number: the given records take turns. Codes and labels
 * are the model's indices; visits without codes are left out, and their time passes.
 *
 * @param first number of the first record that will be generated
 * @param count number of records that will be generated
 * @throws {RangeError} If there are none, if the model cannot continue records or does not know all
 * of their codes, if they lack one of its labels or times that it writes, or if one is so long that no
 * step is left to draw
 */
export function beginningsFor(
  prefixes: Cohort,
  run: Run,
  sampling: StepSampling | RecordSampling,
  { first, count }: { readonly first: number; readonly count: number },
): (number: number) => GivenRecord {
  const { limit = 0, beginning } = sampling.kind === "steps" ? sampling.codec : {};
  if (beginning === undefined) {
    throw new RangeError(
      `Cannot continue records with "${run.runConfig.model}"; ` +
        "models that write step by step, labels first, can, such as halo and hisgt",
    );
  }
  const { recordCount } = prefixes;
  if (recordCount === 0) throw new RangeError("Cannot continue records: the cohort is empty");
  checkTimes(prefixes, run.runConfig.schema);
  const givenRecord = takingTurns(prefixes, run, beginning);
  for (let number = first; number < first + Math.min(count, recordCount); number++) {
    const { record, steps, toEnd = 1 } = givenRecord(number);
    if (1 + steps.length + toEnd <= limit) continue;
    throw new RangeError(
      `Cannot continue the record of subject ${prefixes.subjectIds[number % recordCount]}: its ` +
        `${record.visits.length} visits take ${1 + steps.length} steps, and the model writes at ` +
        `most ${limit}; keep fewer visits (--visits)`,
    );
  }
  return givenRecord;
}

/**
 * A continued record with its first visits as they were given: models see values, times and ages in
 * bins, and what they read back lies somewhere in these.
 */
export function asGiven(written: RecordLists, given: RecordLists): RecordLists {
  const at = given.visits.length;
  if (at === 0) return written;
  const { values, gapDays } = written;
  return {
    ...written,
    ...given,
    visits: [...given.visits, ...written.visits.slice(at)],
    ...values && given.values && { values: [...given.values, ...values.slice(at)] },
    ...gapDays && given.gapDays && { gapDays: [...given.gapDays, ...gapDays.slice(at)] },
  };
}

/**
 * From SynEHRgy's tokens back to a record: what they tell, and numbers drawn from their bins.
 *
 * @see specs/synehrgy.md section 8
 * @module
 */
import type { RecordLists } from "../cohort/records.ts";
import type { Random } from "../nn/random.ts";
import { binCount, type Schema, type Series } from "./record_schema.ts";
import { isIn, type Layout, measurementOf } from "./stay_tokens.ts";
import { daysPerYear } from "./stays.ts";
import { drawnFromBin } from "./value_bins.ts";

/** A stay as tokens tell it: bins, -1 where nothing is told. */
interface ToldStay {
  days: number;
  age: number;
  sex: number;
  readonly codes: number[];
  readonly rows: { readonly days: number; readonly measurements: [number, number][] }[];
}

const untold = (): ToldStay => ({ days: -1, age: -1, sex: -1, codes: [], rows: [] });

/** What a sequence of tokens has told so far. */
export interface Told {
  /** [labels] 0 or 1 for each. */
  readonly labels: number[];
  /** The stays, the one being told last. */
  readonly stays: readonly ToldStay[];
  /** Codes of each visit, those measured last; a first row is its stay's visit until its time is told. */
  readonly visits: readonly (readonly number[])[];
  /** Index into `sexNames`, once it is told. */
  readonly sex?: number;
  /** Whether the last visit may get more codes. */
  readonly isOpen: boolean;
  /** Notes what a token says. */
  read(token: number): void;
}

/**
 * Hears what tokens say, in whatever order: an age or sex counts the first time in a stay, a label in
 * whatever stay it is said, a row where its time is told, and a stay where there is anything in it.
 * What is said of a stay that has no end is kept.
 */
export function listener({ series }: Schema, layout: Layout): Told {
  const { codes, measurements, ages, sexes, betweenRows, betweenStays, outcomes } = layout;
  const labels = new Array<number>(layout.labels.count + outcomes.count / 2).fill(0);
  const stays = [untold()];
  let row: [number, number][] = [];
  const codesOf = (measurements: readonly [number, number][]) =>
    measurements.map(([variable]) => series[variable].code);
  const visitsOf = ({ codes, rows }: ToldStay, pending: [number, number][]) => {
    const all = [...rows, ...pending.length > 0 ? [{ days: 0, measurements: pending }] : []];
    const isOwn = all.length > 0 && all[0].days === 0 && !layout.isPublished;
    return [[...codes, ...isOwn ? codesOf(all[0].measurements) : []]]
      .concat(all.slice(isOwn ? 1 : 0).map(({ measurements }) => codesOf(measurements)))
      .filter(({ length }) => length > 0);
  };
  return {
    labels,
    get stays() {
      return stays.filter(({ codes, rows }) => codes.length + rows.length > 0);
    },
    get visits() {
      return stays.flatMap((stay, i) => visitsOf(stay, i === stays.length - 1 ? row : []));
    },
    get sex() {
      return stays.find(({ sex }) => sex >= 0)?.sex;
    },
    get isOpen() {
      const { codes, rows } = stays[stays.length - 1];
      return row.length > 0 || codes.length > 0 && rows.length === 0;
    },
    read(token) {
      const stay = stays[stays.length - 1];
      if (isIn(codes, token)) stay.codes.push(token);
      else if (isIn(measurements, token)) row.push(measurementOf(layout, token));
      else if (isIn(ages, token)) stay.age = stay.age < 0 ? token - ages.from : stay.age;
      else if (isIn(sexes, token)) stay.sex = stay.sex < 0 ? token - sexes.from : stay.sex;
      else if (isIn(betweenRows, token)) {
        if (row.length > 0) stay.rows.push({ days: token - betweenRows.from, measurements: row });
        row = [];
      } else if (isIn(betweenStays, token)) stay.days = token - betweenStays.from;
      else if (isIn(layout.labels, token)) labels[token - layout.labels.from] = 1;
      else if (isIn(outcomes, token)) {
        labels[layout.labels.count + Math.floor((token - outcomes.from) / 2)] |=
          (token - outcomes.from) % 2;
      } else if (token === layout.endStay) {
        stays.push(untold());
        row = [];
      }
    },
  };
}

/** A number of a series' bin. */
function drawnValue(series: Series, bin: number, draws: Random): number {
  if ("categories" in series) return series.categories[bin];
  return drawnFromBin(series.edges, bin, series.decimals, draws.uniform());
}

/**
 * A record from what tokens told: every number is drawn evenly from its bin, values with the decimals
 * of what was measured. The first day is drawn from the training records' whatever else is told; the
 * age at it such that later ages are as told too, as far as times allow.
 */
export function recordFrom(
  schema: Schema,
  { labels, stays, sex = 0 }: Pick<Told, "labels" | "stays" | "sex">,
  draws: Random,
): RecordLists {
  const visits: number[][] = [];
  const values: number[][] = [];
  const gapDays: number[] = [];
  const days = (edges: readonly number[], bin: number) =>
    bin < 0 ? 0 : drawnFromBin(edges, bin, null, draws.uniform());
  let since = 0; // days since the last visit
  let day = 0; // since the first stay began
  let firstAge: readonly [above: number, upTo: number] | undefined; // in days
  const visit = (codes: readonly number[], row: readonly [number, number][]) => {
    const measured = row.map(([variable]) => schema.series[variable].code);
    visits.push([...codes, ...measured]);
    values.push([
      ...codes.map(() => NaN),
      ...row.map(([variable, bin]) => drawnValue(schema.series[variable], bin, draws)),
    ]);
    gapDays.push(visits.length === 1 ? 0 : since);
    since = 0;
  };
  const wait = (time: number) => {
    since += time;
    day += time;
  };
  for (const [i, stay] of stays.entries()) {
    if (i > 0) wait(days(schema.betweenStays, stay.days));
    if (stay.age >= 0) {
      const [above, upTo] = [0, 1].map((end) => daysPerYear * schema.ages[stay.age + end] - day);
      const both = [Math.max(above, firstAge?.[0] ?? above), Math.min(upTo, firstAge?.[1] ?? upTo)];
      if (firstAge === undefined || both[0] < both[1]) firstAge = [both[0], both[1]];
    }
    const times = stay.rows.map((row) => days(schema.betweenRows, row.days));
    const isOwn = times[0] === 0;
    if (stay.codes.length > 0 || isOwn) {
      visit(stay.codes, isOwn ? stay.rows[0].measurements : []);
    }
    stay.rows.forEach(({ measurements }, r) => {
      if (r === 0 && isOwn) return;
      wait(times[r]);
      visit([], measurements);
    });
  }
  const starts = binCount(schema.startDays);
  const startDay = starts === 0
    ? NaN
    : drawnFromBin(schema.startDays, draws.integer(starts), null, draws.uniform());
  return {
    visits,
    labels,
    gapDays,
    startDay,
    ...schema.series.length > 0 && { values },
    ...schema.sexes > 0 && {
      sex,
      birthDay: firstAge === undefined ? NaN : birthDay(startDay, firstAge, draws),
    },
  };
}

/** A whole day on which one is born who is so many days old at the start, if there is one. */
function birthDay(
  start: number,
  [above, upTo]: readonly [above: number, upTo: number],
  draws: Random,
): number {
  return -drawnFromBin([-Infinity, above - start, upTo - start], 1, 0, draws.uniform());
}

/**
 * From SynEHRgy's tokens back to a record: numbers are drawn from their bins as they are told.
 *
 * @see docs/specs/synehrgy.md section 8
 * @module
 */
import { daysPerYear } from "../../cohort/cohort.ts";
import type { RecordLists } from "../../cohort/records.ts";
import type { Random } from "../../random.ts";
import { binCount, type Schema } from "./record_schema.ts";
import { isIn, type Layout, measurementOf } from "./stay_tokens.ts";
import { binOf, drawnFromBin } from "./value_bins.ts";

/** Puts a record together. */
export interface RecordWriter {
  /** [labels] 0 or 1 for each, as far as they are told. */
  readonly labels: readonly number[];
  /** Codes of each visit; a stay's first row is its own visit until another time is told. */
  readonly visits: readonly (readonly number[])[];
  /** Whether the last visit may get more codes. */
  readonly isOpen: boolean;
  /** Index into `sexNames`, once it is told. */
  readonly sex?: number;
  /** Age now, once it is told. */
  readonly ageYears?: number;
  /** The bin of the age now; undefined where no age is told. */
  readonly ageBin?: number;
  /** The record so far. */
  record(): RecordLists;
  /** Notes what a token says. */
  read(token: number): void;
}

/**
 * Hears what tokens say, in whatever order: an age or sex counts the first time, a label wherever it is
 * said, and what is said of a stay or row that has no end is kept. Every number is drawn evenly from
 * its bin, values with the decimals of what was measured; the first day from the training records'
 * first days, whatever else is told.
 *
 * @param draws the record's own
 */
export function recordWriter(schema: Schema, layout: Layout, draws: Random): RecordWriter {
  const { codes, measurements, ages, sexes, betweenRows, betweenStays, outcomes } = layout;
  const starts = binCount(schema.startDays);
  const drawn = (edges: readonly number[], bin: number, decimals: number | null = null) =>
    drawnFromBin(edges, bin, decimals, draws.uniform());
  const startDay = starts === 0 ? NaN : drawn(schema.startDays, draws.integer(starts));
  const labels = new Array<number>(layout.labels.count + outcomes.count / 2).fill(0);
  const visits: number[][] = [];
  const values: number[][] = [];
  const gapDays: number[] = [];
  let sex: number | undefined;
  let birthDay: number | undefined;
  let day = 0; // since the start
  let firstDay = 0; // of the first visit, later than 0 where stays before it hold nothing
  let since = 0; // days since the last visit
  let own: number | undefined; // the stay's own visit
  let rows = 0; // of the stay, as far as their times are told
  let row: { readonly visit: number; readonly from: number } | undefined; // that is being told

  const ageYears = () =>
    birthDay === undefined ? undefined : (startDay + day - birthDay) / daysPerYear;
  const wait = (days: number) => {
    since += days;
    day += days;
  };
  const newVisit = () => {
    if (visits.length === 0) firstDay = day;
    gapDays.push(visits.length === 0 ? 0 : since);
    since = 0;
    values.push([]);
    return visits.push([]) - 1;
  };
  const add = (visit: number, code: number, value: number) => {
    visits[visit].push(code);
    values[visit].push(value);
  };
  const measure = (token: number) => {
    if (row === undefined) {
      const visit = rows > 0 || layout.isPublished ? newVisit() : own ??= newVisit();
      row = { visit, from: visits[visit].length };
    }
    const [variable, bin] = measurementOf(layout, token);
    const series = schema.series[variable];
    const value = "categories" in series
      ? series.categories[bin]
      : drawn(series.edges, bin, series.decimals);
    add(row.visit, series.code, value);
  };
  const endRow = (time: number) => {
    if (row === undefined) return;
    let { visit } = row;
    const { from } = row;
    row = undefined;
    rows++;
    if (time === 0) return;
    wait(time);
    if (visit === own && from > 0) { // it was later than the codes
      const [later, theirs] = [visits[visit].splice(from), values[visit].splice(from)];
      visit = newVisit();
      later.forEach((code, i) => add(visit, code, theirs[i]));
      return;
    }
    if (visit > 0) gapDays[visit] += since;
    since = 0;
  };

  return {
    labels,
    visits,
    get isOpen() {
      return row !== undefined || own !== undefined && rows === 0;
    },
    get sex() {
      return sex;
    },
    get ageYears() {
      return ageYears();
    },
    get ageBin() {
      const age = ageYears();
      return age === undefined ? undefined : binOf(schema.ages, age);
    },
    record: () => ({
      visits,
      labels,
      gapDays,
      startDay: startDay + firstDay,
      ...schema.series.length > 0 && { values },
      ...schema.sexes > 0 && { sex: sex ?? 0, birthDay: birthDay ?? NaN },
    }),
    read(token) {
      if (isIn(codes, token)) add(own ??= newVisit(), token, NaN);
      else if (isIn(measurements, token)) measure(token);
      else if (isIn(betweenRows, token)) {
        endRow(drawn(schema.betweenRows, token - betweenRows.from));
      } else if (isIn(betweenStays, token)) {
        wait(drawn(schema.betweenStays, token - betweenStays.from));
      } else if (isIn(ages, token)) {
        const [above, upTo] = [0, 1].map((end) =>
          daysPerYear * schema.ages[token - ages.from + end] - startDay - day
        );
        birthDay ??= -drawn([-Infinity, above, upTo], 1, 0); // a whole day if there is one
      } else if (isIn(sexes, token)) sex ??= token - sexes.from;
      else if (isIn(layout.labels, token)) labels[token - layout.labels.from] = 1;
      else if (isIn(outcomes, token)) {
        const outcome = token - outcomes.from;
        labels[layout.labels.count + Math.floor(outcome / 2)] |= outcome % 2;
      } else if (token === layout.endStay) {
        own = undefined;
        row = undefined;
        rows = 0;
      }
    },
  };
}

/**
 * From SynEHRgy's tokens back to a record: numbers are drawn from their bins as they are told.
 *
 * @see docs/specs/synehrgy.md section 8
 * @module
 */
import { daysPerYear } from "../../cohort/cohort.ts";
import type { RecordLists } from "../../cohort/records.ts";
import type { Random } from "../../random.ts";
import { isIn } from "../numbers/blocks.ts";
import { birthDayOf, drawnBy, startDayOf, valueIn } from "../numbers/drawn_numbers.ts";
import type { Schema } from "../numbers/record_schema.ts";
import { Timeline, toldRecord } from "../numbers/timeline.ts";
import { binOf } from "../numbers/value_bins.ts";
import { type Layout, measurementOf } from "./stay_tokens.ts";
import { ToldStay } from "./told_visits.ts";

/** Puts a record together. */
export interface RecordWriter {
  /** [labels] 0 or 1 for each, as far as they are told. */
  readonly labels: readonly number[];
  /** Codes of each visit; a stay's first row is its own visit until another time is told. */
  readonly visits: readonly (readonly number[])[];
  /** Whether the last visit may get more codes. */
  readonly isOpen: boolean;
  /** Index into `sexNames`, once it is told. */
  readonly sex?: number | undefined;
  /** Age now, once it is told. */
  readonly ageYears?: number | undefined;
  /** The bin of the age now; undefined where no age is told. */
  readonly ageBin?: number | undefined;
  /** The record so far. */
  record(): RecordLists;
  /**
   * Notes what a token says.
   *
   * @param exact the number of which it tells the bin, where that is known; else NaN
   */
  read(token: number, exact?: number): void;
}

/** A code of measurements and the value that its token says. */
function measured(schema: Schema, layout: Layout, token: number, uniform: () => number) {
  const [variable, bin] = measurementOf(layout, token);
  const series = schema.series[variable];
  return { code: series.code, value: valueIn(series, bin, uniform) };
}

/** The label that a token is about, and whether it says that the record has it: 0 or 1. */
function labelOf({ labels, outcomes }: Layout, token: number): { label: number; value: number } {
  if (isIn(labels, token)) return { label: token - labels.from, value: 1 };
  const outcome = token - outcomes.from;
  return { label: labels.count + Math.floor(outcome / 2), value: outcome % 2 };
}

/**
 * Reads what tokens say, in whatever order: an age or sex counts the first time, a label wherever it is
 * said, and what is said of a stay or row that has no end is kept. Every number is drawn from its bin,
 * values with the decimals of what was measured; the first day from the training records' first days,
 * whatever else is told.
 *
 * @param draws the record's own
 */
export function recordWriter(schema: Schema, layout: Layout, draws: Random): RecordWriter {
  const { codes, measurements, ages, sexes, betweenRows, betweenStays, outcomes } = layout;
  const uniform = () => draws.uniform();
  const numberIn = drawnBy(uniform);
  const startDay = startDayOf(schema, draws);
  const labels = new Array<number>(layout.labels.count + outcomes.count / 2).fill(0);
  const timeline = new Timeline();
  let stay = new ToldStay(timeline, layout.isPublished);
  let sex: number | undefined;
  let birthDay: number | undefined;

  const ageYears = () =>
    birthDay === undefined ? undefined : (startDay + timeline.day - birthDay) / daysPerYear;

  return {
    labels,
    visits: timeline.visits,
    get isOpen() {
      return stay.isOpen;
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
    record: () => toldRecord(schema, timeline, { labels, startDay, sex, birthDay }),
    read(token, exact = NaN) {
      const isKnown = !Number.isNaN(exact);
      if (isIn(codes, token)) stay.addCode(token);
      else if (isIn(measurements, token)) {
        const { code, value } = measured(schema, layout, token, uniform);
        stay.measure(code, isKnown ? exact : value);
      } else if (isIn(betweenRows, token)) {
        stay.endRow(isKnown ? exact : numberIn(schema.betweenRows, token - betweenRows.from));
      } else if (isIn(betweenStays, token)) {
        const bin = token - betweenStays.from;
        timeline.wait(isKnown ? exact : numberIn(schema.betweenStays, bin));
      } else if (isIn(ages, token)) {
        birthDay ??= isKnown
          ? startDay + timeline.day - daysPerYear * exact
          : birthDayOf(schema, token - ages.from, [startDay, timeline.day], numberIn);
      } else if (isIn(sexes, token)) sex ??= token - sexes.from;
      else if (isIn(layout.labels, token) || isIn(outcomes, token)) {
        const { label, value } = labelOf(layout, token);
        labels[label] |= value;
      } else if (token === layout.endStay) stay = new ToldStay(timeline, layout.isPublished);
    },
  };
}

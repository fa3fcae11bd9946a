/**
 * SynEHRgy's layout of a record as a sequence of tokens, of which each stands for a code, for a
 * variable in a bin, for an age, a sex, a time or a label:
 *
 *     record := <s> said-labels </label> [stay (time stay)*] </s>
 *     stay   := [age] [sex] </covar> code* </code> row* </ts> </adm>
 *     row    := (variable, bin)+ time
 *
 * Variables rise in a row and codes in a stay. A row's time is what has passed since the row before
 * it or since the stay began; the first bin is for no time and belongs to what is measured as a stay
 * begins. The published form has labels in every stay after `</covar>`, and no time between stays.
 * Labels are of a record here, so they are said once and before all else, from where a record can be
 * given them.
 *
 * @see docs/specs/synehrgy.md sections 3 and 4
 * @module
 */
import { type Block, isIn } from "../numbers/blocks.ts";
import { binCount, binsOf, type Schema, seriesBin } from "../numbers/record_schema.ts";
import type { Stay } from "./stays.ts";
import { binOf } from "../numbers/value_bins.ts";

/** What the layout depends on beside the schema. */
export interface LayoutSizes {
  /** Codes in the vocabulary. */
  readonly codes: number;
  /** Labels. */
  readonly labels: number;
  /** How many of the labels, the last ones, have a token for no beside the one for yes. */
  readonly outcomes: number;
  /** Longest time in days between two rows of a stay. */
  readonly stayDays: number;
  /** Whether it is the published form. */
  readonly published: boolean;
}

/** All tokens, by what they stand for. */
export interface Layout {
  readonly codes: Block;
  /** All variables' bins. */
  readonly measurements: Block;
  /** [variables] The bins of each. */
  readonly series: readonly Block[];
  readonly ages: Block;
  readonly sexes: Block;
  readonly betweenRows: Block;
  /** Of times between stays. */
  readonly betweenStays: Block;
  /** Those after which a stay begins whatever is in it. */
  readonly longAfter: Block;
  /** Labels that are said where they are on. */
  readonly labels: Block;
  /** Labels that are always said, two tokens each. */
  readonly outcomes: Block;
  readonly start: number;
  readonly endCovariates: number;
  readonly endLabels: number;
  readonly endCodes: number;
  readonly endRows: number;
  readonly endStay: number;
  readonly endRecord: number;
  /** How many tokens there are, padding included as in the original. */
  readonly size: number;
  /** Whether it is the published form. */
  readonly isPublished: boolean;
}

/** Lays the tokens out, block after block. */
export function layoutOf(schema: Schema, sizes: LayoutSizes): Layout {
  let next = 0;
  const block = (count: number): Block => ({ from: (next += count) - count, count });
  const codes = block(sizes.codes);
  const series = schema.series.map((each) => block(binsOf(each)));
  const measurements = { from: codes.count, count: next - codes.count };
  const ages = block(binCount(schema.ages));
  const sexes = block(schema.sexes);
  const betweenRows = block(binCount(schema.betweenRows));
  const betweenStays = block(binCount(schema.betweenStays));
  const short = schema.betweenStays.length === 0
    ? 0
    : binOf(schema.betweenStays, sizes.stayDays) + 1;
  const labels = block(sizes.labels - sizes.outcomes);
  const outcomes = block(2 * sizes.outcomes);
  return {
    codes,
    measurements,
    series,
    ages,
    sexes,
    betweenRows,
    betweenStays,
    longAfter: { from: betweenStays.from + short, count: betweenStays.count - short },
    labels,
    outcomes,
    start: next,
    endCovariates: next + 1,
    endLabels: next + 2,
    endCodes: next + 3,
    endRows: next + 4,
    endStay: next + 5,
    endRecord: next + 6,
    size: next + 8,
    isPublished: sizes.published,
  };
}

/** The variable and the bin that a token of `layout.measurements` stands for. */
export function measurementOf(layout: Layout, token: number): [variable: number, bin: number] {
  const variable = layout.series.findIndex((block) => isIn(block, token));
  return [variable, token - layout.series[variable].from];
}

/** What says that a record, or in the published form a stay, has these labels. */
export function labelTokens(
  { labels, outcomes, endLabels }: Layout,
  on: ArrayLike<number>,
): number[] {
  const tokens: number[] = [];
  for (let i = 0; 2 * i < outcomes.count; i++) {
    tokens.push(outcomes.from + 2 * i + on[labels.count + i]);
  }
  for (let i = 0; i < labels.count; i++) if (on[i] === 1) tokens.push(labels.from + i);
  tokens.push(endLabels);
  return tokens;
}

/** A record as tokens, with the numbers of which they tell bins. */
export interface SpelledRecord {
  readonly tokens: number[];
  /** [tokens] NaN for those that tell no number; of an age its years, of a time its days. */
  readonly numbers: number[];
}

/** Adds a token and the number of which it tells the bin. */
type Say = (token: number, number?: number) => void;

function sayStay(schema: Schema, layout: Layout, stay: Stay, say: Say): void {
  const { ages, sexes, betweenRows, series } = layout;
  if (ages.count > 0 && !Number.isNaN(stay.age)) {
    say(ages.from + binOf(schema.ages, stay.age), stay.age);
  }
  if (sexes.count > 0) say(sexes.from + stay.sex);
  say(layout.endCovariates);
  if (layout.isPublished) { for (const token of labelTokens(layout, stay.labels)) say(token); }
  for (const code of stay.codes) say(code);
  say(layout.endCodes);
  for (const { days, measurements } of stay.rows) {
    for (const [variable, value] of measurements) {
      say(series[variable].from + seriesBin(schema.series[variable], value), value);
    }
    say(betweenRows.from + binOf(schema.betweenRows, days), days);
  }
  say(layout.endRows);
  say(layout.endStay);
}

/** The last tokens of a record that are not about its visits: ends of rows, stay and record. */
export const endingTokens = 3;

/**
 * A record as tokens.
 *
 * @param labels [labels] 0 or 1 for each
 */
export function spelledRecord(
  schema: Schema,
  layout: Layout,
  labels: ArrayLike<number>,
  stays: readonly Stay[],
): SpelledRecord {
  const { isPublished, betweenStays } = layout;
  const tokens: number[] = [];
  const numbers: number[] = [];
  const say: Say = (token, number = NaN) => {
    tokens.push(token);
    numbers.push(number);
  };
  say(layout.start);
  if (!isPublished) { for (const token of labelTokens(layout, labels)) say(token); }
  for (const [i, stay] of stays.entries()) {
    if (i > 0 && !isPublished) {
      say(betweenStays.from + binOf(schema.betweenStays, stay.days), stay.days);
    }
    sayStay(schema, layout, stay, say);
  }
  say(layout.endRecord);
  return { tokens, numbers };
}

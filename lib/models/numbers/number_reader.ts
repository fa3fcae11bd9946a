/**
 * From visits whose numbers are codes back to a record, and what such visits may not hold: two bins of a
 * quantity, an age, a sex or a race after the first visit, a time before it.
 *
 * @module
 */
import type { RecordLists } from "../../cohort/records.ts";
import type { Forbidden } from "../../nn/forbidden.ts";
import type { Random } from "../../random.ts";
import type { RecordReader } from "../interface/writing.ts";
import { type Block, isIn } from "./blocks.ts";
import { birthDayOf, daysIn, drawnBy, startDayOf, timeBinOf, valueIn } from "./drawn_numbers.ts";
import { lastBins, quantitiesOf, type RowBins, rowBins } from "./exclusive_bins.ts";
import type { NumberColumns } from "./number_columns.ts";
import type { Schema } from "./record_schema.ts";
import { Timeline, toldRecord } from "./timeline.ts";

/** The columns of a model whose numbers are codes. */
export interface NumberLayout {
  /** Codes, which come first. */
  readonly codes: number;
  /** What the bins are. */
  readonly schema: Schema;
  /** Where they are. */
  readonly columns: NumberColumns;
  /** Columns of the model's steps: codes, numbers and all others. */
  readonly width: number;
  /** Whether the model has learned its bins as they are drawn, see `exclusive_bins.ts`. */
  readonly isExclusive: boolean;
}

/** The first of some columns that is in a block; undefined if none is. */
function firstIn(block: Block, columns: readonly number[]): number | undefined {
  return columns.find((column) => isIn(block, column));
}

/**
 * The record that visits stand for. Of several bins of a quantity the first counts, as published. A later
 * visit that says no time has one of the training records'; visits without codes are no part of the
 * record, but their time passes.
 *
 * @param quantities as {@link quantitiesOf} gave them
 * @param reader of visits of columns, ascending
 * @param draws decide numbers within their bins
 */
function recordOf(
  { codes, schema, columns }: NumberLayout,
  quantities: Int32Array,
  { visits, waits, labels }: RecordReader,
  draws: Random,
): RecordLists {
  const { values, ages, sexes, races, times } = columns;
  const uniform = () => draws.uniform();
  const numberIn = drawnBy(uniform);
  const startDay = startDayOf(schema, draws);
  const timeline = new Timeline();
  let birthDay: number | undefined;
  let sex: number | undefined;
  let race: string | undefined;
  for (const [index, visit] of visits.entries()) {
    timeline.wait(waits?.[index] ?? 0);
    if (index > 0 && times.count > 0) {
      const column = firstIn(times, visit);
      const bin = column === undefined ? timeBinOf(schema, draws) : column - times.from;
      timeline.wait(daysIn(schema, bin, uniform));
    }
    const age = firstIn(ages, visit);
    if (age !== undefined) {
      birthDay ??= birthDayOf(schema, age - ages.from, [startDay, timeline.day], numberIn);
    }
    const own = firstIn(sexes, visit);
    if (own !== undefined) sex ??= own - sexes.from;
    const ofRace = firstIn(races, visit);
    if (ofRace !== undefined) race ??= schema.races?.[ofRace - races.from];
    const plain = visit.filter((column) => column < codes);
    const told = new Set(plain.map((code) => quantities[code]));
    const measured: number[] = []; // the first bin of each variable
    for (const column of visit.slice(plain.length)) {
      const quantity = quantities[column];
      if (quantity < values.length && !told.has(quantity)) measured.push(column);
      told.add(quantity);
    }
    if (plain.length + measured.length === 0) continue;
    const at = timeline.newVisit();
    for (const code of plain) timeline.add(at, code, NaN);
    for (const column of measured) {
      const series = schema.series[quantities[column]];
      const bin = column - values[quantities[column]].from;
      timeline.add(at, series.code, valueIn(series, bin, uniform));
    }
  }
  return toldRecord(schema, timeline, { labels, startDay, sex, birthDay, race });
}

/** Makes readers of records whose numbers are codes, each around a reader of codes. */
export function numberReaders(
  layout: NumberLayout,
): (codes: RecordReader, draws?: Random) => RecordReader {
  const { columns, schema, width, isExclusive } = layout;
  const quantities = quantitiesOf(columns, schema, width);
  const { first, later } = rowBins(columns, schema);
  const guarded = (row: RowBins) => ({
    never: row.never,
    ...isExclusive && { required: lastBins(row, width) },
  });
  const rules = { quantities, first: guarded(first), later: guarded(later) };
  return (codes, draws) => numberReader(layout, rules, codes, draws);
}

/** What rows may and must tell. */
interface RowRules {
  readonly quantities: Int32Array;
  readonly first: Pick<RowBins, "never"> & Pick<Forbidden, "required">;
  readonly later: RowRules["first"];
}

function numberReader(
  layout: NumberLayout,
  { quantities, first, later }: RowRules,
  reader: RecordReader,
  draws?: Random,
): RecordReader {
  const { codes, schema, columns: { values, sexes }, width } = layout;
  const codeOf = (column: number) => {
    if (column < codes) return [column];
    const quantity = quantities[column];
    return quantity < values.length ? [schema.series[quantity].code] : [];
  };
  const mask = new Uint8Array(width);
  const visits: number[][] = []; // codes alone, also those that are measured
  return {
    get part() {
      return reader.part;
    },
    get labels() {
      return reader.labels;
    },
    visits,
    get isOpen() {
      return reader.isOpen ?? false;
    },
    get sex() {
      const column = firstIn(sexes, reader.visits[0] ?? []);
      return column === undefined ? undefined : column - sexes.from;
    },
    get closing() {
      return reader.closing;
    },
    forbidden() {
      const own = reader.forbidden?.();
      if (reader.part !== "visits") return own;
      if (own === undefined) mask.fill(0);
      else mask.set(own.columns);
      const begun = reader.visits.length - Number(reader.isOpen ?? false);
      const { never, required } = begun === 0 ? first : later;
      for (const { from, count } of never) mask.fill(1, from, from + count);
      if (reader.isOpen) {
        const told = new Set(reader.visits[begun].map((column) => quantities[column]));
        told.delete(-1);
        quantities.forEach((quantity, column) => {
          if (told.has(quantity)) mask[column] = 1;
        });
      }
      return { columns: mask, quantities, required };
    },
    read(step, wait) {
      reader.read(step, wait);
      for (let at = Math.max(0, visits.length - 1); at < reader.visits.length; at++) {
        visits[at] = reader.visits[at].flatMap(codeOf);
      }
    },
    ...draws && { record: () => recordOf(layout, quantities, reader, draws) },
  };
}

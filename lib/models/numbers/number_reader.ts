/**
 * From visits whose numbers are codes back to a record, and what such visits may not hold: two bins of a
 * quantity, an age, a sex or a race after the first visit, a time before it.
 *
 * @module
 */
import type { RecordLists } from "../../cohort/records.ts";
import type { Random } from "../../random.ts";
import type { RecordReader } from "../interface/writing.ts";
import { type Block, isIn } from "./blocks.ts";
import { birthDayOf, daysIn, drawnBy, startDayOf, valueIn } from "./drawn_numbers.ts";
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
}

/** The first of some columns that is in a block; undefined if none is. */
function firstIn(block: Block, columns: readonly number[]): number | undefined {
  return columns.find((column) => isIn(block, column));
}

/**
 * The record that visits stand for. Of several bins of a quantity the first counts, as published. A later
 * visit that says no time has one from any bin, as published; visits without codes are no part of the
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
      const column = firstIn(times, visit) ?? times.from + draws.integer(times.count);
      timeline.wait(daysIn(schema, column - times.from, uniform));
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

/** [width] The quantity that each column is a bin of; a measured code without a value is one too. */
function quantitiesOf({ columns, schema, width }: NumberLayout): Int32Array {
  const { values, ages, sexes, races, times } = columns;
  const quantities = new Int32Array(width).fill(-1);
  [...values, ages, sexes, races, times].forEach(({ from, count }, quantity) =>
    quantities.fill(quantity, from, from + count)
  );
  schema.series.forEach(({ code }, variable) => quantities[code] = variable);
  return quantities;
}

/** Makes readers of records whose numbers are codes, each around a reader of codes. */
export function numberReaders(
  layout: NumberLayout,
): (codes: RecordReader, draws?: Random) => RecordReader {
  const quantities = quantitiesOf(layout);
  return (codes, draws) => numberReader(layout, quantities, codes, draws);
}

function numberReader(
  layout: NumberLayout,
  quantities: Int32Array,
  reader: RecordReader,
  draws?: Random,
): RecordReader {
  const { codes, schema, columns: { values, ages, sexes, races, times }, width } = layout;
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
      for (const block of begun === 0 ? [times] : [ages, sexes, races]) {
        mask.fill(1, block.from, block.from + block.count);
      }
      if (reader.isOpen) {
        const told = new Set(reader.visits[begun].map((column) => quantities[column]));
        told.delete(-1);
        quantities.forEach((quantity, column) => {
          if (told.has(quantity)) mask[column] = 1;
        });
      }
      return { columns: mask, quantities };
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

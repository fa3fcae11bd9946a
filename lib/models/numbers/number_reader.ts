/**
 * From visits whose numbers are codes back to a record, and what such visits may not hold: two bins of a
 * quantity, an age or a sex after the first visit, a time before it.
 *
 * @module
 */
import type { RecordLists } from "../../cohort/records.ts";
import type { Random } from "../../random.ts";
import type { RecordReader } from "../interface/writing.ts";
import { type Block, isIn } from "./blocks.ts";
import { birthDayOf, drawnBy, startDayOf, valueIn } from "./drawn_numbers.ts";
import type { NumberColumns } from "./number_columns.ts";
import type { Schema } from "./record_schema.ts";
import { Timeline } from "./timeline.ts";

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
 * @param visits of columns, ascending
 * @param draws decide numbers within their bins
 */
function recordOf(
  { codes, schema, columns }: NumberLayout,
  visits: readonly (readonly number[])[],
  labels: readonly number[],
  draws: Random,
): RecordLists {
  const { values, ages, sexes, times } = columns;
  const numberIn = drawnBy(() => draws.uniform());
  const startDay = startDayOf(schema, draws);
  const timeline = new Timeline();
  let birthDay: number | undefined;
  let sex: number | undefined;
  for (const [index, visit] of visits.entries()) {
    if (index > 0 && times.count > 0) {
      const column = firstIn(times, visit) ?? times.from + draws.integer(times.count);
      timeline.wait(numberIn(schema.betweenStays, column - times.from));
    }
    const age = firstIn(ages, visit);
    if (age !== undefined) {
      birthDay ??= birthDayOf(schema, age - ages.from, [startDay, timeline.day], numberIn);
    }
    const own = firstIn(sexes, visit);
    if (own !== undefined) sex ??= own - sexes.from;
    const plain = visit.filter((column) => column < codes);
    const measured = values.flatMap((block, variable): [number, number][] => {
      const column = firstIn(block, visit);
      const series = schema.series[variable];
      if (column === undefined || plain.includes(series.code)) return [];
      return [[series.code, valueIn(series, column - block.from, numberIn)]];
    });
    if (plain.length + measured.length === 0) continue;
    const at = timeline.newVisit();
    for (const code of plain) timeline.add(at, code, NaN);
    for (const [code, value] of measured) timeline.add(at, code, value);
  }
  return {
    visits: timeline.visits,
    labels,
    gapDays: timeline.gapDays,
    startDay: startDay + timeline.firstDay,
    ...schema.series.length > 0 && { values: timeline.values },
    ...schema.sexes > 0 && { sex: sex ?? 0, birthDay: birthDay ?? NaN },
  };
}

/** [width] The quantity that each column is a bin of; a measured code without a value is one too. */
function quantitiesOf({ columns, schema, width }: NumberLayout): Int32Array {
  const { values, ages, sexes, times } = columns;
  const quantities = new Int32Array(width).fill(-1);
  [...values, ages, sexes, times].forEach(({ from, count }, quantity) =>
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
  const { codes, schema, columns: { values, ages, sexes, times }, width } = layout;
  const codeOf = (column: number) => {
    if (column < codes) return [column];
    const variable = values.findIndex((block) => isIn(block, column));
    return variable < 0 ? [] : [schema.series[variable].code];
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
      mask.fill(0);
      own?.columns.forEach((isForbidden, column) => mask[column] = isForbidden);
      const begun = reader.visits.length - Number(reader.isOpen ?? false);
      for (const block of begun === 0 ? [times] : [ages, sexes]) {
        mask.fill(1, block.from, block.from + block.count);
      }
      const told = reader.isOpen ? reader.visits[begun].map((column) => quantities[column]) : [];
      quantities.forEach((quantity, column) => {
        if (quantity >= 0 && told.includes(quantity)) mask[column] = 1;
      });
      return { columns: mask, quantities };
    },
    read(step) {
      reader.read(step);
      for (let at = Math.max(0, visits.length - 1); at < reader.visits.length; at++) {
        visits[at] = reader.visits[at].flatMap(codeOf);
      }
    },
    ...draws && { record: () => recordOf(layout, reader.visits, reader.labels, draws) },
  };
}

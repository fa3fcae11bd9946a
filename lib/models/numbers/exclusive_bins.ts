/**
 * Bins of one quantity exclude each other: a row tells at most one of them, and some quantities it must
 * tell. As published, a model learns each bin as if it could be on whatever else is, and only drawing
 * keeps to one; so it has to learn what is certain, its likelihood is not that of what it draws, and a
 * row may tell no time at all. Here the distribution that is learned is the one that is drawn. Given the
 * row's earlier columns, a bin after one that is on is certain to be off, and the last bin of a quantity
 * that must be told is certain to be on if no earlier one is. What is certain is left out of the loss.
 *
 * @module
 */
import { type MultiHot, rowOf, rowsFrom } from "../../nn/multi_hot.ts";
import { type ConfigOf, flag } from "../interface/settings.ts";
import type { VisitRows } from "../rows/visit_rows.ts";
import type { Block } from "./blocks.ts";
import { type NumberColumns, numberColumns } from "./number_columns.ts";
import type { Schema } from "./record_schema.ts";

/** The setting of models over rows that learn numbers. */
export const exclusiveSettings = {
  exclusiveBins: flag(
    true,
    "With numbers=N, a row's bins are learned as they are drawn: at most one of each quantity",
    { published: false, before: false },
  ),
};

/** What the row of a first visit, or of a later one, cannot tell and what it must. */
export interface RowBins {
  /** Quantities that it cannot tell. */
  readonly never: readonly Block[];
  /** Quantities of which one bin must be on. */
  readonly always: readonly Block[];
}

/** What rows of first visits and of later ones tell. */
export function rowBins(
  { ages, sexes, races, times }: NumberColumns,
  { isAgeKnown = false }: Schema,
): { readonly first: RowBins; readonly later: RowBins } {
  const some = (...blocks: readonly Block[]) => blocks.filter(({ count }) => count > 0);
  return {
    first: { never: some(times), always: some(...isAgeKnown ? [ages] : [], sexes) },
    later: { never: some(ages, sexes, races), always: some(times) },
  };
}

/** [columns] 1 for the last bin of each quantity that a row must tell. */
export function lastBins({ always }: RowBins, columns: number): Uint8Array {
  const isLast = new Uint8Array(columns);
  for (const { from, count } of always) isLast[from + count - 1] = 1;
  return isLast;
}

/** [columns] The quantity that each is a bin of, or -1; a measured code without a value is one too. */
export function quantitiesOf(
  { values, ages, sexes, races, times }: NumberColumns,
  { series }: Schema,
  columns: number,
): Int32Array {
  const quantities = new Int32Array(columns).fill(-1);
  [...values, ages, sexes, races, times].forEach(({ from, count }, quantity) =>
    quantities.fill(quantity, from, from + count)
  );
  series.forEach(({ code }, variable) => quantities[code] = variable);
  return quantities;
}

/** The cells of the rows to predict that are certain, given the row's earlier columns. */
export type CertainCells = (batch: Pick<VisitRows, "offsets" | "targets" | "mask">) => MultiHot;

/**
 * Finds the certain cells of rows that have numbers as codes; undefined for models that learn each bin by
 * itself or learn no numbers.
 *
 * @param config.codes codes and columns of numbers
 */
export function certainCells(
  { codes: count, exclusiveBins }: ConfigOf<typeof exclusiveSettings> & { readonly codes: number },
  schema: Schema | undefined,
): CertainCells | undefined {
  const bins = schema === undefined || !exclusiveBins ? 0 : numberColumns(0, schema).count;
  if (schema === undefined || bins === 0) return undefined;
  const columns = numberColumns(count - bins, schema);
  const quantities = quantitiesOf(columns, schema, count);
  const { first, later } = rowBins(columns, schema);
  const [inFirst, inLater] = [first, later].map((row) => certainIn(row, quantities, count - bins));
  return ({ offsets, targets, mask }) => {
    let record = 0;
    let isBegun = false;
    return rowsFrom(Array.from(mask, (isPredicted, row) => {
      const isOfLabels = row === offsets[record];
      if (isOfLabels) {
        record++;
        isBegun = false;
      }
      if (isOfLabels || isPredicted === 0) return [];
      const on = rowOf(targets, row).filter((column) => column < count); // without the end
      const certain = isBegun ? inLater(on) : inFirst(on);
      isBegun ||= on.length > 0; // as readers leave out rows without codes
      return certain;
    }));
  };
}

/**
 * Gives the certain columns of a row, by those that are on. Where a quantity that must be told is not,
 * nothing is to be learned of it, and all its bins count as certain.
 *
 * @param from the first column of numbers
 */
function certainIn(
  row: RowBins,
  quantities: Int32Array,
  from: number,
): (on: Int32Array) => number[] {
  const isLast = lastBins(row, quantities.length);
  const [never, always] = [row.never, row.always].map((blocks) =>
    blocks.map((block) => quantities[block.from])
  );
  return (on) => {
    const told = new Set(Array.from(on, (column) => quantities[column]));
    const isClosed = new Uint8Array(quantities.length); // [quantities] whether later bins are certain
    for (const quantity of never) isClosed[quantity] = 1;
    for (const quantity of always) isClosed[quantity] = told.has(quantity) ? 0 : 1;
    const certain: number[] = [];
    let at = 0; // in those that are on
    for (; on[at] < from; at++) {
      if (quantities[on[at]] >= 0) isClosed[quantities[on[at]]] = 1; // measured, without a value
    }
    for (let column = from; column < quantities.length; column++) {
      const isOn = on[at] === column;
      if (isOn) at++;
      if (isClosed[quantities[column]] === 1) certain.push(column);
      else if (isOn) {
        isClosed[quantities[column]] = 1;
        if (isLast[column] === 1) certain.push(column);
      }
    }
    return certain;
  };
}

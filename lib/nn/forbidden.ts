/**
 * What a step that is being drawn may not hold. Every head honours it in the same way: each of its
 * conditional probabilities is the model's own, given that what is forbidden does not happen. A row
 * is drawn column by column in ascending order, each given the earlier ones as they came out; so this
 * is the model step by step, not the model given that the whole record keeps to it.
 *
 * Equal uniform numbers give what they give without, unless something forbidden would have come on.
 *
 * @module
 */

/** What a record's next step may not hold. */
export interface Forbidden {
  /** [columns] 1 where a column may not come on. */
  readonly columns: Uint8Array;
  /** Later columns of a row that may not come on once this one is on; in models that draw rows. */
  readonly excludes?: (column: number) => readonly number[];
  /** Called with each column that the model would have drawn and that is kept off. */
  readonly onMasked?: (column: number) => void;
}

/** For a row's columns in ascending order: whether each may come on, given the earlier ones. */
export function gate({ columns, excludes }: Forbidden): (column: number) => boolean {
  const excluded = new Set<number>();
  return (column) => {
    if (columns[column] === 1 || excluded.has(column)) return false;
    for (const later of excludes?.(column) ?? []) excluded.add(later);
    return true;
  };
}

/** Those of the columns that would come on, which rise, that may. */
export function permitted(drawn: number[], forbidden: Forbidden | undefined): number[] {
  return forbidden === undefined ? drawn : drawn.filter(gate(forbidden));
}

/** A finished row, {@link permitted}; tells of the columns that are kept off. */
export function finishedRow(drawn: number[], forbidden: Forbidden | undefined): number[] {
  const row = permitted(drawn, forbidden);
  if (forbidden?.onMasked !== undefined && row.length < drawn.length) {
    const on = new Set(row);
    for (const column of drawn) if (!on.has(column)) forbidden.onMasked(column);
  }
  return row;
}

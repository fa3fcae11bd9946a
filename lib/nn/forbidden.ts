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
  /**
   * [columns] The quantity that each is a bin of, -1 for columns that are bins of none: once one of them
   * is on, the later ones may not come on.
   */
  readonly quantities?: Int32Array | undefined;
  /**
   * [columns] 1 for the last bin of each quantity that the row must tell: it comes on if no earlier one
   * is on. Only for models that have learned each bin's probability given that no earlier one of its
   * quantity is on.
   */
  readonly required?: Uint8Array | undefined;
  /** Called with each column that the model would have drawn and that is kept off. */
  readonly onMasked?: (column: number) => void;
}

/**
 * For a row's columns in ascending order: whether each may come on, given the earlier ones.
 *
 * @param onMasked called with each that what is forbidden keeps off; a later bin of a quantity is not
 */
export function gate(
  { columns, excludes, quantities }: Forbidden,
  onMasked?: (column: number) => void,
): (column: number) => boolean {
  const excluded = new Set<number>();
  const told = new Set<number>();
  return (column) => {
    const quantity = quantities?.[column] ?? -1;
    if (told.has(quantity)) return false;
    if (columns[column] === 1 || excluded.has(column)) {
      onMasked?.(column);
      return false;
    }
    if (quantity >= 0) told.add(quantity);
    for (const later of excludes?.(column) ?? []) excluded.add(later);
    return true;
  };
}

/** Those of the columns that would come on, which rise, that may. */
export function permitted(drawn: number[], forbidden: Forbidden | undefined): number[] {
  return forbidden === undefined ? drawn : drawn.filter(gate(forbidden));
}

/**
 * Columns that come on where each has a probability of its own, whatever else is on: where the uniform
 * number is below it. Bins of a quantity exclude each other, so the first of them would come on too
 * often: each has the probability p / (1 − Σ p of the quantity's earlier bins) instead, given that none
 * of these is on, by which it comes on as often as it says, as long as these sum to at most 1. Where
 * quantities are {@link Forbidden.required}, p itself is that probability.
 *
 * @param columns of the row
 * @param uniformOf gives each column, ascending, its uniform number in [0, 1)
 */
export function drawnAlone(
  columns: number,
  probabilityOf: (column: number) => number,
  uniformOf: (column: number) => number,
  forbidden: Forbidden | undefined,
): number[] {
  const on: number[] = [];
  const earlier = new Map<number, number>();
  const { quantities, required } = forbidden ?? {};
  for (let column = 0; column < columns; column++) {
    const probability = probabilityOf(column);
    const quantity = required === undefined ? quantities?.[column] ?? -1 : -1;
    const before = quantity < 0 ? 0 : earlier.get(quantity) ?? 0;
    if (quantity >= 0 && forbidden?.columns[column] === 0) {
      earlier.set(quantity, before + probability);
    }
    const isDrawn = uniformOf(column) * (1 - before) < probability;
    if (isDrawn || required?.[column] === 1) on.push(column);
  }
  return finishedRow(on, forbidden);
}

/** A finished row, {@link permitted}; tells of the columns that are kept off. */
export function finishedRow(drawn: number[], forbidden: Forbidden | undefined): number[] {
  return forbidden === undefined ? drawn : drawn.filter(gate(forbidden, forbidden.onMasked));
}

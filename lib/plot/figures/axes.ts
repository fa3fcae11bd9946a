/**
 * Axes as all figures have them.
 *
 * @module
 */

/** An axis's title: in its middle, without an arrow. */
export function axisTitle(label: string) {
  return { label, labelAnchor: "center", labelArrow: "none" } as const;
}

/**
 * A vertical axis with a row for each name.
 *
 * @param names of the rows, from the top; distinct
 * @param padding above the first row and below the last, in rows
 */
export function rowAxis(names: readonly (string | number)[], padding: number) {
  return { type: "point", domain: names, label: null, tickSize: 0, padding } as const;
}

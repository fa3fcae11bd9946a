/**
 * The measures of utility: can synthetic records replace real ones in an analysis? There is none yet.
 *
 * @module
 */

/**
 * In the order in which they are asked, and in which `report.json` has them.
 *
 * @internal
 */
export const utilityMeasures = [] as const;

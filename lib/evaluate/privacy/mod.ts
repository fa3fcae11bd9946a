/**
 * The measures of privacy: what do synthetic records disclose about real patients? There is none yet.
 *
 * @module
 */

/**
 * In the order in which they are asked, and in which `report.json` has them.
 *
 * @internal
 */
export const privacyMeasures = [] as const;

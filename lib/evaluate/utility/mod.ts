/**
 * The measures of utility: can synthetic records replace real ones in an analysis?
 *
 * @module
 */
import { phenotyping } from "./phenotyping.ts";
import { phenotypingBefore } from "./phenotyping_before.ts";

/**
 * In the order in which they are asked, and in which `report.json` has them.
 *
 * @internal
 */
export const utilityMeasures = [phenotyping, phenotypingBefore] as const;

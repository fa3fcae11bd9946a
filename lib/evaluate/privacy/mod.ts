/**
 * The measures of privacy: what do synthetic records disclose about real patients? So far there is one,
 * which finds copies and nothing else.
 *
 * @module
 */
import { identicalRecords } from "./identical_records.ts";

/**
 * In the order in which they are asked, and in which `report.json` has them.
 *
 * @internal
 */
export const privacyMeasures = [identicalRecords] as const;

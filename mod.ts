/**
 * Ehrloom learns from longitudinal health records, generates synthetic ones and judges them.
 *
 * @module
 */

// The cohort
export {
  type Cohort,
  cohort,
  type CohortParts,
  type Split,
  splitNames,
  splitOf,
  subset,
} from "./lib/cohort/cohort.ts";
export { cohortOf, type RecordLists, visitCodes, visitsOf } from "./lib/cohort/records.ts";
export { type Vocabulary, vocabulary } from "./lib/cohort/vocabulary.ts";
export { withSplits } from "./lib/cohort/splits.ts";
export { parseRecordsJson, readRecordsJson } from "./lib/cohort/from_records_json.ts";
export { checkOutput, writeWhole } from "./lib/cohort/output.ts";
export type { OnProgress, Progress } from "./lib/progress.ts";

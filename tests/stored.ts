import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** The text of a gzipped file of the repository, by its path from the root. */
export function gunzipped(path: string): string {
  return gunzipSync(readFileSync(new URL(`../${path}`, import.meta.url))).toString();
}

/** The whole ready record set, 2,338 patients; see its folder's README. */
export const readyRecords = "data-fixtures/synthea-ma-records/records.json.gz";

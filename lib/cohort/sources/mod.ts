/**
 * The source formats: a new one is a reader of its own and a line here.
 *
 * @module
 */
import { meds } from "./meds.ts";
import { recordsJson } from "./records_json.ts";
import type { Source, SourceSummary } from "./source.ts";
import { synthea } from "./synthea.ts";

const known: readonly Source[] = [
  synthea,
  recordsJson,
  meds,
];

/** All source formats. */
export const sources: readonly SourceSummary[] = known;

/**
 * The source of a name, with its reader.
 *
 * @throws {RangeError} If there is none
 */
export function sourceOf(name: string): Source {
  const source = known.find((one) => one.name === name);
  if (source !== undefined) return source;
  const names = known.map((one) => one.name).join(", ");
  throw new RangeError(`Cannot read a source "${name}": known are ${names}`);
}

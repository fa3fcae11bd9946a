/**
 * The source formats: a new one needs a reader and a line here.
 *
 * @module
 */
import { csvTable } from "./csv/csv_table.ts";
import { eicu } from "./eicu/eicu.ts";
import { fhir } from "./fhir/fhir.ts";
import { meds } from "./meds.ts";
import { mimic3 } from "./mimic/mimic3.ts";
import { mimic4 } from "./mimic/mimic4.ts";
import { omop } from "./omop/omop.ts";
import { recordsJson } from "./records_json.ts";
import type { Source, SourceSummary } from "./source.ts";
import { synpuf } from "./synpuf.ts";
import { synthea } from "./synthea/synthea.ts";

const known: readonly Source[] = [
  synthea,
  recordsJson,
  meds,
  csvTable,
  mimic3,
  mimic4,
  eicu,
  omop,
  fhir,
  synpuf,
];

/** All source formats. */
export const sources: readonly SourceSummary[] = known;

/**
 * The source with this name, with its reader.
 *
 * @throws {RangeError} If there is no such source
 */
export function sourceOf(name: string): Source {
  const source = known.find((one) => one.name === name);
  if (source !== undefined) return source;
  const names = known.map((one) => one.name).join(", ");
  throw new RangeError(`Cannot read a source "${name}": there is no such format; known: ${names}`);
}

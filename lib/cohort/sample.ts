import { fileURLToPath } from "node:url";
import { random } from "../random.ts";
import type { Cohort } from "./cohort.ts";
import { readSynthea, type SyntheaOptions } from "./sources/synthea/synthea.ts";
import { readPhenotypes, withLabels } from "./labels.ts";
import { withSplits } from "./splits.ts";
import { trimmed } from "./trim.ts";

function fixture(name: string): string {
  return fileURLToPath(new URL(`../../data-fixtures/${name}`, import.meta.url));
}

/** Path of the sample in this checkout: a Synthea folder with its `phenotypes.json`. */
export const syntheaSampleFolder: string = fixture("synthea-ma-sample");
/** Path of the sample with measured values: a Synthea folder. */
export const syntheaLabsSampleFolder: string = fixture("synthea-ma-labs-sample");
/** Path of a CSV table of a simulated clinic with faults to find; see data-fixtures/broken-table. */
export const brokenTableFile: string = fixture("broken-table/clinic.csv");

/**
 * The sample that comes with Ehrloom: 400 synthetic patients of Massachusetts, their first 46
 * encounters with a condition, codes that at least 5 patients have, labels of chronic conditions,
 * split with random seed 4. Synthea is by The MITRE Corporation; see
 * data-fixtures/synthea-ma-sample.
 *
 * @example How many patients have hypertension
 * ```ts
 * import { syntheaSample } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const cohort = await syntheaSample();
 * assertEquals(cohort.recordCount, 400);
 * assertEquals(cohort.labelNames[0], "hypertension");
 * ```
 */
export async function syntheaSample(): Promise<Cohort> {
  const cohort = await readSynthea(syntheaSampleFolder, {
    visitTables: ["conditions"],
    maxVisits: 46,
  });
  const phenotypes = await readPhenotypes(`${syntheaSampleFolder}/phenotypes.json`);
  return withSplits(trimmed(withLabels(cohort, phenotypes), { minCount: 5 }), random(4));
}

/**
 * The sample with measured values: 100 synthetic patients of Massachusetts, their last 16
 * encounters in which something was observed, codes that at least 5 patients have, no labels, split
 * with random seed 4. Synthea is by The MITRE Corporation; see
 * data-fixtures/synthea-ma-labs-sample.
 *
 * @param options.timeSeries as in {@link SyntheaOptions}; default false
 * @example How often blood pressure is measured
 * ```ts
 * import { measurements, syntheaLabsSample } from "ehrloom";
 * import { assert } from "@std/assert";
 *
 * const pressure = measurements(await syntheaLabsSample()).toRecords()
 *   .find(({ code }) => code === "LOINC//8480-6");
 * assert(Number(pressure?.visits) > 1000);
 * ```
 */
export async function syntheaLabsSample(
  { timeSeries = false }: Pick<SyntheaOptions, "timeSeries"> = {},
): Promise<Cohort> {
  const cohort = await readSynthea(syntheaLabsSampleFolder, {
    tables: ["conditions", "medications", "observations"],
    visitTables: ["observations"],
    timeSeries,
    minCount: 5,
  });
  return withSplits(cohort, random(4));
}

import { fileURLToPath } from "node:url";
import { random } from "../nn/random.ts";
import type { Cohort } from "./cohort.ts";
import { readSynthea } from "./from_synthea.ts";
import { readPhenotypes, withLabels } from "./labels.ts";
import { withSplits } from "./splits.ts";

/** Where the sample's files lie in this checkout; a Synthea folder and its `phenotypes.json`. */
export const syntheaSampleFolder: string = fileURLToPath(
  new URL("../../data-fixtures/synthea-ma-sample", import.meta.url),
);

/**
 * The sample that comes with Ehrloom: 400 synthetic patients of Massachusetts, their first 46
 * encounters with a condition, codes that at least 5 patients have, labels of chronic conditions,
 * split by seed 4. Synthea is by The MITRE Corporation; see data-fixtures/synthea-ma-sample.
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
    minCount: 5,
  });
  const phenotypes = await readPhenotypes(`${syntheaSampleFolder}/phenotypes.json`);
  return withSplits(withLabels(cohort, phenotypes), random(4));
}

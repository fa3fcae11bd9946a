/**
 * Reads back the parts of a `report.json` that other documents are made of.
 *
 * @module
 */
import { join } from "node:path";
import * as v from "valibot";
import { object, readCheckedJson, type Schema } from "../files/checked_json.ts";
import { isObject } from "../files/input.ts";
import { type FiguresOf, figuresSchema, type Measure } from "./measure.ts";
import { privacyMeasures } from "./privacy/mod.ts";
import type { PartialReport, StoredAbout } from "./report.ts";
import { aboutSchema } from "./report_schema.ts";

/** What is read back of a report: what was compared and how, and the figures of privacy. */
export interface StoredReport extends Pick<PartialReport, "privacy"> {
  /** What was compared and how. */
  about: StoredAbout;
}

/** The figures of those measures that a file has; each complete. */
const figures: Schema<Partial<FiguresOf<typeof privacyMeasures>>> = v.lazy((value) =>
  figuresSchema(
    privacyMeasures.filter(({ key }: Measure) => isObject(value) && Object.hasOwn(value, key)),
  )
);

/** Measures with their figures at the other places of the scale. */
const privacySchema = v.intersect([
  figures,
  object({ ceiling: figures, floor: figures, memoriser: figures }),
]);

const storedSchema: Schema<StoredReport> = v.looseObject({
  about: aboutSchema,
  privacy: v.exactOptional(privacySchema),
});

/**
 * The parts of a report that other documents are made of.
 *
 * @example
 * ```ts
 * import { evaluate, readReport, splitOf, syntheaSample, writeReport } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const real = await syntheaSample();
 * const synthetic = splitOf(real, "test");
 * const only = ["privacy.identical_records"];
 * const report = await evaluate(real, synthetic, { only, resamples: 0 });
 * const folder = `${await Deno.makeTempDir()}/report`;
 * await writeReport(folder, report, { real: splitOf(real, "train"), synthetic });
 * const { privacy } = await readReport(folder);
 * assertEquals(privacy?.identical_records, report.privacy?.identical_records);
 * ```
 *
 * @param path of `report.json`, or of its folder
 * @throws {SyntaxError} If it holds something else
 * @throws {Deno.errors.NotFound} If there is none
 */
export async function readReport(path: string): Promise<StoredReport> {
  return await readCheckedJson(await reportFile(path), storedSchema, "a report");
}

/** The path of `report.json`, given it or its folder. */
export async function reportFile(path: string): Promise<string> {
  const isFolder = await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
  return isFolder ? join(path, "report.json") : path;
}

/**
 * The scale on which the models of a comparison stand: figures of held-out records, of the floor and of
 * the memoriser. They are the same for all models, so they are read from the report of one.
 *
 * @module
 */
import { join } from "node:path";
import * as v from "valibot";
import { object, readCheckedJson, type Schema } from "../files/checked_json.ts";
import { type FidelityFigures, fidelityMeasures } from "../evaluate/fidelity/mod.ts";
import type { CohortFigures } from "../evaluate/key_figures.ts";
import { type FiguresOf, figuresSchema, type Measure } from "../evaluate/measure.ts";
import { privacyMeasures } from "../evaluate/privacy/mod.ts";
import type { Scale } from "../evaluate/report.ts";
import { utilityMeasures } from "../evaluate/utility/mod.ts";

/** The measures whose figures are in the form of this version; others are not on the scale. */
function currentOf<M extends Measure>(measures: readonly M[], figures: unknown): readonly M[] {
  const known = new Map(
    typeof figures === "object" && figures !== null ? Object.entries(figures) : [],
  );
  return measures.filter(({ key, schema }) => known.has(key) && v.is(schema, known.get(key)));
}

const fidelitySchema: Schema<Partial<FidelityFigures>> = v.lazy((value) =>
  figuresSchema(currentOf(fidelityMeasures, value))
);
const utilitySchema: Schema<Partial<FiguresOf<typeof utilityMeasures>>> = v.lazy((value) =>
  figuresSchema(currentOf(utilityMeasures, value))
);
const privacySchema: Schema<Partial<FiguresOf<typeof privacyMeasures>>> = v.lazy((value) =>
  figuresSchema(currentOf(privacyMeasures, value))
);

/** The figures of one kind at all places of the scale; reports of earlier versions lack some. */
function scaleSchema<F>(figures: Schema<F>) {
  const place = v.optional(figures);
  return v.optional(object({ ceiling: place, floor: place, memoriser: place }));
}

const reportSchema = object({
  fidelity: scaleSchema(fidelitySchema),
  utility: scaleSchema(utilitySchema),
  privacy: scaleSchema(privacySchema),
});

/**
 * The scale of the cohorts that a model was evaluated on.
 *
 * @param folder of the model, with its report
 * @throws {SyntaxError} If the file is not a report
 */
export async function readScale(folder: string): Promise<Scale<CohortFigures>> {
  const path = join(folder, "report", "report.json");
  const report = await readCheckedJson(path, reportSchema, "a report");
  const { fidelity, utility, privacy } = v.parse(reportSchema, report); // without other figures
  const at = (place: keyof Scale<unknown>): CohortFigures => ({
    fidelity: fidelity?.[place],
    utility: utility?.[place],
    privacy: privacy?.[place],
  });
  return { ceiling: at("ceiling"), floor: at("floor"), memoriser: at("memoriser") };
}

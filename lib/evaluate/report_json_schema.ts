/**
 * The form of `report.json` for programs in any language: JSON Schema, draft 2020-12.
 *
 * @module
 */
import { type OverrideActionContext, toJsonSchema } from "@valibot/to-json-schema";
import { estimateSchema, figureSchema } from "./bootstrap.ts";
import {
  classifierDifferencesSchema,
  classifierFiguresSchema,
} from "./classification/classifier_figures.ts";
import { leftOutSchema } from "./not_measured.ts";
import { attackRiskSchema } from "./privacy/disclosure/attack_risk.ts";
import { membershipSchema } from "./privacy/membership.ts";
import { comparedRatioSchema } from "./ratio.ts";
import { measureSchemas, reportSchema, reportSchemaId } from "./report_schema.ts";
import { trainedOnEachSchema } from "./utility/trained_on_each.ts";

/** Schemas that several measures share, by their names in the file. */
const sharedSchemas = {
  figure: figureSchema,
  estimate: estimateSchema,
  left_out: leftOutSchema,
  ratio: comparedRatioSchema,
  classifier: classifierFiguresSchema,
  classifier_differences: classifierDifferencesSchema,
  trained_on_each: trainedOnEachSchema,
  membership: membershipSchema,
  attack_risk: attackRiskSchema,
};

/** JSON has no infinite numbers, so bounds at infinity say nothing; nor do those of whole numbers. */
function overrideAction({ valibotAction, jsonSchema }: OverrideActionContext) {
  if (valibotAction.type === "finite") return jsonSchema;
  if (valibotAction.type === "safe_integer") return { type: "integer" } as const;
  const isInfinite = "requirement" in valibotAction &&
    typeof valibotAction.requirement === "number" && !Number.isFinite(valibotAction.requirement);
  return isInfinite ? jsonSchema : undefined;
}

/**
 * The JSON Schema of `report.json`, as `docs/report.schema.json` has it. Its definitions are the
 * figures of each measure, by "kind.measure". A figure that is infinite is null in `report.json`,
 * since JSON has no other way to write it.
 *
 * @example
 * ```ts
 * import { reportJsonSchema } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const { $id, $schema } = reportJsonSchema();
 * assertEquals($id, "urn:ehrloom:report:1");
 * assertEquals($schema, "https://json-schema.org/draft/2020-12/schema");
 * ```
 */
export function reportJsonSchema(): Record<string, unknown> {
  const { $schema, ...found } = toJsonSchema(reportSchema, {
    target: "draft-2020-12",
    typeMode: "input",
    definitions: { ...measureSchemas, ...sharedSchemas },
    overrideSchema: ({ valibotSchema }) =>
      valibotSchema === figureSchema ? { type: ["number", "null"] } : undefined,
    overrideAction,
  });
  return { $schema, $id: reportSchemaId, title: "report.json of Ehrloom", ...found };
}

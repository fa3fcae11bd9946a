/**
 * The form of `report.json`, made of the schemas by which each measure's figures are read.
 *
 * @module
 */
import * as v from "valibot";
import {
  finite,
  flag,
  list,
  named,
  object,
  oneOf,
  type Schema,
  settingValue,
  text,
  whole,
} from "../files/checked_json.ts";
import { estimateSchema } from "./bootstrap.ts";
import { likelihoodSchema } from "./likelihood/likelihood_schema.ts";
import type { Measure } from "./measure.ts";
import { measureKinds, measures } from "./measures.ts";
import { privacySchema } from "../train/private/privacy.ts";
import type { StoredAbout, Summary } from "./report.ts";
import { subgroupsSchema } from "./subgroups.ts";

/** What `report.json` says as its `$schema`. The number grows when a reader of older files would fail. */
export const reportSchemaId = "urn:ehrloom:report:1";

const times = v.exactOptional(oneOf("order only"));

/** {@link ReportAbout}, when it is read from a file; of the run only what names it. */
export const aboutSchema: Schema<StoredAbout> = object({
  ehrloom: text,
  commit: v.optional(text),
  created: text,
  seed: whole(0),
  resamples: whole(0),
  resampled_groups: v.optional(whole(1)),
  min_cell: whole(0),
  quick: v.optional(flag),
  sensitive: v.optional(list(text)),
  real: object({
    name: v.exactOptional(text),
    records: whole(0),
    train: whole(0),
    test: whole(0),
    codes: whole(0),
    train_codes: whole(0),
    labels: whole(0),
    times,
    cuts: v.exactOptional(list(text)),
  }),
  synthetic: object({
    name: v.exactOptional(text),
    records: whole(0),
    seed: v.exactOptional(whole(0)),
    cut_off: v.exactOptional(whole(0)),
    rules: v.exactOptional(object({ draws: whole(0), touched: whole(0) })),
    times,
    unknown_codes: v.exactOptional(
      object({ codes: whole(0), occurrences: whole(0), examples: list(text) }),
    ),
    missing_labels: v.exactOptional(list(text)),
    unknown_labels: v.exactOptional(list(text)),
  }),
  run: v.optional(v.looseObject({
    model: text,
    config: named(settingValue),
    privacy: v.optional(privacySchema),
    cohort: text,
  })),
  fingerprints: v.optional(object({ cohort: text, run: v.exactOptional(text) })),
  training: v.optional(
    object({ epochs: whole(0), best_epoch: whole(0), epsilon: v.exactOptional(finite(0)) }),
  ),
  versions: named(text),
  seconds: finite(0),
});

/** {@link Summary}, when it is read from a file. */
const summarySchema: Schema<Summary> = object({
  sentences: list(text),
  rows: list(object({
    kind: oneOf(...measureKinds),
    figure: text,
    name: text,
    scale: oneOf("r2", "difference", "distance", "high", "low"),
    quantity: v.exactOptional(text),
    synthetic: v.nullable(estimateSchema),
    ceiling: v.nullable(estimateSchema),
    floor: v.nullable(estimateSchema),
    from_ceiling: v.nullable(estimateSchema),
    verdict: oneOf("close", "off", "not judged"),
    reason: v.exactOptional(text),
  })),
  patients_each: whole(0),
});

/** The figures of each measure, by "kind.measure". */
export const measureSchemas: Readonly<Record<string, Schema<unknown>>> = Object.fromEntries(
  measureKinds.flatMap((kind) =>
    measures[kind].map(({ key, schema, question }: Measure): [string, Schema<unknown>] => [
      `${kind}.${key}`,
      v.pipe(schema, v.description(question)),
    ])
  ),
);

/** The figures of the measures of a kind that were asked, on their scale. */
function kindSchema(kind: typeof measureKinds[number], further: v.ObjectEntries = {}) {
  const figures = Object.fromEntries(
    measures[kind].map(({ key }) => [key, v.optional(measureSchemas[`${kind}.${key}`])]),
  );
  const scale = object({ ...figures });
  return object({ ...figures, ...further, ceiling: scale, floor: scale, memoriser: scale });
}

/** `report.json`, when it is read from a file. Other names are ignored. */
export const reportSchema: Schema<unknown> = object({
  $schema: v.optional(v.literal(reportSchemaId)),
  about: aboutSchema,
  likelihood: v.optional(likelihoodSchema),
  fidelity: v.optional(kindSchema("fidelity", { records_without_visits: whole(0) })),
  utility: v.optional(kindSchema("utility")),
  privacy: v.optional(kindSchema("privacy")),
  subgroups: v.optional(subgroupsSchema),
  summary: v.optional(summarySchema),
});

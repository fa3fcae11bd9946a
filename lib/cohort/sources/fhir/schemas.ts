/**
 * What is read of FHIR's resources, in R4; everything else in them is passed over.
 *
 * @see https://hl7.org/fhir/R4/resourcelist.html
 * @module
 */
import * as v from "valibot";
import {
  finite,
  flag,
  list,
  misfit,
  object,
  type Schema,
  text,
} from "../../../files/checked_json.ts";

const words = v.optional(text);

const concept = object({
  coding: v.optional(list(object({ system: words, code: words, display: words }))),
  text: words,
});
const reference = object({ reference: words, display: words });
const period = object({ start: words, end: words });
const quantity = object({
  value: v.optional(finite()),
  comparator: words,
  unit: words,
  code: words,
});

/** A reference to another resource. */
export type Reference = v.InferOutput<typeof reference>;
/** What something is, by codes and in words. */
export type Concept = v.InferOutput<typeof concept>;

/** What US Core's extension for race holds: categories, and a text. */
const raceExtension = object({
  url: words,
  valueCoding: v.optional(object({ display: words })),
  valueString: words,
});

/** A patient. */
export const patientSchema = object({
  id: words,
  birthDate: words,
  gender: words,
  deceasedDateTime: words,
  deceasedBoolean: v.optional(flag),
  extension: v.optional(list(object({ url: words, extension: v.optional(list(raceExtension)) }))),
});

/** What is read of a patient. */
export type PatientResource = v.InferOutput<typeof patientSchema>;

/** An encounter. */
export const encounterSchema = object({
  id: words,
  status: words,
  subject: v.optional(reference),
  period: v.optional(period),
});

/** A medicine, to which requests refer. */
export const medicationSchema = object({ id: words, code: v.optional(concept) });

/** What all resources have that say what was found, done or ordered. */
const recorded = {
  status: words,
  subject: v.optional(reference),
  encounter: v.optional(reference),
};

/** A condition. */
export const conditionSchema = object({
  ...recorded,
  verificationStatus: v.optional(concept),
  code: v.optional(concept),
  onsetDateTime: words,
  onsetPeriod: v.optional(period),
  recordedDate: words,
});

/** A prescription. */
export const requestSchema = object({
  ...recorded,
  doNotPerform: v.optional(flag),
  medicationCodeableConcept: v.optional(concept),
  medicationReference: v.optional(reference),
  contained: v.optional(list(medicationSchema)),
  authoredOn: words,
});

/** A procedure. */
export const procedureSchema = object({
  ...recorded,
  code: v.optional(concept),
  performedDateTime: words,
  performedPeriod: v.optional(period),
});

/** An immunization. */
export const immunizationSchema = object({
  ...recorded,
  patient: v.optional(reference),
  vaccineCode: v.optional(concept),
  occurrenceDateTime: words,
});

const found = {
  code: v.optional(concept),
  valueQuantity: v.optional(quantity),
  valueInteger: v.optional(finite()),
  valueString: words,
  valueBoolean: v.optional(flag),
  valueCodeableConcept: v.optional(concept),
};

/** An observation. */
export const observationSchema = object({
  ...recorded,
  ...found,
  effectiveDateTime: words,
  effectivePeriod: v.optional(period),
  effectiveInstant: words,
  component: v.optional(list(object(found))),
});

/** What was found, by a code; a part of an observation, or all of it. */
export type Finding = v.InferOutput<ReturnType<typeof object<typeof found>>>;

/** Whether a resource has the parts that its schema names. */
export function fits<T>(resource: unknown, schema: Schema<T>): resource is T {
  return v.is(schema, resource);
}

/** What of a resource does not fit its schema, in a sentence. */
export function misfitInWords(resource: unknown, schema: Schema<unknown>): string {
  const { field = "", seen = "", wanted = "" } = misfit(resource, schema) ?? {};
  return `${field} is ${seen}, must be ${wanted}`;
}

/**
 * Resources that say what was found, done or ordered, with a code and no value: what each type calls
 * the things that an event needs.
 *
 * @module
 */
import type { Schema } from "../../../files/checked_json.ts";
import {
  type Concept,
  conditionSchema,
  fits,
  immunizationSchema,
  misfitInWords,
  procedureSchema,
  type Reference,
  requestSchema,
} from "./schemas.ts";

/** What a resource says about an event. */
export interface Recorded {
  readonly subject?: Reference | undefined;
  readonly encounter?: Reference | undefined;
  readonly status?: string | undefined;
  /** When it was, as it is written; used outside encounters. */
  readonly when?: string | undefined;
  readonly concept?: Concept | undefined;
  /** The resource that says what the concept is, where it is not in this one. */
  readonly reference?: Reference | undefined;
}

/** A kind of resources. */
export interface Kind {
  readonly type: string;
  /** What a resource says, or a sentence that says what is wrong with it. */
  readonly recorded: (resource: unknown) => Recorded | string;
}

function kind<T>(type: string, schema: Schema<T>, recorded: (resource: T) => Recorded): Kind {
  return {
    type,
    recorded: (resource) =>
      fits(resource, schema) ? recorded(resource) : misfitInWords(resource, schema),
  };
}

/** The tables that can be chosen, and their resources. */
export const kinds = {
  conditions: kind("Condition", conditionSchema, (one) => ({
    ...one,
    status: one.verificationStatus?.coding?.[0]?.code,
    when: one.onsetDateTime ?? one.onsetPeriod?.start ?? one.recordedDate,
    concept: one.code,
  })),
  medications: kind("MedicationRequest", requestSchema, (one) => ({
    ...one,
    status: one.doNotPerform === true ? "do-not-perform" : one.status,
    when: one.authoredOn,
    concept: one.medicationCodeableConcept ?? contained(one.medicationReference, one.contained),
    reference: one.medicationReference,
  })),
  procedures: kind("Procedure", procedureSchema, (one) => ({
    ...one,
    when: one.performedDateTime ?? one.performedPeriod?.start,
    concept: one.code,
  })),
  immunizations: kind("Immunization", immunizationSchema, (one) => ({
    ...one,
    subject: one.patient,
    when: one.occurrenceDateTime,
    concept: one.vaccineCode,
  })),
};

/** The medicine within a request to which it refers as "#id". */
function contained(
  { reference = "" }: Reference = {},
  medicines: readonly { readonly id?: string | undefined; readonly code?: Concept | undefined }[] =
    [],
): Concept | undefined {
  if (!reference.startsWith("#")) return undefined;
  return medicines.find(({ id }) => id === reference.slice(1))?.code;
}

/** Of what was never done, or is not true. */
const withoutEffect = new Set([
  ...["entered-in-error", "cancelled", "not-done", "draft", "planned", "preparation"],
  ...["registered", "refuted", "do-not-perform"],
]);

/** Whether a resource with this status says something that happened. */
export function happened(status: string | undefined): boolean {
  return status === undefined || !withoutEffect.has(status);
}

import { type Cohort, splitOf } from "../../cohort/cohort.ts";
import type { Schema } from "../numbers/record_schema.ts";
import { startDaysSchema } from "../numbers/visit_schema.ts";
import { type WaitStart, waitStart } from "./wait_start.ts";

/**
 * What the density of waits of a stored run starts from; undefined without it.
 *
 * @throws {RangeError} If the run's schema has none, or one of another number of log-normals
 */
export function waitStartOf(
  family: string,
  { waits }: { readonly waits: number },
  schema: Schema | undefined,
): WaitStart | undefined {
  const found = schema?.waits?.weights.length ?? 0;
  if (found === waits) return schema?.waits;
  throw new RangeError(
    `Cannot use "${family}" with waits=${waits}: the schema of the run has ${found} log-normals`,
  );
}

/**
 * The schema of a model that learns waits, and no other numbers: what the density of waits starts from,
 * and the first days of records.
 *
 * @param family the model's name
 * @throws {RangeError} If too few training patients have two visits with a time between them
 */
export function waitSchema(
  family: string,
  source: Cohort,
  { waits, minCell }: { readonly waits: number; readonly minCell: number },
): Schema {
  const train = source.splits === null ? source : splitOf(source, "train");
  const start = waitStart(train, waits, minCell);
  if (start === undefined) {
    throw new RangeError(
      `Cannot make "${family}" with waits=${waits}: ` +
        (minCell > 1 ? `fewer than ${minCell} training patients have` : "no training patient has") +
        " two visits with days between them; leave out waits",
    );
  }
  return { ...startDaysSchema(train, minCell), waits: start };
}

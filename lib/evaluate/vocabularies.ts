import type { Cohort } from "../cohort/cohort.ts";
import { type Role, roleName } from "./bootstrap.ts";

/**
 * How the second of two lists of names differs from the first, as the end of a message.
 *
 * @param first the names, and whose they are
 * @param second the same of the other
 * @returns undefined when the lists are equal, order included
 */
export function differenceOfNames(
  [first, whose]: readonly [readonly string[], string],
  [second, others]: readonly [readonly string[], string],
): string | undefined {
  const known = new Set(first);
  const given = new Set(second);
  const extra = second.find((name) => !known.has(name));
  if (extra !== undefined) return `the ${whose} has no "${extra}"`;
  const missing = first.find((name) => !given.has(name));
  if (missing !== undefined) return `the ${others} has no "${missing}"`;
  const at = first.findIndex((name, index) => name !== second[index]);
  if (at >= 0) {
    return `number ${at} is "${first[at]}" in the ${whose} and "${second[at]}" in the ${others}`;
  }
}

/**
 * Makes sure that two cohorts have the same codes and labels, in the same order.
 *
 * @param role of the second cohort, for the message
 * @throws {RangeError} If they do not; says which code or label differs
 */
export function checkVocabularies(real: Cohort, other: Cohort, role: Role = "synthetic"): void {
  const whose = "real cohort";
  const others = `${roleName(role)} cohort`;
  const codes = differenceOfNames(
    [real.vocabulary.codes, whose],
    [other.vocabulary.codes, others],
  );
  if (codes !== undefined) {
    throw new RangeError(`Cannot compare cohorts: their codes differ, ${codes}`);
  }
  const labels = differenceOfNames([real.labelNames, whose], [other.labelNames, others]);
  if (labels !== undefined) {
    throw new RangeError(`Cannot compare cohorts: their labels differ, ${labels}`);
  }
}

import type { Cohort } from "./cohort.ts";

/** A function of cohorts that is computed once for each, and forgotten with it. */
export function oncePerCohort<T>(of: (cohort: Cohort) => T): (cohort: Cohort) => T {
  const known = new WeakMap<Cohort, { readonly value: T }>();
  return (cohort) => {
    let found = known.get(cohort);
    if (found === undefined) known.set(cohort, found = { value: of(cohort) });
    return found.value;
  };
}

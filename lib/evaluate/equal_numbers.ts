/**
 * Cohorts in equal numbers of patients.
 *
 * An R² of probabilities is lower for few patients than for many, whatever wrote them: rare codes are
 * counted in few records. A ceiling of 80 held-out patients is therefore lower than one of 288 would
 * be, and a synthetic cohort of 288 must not be compared with it. So the difference from the ceiling
 * is taken between equal numbers of patients: of the larger cohort a random sample is drawn, without
 * replacement, once. The intervals say how far another sample could move the figures. Both cohorts
 * are compared with all training records.
 *
 * @module
 */
import { stream } from "../random.ts";
import type { Judged } from "./measure.ts";
import { randomSample } from "./random_samples.ts";

/**
 * Cohorts with as many records as the smallest of them has; those that have as many are returned as
 * they are.
 *
 * @param seed a whole number, at least 0
 */
export function inEqualNumbers(judged: readonly Judged[], seed: number): Judged[] {
  const records = Math.min(...judged.map(({ cohort }) => cohort.recordCount));
  return judged.map((each) =>
    each.cohort.recordCount === records ? each : {
      role: each.role,
      cohort: randomSample(each.cohort, records, stream("equalNumbers", seed, records)),
      isSample: true,
    }
  );
}

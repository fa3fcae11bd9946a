// Cohorts whose records follow simple laws, for tests of two-sample tests.
import { type Cohort, cohortOf, judge, type Measure, random, vocabulary } from "ehrloom";

/** Records of one visit with code "b" and, with this probability, code "a". */
export function coins(seed: number, records: number, probability: number): Cohort {
  const draws = random(seed);
  return cohortOf(
    vocabulary(["a", "b"]),
    [],
    Array.from({ length: records }, () => ({
      visits: [draws.uniform() < probability ? [0, 1] : [1]],
      labels: [],
    })),
  );
}

/** Records of 1 to 6 visits over 12 codes of falling frequency. */
export function walks(seed: number, records: number): Cohort {
  const draws = random(seed);
  return cohortOf(
    vocabulary(Array.from({ length: 12 }, (_, code) => `c${code}`)),
    [],
    Array.from({ length: records }, () => ({
      visits: Array.from(
        { length: 1 + draws.integer(6) },
        () =>
          Array.from({ length: 1 + draws.integer(4) }, () => Math.floor(12 * draws.uniform() ** 2)),
      ),
      labels: [],
    })),
  );
}

/** A measure's figures for synthetic records; fails if they were left out. */
export async function figuresOf<F extends object>(
  measure: Measure<string, F | null>,
  cohorts: { training: Cohort; heldOut: Cohort; synthetic: Cohort },
  { seed = 0, resamples = 20 } = {},
): Promise<Extract<F, { records: number }>> {
  const { training, heldOut, synthetic } = cohorts;
  const [{ figures }] = await judge([measure], {
    real: { role: "real", cohort: training },
    others: [{ role: "synthetic", cohort: synthetic }],
    heldOut,
    seed,
    resamples,
  });
  const found: unknown = Object.values(figures)[0];
  const hasRecords = (value: unknown): value is Extract<F, { records: number }> =>
    typeof value === "object" && value !== null && "records" in value;
  if (!hasRecords(found)) throw new Error(`No figures: ${JSON.stringify(found)}`);
  return found;
}

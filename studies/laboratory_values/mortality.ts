/**
 * Death predicted from measured values, in SynEHRgy's way: the least, largest and mean value of each
 * measured code and its standard deviation over the visits before the visit of death, by which a
 * classifier that learned from synthetic patients is tested on real ones. A missing value is the mean of
 * its cohort, and features have the scale of their cohort. The classifier is a logistic regression
 * instead of LightGBM: there are too few deaths for trees.
 *
 * @see Karami et al. 2024 (SynEHRgy)
 * @module
 */
import { type Cohort, deLong, type Estimate, rankedCases } from "ehrloom";
import type { Case } from "ehrloom/evaluate/utility/cases.ts";
import {
  linearScore,
  logisticRegression,
  type RegressionCases,
} from "ehrloom/evaluate/utility/logistic_regression.ts";
import { deathCases } from "ehrloom/evaluate/utility/outcomes/outcome_cases.ts";

/** Features of each measured code. */
const perCode = 4;

/** Penalty of the regression: features are many and patients few. */
const ridge = 10;

/** Least, largest, mean and standard deviation of each code's values before the outcome. */
function summaries({ cohort, record, visits }: Case, codes: ReadonlyMap<number, number>) {
  const { visitOffsets, codeOffsets, values } = cohort;
  const seen = Array.from({ length: codes.size }, (): number[] => []);
  const first = visitOffsets[record];
  for (let event = codeOffsets[first]; event < codeOffsets[first + visits]; event++) {
    const place = codes.get(cohort.codes[event]);
    const value = values?.[event] ?? NaN;
    if (place !== undefined && Number.isFinite(value)) seen[place].push(value);
  }
  return seen.flatMap((own) => {
    if (own.length === 0) return [NaN, NaN, NaN, NaN];
    const mean = own.reduce((a, b) => a + b) / own.length;
    const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length;
    return [Math.min(...own), Math.max(...own), mean, Math.sqrt(variance)];
  });
}

/** Cases with standard features: each has mean 0 and deviation 1 in the cohort, and 0 where missing. */
function regressionCases(
  cases: readonly Case[],
  codes: ReadonlyMap<number, number>,
): RegressionCases {
  const width = 1 + perCode * codes.size;
  const features = new Float64Array(cases.length * width);
  const rows = cases.map((each) => summaries(each, codes));
  for (let feature = 0; feature < width - 1; feature++) {
    const known = rows.map((row) => row[feature]).filter((value) => !Number.isNaN(value));
    const mean = known.reduce((a, b) => a + b, 0) / known.length;
    const spread = Math.sqrt(known.reduce((sum, x) => sum + (x - mean) ** 2, 0) / known.length);
    for (const [i, row] of rows.entries()) {
      const isKnown = !Number.isNaN(row[feature]) && spread > 0;
      features[i * width + 1 + feature] = isKnown ? (row[feature] - mean) / spread : 0;
    }
  }
  for (let i = 0; i < cases.length; i++) features[i * width] = 1;
  return { features, width, isPositive: cases.map(({ isPositive }) => isPositive) };
}

/** Codes with a value in the cohort, by their place among the features. */
export function measuredCodes({ codes, values, vocabulary }: Cohort): Map<number, number> {
  const found = vocabulary.codes.keys().toArray()
    .filter((code) => codes.some((each, i) => each === code && Number.isFinite(values?.[i])));
  return new Map(found.map((code, place) => [code, place]));
}

/** How well death is predicted by a classifier. */
export interface Mortality {
  /** Patients that it learned from, and how many of them die after a first visit. */
  readonly learned_from: number;
  readonly deaths: number;
  /** Real patients that it is tested on. */
  readonly tested_on: number;
  readonly tested_deaths: number;
  /** DeLong's interval; null where one of the classes has no patient to learn from. */
  readonly auroc: Estimate | null;
}

/**
 * A classifier that learns from one cohort and is tested on another.
 *
 * @param codes the measured codes and their places, the same for all cohorts
 */
export function mortality(
  learners: Cohort,
  tested: Cohort,
  codes: ReadonlyMap<number, number>,
): Mortality {
  const { positives, negatives } = deathCases(learners);
  const test = deathCases(tested);
  const sizes = {
    learned_from: positives.length + negatives.length,
    deaths: positives.length,
    tested_on: test.positives.length + test.negatives.length,
    tested_deaths: test.positives.length,
  };
  if (positives.length === 0 || negatives.length === 0) return { ...sizes, auroc: null };
  const weights = logisticRegression(regressionCases([...positives, ...negatives], codes), ridge);
  const asked = regressionCases([...test.positives, ...test.negatives], codes);
  const scores = Array.from(asked.isPositive, (_, i) => linearScore(asked, i, weights));
  return { ...sizes, auroc: deLong(rankedCases(scores, asked.isPositive)) };
}

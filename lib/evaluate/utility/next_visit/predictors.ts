/**
 * Predictors of the codes of the next visit, from the simplest to a logistic regression. Networks often
 * do worse than the simple ones, so these are always shown.
 *
 * - `repeat`: the codes of the last visit, then all others; the commoner ones first.
 * - `frequency`: the commonest codes.
 * - `bigram`: probabilities given the codes of the last visit, see {@link bigramProbabilities}.
 * - `logistic`: a logistic regression over log odds of the other predictors and the code's history. Its
 *   coefficients are fitted on a fifth of the records, with counts of the other four, so that
 *   counts are not trusted more than they deserve (stacking, Wolpert 1992). Then all records are
 *   counted.
 *
 * @module
 */
import { breathe } from "../../../breathe.ts";
import type { Cohort } from "../../../cohort/cohort.ts";
import { stream } from "../../../random.ts";
import { logisticRegression } from "../logistic_regression.ts";
import { type FollowingVisit, forEachFollowing } from "./following_visits.ts";
import { bigramProbabilities, type VisitCounts, visitCounts } from "./visit_counts.ts";

/** A predictor, see above. */
export type Predictor = "repeat" | "frequency" | "bigram" | "logistic";

/** The predictors, in the order in which they are shown. */
export const predictorNames: readonly Predictor[] = ["repeat", "frequency", "bigram", "logistic"];

/** Scores all codes of the vocabulary for a visit: higher is more likely. Overwrites `into` [codes]. */
export type Scorer = (visit: FollowingVisit, into: Float64Array) => void;

/** Of each code: 1, log odds of three probabilities, whether the last visit has it, how many have. */
const width = 6;

/** Codes of visits that the coefficients are fitted on, at most. */
const mostCases = 2 ** 19;

function logOdds(p: number): number {
  return Math.log(p / (1 - p));
}

/** Features of all codes, for `logistic`: [codes × 6]. */
function featuresOf(counts: VisitCounts) {
  const share = counts.share.map(logOdds);
  const begins = counts.begins.map(logOdds);
  const returns = counts.returns.map(logOdds);
  const bigram = new Float64Array(share.length);
  return ({ last, times, before }: FollowingVisit, into: Float64Array) => {
    bigramProbabilities(counts, last, bigram);
    for (let code = 0; code < share.length; code++) {
      const at = code * width;
      into[at] = 1;
      into[at + 1] = share[code];
      into[at + 2] = logOdds(bigram[code]);
      into[at + 3] = times[code] > 0 ? returns[code] : begins[code];
      into[at + 4] = 0;
      into[at + 5] = times[code] / before;
    }
    for (const code of last) into[code * width + 4] = 1;
  };
}

/** The coefficients of `logistic`; those of `frequency` if there is nothing to fit. */
async function coefficientsOf(
  cohort: Cohort,
  records: ArrayLike<number>,
  seed: number,
): Promise<Float64Array> {
  const isFitted = (record: number) => record % 5 === 4;
  const counts = await visitCounts(cohort, Array.from(records).filter((each) => !isFitted(each)));
  const codes = cohort.vocabulary.codes.length;
  const visits: { record: number; before: number }[] = [];
  for (const record of new Set(Array.from(records).filter(isFitted))) {
    const length = cohort.visitOffsets[record + 1] - cohort.visitOffsets[record];
    for (let before = 1; before < length; before++) visits.push({ record, before });
  }
  const most = Math.max(1, Math.floor(mostCases / codes));
  const chosen = stream("nextVisit", seed, 2).shuffle(visits).slice(0, most);
  const features = new Float64Array(chosen.length * codes * width);
  const isPositive = new Uint8Array(chosen.length * codes);
  const fill = featuresOf(counts);
  const byRecord = Map.groupBy(chosen.keys(), (i) => chosen[i].record);
  for (const [record, own] of byRecord) {
    const placeOf = new Map(own.map((i) => [chosen[i].before, i]));
    forEachFollowing(cohort, record, (visit) => {
      const place = placeOf.get(visit.before);
      if (place === undefined) return;
      const size = codes * width;
      fill(visit, features.subarray(place * size, (place + 1) * size));
      for (const code of visit.codes) isPositive[place * codes + code] = 1;
    });
    await breathe();
  }
  if (!isPositive.includes(1)) return Float64Array.of(0, 1, 0, 0, 0, 0);
  return logisticRegression({ features, width, isPositive });
}

/**
 * All predictors, trained on the given records.
 *
 * @param records each as often as it counts
 * @param seed of the visits that the coefficients of `logistic` are fitted on
 */
export async function trainedPredictors(
  cohort: Cohort,
  records: ArrayLike<number>,
  seed: number,
): Promise<Record<Predictor, Scorer>> {
  const coefficients = await coefficientsOf(cohort, records, seed);
  const counts = await visitCounts(cohort, records);
  const fill = featuresOf(counts);
  const features = new Float64Array(counts.share.length * width);
  return {
    repeat({ last }, into) {
      into.set(counts.share);
      for (const code of last) into[code]++;
    },
    frequency: (_, into) => into.set(counts.share),
    bigram: ({ last }, into) => bigramProbabilities(counts, last, into),
    logistic(visit, into) {
      fill(visit, features);
      for (let code = 0; code < into.length; code++) {
        into[code] = 0;
        for (let j = 0; j < width; j++) into[code] += coefficients[j] * features[code * width + j];
      }
    },
  };
}

/**
 * Can the codes of the next visit be predicted after learning from synthetic records, as well as after
 * learning from real ones? Predictors are trained on each and tested on the same held-out records
 * (train on synthetic, test on real; Esteban, Hyland & Rätsch 2017).
 *
 * Recall at k is the share of the codes of following visits that are among the k likeliest ones, over
 * all visits (Choi et al. 2016 take the mean over visits). Onsets are codes that the record has
 * not had, repeats those that it has; each are looked for in a list of their own kind, since else repeats
 * would fill it.
 *
 * Intervals are over test patients and over training patients: predictors are also trained on six
 * resamples of the training records, and each resample of test patients takes one of these in turn.
 * Intervals are moved as that of an R² is, since a resample teaches less than the records that it is from.
 *
 * @module
 */
import * as v from "valibot";
import { type Cohort, subset } from "../../../cohort/cohort.ts";
import { visitsOf } from "../../../cohort/records.ts";
import { list, object, oneOf, type Schema, text, whole } from "../../../files/checked_json.ts";
import { stream } from "../../../random.ts";
import {
  type Estimate,
  estimateSchema,
  r2Estimate,
  resampledSums,
  resampleWeights,
} from "../../bootstrap.ts";
import { agreementEstimate } from "../../fidelity/distribution_distance.ts";
import type { Answer, Asked, Judged, Measure } from "../../measure.ts";
import { minus } from "../../paired_differences.ts";
import { type ComparedRatio, comparedRatioSchema } from "../../ratio.ts";
import {
  codeKinds,
  hitColumn,
  hitsOf,
  hitWidth,
  listLengths,
  type PredictedCodes,
  totalColumn,
} from "./hits.ts";
import { type Predictor, predictorNames, trainedPredictors } from "./predictors.ts";

/** Recall of one predictor: trained on real records, on the others (`synthetic`), and their difference. */
export interface RecallAt {
  /** Among the 5 likeliest codes. */
  at_5: ComparedRatio;
  /** Among the 10 likeliest codes. */
  at_10: ComparedRatio;
  /** Among the 20 likeliest codes. */
  at_20: ComparedRatio;
}

/** Recall of one predictor, in [0, 1]; high is good. Null where the test records have no such codes. */
export type PredictorRecall = Record<PredictedCodes, RecallAt | null>;

/** How well the next visit is predicted. */
export interface NextVisit {
  /** Recall by predictor; null if nothing can be tested. */
  predictors: Record<Predictor, PredictorRecall> | null;
  /** The predictor with the highest recall of all codes at 10, by what it was trained on. */
  best: { real: Predictor; synthetic: Predictor } | null;
  /**
   * Recall of all codes at 10 of `logistic` minus that of `bigram`, by what both were trained on: above 0
   * if learning pays.
   */
  logistic_minus_bigram: { real: Estimate; synthetic: Estimate } | null;
  /** Records with at least two visits that were trained and tested on. */
  sizes: { train_real: number; train_synthetic: number; test: number };
  /** What has no figures, and why. */
  left_out: { label: string; reason: string }[];
}

const recallSchema: Schema<RecallAt | null> = v.nullable(
  object({ at_5: comparedRatioSchema, at_10: comparedRatioSchema, at_20: comparedRatioSchema }),
);
const predictorSchema = object({
  all: recallSchema,
  onsets: recallSchema,
  repeats: recallSchema,
});

/** {@link NextVisit}, when it is read from a file. */
const schema: Schema<NextVisit | null> = v.nullable(object({
  predictors: v.nullable(object({
    repeat: predictorSchema,
    frequency: predictorSchema,
    bigram: predictorSchema,
    logistic: predictorSchema,
  })),
  best: v.nullable(object({ real: oneOf(...predictorNames), synthetic: oneOf(...predictorNames) })),
  logistic_minus_bigram: v.nullable(object({ real: estimateSchema, synthetic: estimateSchema })),
  sizes: object({ train_real: whole(0), train_synthetic: whole(0), test: whole(0) }),
  left_out: list(object({ label: text, reason: text })),
}));

/** Records to train on and to test on, at most. */
const most = { train: 20_000, test: 5_000 };

/** Test records with at least two visits that there must be. */
const leastTest = 10;

/** Records with at least two visits, in random order. */
function drawnRecords(cohort: Cohort, seed: number, set: keyof typeof most): Int32Array {
  const all = Int32Array.from({ length: cohort.recordCount }, (_, record) => record)
    .filter((record) => visitsOf(cohort, record) > 1);
  const place = set === "train" ? 0 : 1;
  return stream("nextVisit", seed, place).shuffle(all).slice(0, most[set]);
}

/** Resamples of training records that predictors are also trained on. */
function trainings({ resamples, quick = false }: Asked): number {
  return Math.min(resamples, quick ? 2 : 6);
}

/**
 * The hits of predictors trained on a cohort, summed over test records: row 0 for all records, other rows
 * for resamples of test records by predictors trained on resamples of training records.
 */
async function sumsAfter(
  asked: Asked,
  { role, cohort, records }: Judged & { readonly records: Int32Array },
  test: Cohort,
  onTrained: () => void,
): Promise<Float64Array> {
  const { seed, resamples } = asked;
  const sets = trainings(asked);
  const found = new Float64Array((resamples + 1) * hitWidth);
  const weights = new Int32Array(records.length);
  for (let set = 0; set <= sets; set++) {
    resampleWeights({ role, seed }, set, weights);
    const drawn = [...records].flatMap((record, i) => Array<number>(weights[i]).fill(record));
    const hits = await hitsOf(await trainedPredictors(cohort, drawn, seed), test);
    const sums = resampledSums({ role: "held_out", seed }, hits, hitWidth, resamples);
    for (let resample = 0; resample <= resamples; resample++) {
      if (set !== (resample === 0 ? 0 : 1 + resample % sets)) continue;
      const [from, to] = [resample * hitWidth, (resample + 1) * hitWidth];
      found.set(sums.subarray(from, to), from);
    }
    onTrained();
  }
  return found;
}

/** A difference with its interval moved. */
function movedDifference(series: Float64Array): Estimate {
  const { value, low, high } = r2Estimate(series, Infinity);
  return { value, low, high };
}

/** [resamples + 1] of a recall. */
function series(sums: Float64Array, column: number, kind: PredictedCodes): Float64Array {
  const total = totalColumn(kind);
  return Float64Array.from(
    { length: sums.length / hitWidth },
    (_, resample) => sums[resample * hitWidth + column] / sums[resample * hitWidth + total],
  );
}

/** The predictor with the highest recall of all codes at 10. */
function bestOf(sums: Float64Array): Predictor {
  const hits = (predictor: Predictor) => sums[hitColumn(predictor, "all", 10)];
  return predictorNames.reduce((best, each) => hits(each) > hits(best) ? each : best);
}

/** Above 0 if learning pays. */
function gainOf(sums: Float64Array): Float64Array {
  const [logistic, bigram] = (["logistic", "bigram"] as const).map((predictor) =>
    series(sums, hitColumn(predictor, "all", 10), "all")
  );
  return minus(logistic, bigram);
}

/** The answer from [(resamples + 1) × width] sums of predictors trained on each. */
function answered(
  real: Float64Array,
  synthetic: Float64Array,
  sizes: NextVisit["sizes"],
): Answer<NextVisit> {
  const resampled: Record<string, Float64Array> = {};
  const recallAt = (
    predictor: Predictor,
    kind: PredictedCodes,
    length: typeof listLengths[number],
  ) => {
    const column = hitColumn(predictor, kind, length);
    const [truth, judged] = [series(real, column, kind), series(synthetic, column, kind)];
    const path = `predictors.${predictor}.${kind}.at_${length}`;
    resampled[`${path}.synthetic`] = judged;
    resampled[`${path}.difference`] = minus(judged, truth);
    return {
      real: agreementEstimate(truth),
      synthetic: agreementEstimate(judged),
      difference: movedDifference(minus(judged, truth)),
    };
  };
  const isThere = (kind: PredictedCodes) => real[totalColumn(kind)] > 0;
  const recallOf = (predictor: Predictor, kind: PredictedCodes): RecallAt | null =>
    isThere(kind)
      ? {
        at_5: recallAt(predictor, kind, 5),
        at_10: recallAt(predictor, kind, 10),
        at_20: recallAt(predictor, kind, 20),
      }
      : null;
  const ofPredictor = (predictor: Predictor): PredictorRecall => ({
    all: recallOf(predictor, "all"),
    onsets: recallOf(predictor, "onsets"),
    repeats: recallOf(predictor, "repeats"),
  });
  const predictors = {
    repeat: ofPredictor("repeat"),
    frequency: ofPredictor("frequency"),
    bigram: ofPredictor("bigram"),
    logistic: ofPredictor("logistic"),
  };
  const figures: NextVisit = {
    predictors,
    best: { real: bestOf(real), synthetic: bestOf(synthetic) },
    logistic_minus_bigram: {
      real: movedDifference(gainOf(real)),
      synthetic: movedDifference(gainOf(synthetic)),
    },
    sizes,
    left_out: codeKinds.filter((kind) => !isThere(kind)).map((kind) => ({
      label: kind,
      reason: "no test visit has such a code",
    })),
  };
  return { figures, resampled };
}

/** Nothing can be tested. */
function untested(reason: string, sizes: NextVisit["sizes"]): Answer<NextVisit> {
  const left_out = [{ label: "all", reason }];
  const figures = { predictors: null, best: null, logistic_minus_bigram: null, sizes, left_out };
  return { figures, resampled: {} };
}

/** The predictors of the next visit's codes, trained on each cohort and tested on held-out records. */
export const nextVisit: Measure<"next_visit", NextVisit | null> & {
  readonly effort: "thorough";
} = {
  key: "next_visit",
  question: "Can the next visit be predicted after learning from synthetic records?",
  needs: ["held_out"],
  of: ["synthetic", "floor", "memoriser"],
  effort: "thorough",
  schema,
  async ask(asked: Asked, onProgress) {
    const { real, others, heldOut, seed } = asked;
    const test = subset(heldOut ?? real.cohort, drawnRecords(heldOut ?? real.cohort, seed, "test"));
    const total = (1 + others.length) * (1 + trainings(asked));
    let done = 0;
    const onTrained = () => onProgress?.({ stage: "predicting next visits", done: ++done, total });
    const ofReal = drawnRecords(real.cohort, seed, "train");
    const truth = test.recordCount >= leastTest
      ? await sumsAfter(asked, { ...real, records: ofReal }, test, onTrained)
      : undefined;
    const answers: Answer<NextVisit>[] = [];
    for (const other of others) {
      const records = drawnRecords(other.cohort, seed, "train");
      const sizes = {
        train_real: ofReal.length,
        train_synthetic: records.length,
        test: test.recordCount,
      };
      if (truth === undefined || truth[totalColumn("all")] === 0) {
        const reason = `fewer than ${leastTest} held-out records have a second visit with codes`;
        answers.push(untested(reason, sizes));
        continue;
      }
      const judged = await sumsAfter(asked, { ...other, records }, test, onTrained);
      answers.push(answered(truth, judged, sizes));
    }
    return answers;
  },
};

/**
 * How closely a cohort follows the real probabilities of codes and pairs, with intervals: R² of
 * HALO's six probability dictionaries (Theodorou et al. 2023).
 *
 * R² = 1 − Σ(synthetic − real)² / Σ(real − mean real)², over the codes or pairs that either cohort has.
 * By hand: for real shares of 0.1, 0.2 and 0.3 and synthetic ones of 0.1, 0.2 and 0.2, it is
 * 1 − 0.01 / 0.02 = 0.5. It is 1 if all are equal, and 0 if each synthetic share is the mean of the real
 * ones.
 *
 * @module
 */
import * as v from "valibot";
import { object, type Schema, whole } from "../../files/checked_json.ts";
import { maybeFigureSchema, r2Estimate } from "../bootstrap.ts";
import { type Answer, type Asked, type Measure, shared } from "../measure.ts";
import { agreementSchemas, type ProbabilityAgreement } from "./agreement/agreement.ts";
import type { CodeKind } from "./counting/key_rows.ts";
import type { IntervalMethod, KindFidelity, ShareFidelity } from "./counting/found.ts";
import { kindFidelity } from "./counting/kind_fidelity.ts";
import type { OnProgress } from "../../progress.ts";

/**
 * How closely one kind of probability is followed: R² about y = x over the union of keys. The interval
 * is the resamples' percentiles, moved so that their median falls on `r2`, since resampling itself
 * lowers an R² near 1. Add `r2_median - r2` to get the unmoved percentiles. Without keys there is
 * nothing to compare: R² and its interval are null.
 *
 * The figures beside R² are absent where an earlier version wrote them, and for measured values. Their
 * intervals are normal ones: 1.96 standard errors to each side, from the influence of each record.
 */
export interface ProbabilityFidelity {
  /** Coefficient of determination, real as truth; at most 1, may be negative. */
  r2: number | null;
  /** Lower end of the 95% interval over patient-level resamples. */
  r2_low: number | null;
  /** Upper end of the 95% interval over patient-level resamples. */
  r2_high: number | null;
  /** Median of `r2` over the resamples. */
  r2_median: number | null;
  /** Keys (codes or pairs) that occur in either cohort. */
  keys: number;
  /**
   * What the sampling noise of both cohorts takes from R², at least 0: a generator whose probabilities
   * are exact would lose about this with so many records. `r2 + r2_noise`, with the interval moved
   * along, is an estimate of the R² of the probabilities behind both cohorts.
   */
  r2_noise?: number | null | undefined;
  /**
   * How the interval was found: the records of every resample were counted, or the influence of each
   * record (infinitesimal jackknife, Efron 1982), which is done for large cohorts.
   */
  interval?: IntervalMethod | undefined;
  /** See {@link ProbabilityAgreement}. */
  pearson?: ProbabilityAgreement["pearson"] | undefined;
  /** See {@link ProbabilityAgreement}. */
  spearman?: ProbabilityAgreement["spearman"] | undefined;
  /** See {@link ProbabilityAgreement}. */
  rmse?: ProbabilityAgreement["rmse"] | undefined;
  /** See {@link ProbabilityAgreement}. */
  log_r2?: ProbabilityAgreement["log_r2"] | undefined;
  /** See {@link ProbabilityAgreement}. */
  total_variation?: ProbabilityAgreement["total_variation"] | undefined;
  /** See {@link ProbabilityAgreement}. */
  jensen_shannon?: ProbabilityAgreement["jensen_shannon"] | undefined;
  /** See {@link ProbabilityAgreement}. */
  largest_gap?: ProbabilityAgreement["largest_gap"] | undefined;
}

/** A {@link ProbabilityFidelity}, when it is read from a file. */
export const probabilitySchema: Schema<ProbabilityFidelity> = object({
  r2: maybeFigureSchema,
  r2_low: maybeFigureSchema,
  r2_high: maybeFigureSchema,
  r2_median: maybeFigureSchema,
  keys: whole(0),
  r2_noise: v.optional(maybeFigureSchema),
  interval: v.optional(v.picklist(["bootstrap", "infinitesimal_jackknife"])),
  ...agreementSchemas,
});

/**
 * An R² with its interval.
 *
 * @param figures [resamples + 1] of the cohorts as they are, then of every resample
 * @param keys that it is over
 */
export function probabilityFidelity(figures: Float64Array, keys: number): ProbabilityFidelity {
  if (keys === 0) return { r2: null, r2_low: null, r2_high: null, r2_median: null, keys };
  const { value, low, high, median } = r2Estimate(figures);
  return { r2: value, r2_low: low, r2_high: high, r2_median: median, keys };
}

type Pass = (asked: Asked, onProgress?: OnProgress) => Promise<KindFidelity[]>;

function answerOf(
  { r2, noise, agreement }: ShareFidelity,
  { keys, interval }: KindFidelity,
): Answer<ProbabilityFidelity> {
  const figures = probabilityFidelity(r2, keys);
  const r2_noise = Number.isFinite(noise) ? noise : null;
  return { figures: { ...figures, r2_noise, interval, ...agreement }, resampled: { r2 } };
}

/** The two measures of a kind: over shares of visits, and over shares of records. */
interface BothMeasures<Visit extends string, Record extends string> {
  readonly perVisit: Measure<Visit, ProbabilityFidelity>;
  readonly perRecord: Measure<Record, ProbabilityFidelity>;
}

/** Both measures of a kind come from one pass: shares of visits, and shares of records. */
function measures<Visit extends string, Record extends string>(
  kind: CodeKind,
  visit: { readonly key: Visit; readonly question: string },
  record: { readonly key: Record; readonly question: string },
): BothMeasures<Visit, Record> {
  const pass: Pass = shared((asked, onProgress) => kindFidelity(kind, asked, onProgress));
  return {
    perVisit: {
      ...visit,
      thread: "probabilities",
      schema: probabilitySchema,
      ask: async (asked, onProgress) =>
        (await pass(asked, onProgress)).map((found) => answerOf(found.perVisit, found)),
    },
    perRecord: {
      ...record,
      thread: "probabilities",
      schema: probabilitySchema,
      ask: async (asked, onProgress) =>
        (await pass(asked, onProgress)).map((found) => answerOf(found.perRecord, found)),
    },
  };
}

const codes = measures("unigram", {
  key: "unigram",
  question: "Is each code in the right share of visits?",
}, {
  key: "record_unigram",
  question: "Is each code in the right share of records?",
});

/** Codes, as shares of visits. */
export const unigram: Measure<"unigram", ProbabilityFidelity> = codes.perVisit;

/** Codes, as shares of records. */
export const recordUnigram: Measure<"record_unigram", ProbabilityFidelity> = codes.perRecord;

const pairsWithinVisits = measures("same_visit_bigram", {
  key: "same_visit_bigram",
  question: "Is each pair of codes within a visit in the right share of visits?",
}, {
  key: "record_same_visit_bigram",
  question: "Is each pair of codes within a visit in the right share of records?",
});

/** Pairs of codes within a visit, as shares of visits. */
export const sameVisitBigram: Measure<"same_visit_bigram", ProbabilityFidelity> =
  pairsWithinVisits.perVisit;

/** Pairs of codes within a visit, as shares of records. */
export const recordSameVisitBigram: Measure<"record_same_visit_bigram", ProbabilityFidelity> =
  pairsWithinVisits.perRecord;

const pairsOfConsecutiveVisits = measures("sequential_bigram", {
  key: "sequential_bigram",
  question:
    "Does each code follow each other code in the right share of pairs of consecutive visits?",
}, {
  key: "record_sequential_bigram",
  question: "Does each code follow each other code in the right share of records?",
});

/** A code and one of the next visit, as shares of pairs of consecutive visits. */
export const sequentialBigram: Measure<"sequential_bigram", ProbabilityFidelity> =
  pairsOfConsecutiveVisits.perVisit;

/** A code and one of the next visit, as shares of records. */
export const recordSequentialBigram: Measure<"record_sequential_bigram", ProbabilityFidelity> =
  pairsOfConsecutiveVisits.perRecord;

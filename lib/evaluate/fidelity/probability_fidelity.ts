/**
 * How closely a cohort follows the real probabilities of codes and pairs, with intervals: R² of
 * HALO's six probability dictionaries (Theodorou et al. 2023).
 *
 * @module
 */
import { object, type Schema, whole } from "../../files/checked_json.ts";
import { maybeFigureSchema, r2Estimate } from "../bootstrap.ts";
import { type Answer, type Asked, type Measure, shared } from "../measure.ts";
import type { CodeKind } from "./counting/key_rows.ts";
import { type ResampledR2, resampledR2 } from "./counting/resampled_r2.ts";
import type { OnProgress } from "../../progress.ts";

/**
 * How closely one kind of probability is followed: R² about y = x over the union of keys. The interval
 * is the resamples' percentiles, moved so that their median falls on `r2`, since resampling itself
 * lowers an R² near 1. Add `r2_median - r2` to get the unmoved percentiles. Without keys there is
 * nothing to compare: R² and its interval are null.
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
}

/** A {@link ProbabilityFidelity}, when it is read from a file. */
export const probabilitySchema: Schema<ProbabilityFidelity> = object({
  r2: maybeFigureSchema,
  r2_low: maybeFigureSchema,
  r2_high: maybeFigureSchema,
  r2_median: maybeFigureSchema,
  keys: whole(0),
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

type Pass = (asked: Asked, onProgress?: OnProgress) => Promise<ResampledR2[]>;

/** Both measures of a kind come from one pass: shares of visits, and shares of records. */
function measures<Visit extends string, Record extends string>(
  kind: CodeKind,
  visit: { readonly key: Visit; readonly question: string },
  record: { readonly key: Record; readonly question: string },
): [Measure<Visit, ProbabilityFidelity>, Measure<Record, ProbabilityFidelity>] {
  const pass: Pass = shared((asked, onProgress) => resampledR2(kind, asked, onProgress));
  const answer = (figures: Float64Array, keys: number): Answer<ProbabilityFidelity> => ({
    figures: probabilityFidelity(figures, keys),
    resampled: { r2: figures },
  });
  return [
    {
      ...visit,
      schema: probabilitySchema,
      ask: async (asked, onProgress) =>
        (await pass(asked, onProgress)).map(({ perVisit, keys }) => answer(perVisit, keys)),
    },
    {
      ...record,
      schema: probabilitySchema,
      ask: async (asked, onProgress) =>
        (await pass(asked, onProgress)).map(({ perRecord, keys }) => answer(perRecord, keys)),
    },
  ];
}

/** Codes, as shares of visits and as shares of records. */
export const [unigram, recordUnigram] = measures("unigram", {
  key: "unigram",
  question: "Is each code in the right share of visits?",
}, {
  key: "record_unigram",
  question: "Is each code in the right share of records?",
});

/** Pairs of codes within a visit, as shares of visits and as shares of records. */
export const [sameVisitBigram, recordSameVisitBigram] = measures("same_visit_bigram", {
  key: "same_visit_bigram",
  question: "Is each pair of codes within a visit in the right share of visits?",
}, {
  key: "record_same_visit_bigram",
  question: "Is each pair of codes within a visit in the right share of records?",
});

/**
 * A code and one of the next visit, as shares of pairs of consecutive visits and as shares of
 * records.
 */
export const [sequentialBigram, recordSequentialBigram] = measures("sequential_bigram", {
  key: "sequential_bigram",
  question:
    "Does each code follow each other code in the right share of pairs of consecutive visits?",
}, {
  key: "record_sequential_bigram",
  question: "Does each code follow each other code in the right share of records?",
});

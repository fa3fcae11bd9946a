/**
 * How well classifiers do that were trained on real records, on those of another cohort, and on both.
 *
 * @module
 */
import * as v from "valibot";
import { object } from "../../files/checked_json.ts";
import {
  type ClassifierDifferences,
  classifierDifferencesSchema,
  type ClassifierFigures,
  classifierFiguresSchema,
  comparedFigureNames,
  differencesOf,
  type FigureSeries,
  figuresOf,
} from "../classification/classifier_figures.ts";
import { minus } from "../paired_differences.ts";
import type { TaskSeries } from "./train_and_test.ts";

/**
 * Classifiers trained on real records, on the other cohort's (`synthetic`) and on both, all tested on
 * the same held-out real records. `both` is null for the floor and the memoriser.
 */
export interface TrainedOnEach {
  /** Trained on real records. */
  real: ClassifierFigures;
  /** Trained on the other cohort's. */
  synthetic: ClassifierFigures;
  /** Trained on both. */
  both: ClassifierFigures | null;
  /** Differences in pairs: around 0 if the other cohort teaches as much as real records. */
  synthetic_minus_real: ClassifierDifferences;
  /** Above 0 (`brier`: below 0) if records are worth adding to real ones. */
  both_minus_real: ClassifierDifferences | null;
}

/** The entries of {@link TrainedOnEach}, when it is read from a file. */
export const eachEntries = {
  real: classifierFiguresSchema,
  synthetic: classifierFiguresSchema,
  both: v.nullable(classifierFiguresSchema),
  synthetic_minus_real: classifierDifferencesSchema,
  both_minus_real: v.nullable(classifierDifferencesSchema),
};

/** {@link TrainedOnEach}, when it is read from a file. */
export const trainedOnEachSchema = object(eachEntries);

/** The figures of series. */
export function trainedOnEach(
  real: FigureSeries,
  { synthetic, both }: TaskSeries["sources"][number],
): TrainedOnEach {
  return {
    real: figuresOf(real),
    synthetic: figuresOf(synthetic),
    both: both && figuresOf(both),
    synthetic_minus_real: differencesOf(synthetic, real),
    both_minus_real: both && differencesOf(both, real),
  };
}

/**
 * [resamples + 1] of the headline figures, by their paths.
 *
 * @param path of {@link TrainedOnEach} in the figures of the measure
 */
export function headlines(
  path: string,
  real: FigureSeries,
  synthetic: FigureSeries,
): Record<string, Float64Array> {
  return Object.fromEntries(comparedFigureNames.flatMap((name) => [
    [`${path}.synthetic.${name}`, synthetic[name]],
    [`${path}.synthetic_minus_real.${name}`, minus(synthetic[name], real[name])],
  ]));
}

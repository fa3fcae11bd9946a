/**
 * The figures of a classifier's probabilities on test records, with the patient as the unit: each
 * resample of patients weights the test cases by how often their patients are drawn.
 *
 * @module
 */
import * as v from "valibot";
import { object, type Schema } from "../../files/checked_json.ts";
import { type Estimate, estimate, estimateSchema } from "../bootstrap.ts";
import { minus } from "../paired_differences.ts";
import { recordOf } from "../record_of.ts";
import {
  brierScore,
  type CalibrationLine,
  calibrationLine,
  expectedCalibrationError,
} from "./calibration.ts";
import { accuracy, confusion, f1, precision, recall } from "./decisions.ts";
import { averagePrecision, trapezoidalAuprc } from "./precision_recall.ts";
import { type RankedCases, rankedCases } from "./ranked_cases.ts";
import { auroc } from "./roc.ts";

/** The figures, in the order in which they are shown. */
export const classifierFigureNames = [
  "auroc",
  "auprc",
  "average_precision",
  "accuracy",
  "f1",
  "precision",
  "recall",
  "brier",
  "calibration_error",
  "calibration_slope",
  "calibration_intercept",
] as const;

/** A figure of a classifier. */
export type ClassifierFigure = typeof classifierFigureNames[number];

/** The figures that differences are taken of. */
export const comparedFigureNames = [
  "auroc",
  "average_precision",
  "accuracy",
  "f1",
  "brier",
] as const satisfies ClassifierFigure[];

/** A figure that differences are taken of. */
export type ComparedFigure = typeof comparedFigureNames[number];

/**
 * How good a classifier is, each figure with its 95% interval over test patients. `auprc` is the
 * trapezoidal area under the precision-recall curve, as published; decisions are those at 0.5;
 * `calibration_error` is the expected one over ten bins. Low is good for `brier` and
 * `calibration_error`; 1 and 0 are best for the slope and intercept of the calibration line; high is
 * good for the others. A figure is null where it is undefined: there is no calibration line where the
 * classes are separated perfectly.
 */
export type ClassifierFigures = Record<ClassifierFigure, Estimate | null>;

/** Figures of one classifier minus those of another, on the same test patients. */
export type ClassifierDifferences = Record<ComparedFigure, Estimate | null>;

function entries<Name extends string>(names: readonly Name[]) {
  return recordOf(names, () => v.nullable(estimateSchema));
}

/** {@link ClassifierFigures}, when they are read from a file. */
export const classifierFiguresSchema: Schema<ClassifierFigures> = object(
  entries(classifierFigureNames),
);

/** {@link ClassifierDifferences}, when they are read from a file. */
export const classifierDifferencesSchema: Schema<ClassifierDifferences> = object(
  entries(comparedFigureNames),
);

/** Test cases with the probabilities that a classifier gives them. */
export interface Predictions {
  /** [cases] in [0, 1] */
  readonly probabilities: Float64Array;
  /** [cases] The test record of each case; a record may have several. */
  readonly records: Int32Array;
  /** The cases by probability. */
  readonly ranked: RankedCases;
  /** The calibration line of all cases, from which that of each resample is found quickly. */
  readonly line: CalibrationLine;
}

/** Predictions of test cases, each with its record and class. */
export function predictionsOf(
  probabilities: Float64Array,
  cases: readonly { readonly record: number; readonly isPositive: number }[],
): Predictions {
  const ranked = rankedCases(probabilities, cases.map(({ isPositive }) => isPositive));
  return {
    probabilities,
    records: Int32Array.from(cases, ({ record }) => record),
    ranked,
    line: calibrationLine(probabilities, ranked.isPositive),
  };
}

/**
 * [figures] in the order of {@link classifierFigureNames}; NaN where a figure is undefined.
 *
 * @param weights [test records] how often each is drawn
 */
export function figuresIn(
  { probabilities, records, ranked, line }: Predictions,
  weights: ArrayLike<number>,
): number[] {
  const { isPositive } = ranked;
  const own = Float64Array.from(records, (record) => weights[record]);
  const decisions = confusion(probabilities, isPositive, own);
  const { slope, intercept } = Number.isNaN(line.slope)
    ? line
    : calibrationLine(probabilities, isPositive, own, line);
  return [
    auroc(ranked, own),
    trapezoidalAuprc(ranked, own),
    averagePrecision(ranked, own),
    accuracy(decisions),
    f1(decisions),
    precision(decisions),
    recall(decisions),
    brierScore(probabilities, isPositive, own),
    expectedCalibrationError(probabilities, isPositive, own),
    slope,
    intercept,
  ];
}

/** [resamples + 1] of each figure: the figure itself, then that of each resample. */
export type FigureSeries = Readonly<Record<ClassifierFigure, Float64Array>>;

/** Series for a number of resamples, all NaN. */
export function emptySeries(resamples: number): FigureSeries {
  return recordOf(classifierFigureNames, () => new Float64Array(resamples + 1).fill(NaN));
}

/** Writes the mean figures of repetitions in a resample. */
export function setMeans(
  series: FigureSeries,
  resample: number,
  repetitions: readonly (readonly number[])[],
): void {
  for (const [i, name] of classifierFigureNames.entries()) {
    const sum = repetitions.reduce((sum, figures) => sum + figures[i], 0);
    series[name][resample] = sum / repetitions.length;
  }
}

/**
 * The mean of several series, resample by resample: of those that have the figure itself, without
 * resamples in which it is undefined.
 */
export function meanSeries(series: readonly FigureSeries[]): FigureSeries {
  const resamples = series[0].auroc.length - 1;
  const means = emptySeries(resamples);
  for (const name of classifierFigureNames) {
    const known = series.map((each) => each[name]).filter(([own]) => !Number.isNaN(own));
    for (let resample = 0; resample <= resamples; resample++) {
      const there = known.map((each) => each[resample]).filter((each) => !Number.isNaN(each));
      means[name][resample] = there.reduce((sum, each) => sum + each, 0) / there.length;
    }
  }
  return means;
}

function estimates<Name extends ClassifierFigure>(
  names: readonly Name[],
  of: (name: Name) => Float64Array,
): Record<Name, Estimate | null> {
  return recordOf(names, (name) => {
    const series = of(name);
    return Number.isNaN(series[0]) ? null : estimate(series);
  });
}

/** The figures of series. */
export function figuresOf(series: FigureSeries): ClassifierFigures {
  return estimates(classifierFigureNames, (name) => series[name]);
}

/** The figures of one series minus those of another, in pairs of resamples. */
export function differencesOf(of: FigureSeries, less: FigureSeries): ClassifierDifferences {
  return estimates(comparedFigureNames, (name) => minus(of[name], less[name]));
}

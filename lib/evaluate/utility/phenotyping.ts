/**
 * Can a classifier learn a label from synthetic records as well as from real ones? The phenotyping task
 * of HALO's evaluation (Theodorou, Xiao & Sun 2023): for each label the classifier of
 * `phenotype_classifier.ts`, trained on balanced sets, tested on held-out real records.
 *
 * Where labels follow from codes, the task is easy: the codes that define a label are among the
 * inputs. `phenotyping_before.ts` asks the honest question.
 *
 * Figures are means over repetitions with other draws and other initial parameters. Intervals are over
 * test patients and repetitions, the same for all classifiers; with one repetition, over patients
 * alone. They do not include what other training patients would change. The floor and the memoriser
 * show where the scale begins and ends; they are trained once.
 *
 * @module
 */
import type { ThoroughMeasure } from "../measure.ts";
import { balancedCases, casesOf } from "./cases.ts";
import { type PhenotypeFigures, phenotypingMeasure } from "./phenotype_figures.ts";

/** Classifiers of labels from whole records. */
export const phenotyping: ThoroughMeasure<"phenotyping", PhenotypeFigures | null> =
  phenotypingMeasure({
    key: "phenotyping",
    question: "Can labels be learned from synthetic records?",
    poolsOf: (_, label) => (cohort) => casesOf(cohort, label),
    draw: balancedCases,
  });

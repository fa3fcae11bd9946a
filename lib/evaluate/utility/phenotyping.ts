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
 * alone. They do not include what other training patients would change.
 *
 * @module
 */
import type { ThoroughMeasure } from "../measure.ts";
import { balancedCases, casesOf } from "./cases.ts";
import {
  phenotypeAnswers,
  type PhenotypeFigures,
  phenotypeFiguresSchema,
  tooFew,
} from "./phenotype_figures.ts";

/** Classifiers of labels from whole records. */
export const phenotyping: ThoroughMeasure<"phenotyping", PhenotypeFigures | null> = {
  key: "phenotyping",
  question: "Can labels be learned from synthetic records?",
  needs: ["labels", "held_out"],
  of: ["synthetic", "floor", "memoriser"],
  effort: "thorough",
  schema: phenotypeFiguresSchema,
  ask(asked, onProgress) {
    const { real, heldOut, others } = asked;
    const taskOf = (label: number) => {
      const train = casesOf(real.cohort, label);
      const test = casesOf(heldOut ?? real.cohort, label);
      const sources = others.map(({ role, cohort }) => ({ role, pool: casesOf(cohort, label) }));
      return tooFew({ train, test }) ?? { label, train, test, sources, draw: balancedCases };
    };
    return phenotypeAnswers(asked, taskOf, onProgress);
  },
};

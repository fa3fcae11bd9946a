/**
 * The figures of utility, of privacy and of fidelity by which a reader compares cohorts: where each is,
 * which way is better, and what stands for its best. The report's summary, comparisons and the scores of
 * use cases take them from here.
 *
 * @module
 */
import type { Estimate } from "./bootstrap.ts";
import type { FidelityFigures } from "./fidelity/mod.ts";
import type { ProbabilityFidelity } from "./fidelity/probability_fidelity.ts";
import { measured } from "./fidelity/two_sample/left_out.ts";
import type { FiguresOf } from "./measure.ts";
import type { MeasureKind } from "./measures.ts";
import type { Attacks } from "./privacy/membership/attack_figures.ts";
import type { privacyMeasures } from "./privacy/mod.ts";
import type { PartialReport, Scale } from "./report.ts";
import type { utilityMeasures } from "./utility/mod.ts";

/** The figures of one cohort that are known, by the kinds of their measures. */
export interface CohortFigures {
  /** How closely it follows the training records. */
  readonly fidelity?: Partial<FidelityFigures> | undefined;
  /** What its records are good for. */
  readonly utility?: Partial<FiguresOf<typeof utilityMeasures>> | undefined;
  /** What its records disclose. */
  readonly privacy?: Partial<FiguresOf<typeof privacyMeasures>> | undefined;
}

/** The figures of all kinds that a report has at one place of the scale. */
export function figuresAt(
  { fidelity, utility, privacy }: PartialReport,
  place: keyof Scale<unknown>,
): CohortFigures {
  return { fidelity: fidelity?.[place], utility: utility?.[place], privacy: privacy?.[place] };
}

/** A figure by which cohorts are compared. */
export interface KeyFigure {
  /** Its measure's key, and its path in the measure's figures. */
  readonly figure: string;
  readonly kind: MeasureKind;
  /** The head of a column and of a row: "Membership, strongest attack". */
  readonly name: string;
  /** What its numbers are: "AUROC". */
  readonly quantity: string;
  readonly better: "high" | "low";
  /** What it says, in a sentence. */
  readonly says: string;
  /** Its value; null if it was not measured. */
  readonly of: (figures: CohortFigures) => Estimate | null;
  /**
   * The best that can be expected, if it is not the figure of held-out records: a number, or another
   * figure of the same measure.
   */
  readonly best?: number | ((figures: CohortFigures) => Estimate | null);
  /** Its difference from the best, if the measure has it; both are of the same patients. */
  readonly fromBest?: (figures: CohortFigures) => Estimate | null;
}

/** An R² as an estimate. */
export function r2Of(
  figures: Pick<ProbabilityFidelity, "r2" | "r2_low" | "r2_high"> | null | undefined,
): Estimate | null {
  const { r2 = null, r2_low = null, r2_high = null } = figures ?? {};
  return r2 === null || r2_low === null || r2_high === null
    ? null
    : { value: r2, low: r2_low, high: r2_high };
}

/** Classifiers of labels, means over these. */
function phenotypingOf({ utility }: CohortFigures) {
  return utility?.phenotyping?.macro ?? null;
}

/** How often codes of one kind are among the ten likeliest, by logistic regression. */
function nextVisitOf({ utility }: CohortFigures, codes: "all" | "onsets") {
  return utility?.next_visit?.predictors?.logistic[codes]?.at_10 ?? null;
}

/** Attacks on all records. */
function attacksOf({ privacy }: CohortFigures): Attacks | null {
  return privacy?.membership?.all ?? null;
}

/** The strongest attack's true positives where one non-member in 100 is called a member. */
function tprOf(figures: CohortFigures): Estimate | null {
  const found = attacksOf(figures);
  const rows = found?.attacks[found.strongest.attack]?.tpr_at_fpr ?? [];
  return rows.find(({ fpr }) => fpr === 0.01)?.tpr ?? null;
}

const fidelity: readonly KeyFigure[] = [
  {
    figure: "same_visit_bigram.r2",
    kind: "fidelity",
    name: "Pairs within a visit",
    quantity: "R²",
    better: "high",
    says: "how closely the shares of visits with two codes follow the real ones; 1 is exact.",
    of: ({ fidelity }) => r2Of(fidelity?.same_visit_bigram),
  },
  {
    figure: "sequential_bigram.r2",
    kind: "fidelity",
    name: "Pairs over visits",
    quantity: "R²",
    better: "high",
    says: "the same for one code in a visit and another one in the next; 1 is exact.",
    of: ({ fidelity }) => r2Of(fidelity?.sequential_bigram),
  },
  {
    figure: "persistence.lag_1.by_code.r2",
    kind: "fidelity",
    name: "Codes that return",
    quantity: "R²",
    better: "high",
    says: "how closely each code's share of returns at the next visit follows the real one; 1 is " +
      "exact.",
    of: ({ fidelity }) => r2Of(fidelity?.persistence?.lag_1?.by_code),
  },
  {
    figure: "c2st.auc",
    kind: "fidelity",
    name: "Classifier two-sample test",
    quantity: "AUROC",
    better: "low",
    says:
      "how well a classifier tells synthetic from held-out records by their counts of codes and " +
      "visits; 0.5 if it cannot.",
    of: ({ fidelity }) => measured(fidelity?.c2st)?.auc ?? null,
    fromBest: ({ fidelity }) => measured(fidelity?.c2st)?.above_reference ?? null,
  },
  {
    figure: "prdc.coverage",
    kind: "fidelity",
    name: "Coverage",
    quantity: "share",
    better: "high",
    says:
      "the share of held-out records that have a synthetic one nearby; low if kinds of patients " +
      "are missing.",
    of: ({ fidelity }) => measured(fidelity?.prdc)?.coverage ?? null,
  },
];

const utility: readonly KeyFigure[] = [
  {
    figure: "phenotyping.macro.synthetic.auroc",
    kind: "utility",
    name: "Phenotyping",
    quantity: "AUROC",
    better: "high",
    says:
      "how well classifiers of labels do on held-out records after learning from synthetic ones; " +
      "the ceiling has learned from real ones.",
    of: (figures) => phenotypingOf(figures)?.synthetic.auroc ?? null,
    best: (figures) => phenotypingOf(figures)?.real.auroc ?? null,
    fromBest: (figures) => phenotypingOf(figures)?.synthetic_minus_real.auroc ?? null,
  },
  {
    figure: "phenotyping_before.macro.synthetic.auroc",
    kind: "utility",
    name: "Phenotyping before the label",
    quantity: "AUROC",
    better: "high",
    says: "the same from the visits before a label's first code alone: can it be predicted?",
    of: ({ utility }) => utility?.phenotyping_before?.macro?.synthetic.auroc ?? null,
    best: ({ utility }) => utility?.phenotyping_before?.macro?.real.auroc ?? null,
    fromBest: ({ utility }) =>
      utility?.phenotyping_before?.macro?.synthetic_minus_real.auroc ?? null,
  },
  {
    figure: "next_visit.predictors.logistic.all.at_10.synthetic",
    kind: "utility",
    name: "Next visit",
    quantity: "recall at 10",
    better: "high",
    says:
      "the share of a held-out patient's next codes that are among the ten likeliest ones after " +
      "learning from synthetic records; the ceiling has learned from real ones.",
    of: (figures) => nextVisitOf(figures, "all")?.synthetic ?? null,
    best: (figures) => nextVisitOf(figures, "all")?.real ?? null,
    fromBest: (figures) => nextVisitOf(figures, "all")?.difference ?? null,
  },
  {
    figure: "next_visit.predictors.logistic.onsets.at_10.synthetic",
    kind: "utility",
    name: "Next visit, new codes",
    quantity: "recall at 10",
    better: "high",
    says: "the same for codes that the patient has not had before.",
    of: (figures) => nextVisitOf(figures, "onsets")?.synthetic ?? null,
    best: (figures) => nextVisitOf(figures, "onsets")?.real ?? null,
    fromBest: (figures) => nextVisitOf(figures, "onsets")?.difference ?? null,
  },
  {
    figure: "effects.labels.interval_overlap",
    kind: "utility",
    name: "Associations with labels",
    quantity: "overlap of intervals",
    better: "high",
    says: "how far the intervals of odds ratios overlap with the real ones; 1 if all are equal, " +
      "below 0 if they do not meet.",
    of: ({ utility }) => utility?.effects?.labels?.interval_overlap ?? null,
  },
  {
    figure: "effects.codes.interval_overlap",
    kind: "utility",
    name: "Associations with later codes",
    quantity: "overlap of intervals",
    better: "high",
    says: "the same for codes in the first and in the second half of the visits.",
    of: ({ utility }) => utility?.effects?.codes?.interval_overlap ?? null,
  },
  {
    figure: "survival.mean.distance",
    kind: "utility",
    name: "Survival curves",
    quantity: "mean gap",
    better: "low",
    says: "the mean gap between Kaplan-Meier curves of real and synthetic records; 0 is exact.",
    of: ({ utility }) => utility?.survival?.mean?.distance ?? null,
  },
];

const privacy: readonly KeyFigure[] = [
  {
    figure: "copying_check.found.share",
    kind: "privacy",
    name: "Copying check",
    quantity: "share",
    better: "low",
    says:
      "the share of records that are nearer to training than to held-out patients; 0.5 if the " +
      "records know none of them, and alarmed if the interval is above 0.5. It is no evidence of " +
      "privacy.",
    of: ({ privacy }) => privacy?.copying_check?.found?.share ?? null,
    best: 0.5,
  },
  {
    figure: "membership.all.strongest.auc",
    kind: "privacy",
    name: "Membership, strongest attack",
    quantity: "AUROC",
    better: "low",
    says:
      "how well the strongest of several attacks tells training patients from others; 0.5 for " +
      "guessing.",
    of: (figures) => attacksOf(figures)?.strongest.auc ?? null,
    best: 0.5,
  },
  {
    figure: "membership.all.strongest.tpr_at_1_percent",
    kind: "privacy",
    name: "Membership at 1% false positives",
    quantity: "true-positive rate",
    better: "low",
    says:
      "the share of training patients whom this attack finds while it accuses one in 100 others; " +
      "0.01 for guessing. It takes 1,000 others.",
    of: tprOf,
    best: 0.01,
  },
  {
    figure: "attribute_inference.corrected.k1.difference",
    kind: "privacy",
    name: "Attribute inference",
    quantity: "F1 above held-out",
    better: "low",
    says:
      "how much better codes of training patients are guessed with the nearest synthetic record " +
      "than with the nearest held-out one; 0 or less if nothing is disclosed.",
    of: ({ privacy }) => privacy?.attribute_inference?.corrected?.k1.difference ?? null,
    best: 0,
  },
  {
    figure: "linkability.outcome.risk",
    kind: "privacy",
    name: "Linkability",
    quantity: "risk",
    better: "low",
    says: "how much more often two halves of a record are linked for training than for held-out " +
      "patients; 0 or less if it is no more often.",
    of: ({ privacy }) => privacy?.linkability?.outcome?.risk ?? null,
    best: 0,
  },
];

/** All of them, in the order of the page. */
export const keyFigures: readonly KeyFigure[] = [...fidelity, ...utility, ...privacy];

/** The key figure of a name. */
export function keyFigureOf(figure: string): KeyFigure {
  const found = keyFigures.find((each) => each.figure === figure);
  if (found === undefined) throw new RangeError(`No key figure is named "${figure}"`);
  return found;
}

/** The key of the measure that a figure is of. */
export function measureOf({ figure }: Pick<KeyFigure, "figure">): string {
  return figure.split(".")[0];
}

/**
 * The best that can be expected of a figure.
 *
 * @param own figures of the cohort itself, or of another one that was measured alike
 * @param ceiling figures of held-out records
 */
export function bestOf(
  { best, of }: KeyFigure,
  own: CohortFigures,
  ceiling: CohortFigures,
): Estimate | null {
  if (best === undefined) return of(ceiling);
  return typeof best === "number" ? { value: best, low: best, high: best } : best(own);
}

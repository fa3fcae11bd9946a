/**
 * Which figures of a report stand on the scale from the floor to the ceiling, and what they are called
 * there.
 *
 * @module
 */
import type { Estimate } from "../bootstrap.ts";
import type { FidelityFigures } from "../fidelity/mod.ts";
import { measured } from "../fidelity/two_sample/left_out.ts";
import { type CohortFigures, keyFigures, r2Of } from "../key_figures.ts";

/** What a figure is of, a part of the picture. */
export type ScaledGroup = "Codes" | "Courses" | "Lengths and times" | "Records" | "Utility";

/** A figure: where it is in the report, and how it is read from the figures of one cohort. */
export interface ScaledKind {
  readonly figure: string;
  readonly group: ScaledGroup;
  readonly name: string;
  readonly of: (figures: CohortFigures) => Estimate | null | undefined;
  /** Its ceiling, where that is within the figures of the synthetic records. */
  readonly ceiling?: (figures: CohortFigures) => Estimate | null | undefined;
}

const probabilityNames = [
  ["unigram", "Codes, share of visits"],
  ["same_visit_bigram", "Pairs within a visit, share of visits"],
  ["sequential_bigram", "Pairs over visits, share of visits"],
  ["record_unigram", "Codes, share of patients"],
  ["record_same_visit_bigram", "Pairs within a visit, share of patients"],
  ["record_sequential_bigram", "Pairs over visits, share of patients"],
] as const;

const lengthNames = [
  ["visits_per_record", "Visits per record"],
  ["codes_per_visit", "Codes per visit"],
  ["codes_per_record", "Codes per record"],
  ["distinct_codes_per_record", "Distinct codes per record"],
] as const;

const manifoldNames = [
  ["precision", "Precision of records"],
  ["recall", "Recall of records"],
  ["density", "Density of records"],
  ["coverage", "Coverage of records"],
] as const;

/** A figure of fidelity, read from the figures of fidelity alone. */
interface FidelityKind extends Pick<ScaledKind, "figure" | "group" | "name"> {
  readonly of: (figures: Partial<FidelityFigures>) => Estimate | null | undefined;
}

/** Of fidelity. */
const fidelity: readonly FidelityKind[] = [
  ...probabilityNames.map(([key, name]): FidelityKind => ({
    figure: `${key}.r2`,
    group: "Codes",
    name,
    of: (figures) => r2Of(figures[key]),
  })),
  {
    figure: "code_ladder.misplaced_share",
    group: "Codes",
    name: "Common and rare codes in proportion",
    of: ({ code_ladder }) => code_ladder?.misplaced_share,
  },
  {
    figure: "covariance.mean_absolute",
    group: "Codes",
    name: "Correlations of codes",
    of: ({ covariance }) => covariance?.mean_absolute,
  },
  {
    figure: "label_prevalence.r2",
    group: "Codes",
    name: "Labels",
    of: ({ label_prevalence }) => r2Of(label_prevalence),
  },
  {
    figure: "onsets.onsets.by_code.r2",
    group: "Courses",
    name: "First occurrences",
    of: ({ onsets }) => r2Of(onsets?.onsets?.by_code),
  },
  {
    figure: "onsets.repeats.by_code.r2",
    group: "Courses",
    name: "Repeated codes",
    of: ({ onsets }) => r2Of(onsets?.repeats?.by_code),
  },
  {
    figure: "persistence.lag_1.by_code.r2",
    group: "Courses",
    name: "Codes that come back at the next visit",
    of: ({ persistence }) => r2Of(persistence?.lag_1?.by_code),
  },
  {
    figure: "transitions.total_variation",
    group: "Courses",
    name: "Transitions between chapters",
    of: ({ transitions }) => transitions?.total_variation,
  },
  {
    figure: "trajectories.code_entropy.ks_complement",
    group: "Courses",
    name: "Variety of a patient's codes",
    of: ({ trajectories }) => trajectories?.code_entropy?.ks_complement,
  },
  {
    figure: "trajectories.repeat_share.ks_complement",
    group: "Courses",
    name: "Share of repeats per patient",
    of: ({ trajectories }) => trajectories?.repeat_share?.ks_complement,
  },
  ...lengthNames.map(([key, name]): FidelityKind => ({
    figure: `length_distributions.${key}.ks_complement`,
    group: "Lengths and times",
    name,
    of: ({ length_distributions }) => length_distributions?.[key]?.ks_complement,
  })),
  {
    figure: "gap_distribution.log_days.ks_complement",
    group: "Lengths and times",
    name: "Days between visits",
    of: ({ gap_distribution }) => gap_distribution?.log_days?.ks_complement,
  },
  {
    figure: "calendar.visits.correlation",
    group: "Lengths and times",
    name: "Visits of each week",
    of: ({ calendar }) => calendar?.visits.correlation,
  },
  {
    figure: "values.presence.r2",
    group: "Lengths and times",
    name: "How often codes are measured",
    of: ({ values }) => r2Of(values?.presence),
  },
  {
    figure: "value_distributions.ks_complement",
    group: "Lengths and times",
    name: "Measured values",
    of: ({ value_distributions }) => value_distributions?.ks_complement,
  },
  {
    figure: "coherence.codes_per_patient",
    group: "Records",
    name: "Codes that occur together per patient",
    of: ({ coherence }) => coherence?.codes_per_patient,
  },
  ...manifoldNames.map(([key, name]): FidelityKind => ({
    figure: `prdc.${key}`,
    group: "Records",
    name,
    of: ({ prdc }) => measured(prdc)?.[key],
  })),
  {
    figure: "alpha_precision.alpha_precision",
    group: "Records",
    name: "α-precision",
    of: ({ alpha_precision }) => measured(alpha_precision)?.alpha_precision,
  },
  {
    figure: "alpha_precision.beta_recall",
    group: "Records",
    name: "β-recall",
    of: ({ alpha_precision }) => measured(alpha_precision)?.beta_recall,
  },
  {
    figure: "kernel_mmd.mmd_squared",
    group: "Records",
    name: "Kernel distance (MMD²)",
    of: ({ kernel_mmd }) => measured(kernel_mmd)?.mmd_squared,
  },
  {
    figure: "pmse.ratio",
    group: "Records",
    name: "Propensity error (pMSE)",
    of: ({ pmse }) => measured(pmse)?.ratio,
  },
  {
    figure: "c2st.auc",
    group: "Records",
    name: "Not told apart by a classifier",
    of: ({ c2st }) => measured(c2st)?.auc,
  },
];

const fidelityKinds = fidelity.map(({ figure, of, ...about }): ScaledKind => ({
  ...about,
  figure: `fidelity.${figure}`,
  of: ({ fidelity }) => fidelity && of(fidelity),
}));

/** Of utility: the key figures, as the summary and comparisons name them. */
const utilityKinds = keyFigures.filter(({ kind }) => kind === "utility").map((
  { figure, name, quantity, of, best },
): ScaledKind => ({
  figure: `utility.${figure}`,
  group: "Utility",
  name: `${name}, ${quantity}`,
  of,
  ...typeof best === "function" && { ceiling: best },
}));

/** All of them, in the order of the picture. */
export const scaledKinds: readonly ScaledKind[] = [...fidelityKinds, ...utilityKinds];

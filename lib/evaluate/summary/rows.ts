/**
 * What was judged, a row each, with a verdict by one rule: a figure is close if the 95% interval of
 * its difference from the ceiling, at equal numbers of patients (equal_numbers.ts), holds 0, or if
 * the synthetic records are beyond the ceiling. Else it is off. Few held-out patients make wide
 * intervals, in which everything would be close; then there is no verdict.
 *
 * @module
 */
import type { Estimate } from "../bootstrap.ts";
import type { ProbabilityFidelity } from "../fidelity/probability_fidelity.ts";
import type { FidelityFigures } from "../fidelity/mod.ts";
import type { PartialFidelity, SummaryRow, Verdict } from "../report.ts";
import type { FromCeiling } from "../scale.ts";

/** Patients that each of the two cohorts must have for a verdict. */
export const fewestPatients = 100;

/** What a row shows, and where it is in the figures. */
interface RowKind extends Pick<SummaryRow, "figure" | "name" | "scale"> {
  readonly key: keyof FidelityFigures;
  /** Its figure; null if there is nothing to judge. */
  readonly of: (figures: Partial<FidelityFigures>) => Estimate | null;
  /** What a cohort may lack; default nothing. */
  readonly lack?: string;
}

/** An R² as an estimate. */
function r2Of(
  figures: Pick<ProbabilityFidelity, "r2" | "r2_low" | "r2_high"> | null | undefined,
): Estimate | null {
  const { r2 = null, r2_low = null, r2_high = null } = figures ?? {};
  return r2 === null || r2_low === null || r2_high === null
    ? null
    : { value: r2, low: r2_low, high: r2_high };
}

const probabilities = [
  ["Codes", "unigram"],
  ["Pairs within a visit", "same_visit_bigram"],
  ["Pairs over visits", "sequential_bigram"],
] as const;

const lengths = [
  ["Visits per record", "visits_per_record"],
  ["Codes per visit", "codes_per_visit"],
] as const;

/** In the order of the page. */
const rowKinds: readonly RowKind[] = [
  ...probabilities.map(([name, key]): RowKind => ({
    key,
    name,
    figure: `${key}.r2`,
    scale: "r2",
    of: (figures) => r2Of(figures[key]),
  })),
  ...lengths.map(([name, length]): RowKind => ({
    key: "aggregate",
    name,
    figure: `aggregate.${length}.synthetic_mean`,
    scale: "difference",
    of: ({ aggregate }) => aggregate?.[length].difference ?? null,
  })),
  {
    key: "label_prevalence",
    name: "Labels",
    figure: "label_prevalence.r2",
    scale: "r2",
    of: ({ label_prevalence }) => r2Of(label_prevalence),
    lack: "labels, of which two are needed",
  },
  {
    key: "gap_days",
    name: "Days between visits",
    figure: "gap_days.synthetic_mean",
    scale: "difference",
    of: ({ gap_days }) => gap_days?.difference ?? null,
    lack: "times between visits",
  },
  {
    key: "values",
    name: "How often each code is measured",
    figure: "values.presence.r2",
    scale: "r2",
    of: ({ values }) => r2Of(values?.presence),
    lack: "measured values",
  },
  {
    key: "values",
    name: "Measured values",
    figure: "values.mean_difference",
    scale: "distance",
    of: ({ values }) => values?.mean_difference ?? null,
    lack: "measured values",
  },
];

/**
 * The verdict on a figure.
 *
 * @param scale what is better: more of an R², less of a distance, a difference nearer to 0
 * @param difference of the figure from its ceiling, at equal numbers of patients
 * @param own the figure itself, and that of the ceiling, of all patients
 */
export function verdictOf(
  scale: SummaryRow["scale"],
  difference: Estimate,
  own: { readonly synthetic: number; readonly ceiling: number },
): Exclude<Verdict, "not judged"> {
  const { low, high } = difference;
  switch (scale) {
    case "r2":
      return high >= 0 ? "close" : "off";
    case "distance":
      return low <= 0 ? "close" : "off";
    case "difference":
      return low <= 0 && high >= 0 || Math.abs(own.synthetic) <= Math.abs(own.ceiling)
        ? "close"
        : "off";
  }
}

/** Why no figure gets a verdict; undefined if there is no such reason. */
function whyNone({ patients, heldOut }: FromCeiling, resamples: number): string | undefined {
  if (heldOut < fewestPatients) return `${heldOut} held out: too few for a ceiling`;
  if (patients < fewestPatients) return `${patients} synthetic records: too few for a verdict`;
  if (resamples === 0) return "no resamples, so no intervals";
}

/**
 * The rows of the measures that were asked.
 *
 * @param resamples behind each interval
 */
export function summaryRows(
  fidelity: PartialFidelity,
  fromCeiling: FromCeiling,
  resamples: number,
): SummaryRow[] {
  const none = whyNone(fromCeiling, resamples);
  return rowKinds.filter(({ key }) => fidelity[key] !== undefined).map(
    ({ name, figure, scale, of, lack = "codes" }): SummaryRow => {
      const [synthetic, ceiling, floor] = [fidelity, fidelity.ceiling, fidelity.floor].map(of);
      const row = { figure, name, scale, synthetic, ceiling, floor };
      const difference = fromCeiling.differences[figure];
      const notJudged = (reason: string): SummaryRow => (
        { ...row, from_ceiling: null, verdict: "not judged", reason }
      );
      if (synthetic === null || ceiling === null || difference === undefined) {
        return notJudged(`the ${ceiling === null ? "real" : "synthetic"} records lack ${lack}`);
      }
      if (none !== undefined) return notJudged(none);
      const own = { synthetic: synthetic.value, ceiling: ceiling.value };
      return { ...row, from_ceiling: difference, verdict: verdictOf(scale, difference, own) };
    },
  );
}

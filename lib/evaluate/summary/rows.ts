/**
 * What was judged, a row each, with a verdict by one rule: a figure is close if the 95% interval of
 * its difference from the ceiling, at equal numbers of patients (equal_numbers.ts), holds 0, or if
 * the synthetic records are beyond the ceiling. Else it is off. Few held-out patients make wide
 * intervals, in which everything would be close; then there is no verdict.
 *
 * @module
 */
import type { Estimate } from "../bootstrap.ts";
import {
  bestOf,
  type CohortFigures,
  figuresAt,
  keyFigureOf,
  measureOf,
  r2Of,
} from "../key_figures.ts";
import type { PartialReport, SummaryRow, Verdict } from "../report.ts";
import type { FromCeiling } from "../scale.ts";

/** Patients that each of the two cohorts must have for a verdict. */
export const fewestPatients = 100;

/** What a row shows, and where it is in the figures. */
interface RowKind extends Pick<SummaryRow, "figure" | "name" | "scale" | "kind" | "quantity"> {
  /** Its figure; null if there is nothing to judge. */
  readonly of: (figures: CohortFigures) => Estimate | null;
  /** Its best, from the figures of the synthetic and of the held-out records; default that of the latter. */
  readonly best?: (own: CohortFigures, ceiling: CohortFigures) => Estimate | null;
  /** Its difference from the best, if that is not one of equal numbers of patients. */
  readonly fromBest?: ((own: CohortFigures) => Estimate | null) | undefined;
  /** What a cohort may lack; if it is not said, a figure may be missing for other reasons too. */
  readonly lack?: string;
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

/** Of the key figures those that a reader needs first; others have their sections. */
const judgedKeys = [
  "c2st.auc",
  "phenotyping.macro.synthetic.auroc",
  "next_visit.predictors.logistic.all.at_10.synthetic",
  "effects.labels.interval_overlap",
  "effects.codes.interval_overlap",
  "survival.mean.distance",
  "copying_check.found.share",
  "membership.all.strongest.auc",
  "membership.all.strongest.tpr_at_1_percent",
  "attribute_inference.corrected.k1.difference",
  "linkability.outcome.risk",
] as const;

/** A figure less a number. */
function above(estimate: Estimate | null, number: number): Estimate | null {
  if (estimate === null) return null;
  const { value, low, high } = estimate;
  return { value: value - number, low: low - number, high: high - number };
}

/** The row of a key figure. */
function keyRow(name: typeof judgedKeys[number]): RowKind {
  const key = keyFigureOf(name);
  const { best, of, fromBest } = key;
  const fromNumber = typeof best === "number"
    ? (own: CohortFigures) => above(of(own), best)
    : undefined;
  return {
    kind: key.kind,
    figure: key.figure,
    name: key.name,
    scale: key.better,
    quantity: key.quantity,
    of,
    best: (own, ceiling) => bestOf(key, own, ceiling),
    fromBest: fromBest ?? fromNumber,
  };
}

/** In the order of the page. */
const rowKinds: readonly RowKind[] = [
  ...probabilities.map(([name, key]): RowKind => ({
    kind: "fidelity",
    name,
    figure: `${key}.r2`,
    scale: "r2",
    of: ({ fidelity }) => r2Of(fidelity?.[key]),
    lack: "codes",
  })),
  ...lengths.map(([name, length]): RowKind => ({
    kind: "fidelity",
    name,
    figure: `aggregate.${length}.synthetic_mean`,
    scale: "difference",
    of: ({ fidelity }) => fidelity?.aggregate?.[length].difference ?? null,
    lack: "codes",
  })),
  {
    kind: "fidelity",
    name: "Labels",
    figure: "label_prevalence.r2",
    scale: "r2",
    of: ({ fidelity }) => r2Of(fidelity?.label_prevalence),
    lack: "labels, of which two are needed",
  },
  {
    kind: "fidelity",
    name: "Days between visits",
    figure: "gap_days.synthetic_mean",
    scale: "difference",
    of: ({ fidelity }) => fidelity?.gap_days?.difference ?? null,
    lack: "times between visits",
  },
  {
    kind: "fidelity",
    name: "How often each code is measured",
    figure: "values.presence.r2",
    scale: "r2",
    of: ({ fidelity }) => r2Of(fidelity?.values?.presence),
    lack: "measured values",
  },
  {
    kind: "fidelity",
    name: "Measured values",
    figure: "values.mean_difference",
    scale: "distance",
    of: ({ fidelity }) => fidelity?.values?.mean_difference ?? null,
    lack: "measured values",
  },
  ...judgedKeys.map(keyRow),
];

/**
 * The verdict on a figure.
 *
 * @param scale what is better: more of an R² and of a `high` figure, less of a distance and of a `low`
 *   one, a difference nearer to 0
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
    case "high":
      return high >= 0 ? "close" : "off";
    case "distance":
    case "low":
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

/** Whether the measure of a row was asked. */
function isAsked(row: RowKind, report: PartialReport): boolean {
  return Object.hasOwn(report[row.kind] ?? {}, measureOf(row));
}

/** Why a row has no figure. */
function whyUnknown(row: RowKind, report: PartialReport, ceiling: Estimate | null): string {
  if (row.lack !== undefined) {
    return `the ${ceiling === null ? "real" : "synthetic"} records lack ${row.lack}`;
  }
  const figures = new Map<string, unknown>(Object.entries(report[row.kind] ?? {}));
  return figures.get(measureOf(row)) === null
    ? "the records lack what this figure needs"
    : "too few patients or codes";
}

/** The rows of the measures that were asked. */
export function summaryRows(report: PartialReport, fromCeiling: FromCeiling): SummaryRow[] {
  const none = whyNone(fromCeiling, report.about.resamples);
  const [atCeiling, atFloor] = [figuresAt(report, "ceiling"), figuresAt(report, "floor")];
  return rowKinds.filter((row) => isAsked(row, report)).map((rowKind): SummaryRow => {
    const { name, kind, figure, scale, quantity, of } = rowKind;
    const { best = (_, held) => of(held), fromBest = () => fromCeiling.differences[figure] } =
      rowKind;
    const [synthetic, ceiling, floor] = [of(report), best(report, atCeiling), of(atFloor)];
    const about = { figure, kind, name, scale, ...quantity !== undefined && { quantity } };
    const row = { ...about, synthetic, ceiling, floor };
    const difference = fromBest(report) ?? undefined;
    const notJudged = (reason: string): SummaryRow => (
      { ...row, from_ceiling: null, verdict: "not judged", reason }
    );
    if (synthetic === null || ceiling === null || difference === undefined) {
      return notJudged(whyUnknown(rowKind, report, ceiling));
    }
    if (none !== undefined) return notJudged(none);
    const own = { synthetic: synthetic.value, ceiling: ceiling.value };
    return { ...row, from_ceiling: difference, verdict: verdictOf(scale, difference, own) };
  });
}

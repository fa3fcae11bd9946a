/**
 * How measured values are distributed: real and synthetic histograms, overlaid, with one panel for each
 * of the most frequently measured codes.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { checkArguments } from "../../arguments.ts";
import type { Cohort } from "../../cohort/cohort.ts";
import { measuredNumbers, measuredValues } from "../../cohort/measured_values.ts";
import { quantile } from "../../cohort/quantile.ts";
import {
  joinedCells,
  type PatientNumbers,
  recordsByCell,
  sharedRange,
} from "../../cohort/small_cells.ts";
import { figure, type FigureContents } from "./figure.ts";
import type { FigureOptions } from "./figure_options.ts";
import { type Bar, histogramMarks } from "./histogram_marks.ts";
import { shortened } from "./texts.ts";

const usualColumns = 3;
const mostPanels = 9;
const bins = 24;
const [panelWidth, leastPanelWidth, panelHeight] = [200, 170, 104];
const longestTitle = 28;
const margins = { marginTop: 22, marginRight: 6, marginBottom: 18, marginLeft: 6 };
const place = { fx: "fx", fy: "fy" };

/** How to draw {@link valueDistributions}. */
export interface ValueDistributionsOptions extends FigureOptions {
  /**
   * Codes that fewer real patients have measured are left out, and bins are joined until each has as
   * many; default 1.
   */
  readonly minCell?: number | undefined;
}

/** One code's values in both cohorts. */
interface Measured {
  readonly title: string;
  readonly real: PatientNumbers;
  /** The range that enough real patients share. */
  readonly range: readonly [low: number, high: number];
  readonly synthetic: Float32Array;
}

/** A code's histograms in its panel, whose axes both run from 0 to 1. */
interface Panel extends Measured {
  /** The values at the ends of the horizontal axis. */
  readonly low: number;
  readonly high: number;
  /** The panel's column and row. */
  readonly fx: number;
  readonly fy: number;
  readonly bars: { readonly real: readonly Bar[]; readonly synthetic: readonly Bar[] };
  /** The last bin of each group of joined ones, plus one. */
  readonly ends: readonly number[];
  /** Share of the values in each group, per bin. */
  readonly shares: { readonly real: readonly number[]; readonly synthetic: readonly number[] };
}

/** The codes with most real values, of those that both cohorts measure. */
function mostMeasured(real: Cohort, synthetic: Cohort, minCell: number): Measured[] {
  const judged = measuredValues(synthetic);
  return [...measuredNumbers(real)].flatMap(([code, values]) => {
    const others = judged.get(code);
    const range = sharedRange(values, minCell);
    if (others === undefined || range === undefined) return [];
    const title = real.vocabulary.descriptions[code];
    return [{ title, real: values, range, synthetic: others }];
  }).sort((a, b) => b.real.numbers.length - a.real.numbers.length).slice(0, mostPanels);
}

/**
 * Share of values in each group of neighbouring bins, per bin.
 *
 * @param ends the last bin of each group, plus one
 */
function histogram(
  values: ArrayLike<number>,
  binOf: (value: number) => number,
  ends: readonly number[],
): number[] {
  const shares = new Float64Array(bins);
  for (let i = 0; i < values.length; i++) shares[binOf(values[i])] += 1 / values.length;
  return ends.map((end, group) => {
    const own = shares.subarray(ends[group - 1] ?? 0, end);
    return own.reduce((sum, share) => sum + share, 0) / own.length;
  });
}

/** The panel of the code that is the `index`-th most measured. */
function panelOf(
  measured: Measured,
  index: number,
  { minCell, columns }: { minCell: number; columns: number },
): Panel {
  const { real: values, range } = measured;
  const sorted = Float64Array.from(values.numbers).sort();
  const low = Math.max(range[0], quantile(sorted, 0.005));
  const most = Math.min(range[1], quantile(sorted, 0.995));
  const high = Math.max(most, low + 1e-6 * Math.max(1, Math.abs(low)));
  const binOf = (value: number) =>
    Math.max(0, Math.min(bins - 1, Math.floor(bins * (value - low) / (high - low))));
  const ends = joinedCells(recordsByCell(values, bins, binOf), minCell);
  const real = histogram(values.numbers, binOf, ends);
  const synthetic = histogram(measured.synthetic, binOf, ends);
  const highest = Math.max(...real, ...synthetic);
  const [fx, fy] = [index % columns, Math.floor(index / columns)];
  const bars = (shares: readonly number[]) =>
    shares.map((share, group) => ({
      fx,
      fy,
      x1: (ends[group - 1] ?? 0) / bins,
      x2: ends[group] / bins,
      y: share / highest,
    }));
  return {
    ...measured,
    low,
    high,
    fx,
    fy,
    bars: { real: bars(real), synthetic: bars(synthetic) },
    ends,
    shares: { real, synthetic },
  };
}

/** A value to three digits. */
function valueText(value: number): string {
  return String(Number(value.toPrecision(3))).replace("-", "−");
}

/** The code above each panel, and the values at the ends of its axis below. */
function panelTexts(panels: readonly Panel[]): Plot.Markish[] {
  const end = (frameAnchor: "bottom-left" | "bottom-right", of: "low" | "high") =>
    Plot.text(panels, {
      ...place,
      text: (panel: Panel) => valueText(panel[of]),
      frameAnchor,
      dy: 13,
      fontSize: 10,
    });
  return [
    end("bottom-left", "low"),
    end("bottom-right", "high"),
    Plot.text(panels, {
      ...place,
      text: ({ title }: Panel) => shortened(title, longestTitle),
      frameAnchor: "top-left",
      dy: -13,
      fontSize: 10.5,
      fontWeight: 600,
    }),
  ];
}

function distributionsContents(panels: readonly Panel[]): FigureContents {
  const median = (values: ArrayLike<number>) =>
    valueText(quantile(Float64Array.from(values).sort(), 0.5));
  const sentences = panels.map(({ title, real, synthetic }) =>
    `${title}: median ${median(real.numbers)} real, ${median(synthetic)} synthetic.`
  );
  return {
    title: "Values of the most frequently measured codes, real and synthetic",
    description: sentences.join(" "),
    legend: [["Real", "real"], ["Synthetic", "synthetic"]],
    points: panels.flatMap(({ title, low, high, ends, shares }) =>
      ends.map((end, group) => {
        const from = ends[group - 1] ?? 0;
        return {
          code: title,
          from: low + (high - low) * from / bins,
          to: low + (high - low) * end / bins,
          real_share: shares.real[group] * (end - from),
          synthetic_share: shares.synthetic[group] * (end - from),
        };
      })
    ),
  };
}

/**
 * Histograms of the nine codes with the most real values among those that both cohorts measure, as an
 * SVG element with a width of 600 pixels unless the options say otherwise. Each axis runs from the
 * 0.5th to the 99.5th percentile of the real values, or as far as `minCell` patients are at or beyond
 * its ends; values beyond are counted in the outer bins. Undefined if there is no such code.
 *
 * @example The measurements of the sample, against themselves
 * ```ts
 * import { syntheaLabsSample, valueDistributions } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const sample = await syntheaLabsSample();
 * assertEquals(valueDistributions(sample, sample)?.getAttribute("width"), "600");
 * ```
 *
 * @param real a cohort with values, in the units of its source
 * @param synthetic the same, with the same vocabulary
 */
export function valueDistributions(
  real: Cohort,
  synthetic: Cohort,
  { minCell = 1, ...look }: ValueDistributionsOptions = {},
): SVGSVGElement | undefined {
  checkArguments("valueDistributions", [real, "cohort"], [synthetic, "cohort"]);
  const { width = usualColumns * panelWidth } = look;
  const columns = Math.max(1, Math.floor(width / leastPanelWidth));
  const panels = mostMeasured(real, synthetic, minCell)
    .map((code, index) => panelOf(code, index, { minCell, columns }));
  if (panels.length === 0) return undefined;
  const histograms = (["real", "synthetic"] as const).map((cohort) =>
    histogramMarks(panels.flatMap(({ bars }) => bars[cohort]), { cohort, strokeWidth: 1.4 })
  );
  return figure(
    {
      width,
      height: 30 + Math.ceil(panels.length / columns) * panelHeight,
      ...margins,
      fx: { axis: null, padding: 0.08, domain: [...Array(columns).keys()] },
      fy: { axis: null, padding: 0.42 },
      x: { axis: null, domain: [0, 1] },
      y: { axis: null, domain: [0, 1.05] },
      marks: [
        histograms,
        Plot.ruleY([0], { strokeOpacity: 0.6 }),
        panelTexts(panels),
      ],
    },
    distributionsContents(panels),
    look,
  );
}

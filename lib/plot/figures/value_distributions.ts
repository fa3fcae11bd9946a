/**
 * How measured values are distributed: real and synthetic histograms, overlaid, with one panel for each
 * of the most frequently measured codes.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import type { Cohort } from "../../cohort/cohort.ts";
import { measuredValues } from "../../cohort/measured_values.ts";
import { quantile } from "../../cohort/quantile.ts";
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

/** One code's values in both cohorts. */
interface Measured {
  readonly title: string;
  readonly real: Float32Array;
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
  /** Share of the values in each bin. */
  readonly shares: { readonly real: Float64Array; readonly synthetic: Float64Array };
}

/** The codes with most real values, of those that both cohorts measure. */
function mostMeasured(real: Cohort, synthetic: Cohort): Measured[] {
  const judged = measuredValues(synthetic);
  return [...measuredValues(real)].flatMap(([code, values]) => {
    const others = judged.get(code);
    const title = real.vocabulary.descriptions[code];
    return others === undefined ? [] : [{ title, real: values, synthetic: others }];
  }).sort((a, b) => b.real.length - a.real.length).slice(0, mostPanels);
}

/** Share of values in each bin from `low` to `high`; values beyond are counted in the outer bins. */
function histogram(values: Float32Array, low: number, high: number): Float64Array {
  const shares = new Float64Array(bins);
  for (const value of values) {
    const bin = Math.floor(bins * (value - low) / (high - low));
    shares[Math.max(0, Math.min(bins - 1, bin))] += 1 / values.length;
  }
  return shares;
}

/** The panel of the code that is the `index`-th most measured. */
function panelOf(measured: Measured, index: number, columns: number): Panel {
  const sorted = Float64Array.from(measured.real);
  const low = quantile(sorted, 0.005);
  const high = Math.max(quantile(sorted, 0.995), low + 1e-6 * Math.max(1, Math.abs(low)));
  const real = histogram(measured.real, low, high);
  const synthetic = histogram(measured.synthetic, low, high);
  const highest = Math.max(...real, ...synthetic);
  const [fx, fy] = [index % columns, Math.floor(index / columns)];
  const bars = (shares: Float64Array) =>
    Array.from(shares, (share, bin) => ({
      fx,
      fy,
      x1: bin / bins,
      x2: (bin + 1) / bins,
      y: share / highest,
    }));
  return {
    ...measured,
    low,
    high,
    fx,
    fy,
    bars: { real: bars(real), synthetic: bars(synthetic) },
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
  const median = (values: Float32Array) => valueText(quantile(Float64Array.from(values), 0.5));
  const sentences = panels.map(({ title, real, synthetic }) =>
    `${title}: median ${median(real)} real, ${median(synthetic)} synthetic.`
  );
  return {
    title: "Values of the most frequently measured codes, real and synthetic",
    description: sentences.join(" "),
    legend: [["Real", "real"], ["Synthetic", "synthetic"]],
    points: panels.flatMap(({ title, low, high, shares }) =>
      Array.from(shares.real, (real_share, bin) => ({
        code: title,
        from: low + (high - low) * bin / bins,
        to: low + (high - low) * (bin + 1) / bins,
        real_share,
        synthetic_share: shares.synthetic[bin],
      }))
    ),
  };
}

/**
 * Histograms of the nine codes with the most real values among those that both cohorts measure, as an
 * SVG element with a width of 600 pixels unless the options say otherwise. Each axis runs from the 0.5th to the 99.5th percentile of
 * the real values; values beyond are counted in the outer bins. Undefined if there is no such code.
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
  look: FigureOptions = {},
): SVGSVGElement | undefined {
  const { width = usualColumns * panelWidth } = look;
  const columns = Math.max(1, Math.floor(width / leastPanelWidth));
  const panels = mostMeasured(real, synthetic).map((code, index) => panelOf(code, index, columns));
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

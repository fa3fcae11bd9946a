/**
 * Is each label as common among synthetic patients as among real ones?
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import type { Estimate, LabelPrevalence } from "../../evaluate/report.ts";
import { axisTitle, rowAxis } from "./axes.ts";
import { colours } from "./colours.ts";
import { figure, type FigureContents } from "./figure.ts";
import type { FigureOptions } from "./figure_options.ts";
import { intervalMarks } from "./interval_marks.ts";
import { shortened } from "./texts.ts";

/** Most characters of a label, in a figure of the default width and in a narrower one. */
const longestName = { wide: 34, narrow: 20 };
const usualWidth = 520;
const rowHeight = 24;

/** The two cohorts of the figure, real above synthetic: how each is drawn. */
const cohorts = [
  { key: "real", name: "● Real", symbol: "circle", dy: -4 },
  { key: "synthetic", name: "◆ Synthetic", symbol: "diamond", dy: 4 },
] as const;

function prevalenceContents(
  rows: readonly Pick<LabelPrevalence["labels"][number], "label" | "real" | "synthetic">[],
): FigureContents {
  const percent = ({ value }: Estimate) => `${(100 * value).toFixed(1)}%`;
  const sentences = rows.map(({ label, real, synthetic }) =>
    `${label}: real ${percent(real)}, synthetic ${percent(synthetic)}.`
  );
  return {
    title: "Label prevalence, real and synthetic",
    description: sentences.join(" "),
    legend: cohorts.map(({ name, key }) => [name, key]),
    points: rows.map(({ label, real, synthetic }) => ({
      label,
      real: real.value,
      real_low: real.low,
      real_high: real.high,
      synthetic: synthetic.value,
      synthetic_low: synthetic.low,
      synthetic_high: synthetic.high,
    })),
  };
}

/**
 * The share of records with each label, real above synthetic, each with its 95% interval; the most
 * frequent real label comes first. An SVG element of 520 × (80 + 24 × labels) pixels unless the
 * options say otherwise.
 *
 * @example
 * ```ts
 * import { labelPrevalenceFigure } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const svg = labelPrevalenceFigure({
 *   r2: null,
 *   r2_low: null,
 *   r2_high: null,
 *   labels: [{
 *     label: "asthma",
 *     real: { value: 0.1, low: 0.08, high: 0.12 },
 *     synthetic: { value: 0.11, low: 0.09, high: 0.13 },
 *   }],
 * });
 * assertEquals(svg.getAttribute("height"), "104");
 * ```
 *
 * @param prevalence.labels in any order; shares in [0, 1]
 */
export function labelPrevalenceFigure(
  { labels }: Omit<LabelPrevalence, "labels"> & {
    readonly labels: readonly Pick<
      LabelPrevalence["labels"][number],
      "label" | "real" | "synthetic"
    >[];
  },
  look: FigureOptions = {},
): SVGSVGElement {
  const rows = labels.toSorted((a, b) => b.real.value - a.real.value);
  const longest = longestName[(look.width ?? usualWidth) < usualWidth ? "narrow" : "wide"];
  const names = rows.map(({ label }) => shortened(label, longest));
  const top = Math.max(0.01, ...rows.flatMap(({ real, synthetic }) => [real.high, synthetic.high]));
  return figure(
    {
      width: usualWidth,
      height: 80 + rowHeight * rows.length,
      marginTop: 14,
      marginRight: 20,
      marginBottom: 46,
      marginLeft: 20 + 6.2 * Math.max(6, ...names.map(({ length }) => length)),
      x: {
        ...axisTitle("Share of records (%)"),
        domain: [0, 100 * Math.min(1, top * 1.05)],
        grid: true,
      },
      y: {
        // Names may be alike once shortened, so rows are placed by number.
        ...rowAxis([...names.keys()], 0.6),
        tickFormat: (index: number) => names[index],
      },
      marks: [
        Plot.ruleX([0], { strokeOpacity: 0.6 }),
        cohorts.map(({ key, symbol, dy }) => [
          intervalMarks(
            rows.map(({ [key]: { value, low, high } }, row) => ({
              row,
              value: 100 * value,
              low: 100 * low,
              high: 100 * high,
            })),
            { colour: colours[key], strokeWidth: 1.6, dy, dot: { symbol, r: 3.4 } },
          ),
        ]),
      ],
    },
    prevalenceContents(rows),
    look,
  );
}

/**
 * Are the probabilities of classifiers as large as the shares that they predict, whether they learn from
 * real or from synthetic records? The reliability diagram.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import type { ClassifierReliability, Reliability } from "../../evaluate/report.ts";
import { axisTitle } from "./axes.ts";
import { colours } from "./colours.ts";
import { figure, type FigureContents } from "./figure.ts";
import type { FigureOptions } from "./figure_options.ts";

const usual = { width: 420, height: 420 };
/** Radius of the dot of a bin with all cases, in pixels. */
const [largest, smallest] = [14, 2.5];

/** The classifiers, by what they were trained on. */
const classifiers = [
  { key: "real", name: "● Trained on real records", symbol: "circle" },
  { key: "synthetic", name: "◆ Trained on synthetic records", symbol: "diamond" },
] as const;

const binsOf = ({ probability, share, low, high, cases }: Reliability) =>
  probability.map((each, bin) => ({
    probability: each,
    share: share[bin],
    low: low[bin],
    high: high[bin],
    cases: cases[bin],
  }));

function calibrationContents(calibration: ClassifierReliability): FigureContents {
  const sentences = classifiers.map(({ key, name }) => {
    const bins = binsOf(calibration[key]).map(({ probability, share }) =>
      `${(100 * share).toFixed(0)}% where ${(100 * probability).toFixed(0)}% is predicted`
    );
    return `${name.slice(2)}: ${bins.join(", ")}.`;
  });
  return {
    title: "Calibration of classifiers trained on real and on synthetic records",
    description: sentences.join(" "),
    legend: classifiers.map(({ name, key }) => [name, key]),
    points: classifiers.flatMap(({ key }) =>
      binsOf(calibration[key]).map((bin) => ({ trained_on: key, ...bin }))
    ),
  };
}

/**
 * The share of positive cases by predicted probability, with 95% intervals, for classifiers trained on
 * real and on synthetic records and tested on the same held-out patients. Points on the diagonal are
 * calibrated; the area of a dot is in proportion to its cases. An SVG element of 420 × 420 pixels unless
 * the options say otherwise.
 *
 * @example
 * ```ts
 * import { calibrationFigure, figureCsv } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const bins = { probability: [0.2], share: [0.25], low: [0.2], high: [0.3], cases: [40] };
 * const svg = calibrationFigure({ real: bins, synthetic: bins });
 * assertEquals(figureCsv(svg).split("\n")[1], "real,0.2,0.25,0.2,0.3,40");
 * ```
 *
 * @param calibration from `utility.phenotyping` or `utility.phenotyping_before`
 */
export function calibrationFigure(
  calibration: ClassifierReliability,
  look: FigureOptions = {},
): SVGSVGElement {
  const all = classifiers.map(({ key }) =>
    calibration[key].cases.reduce((sum, cases) => sum + cases, 0)
  );
  const radius = (cases: number, total: number) =>
    Math.max(smallest, largest * Math.sqrt(cases / total));
  const axis = { domain: [0, 1], tickFormat: (share: number) => `${100 * share}`, ticks: 5 };
  const width = look.width ?? usual.width;
  return figure(
    {
      ...usual,
      height: Math.min(usual.height, width + 20),
      marginTop: 12,
      marginRight: 16,
      marginBottom: 44,
      marginLeft: 46,
      x: { ...axis, ...axisTitle("Predicted probability (%)"), grid: true },
      y: { ...axis, ...axisTitle("Positive held-out patients (%)"), grid: true },
      marks: [
        Plot.line([[0, 0], [1, 1]], { strokeDasharray: "4 4", strokeOpacity: 0.6 }),
        classifiers.map(({ key, symbol }, i) => {
          const bins = binsOf(calibration[key]);
          const place = { x: "probability", stroke: colours[key] };
          return [
            Plot.line(bins, { ...place, y: "share", strokeWidth: 1.6 }),
            Plot.ruleX(bins, { ...place, y1: "low", y2: "high", strokeWidth: 1.4 }),
            Plot.dot(bins, {
              x: "probability",
              y: "share",
              r: ({ cases }: { cases: number }) => radius(cases, all[i]),
              symbol,
              fill: colours[key],
              fillOpacity: 0.75,
            }),
          ];
        }),
      ],
      r: { type: "identity" },
    },
    calibrationContents(calibration),
    look,
  );
}

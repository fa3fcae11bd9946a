/**
 * Which model reproduces the frequencies of codes and pairs best: the scatters of the papers as small
 * multiples, one column per model, all against the same real probabilities on the same axes.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import type { PairedProbabilities } from "../../evaluate/fidelity/paired_probabilities.ts";
import type { ProbabilityFidelity } from "../../evaluate/report.ts";
import { colours, figure } from "./figure.ts";
import {
  type AxisType,
  probabilityRange,
  type ProbabilityScale,
  probabilityScale,
} from "./probability_axes.ts";
import { probabilityPlane } from "./probability_plane.ts";
import { probabilityKinds, type ProbabilityScatterOptions } from "./probability_scatter.ts";
import { rareSentence } from "../rare_words.ts";
import { r2Text } from "./r2_axis.ts";
import { halo } from "./texts.ts";
import { thinned } from "./thinning.ts";

/** One column of the grid. */
export interface ScatterColumn {
  /** Its title: the name of the model. */
  readonly name: string;
  /** Its points; of the same kind in all columns. */
  readonly pairs: PairedProbabilities;
  /** The R² to state in it. */
  readonly fidelity?: ProbabilityFidelity | undefined;
}

const columnWidth = 168;
const margins = { marginTop: 26, marginRight: 12, marginBottom: 44, marginLeft: 62 };

/** The text in the corner of a column: its R², if known. */
function statement({ name, fidelity }: ScatterColumn): { name: string; text: string } {
  const text = fidelity === undefined ? "" : `R² ${r2Text(fidelity.r2).replace("-", "−")}`;
  return { name, text };
}

/** One axis for all columns. */
function commonScale(columns: readonly ScatterColumn[], type: AxisType): ProbabilityScale {
  const ranges = columns.map(({ pairs }) => probabilityRange(pairs));
  const lowest = Math.min(...ranges.map(([low]) => low));
  const highest = Math.max(...ranges.map(([, high]) => high));
  return probabilityScale([lowest, highest], type);
}

/** The points of one column as drawn, those that stand for more darker and on top. */
function pointsOf(
  { name, pairs: { real, synthetic } }: ScatterColumn,
  { share, place }: ProbabilityScale,
  pointLimit: number,
) {
  const { kept, weights } = thinned(real.map(share), synthetic.map(share), pointLimit);
  const base = kept.length < 500 ? 0.5 : 0.35;
  return Array.from(kept, (index, i) => ({
    name,
    x: place(real[index]),
    y: place(synthetic[index]),
    opacity: Math.min(0.95, base + 0.15 * Math.log2(weights[i])),
  })).sort((a, b) => a.opacity - b.opacity);
}

/**
 * Real against synthetic probabilities with the line y = x, one column per model, as an SVG
 * element of 74 + 168 × columns by 226 pixels. If a panel has more points than the limit, dense areas
 * are thinned and darker dots stand for several.
 *
 * @example
 * ```ts
 * import { scatterGrid } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const codes = { kind: "unigram", first: Uint32Array.of(0, 1), second: null } as const;
 * const real = Float64Array.of(0.2, 0.5);
 * const svg = scatterGrid([
 *   { name: "halo", pairs: { ...codes, real, synthetic: Float64Array.of(0.25, 0.45) } },
 *   { name: "gpt", pairs: { ...codes, real, synthetic: Float64Array.of(0.2, 0.6) } },
 * ]);
 * assertEquals(svg.querySelectorAll("circle").length, 4);
 * ```
 *
 * @param columns at least one, of the same kind and the same real cohort; names distinct
 * @param options.axes of all panels; default "linear"
 * @param options.pointLimit largest number of points in a panel; default 1,000
 * @throws {RangeError} If there is no column
 */
export function scatterGrid(
  columns: readonly ScatterColumn[],
  { axes = "linear", pointLimit = 1000 }: Omit<ProbabilityScatterOptions, "fidelity"> = {},
): SVGSVGElement {
  if (columns.length === 0) {
    throw new RangeError(
      "Cannot draw a grid of scatters: it has 0 columns, must have at least 1",
    );
  }
  const { title, per, points } = probabilityKinds[columns[0].pairs.kind];
  const scale = commonScale(columns, axes);
  const { domain, start } = scale;
  const statements = columns.map(statement);
  const ends = columns.flatMap(({ name }) => [start, domain[1]].map((value) => ({ name, value })));
  return figure({
    width: margins.marginLeft + margins.marginRight + columnWidth * columns.length,
    height: 226,
    ...margins,
    fx: { domain: columns.map(({ name }) => name), label: null, padding: 0.14 },
    x: { domain, type: axes, ticks: 3 },
    y: { domain, type: axes, ticks: 4 },
    marks: [
      Plot.axisFx({ anchor: "top", label: null, fontWeight: 600, fontSize: 12 }),
      probabilityPlane(scale, {
        real: [`Real (probability ${per})`, 36],
        synthetic: ["Synthetic", 56],
        labels: 3,
      }),
      Plot.dot(columns.flatMap((column) => pointsOf(column, scale, pointLimit)), {
        fx: "name",
        x: "x",
        y: "y",
        r: 1.5,
        fill: colours.real,
        fillOpacity: { value: "opacity", scale: null },
      }),
      Plot.line(ends, {
        fx: "name",
        x: "value",
        y: "value",
        strokeOpacity: 0.7,
        strokeWidth: 1,
        strokeDasharray: "4,3",
      }),
      Plot.text(statements, {
        fx: "name",
        text: "text",
        frameAnchor: "top-left",
        dx: 6,
        dy: 6,
        fontSize: 12,
        fill: "#222",
        ...halo(4),
      }),
    ],
  }, {
    title: `${title}: real against synthetic probabilities by model, ${axes} axes`,
    description: columns.map((column) => {
      const { name, text } = statement(column);
      const { rare } = column.pairs;
      const left = rare === undefined ? "" : ` ${rareSentence(rare, points)}`;
      return `${name}: ${text || "no R²"}.${left}`;
    }).join(" "),
  });
}

/**
 * Which model reproduces the frequencies of codes and pairs best: the scatters of the papers as small
 * multiples, one column per model, all against the same real probabilities on the same axes.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import type { PairedProbabilities } from "../../evaluate/fidelity/paired_probabilities.ts";
import type { ProbabilityFidelity } from "../../evaluate/report.ts";
import { colours } from "./colours.ts";
import { figure } from "./figure.ts";
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
import { type Thinned, thinned } from "./thinning.ts";

/** One column of the grid. */
export interface ScatterColumn {
  /** Its title: the name of the model. */
  readonly name: string;
  /** Its points; of the same kind in all columns. */
  readonly pairs: PairedProbabilities;
  /** The R² to state in it. */
  readonly fidelity?: ProbabilityFidelity | undefined;
}

const [columnWidth, leastColumnWidth, rowHeight] = [168, 130, 156];
const margins = { marginTop: 26, marginRight: 12, marginBottom: 44, marginLeft: 62 };

/** A column with its place in the grid, and which of its points are drawn. */
interface Panel extends ScatterColumn {
  readonly fx: number;
  readonly fy: number;
  readonly drawn: Thinned;
  /** The text in its corner: its R², if known. */
  readonly text: string;
}

const place = { fx: "fx", fy: "fy" } as const;

/** One axis for all columns. */
function commonScale(columns: readonly ScatterColumn[], type: AxisType): ProbabilityScale {
  const ranges = columns.map(({ pairs }) => probabilityRange(pairs));
  const lowest = Math.min(...ranges.map(([low]) => low));
  const highest = Math.max(...ranges.map(([, high]) => high));
  return probabilityScale([lowest, highest], type);
}

function panelOf(
  column: ScatterColumn,
  { fx, fy }: Pick<Panel, "fx" | "fy">,
  { share }: ProbabilityScale,
  pointLimit: number,
): Panel {
  const { pairs: { real, synthetic }, fidelity } = column;
  const drawn = thinned(real.map(share), synthetic.map(share), pointLimit);
  const text = fidelity === undefined ? "" : `R² ${r2Text(fidelity.r2).replace("-", "−")}`;
  return { ...column, fx, fy, drawn, text };
}

/** The points of one panel as drawn, those that stand for more darker and on top. */
function pointsOf(
  { fx, fy, pairs: { real, synthetic }, drawn: { kept, weights } }: Panel,
  { place }: ProbabilityScale,
) {
  const base = kept.length < 500 ? 0.5 : 0.35;
  return Array.from(kept, (index, i) => ({
    fx,
    fy,
    x: place(real[index]),
    y: place(synthetic[index]),
    opacity: Math.min(0.95, base + 0.15 * Math.log2(weights[i])),
  })).sort((a, b) => a.opacity - b.opacity);
}

/** Names, axes, points, the line y = x and R² of all panels. */
function panelMarks(
  panels: readonly Panel[],
  scale: ProbabilityScale,
  per: string,
): Plot.Markish[] {
  const ends = panels.flatMap(({ fx, fy }) =>
    [scale.start, scale.domain[1]].map((value) => ({ fx, fy, value }))
  );
  return [
    Plot.text(panels, {
      ...place,
      text: "name",
      frameAnchor: "top",
      dy: -14,
      fontWeight: 600,
      fontSize: 12,
    }),
    probabilityPlane(scale, {
      real: [`Real (probability ${per})`, 36],
      synthetic: ["Synthetic", 56],
      labels: 3,
    }),
    Plot.dot(panels.flatMap((panel) => pointsOf(panel, scale)), {
      ...place,
      x: "x",
      y: "y",
      r: 1.5,
      fill: colours.real,
      fillOpacity: { value: "opacity", scale: null },
    }),
    Plot.line(ends, {
      ...place,
      x: "value",
      y: "value",
      z: ({ fx, fy }: Panel) => `${fx} ${fy}`,
      strokeOpacity: 0.7,
      strokeWidth: 1,
      strokeDasharray: "4,3",
    }),
    Plot.text(panels, {
      ...place,
      text: "text",
      frameAnchor: "top-left",
      dx: 6,
      dy: 6,
      fontSize: 12,
      fill: "#222",
      ...halo(4),
    }),
  ];
}

/**
 * Real against synthetic probabilities with the line y = x, one column per model, as an SVG
 * element of 74 + 168 × columns by 226 pixels. In a narrower one, the columns continue in the next
 * row. If a panel has more points than the limit, dense areas
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
  { axes = "linear", pointLimit = 1000, ...look }: Omit<ProbabilityScatterOptions, "fidelity"> = {},
): SVGSVGElement {
  if (columns.length === 0) {
    throw new RangeError(
      "Cannot draw a grid of scatters: it has 0 columns, must have at least 1",
    );
  }
  const { title, per, points } = probabilityKinds[columns[0].pairs.kind];
  const sides = margins.marginLeft + margins.marginRight;
  const { width = sides + columnWidth * columns.length } = look;
  const across = Math.floor((width - sides) / leastColumnWidth);
  const perRow = Math.max(1, Math.min(columns.length, across));
  const rows = Math.ceil(columns.length / perRow);
  const scale = commonScale(columns, axes);
  const panels = columns.map((column, index) =>
    panelOf(column, { fx: index % perRow, fy: Math.floor(index / perRow) }, scale, pointLimit)
  );
  const { domain } = scale;
  return figure({
    width,
    height: margins.marginTop + margins.marginBottom + rowHeight * rows,
    ...margins,
    fx: { domain: [...Array(perRow).keys()], axis: null, padding: 0.14 },
    fy: { domain: [...Array(rows).keys()], axis: null, padding: 0.2 },
    x: { domain, type: axes, ticks: 3 },
    y: { domain, type: axes, ticks: 4 },
    marks: panelMarks(panels, scale, per),
  }, {
    title: `${title}: real against synthetic probabilities by model, ${axes} axes`,
    description: panels.map(({ name, text }, index) => {
      const { rare } = columns[index].pairs;
      const left = rare === undefined ? "" : ` ${rareSentence(rare, points)}`;
      return `${name}: ${text || "no R²"}.${left}`;
    }).join(" "),
  }, look);
}

/**
 * What bins keep of a distribution: a histogram of the values, and over it what even draws from the bins
 * give, with one panel for each way to cut.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { checkArguments } from "../../arguments.ts";
import { axisTitle } from "./axes.ts";
import { figure, type FigureContents } from "./figure.ts";
import type { FigureOptions } from "./figure_options.ts";
import { type Bar, histogramMarks } from "./histogram_marks.ts";

const cells = 40;
const [panelHeight, axisHeight] = [92, 60];
const place = { fx: "fx", fy: "fy" };
const margins = { marginTop: 22, marginRight: 12, marginBottom: 40, marginLeft: 12 };

/** How to draw {@link binnedValues}. */
export interface BinnedValuesOptions extends FigureOptions {
  /** What the values are, below the axis: "Systolic blood pressure, mm[Hg]". */
  readonly quantity: string;
}

/** Values in bins of one kind. */
interface Binned {
  readonly edges: readonly number[];
  /** [bins] Share of the values in each bin, in percent. */
  readonly percents: readonly number[];
}

/** The same in the panel of a name. */
interface Panel extends Binned {
  readonly name: string;
}

/** [bins] Percent of the values above each edge and up to the next one; those beyond count in the outer bins. */
function percentsIn(edges: readonly number[], values: ArrayLike<number>): number[] {
  const percents = new Array<number>(edges.length - 1).fill(0);
  for (let i = 0; i < values.length; i++) {
    const above = edges.findLastIndex((edge) => values[i] > edge);
    percents[Math.max(0, Math.min(edges.length - 2, above))] += 100 / values.length;
  }
  return percents;
}

/** Bars of a panel, whose area is the share of values in them: in percent per unit of the values. */
function barsOf({ edges, percents }: Binned, fy: number): Bar[] {
  return percents.map((percent, bin) => {
    const [x1, x2] = [edges[bin], edges[bin + 1]];
    return { fx: 0, fy, x1, x2, y: percent / (x2 - x1) };
  });
}

/** Edges of equally wide cells between the least and the greatest value. */
function fineEdges(values: ArrayLike<number>): number[] {
  const sorted = Float64Array.from(values).sort();
  const [low, high] = [sorted[0], sorted[sorted.length - 1]];
  if (!(high > low)) {
    throw new RangeError("Cannot draw: there must be two distinct values at least");
  }
  return Array.from({ length: cells + 1 }, (_, i) => low + i * (high - low) / cells);
}

function checkEdges(name: string, edges: readonly number[]): void {
  const isRising = edges.every((edge, i) => i === 0 || edge > edges[i - 1]);
  if (isRising && edges.length >= 2) return;
  throw new RangeError(
    `Cannot draw: the edges of "${name}" are ${
      edges.join(", ")
    }, must be two or more ascending numbers`,
  );
}

function binnedContents(panels: readonly Panel[], quantity: string): FigureContents {
  const number = (value: number) => String(Number(value.toPrecision(4)));
  return {
    title: `${quantity}: as measured, and drawn evenly from bins`,
    description: panels.map(({ name, edges }) =>
      `${name}: edges at ${edges.map(number).join(", ")}.`
    ).join(" "),
    legend: [["Measured", "real"], ["Drawn evenly from the bins", "synthetic"]],
    points: panels.flatMap(({ name, edges, percents }) =>
      percents.map((percent, bin) => ({
        bins: name,
        from: edges[bin],
        to: edges[bin + 1],
        percent,
      }))
    ),
  };
}

/**
 * What bins keep of a distribution, as an SVG element with a width of 520 pixels unless the options say
 * otherwise: one panel for each way to cut, in which equal areas are equally many values. The outline over
 * the histogram is what a model gives that learns all bins perfectly and draws evenly within them.
 *
 * @example Two ways to cut ten values
 * ```ts
 * import { binnedValues } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const glucose = [80, 84, 88, 92, 96, 100, 112, 130, 180, 320];
 * const svg = binnedValues(
 *   glucose,
 *   { "equally wide": [80, 200, 320], "equally full": [80, 96, 320] },
 *   { quantity: "Glucose, mg/dL" },
 * );
 * assertEquals(svg.getAttribute("width"), "520");
 * ```
 *
 * @param values at least two distinct finite numbers
 * @param schemes ascending edges by the name of their panel, one more than there are bins; a bin holds
 *   what is above its lower edge and up to its upper one, the outer ones also what lies beyond
 * @throws {TypeError} If the values are no list of numbers
 * @throws {RangeError} If edges do not ascend or there are fewer than two, or if values are all alike
 */
export function binnedValues(
  values: ArrayLike<number>,
  schemes: Readonly<Record<string, readonly number[]>>,
  { quantity, ...look }: BinnedValuesOptions,
): SVGSVGElement {
  checkArguments("binnedValues", [values, "numbers"]);
  const fine = fineEdges(values);
  const measured = { edges: fine, percents: percentsIn(fine, values) };
  const panels = Object.entries(schemes).map(([name, edges]): Panel => {
    checkEdges(name, edges);
    return { name, edges, percents: percentsIn(edges, values) };
  });
  const real = panels.flatMap((_, fy) => barsOf(measured, fy));
  const binned = panels.flatMap(barsOf);
  const highest = Math.max(...[...real, ...binned].map(({ y }) => y));
  const edges = panels.flatMap(({ edges }, fy) => edges.map((x) => ({ fx: 0, fy, x })));
  return figure(
    {
      width: 520,
      height: axisHeight + panelHeight * panels.length,
      ...margins,
      fx: { axis: null },
      fy: { axis: null, padding: 0.24, domain: [...panels.keys()] },
      x: { ...axisTitle(quantity), ticks: 6 },
      y: { axis: null, domain: [0, 1.05 * highest] },
      marks: [
        histogramMarks(real, { cohort: "real", strokeWidth: 1 }),
        Plot.ruleX(edges, { ...place, x: "x", strokeOpacity: 0.25 }),
        histogramMarks(binned, { cohort: "synthetic", strokeWidth: 1.6 }),
        Plot.ruleY([0], { strokeOpacity: 0.6 }),
        Plot.text(panels, {
          fx: () => 0,
          fy: (_: Panel, fy: number) => fy,
          text: "name",
          frameAnchor: "top-left",
          dy: -13,
          fontWeight: 600,
        }),
      ],
    },
    binnedContents(panels, quantity),
    look,
  );
}

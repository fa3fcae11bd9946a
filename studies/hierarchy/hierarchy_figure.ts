/**
 * The results of `hierarchy_study.ts` as a figure: one row per measure with the change through the
 * graph in per cent and its 95% interval, and small dots for the seeds.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { colours } from "ehrloom/plot/figures/colours.ts";
import { figure } from "ehrloom/plot/figures/figure.ts";
import { type Found, measures } from "./hierarchy_measures.ts";

/** An SVG of 640 × 210 pixels. */
export function hierarchyFigure(found: readonly Found[]): SVGSVGElement {
  const rows = found.filter(({ form }) => form === "graph").map((graph) => {
    const none = found.find(({ form, measure }) => form === "none" && measure === graph.measure);
    const share = (difference: number) => 100 * difference / (none?.level.value ?? NaN);
    return {
      name: measures[graph.measure],
      value: share(graph.difference.value),
      low: share(graph.difference.low),
      high: share(graph.difference.high),
      seeds: graph.differences.map(share),
    };
  });
  const seeds = rows.flatMap(({ name, seeds }) => seeds.map((value) => ({ name, value })));
  return figure({
    width: 640,
    height: 210,
    marginTop: 12,
    marginBottom: 46,
    marginLeft: 210,
    marginRight: 16,
    x: {
      label: "Change with the graph, % (left is better)",
      labelAnchor: "center",
      labelArrow: "none",
      labelOffset: 36,
      nice: true,
    },
    y: {
      type: "point",
      domain: rows.map(({ name }) => name),
      label: null,
      tickSize: 0,
      padding: 0.6,
    },
    marks: [
      Plot.frame({ strokeOpacity: 0.2 }),
      Plot.gridX(),
      Plot.ruleX([0], { stroke: colours.floor, strokeWidth: 1.5 }),
      Plot.ruleY(rows, {
        y: "name",
        x1: "low",
        x2: "high",
        stroke: colours.synthetic,
        strokeWidth: 1.8,
      }),
      Plot.dot(seeds, { y: "name", x: "value", dy: 10, r: 2, fill: colours.floor }),
      Plot.dot(rows, { y: "name", x: "value", fill: colours.synthetic, r: 4.5 }),
    ],
  }, {
    title: "What the hierarchy adds",
    description: rows.map(({ name, value, low, high }) =>
      `${name}: ${value.toFixed(1)}% (${low.toFixed(1)} to ${high.toFixed(1)}).`
    ).join(" "),
    points: rows.map(({ name, value, low, high }) => ({ name, value, low, high })),
  });
}

/**
 * How surprising real test visits are to each model, and where that is known as a bound only.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import type { Comparison } from "../../evaluate/comparison.ts";
import { colours, figure } from "./figure.ts";

const rowHeight = 26;

/**
 * Test losses in nats a visit with 95% intervals, a row a model; open dots are upper bounds. An SVG
 * element of 760 × (70 + 26 × rows) pixels. Models without likelihood have no row, and those that hold
 * a test record impossible a word in place of a dot; undefined where no loss is finite.
 */
export function testLossFigure({ models }: Comparison): SVGSVGElement | undefined {
  const rows = models.flatMap(({ model, likelihood }) => {
    if (likelihood === null) return [];
    const { nll_per_visit: loss, nll_per_visit_low: low, nll_per_visit_high: high } = likelihood;
    const isBound = likelihood.nll_is_bound;
    return [{ model, loss, low, high, isBound, text: `${isBound ? "≤ " : ""}${loss.toFixed(2)}` }];
  });
  const finite = rows.filter(({ loss }) => Number.isFinite(loss));
  if (finite.length === 0) return undefined;
  return figure({
    width: 760,
    height: 70 + rowHeight * rows.length,
    marginTop: 16,
    marginRight: 64,
    marginBottom: 46,
    marginLeft: 104,
    x: {
      domain: [0, 1.12 * Math.max(...finite.map(({ high }) => high))],
      label: "Test loss (nats a visit, lower is better)",
      labelAnchor: "center",
      labelArrow: "none",
      labelOffset: 36,
    },
    y: {
      type: "point",
      domain: rows.map(({ model }) => model),
      label: null,
      tickSize: 0,
      padding: 0.6,
    },
    marks: [
      Plot.frame({ strokeOpacity: 0.2 }),
      Plot.gridX(),
      Plot.ruleY(finite, {
        y: "model",
        x1: "low",
        x2: "high",
        stroke: colours.synthetic,
        strokeWidth: 1.8,
      }),
      Plot.dot(finite, {
        x: "loss",
        y: "model",
        fill: ({ isBound }: { isBound: boolean }) => isBound ? "white" : colours.synthetic,
        stroke: colours.synthetic,
        strokeWidth: 1.5,
        r: 4.5,
      }),
      Plot.text(finite, { x: "high", y: "model", text: "text", textAnchor: "start", dx: 10 }),
      Plot.text(rows.filter(({ loss }) => loss === Infinity), {
        x: 0,
        y: "model",
        text: () => "holds a test record impossible",
        textAnchor: "start",
        dx: 4,
        fill: colours.synthetic,
      }),
    ],
  }, {
    title: "Test loss of the models",
    description: rows.map(({ model, text }) => `${model}: ${text} nats a visit.`).join(" "),
  });
}

/**
 * The test loss of each model, and for which models it is only a bound.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import type { Likelihood } from "../../evaluate/report.ts";
import { axisTitle, rowAxis } from "./axes.ts";
import { colours, wordColours } from "./colours.ts";
import { figure } from "./figure.ts";
import type { FigureOptions } from "./figure_options.ts";
import { type Interval, intervalMarks } from "./interval_marks.ts";

const rowHeight = 26;
const margins = { marginTop: 16, marginRight: 64, marginBottom: 46, marginLeft: 104 };

/** A model with its test loss in nats per visit; null if it has no likelihood. */
interface ModelLoss {
  readonly model: string;
  readonly likelihood:
    | Pick<
      Likelihood,
      "nll_per_visit" | "nll_per_visit_low" | "nll_per_visit_high" | "nll_is_bound"
    >
    | null;
}

/** A row of the figure. */
interface LossRow extends Interval {
  readonly isBound: boolean;
  readonly text: string;
}

function lossRows(models: readonly ModelLoss[]): LossRow[] {
  return models.flatMap(({ model, likelihood }) => {
    if (likelihood === null) return [];
    const { nll_per_visit: value, nll_per_visit_low: low, nll_per_visit_high: high } = likelihood;
    const isBound = likelihood.nll_is_bound;
    const text = `${isBound ? "≤ " : ""}${value.toFixed(2)}`;
    return [{ row: model, value, low, high, isBound, text }];
  });
}

/**
 * Test losses in nats per visit with 95% intervals, one row per model; open dots are upper bounds. An
 * SVG element of 760 × (70 + 26 × rows) pixels unless the options say otherwise. Models without a likelihood have no row; models that
 * give a test record the probability 0 have a sentence instead of a dot. Undefined if no loss is
 * finite.
 *
 * @param comparison.models in the order of the rows; names distinct
 */
export function testLossFigure(
  { models }: { readonly models: readonly ModelLoss[] },
  look: FigureOptions = {},
): SVGSVGElement | undefined {
  const rows = lossRows(models);
  const finite = rows.filter(({ value }) => Number.isFinite(value));
  if (finite.length === 0) return undefined;
  return figure({
    width: 760,
    height: 70 + rowHeight * rows.length,
    ...margins,
    x: {
      ...axisTitle("Test loss (nats per visit, lower is better)"),
      domain: [0, 1.12 * Math.max(...finite.map(({ high }) => high))],
      labelOffset: 36,
    },
    y: rowAxis(rows.map(({ row }) => row), 0.6),
    marks: [
      Plot.frame({ strokeOpacity: 0.2 }),
      Plot.gridX(),
      intervalMarks(finite, {
        colour: colours.synthetic,
        dot: {
          fill: ({ isBound }: LossRow) => isBound ? "white" : colours.synthetic,
          stroke: colours.synthetic,
          strokeWidth: 1.5,
        },
      }),
      Plot.text(finite, { x: "high", y: "row", text: "text", textAnchor: "start", dx: 10 }),
      Plot.text(rows.filter(({ value }) => value === Infinity), {
        x: 0,
        y: "row",
        text: () => "gives a test record the probability 0",
        textAnchor: "start",
        dx: 4,
        fill: wordColours.synthetic,
      }),
    ],
  }, {
    title: "Test loss of the models",
    description: rows.map(({ row, text }) => `${row}: ${text} nats per visit.`).join(" "),
    points: rows.map(({ row, value, low, high, isBound }) => ({
      model: String(row),
      nats_per_visit: value,
      low,
      high,
      is_bound: String(isBound),
    })),
  }, look);
}

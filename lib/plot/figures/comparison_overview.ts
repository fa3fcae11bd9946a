/**
 * The models' R² at a glance, with intervals and what held-out real records reach.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import type { Comparison } from "../../evaluate/comparison.ts";
import { codeKinds } from "../../evaluate/fidelity/counting/key_rows.ts";
import { colours, figure } from "./figure.ts";
import { probabilityKinds } from "./probability_scatter.ts";

const rowHeight = 26;

/**
 * R² of the three probabilities, a row a model and a panel a probability, with 95% intervals; the
 * dashed line is the ceiling. An SVG element of 760 × (80 + 26 × models) pixels. The axis begins at 0,
 * or at −0.1 where a figure is negative; what lies lower stands at its edge with its number.
 */
export function comparisonOverview({ models, ceiling }: Comparison): SVGSVGElement {
  const rows = codeKinds.flatMap((kind) =>
    models.map(({ model, fidelity }) => ({
      model,
      kind: probabilityKinds[kind].title,
      ...fidelity[kind],
    }))
  );
  const ceilings = codeKinds.map((kind) => ({
    kind: probabilityKinds[kind].title,
    r2: ceiling[kind].r2,
  }));
  const low = rows.some(({ r2_low }) => r2_low < 0) ? -0.1 : 0;
  const within = (value: number) => Math.max(low, value);
  const isWithin = ({ r2 }: { r2: number }) => r2 >= low;
  const text = (value: number) => value.toFixed(2).replace("-", "−");
  return figure({
    width: 760,
    height: 80 + rowHeight * models.length,
    marginTop: 34,
    marginRight: 16,
    marginBottom: 46,
    marginLeft: 104,
    fx: { domain: ceilings.map(({ kind }) => kind), label: null, padding: 0.12 },
    x: {
      domain: [low, 1],
      label: "R² (1 is exact)",
      labelAnchor: "center",
      labelArrow: "none",
      labelOffset: 36,
      ticks: 4,
    },
    y: {
      type: "point",
      domain: models.map(({ model }) => model),
      label: null,
      tickSize: 0,
      padding: 0.6,
    },
    marks: [
      Plot.axisFx({ anchor: "top", label: null, fontWeight: 600, fontSize: 12 }),
      Plot.frame({ strokeOpacity: 0.2 }),
      Plot.gridX({ ticks: 4 }),
      Plot.ruleX(ceilings.filter(isWithin), {
        fx: "kind",
        x: "r2",
        stroke: colours.ceiling,
        strokeWidth: 1.5,
        strokeDasharray: "4,3",
      }),
      Plot.ruleY(rows.filter(({ r2_high }) => r2_high >= low), {
        fx: "kind",
        y: "model",
        x1: ({ r2_low }: { r2_low: number }) => within(r2_low),
        x2: "r2_high",
        stroke: colours.synthetic,
        strokeWidth: 1.8,
      }),
      Plot.dot(rows.filter(isWithin), {
        fx: "kind",
        x: "r2",
        y: "model",
        fill: colours.synthetic,
        r: 4.5,
      }),
      Plot.text(rows.filter((row) => !isWithin(row)), {
        fx: "kind",
        x: low,
        y: "model",
        text: ({ r2 }: { r2: number }) => `◂ ${text(r2)}`,
        textAnchor: "start",
        dx: 4,
        fill: colours.synthetic,
        stroke: "white",
        strokeWidth: 3,
      }),
      Plot.text(["┆ Ceiling: held-out real"], {
        frameAnchor: "bottom-left",
        fx: [ceilings[0].kind],
        dx: -88,
        dy: 36,
        fill: colours.ceiling,
        fontWeight: 600,
        fontSize: 12,
      }),
    ],
  }, {
    title: "R² of the models, and of held-out real records",
    description: ceilings.map(({ kind, r2 }) =>
      `${kind}: ceiling ${r2.toFixed(3)}, ` +
      rows.filter((row) => row.kind === kind).map(({ model, r2 }) => `${model} ${r2.toFixed(3)}`)
        .join(", ") +
      "."
    ).join(" "),
  });
}

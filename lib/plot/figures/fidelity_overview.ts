/**
 * All R² figures at a glance: the synthetic cohort between its floor and its ceiling.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import type { Fidelity, ProbabilityFidelity } from "../../evaluate/report.ts";
import { colours, figure } from "./figure.ts";
import { probabilityKinds } from "./probability_scatter.ts";

const lowestShown = -0.1;
const kinds = ["unigram", "same_visit_bigram", "sequential_bigram"] as const;

/**
 * R² of the three probabilities with 95% intervals, for synthetic records, held-out real ones (the
 * ceiling) and independent draws (the floor), as an SVG element of 560 × 230 pixels. The axis begins
 * at 0, or at −0.1 where a figure is negative; what lies lower stands at its edge with its number.
 */
export function fidelityOverview(fidelity: Fidelity): SVGSVGElement {
  const sources = [
    ["Synthetic", "circle", colours.synthetic, fidelity, 0],
    ["Ceiling: held-out real", "triangle", colours.ceiling, fidelity.ceiling, -10],
    ["Floor: independent draws", "square", colours.floor, fidelity.floor, 10],
  ] as const;
  const rows = sources.map(([, , , figures]) =>
    kinds.map((kind) => ({ ...figures[kind], name: probabilityKinds[kind].title }))
  );
  const hasNegative = rows.flat().some(({ r2_low }) => r2_low < 0);
  const low = hasNegative ? lowestShown : 0;
  const within = (value: number) => Math.max(low, value);
  const legendX = [0, 90, 250];
  return figure({
    width: 560,
    height: 230,
    marginTop: 36,
    marginRight: 24,
    marginBottom: 44,
    marginLeft: 168,
    x: {
      domain: [low, 1],
      label: "R² (1 is exact)",
      labelAnchor: "center",
      labelArrow: "none",
      ticks: 6,
    },
    y: {
      type: "point",
      domain: rows[0].map(({ name }) => name),
      label: null,
      tickSize: 0,
      padding: 0.55,
    },
    marks: [
      Plot.gridX({ ticks: 6 }),
      Plot.ruleX([1], { strokeOpacity: 0.5 }),
      sources.map(([name, symbol, colour, , dy], index) => [
        Plot.ruleY(rows[index], {
          x1: (row: ProbabilityFidelity) => within(row.r2_low),
          x2: (row: ProbabilityFidelity) => within(row.r2_high),
          y: "name",
          stroke: colour,
          strokeWidth: 1.8,
          dy,
        }),
        Plot.dot(rows[index], {
          x: (row: ProbabilityFidelity) => within(row.r2),
          y: "name",
          symbol,
          fill: colour,
          r: name === "Synthetic" ? 5 : 4,
          dy,
        }),
        Plot.text(rows[index].filter(({ r2 }) => r2 < low), {
          x: low,
          y: "name",
          text: (row: ProbabilityFidelity) => `◂ ${row.r2.toFixed(2).replace("-", "−")}`,
          textAnchor: "start",
          dx: 8,
          dy,
          fill: colour,
          stroke: "white",
          strokeWidth: 3,
        }),
        Plot.text([`${{ square: "■", triangle: "▲", circle: "●" }[symbol]} ${name}`], {
          frameAnchor: "top-left",
          dx: -140 + legendX[index],
          dy: -26,
          fill: colour,
          fontWeight: 600,
          fontSize: 12,
        }),
      ]),
    ],
  }, {
    title: "R² of the synthetic cohort between its floor and its ceiling",
    description: kinds.map((kind) =>
      `${probabilityKinds[kind].title}: synthetic ${fidelity[kind].r2.toFixed(3)}, ` +
      `ceiling ${fidelity.ceiling[kind].r2.toFixed(3)}, floor ${
        fidelity.floor[kind].r2.toFixed(3)
      }.`
    ).join(" "),
  });
}

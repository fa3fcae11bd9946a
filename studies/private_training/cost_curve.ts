/**
 * What private training costs, as a figure: R² of codes and of pairs, AUROC and membership over ε, a
 * panel each, with a line for each cohort.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { type Coloured, colours } from "ehrloom/plot/figures/colours.ts";
import { figure } from "ehrloom/plot/figures/figure.ts";
import type { FigureName, Row } from "./result.ts";

/** The panels, from above, with the lowest number that they show: what is below is drawn there. */
const panels: readonly (readonly [name: FigureName, title: string, lowest: number])[] = [
  ["codes", "R² of codes", 0],
  ["pairs", "R² of pairs within a visit", 0],
  ["auroc", "AUROC after training on synthetic records", 0.5],
  ["membership_by_likelihood", "AUROC of membership, by likelihood", 0.45],
];

/** A colour for each cohort, in the order of their sizes. */
const cohortColours: readonly Coloured[] = ["synthetic", "real", "validation"];

/** Where ε stands on the axis; without noise, beyond the largest. */
const places = ["1", "2", "4", "8", "16", "∞"];

interface Point {
  readonly cohort: string;
  readonly panel: string;
  readonly epsilon: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The name of a row's cohort, with its size. */
function nameOf({ cohort, patients }: Row): string {
  return `${cohort}, ${patients.toLocaleString("en")} patients`;
}

/** The points of all lines, from left to right. */
function pointsOf(all: readonly Row[]): Point[] {
  const place = ({ epsilon }: Row) => epsilon ?? Number.MAX_VALUE;
  const rows = all.toSorted((a, b) => a.patients - b.patients || place(a) - place(b));
  return panels.flatMap(([figure, panel, lowest]) =>
    rows.flatMap((row): Point[] => {
      const found = row.figures[figure];
      if (found === null || row.records !== "private" && row.records !== "plain") return [];
      const epsilon = row.epsilon === null ? "∞" : String(row.epsilon);
      const [value, low, high] = [found.value, found.low, found.high]
        .map((each) => Math.max(lowest, each));
      return [{ cohort: nameOf(row), panel, epsilon, value, low, high }];
    })
  );
}

/** Rules at the figures of independent draws and of held-out records. */
function ends(rows: readonly Row[]) {
  return panels.flatMap(([figure, panel, lowest]) =>
    rows.flatMap((row) => {
      const found = row.figures[figure];
      if (found === null || row.records !== "held out" && row.records !== "independent") return [];
      return [{
        panel,
        cohort: nameOf(row),
        value: Math.max(lowest, found.value),
        isFloor: row.records === "independent",
      }];
    })
  );
}

/** An SVG of 640 × 760 pixels: solid lines are the runs, dashed ones independent draws. */
export function costCurve(rows: readonly Row[]): SVGSVGElement {
  const points = pointsOf(rows);
  const cohorts = [...new Set(points.map(({ cohort }) => cohort))];
  const colourOf = ({ cohort }: { cohort: string }) =>
    colours[cohortColours[cohorts.indexOf(cohort) % cohortColours.length]];
  const place = { fy: "panel", x: "epsilon", stroke: colourOf };
  const floors = ends(rows).filter(({ isFloor }) => isFloor);
  return figure({
    width: 640,
    height: 760,
    marginLeft: 52,
    marginRight: 16,
    marginBottom: 44,
    x: { type: "point", domain: places, label: "ε that training spends (∞: without protection)" },
    y: { label: null, grid: true, nice: true },
    fy: { domain: panels.map(([, title]) => title), label: null, axis: null },
    marks: [
      Plot.frame({ strokeOpacity: 0.2 }),
      Plot.text(panels, {
        fy: ([, title]: (typeof panels)[number]) => title,
        text: ([, title]: (typeof panels)[number]) => title,
        frameAnchor: "top-left",
        dx: 6,
        dy: -12,
        fontWeight: "bold",
      }),
      Plot.ruleY(floors, { fy: "panel", y: "value", stroke: colourOf, strokeDasharray: "2 4" }),
      Plot.ruleX(points, { ...place, y1: "low", y2: "high", strokeOpacity: 0.6 }),
      Plot.line(points, { ...place, y: "value", z: "cohort" }),
      Plot.dot(points, { fy: "panel", x: "epsilon", y: "value", fill: colourOf, r: 3.5 }),
    ],
  }, {
    title: "What private training costs",
    description: "Figures of synthetic records over the ε that training spent, for each cohort; " +
      "dashed lines are independent draws.",
    legend: cohorts.map((cohort, i) => [cohort, cohortColours[i % cohortColours.length]]),
    points: points.map((point) => ({ ...point })),
  });
}

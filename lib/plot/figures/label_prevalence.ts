/**
 * Is each label as common among synthetic patients as among real ones?
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import type { Estimate, LabelPrevalence } from "../../evaluate/report.ts";
import { colours, figure } from "./figure.ts";

const longestName = 34;

/**
 * The share of records with each label, real above synthetic, each with its 95% interval; labels
 * fall by their real share. An SVG element 520 pixels wide, 24 high per label.
 */
export function labelPrevalenceFigure({ labels }: LabelPrevalence): SVGSVGElement {
  const rows = labels.toSorted((a, b) => b.real.value - a.real.value).map((row, index) => ({
    ...row,
    // Names may be alike once shortened, so rows are placed by number.
    index,
    name: row.label.length > longestName ? row.label.slice(0, longestName - 1) + "…" : row.label,
  }));
  const names = rows.map(({ name }) => name.length);
  const cohorts = [
    ["Real", "real", colours.real, -4],
    ["Synthetic", "synthetic", colours.synthetic, 4],
  ] as const;
  const top = Math.max(0.01, ...rows.flatMap(({ real, synthetic }) => [real.high, synthetic.high]));
  return figure({
    width: 520,
    height: 80 + 24 * rows.length,
    marginTop: 30,
    marginRight: 20,
    marginBottom: 46,
    marginLeft: 20 + 6.2 * Math.max(6, ...names),
    x: {
      label: "Share of records (%)",
      labelAnchor: "center",
      labelArrow: "none",
      domain: [0, 100 * Math.min(1, top * 1.05)],
      grid: true,
    },
    y: {
      type: "point",
      domain: rows.map(({ index }) => index),
      tickFormat: (index: number) => rows[index].name,
      tickSize: 0,
      label: null,
      padding: 0.6,
    },
    marks: [
      Plot.ruleX([0], { strokeOpacity: 0.6 }),
      cohorts.map(([name, key, colour, dy], position) => {
        const percent = (part: keyof Estimate) => (row: typeof rows[number]) =>
          100 * row[key][part];
        return [
          Plot.ruleY(rows, {
            x1: percent("low"),
            x2: percent("high"),
            y: "index",
            stroke: colour,
            strokeWidth: 1.6,
            dy,
          }),
          Plot.dot(rows, {
            x: percent("value"),
            y: "index",
            fill: colour,
            symbol: key === "real" ? "circle" : "diamond",
            r: 3.4,
            dy,
          }),
          Plot.text([key === "real" ? `● ${name}` : `◆ ${name}`], {
            frameAnchor: "top-left",
            dx: 4 + 64 * position,
            dy: -20,
            fill: colour,
            fontWeight: 600,
            fontSize: 12,
          }),
        ];
      }),
    ],
  }, {
    title: "Label prevalence, real and synthetic",
    description: rows.map(({ label, real, synthetic }) =>
      `${label}: real ${(100 * real.value).toFixed(1)}%, synthetic ${
        (100 * synthetic.value).toFixed(1)
      }%.`
    ).join(" "),
  });
}

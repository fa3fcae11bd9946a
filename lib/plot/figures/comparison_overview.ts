/**
 * The models' R² at a glance, with intervals and the R² of held-out real records.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { type CodeKind, codeKinds } from "../../evaluate/fidelity/counting/key_rows.ts";
import type { FidelityFigures } from "../../evaluate/report.ts";
import { rowAxis } from "./axes.ts";
import { colours, wordColours } from "./colours.ts";
import { figure, type FigureContents } from "./figure.ts";
import type { FigureOptions } from "./figure_options.ts";
import { intervalMarks } from "./interval_marks.ts";
import { probabilityKinds } from "./probability_scatter.ts";
import { belowAxis, lowestShown, r2Axis, r2Text } from "./r2_axis.ts";

const rowHeight = 26;
const margins = { marginTop: 22, marginRight: 16, marginBottom: 46, marginLeft: 104 };
/** Pixels below which the panels stand below each other. */
const narrow = 560;

/** The R² of one cohort. */
type CodeFidelity = Pick<FidelityFigures, CodeKind>;

/** The R² of each model and of the ceiling, a panel for each kind of probability. */
function panelsOf(
  models: readonly { readonly model: string; readonly fidelity: CodeFidelity }[],
  ceiling: CodeFidelity,
) {
  return codeKinds.map((kind) => ({
    panel: probabilityKinds[kind].title,
    ceiling: ceiling[kind].r2,
    rows: models.map(({ model, fidelity }) => ({
      panel: probabilityKinds[kind].title,
      row: model,
      ...fidelity[kind],
    })),
  }));
}

function overviewContents(panels: ReturnType<typeof panelsOf>): FigureContents {
  const sentences = panels.map(({ panel, ceiling, rows }) =>
    `${panel}: ceiling ${r2Text(ceiling)}, ` +
    rows.map(({ row, r2 }) => `${row} ${r2Text(r2)}`).join(", ") + "."
  );
  return {
    title: "R² of the models, and of held-out real records",
    description: sentences.join(" "),
    legend: [["┆ Ceiling: held-out real", "ceiling"]],
    points: panels.flatMap(({ panel, ceiling, rows }) => [
      ...rows.map(({ row, r2, r2_low, r2_high }) => ({ of: panel, row, r2, r2_low, r2_high })),
      { of: panel, row: "ceiling", r2: ceiling },
    ]),
  };
}

/**
 * R² of codes, pairs within a visit and pairs over consecutive visits, one row per model and one
 * panel per kind, with 95% intervals; the dashed line is the ceiling. An SVG element of
 * 760 × (80 + 26 × models) pixels unless the options say otherwise; below 560 pixels, the panels stand
 * below each other. The axis begins at 0, or at −0.1 if a figure is negative; values
 * below are written at its edge.
 *
 * @example
 * ```ts
 * import { comparisonOverview } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const figures = (r2: number) => {
 *   const estimate = { r2, r2_low: r2 - 0.02, r2_high: r2 + 0.01, r2_median: r2, keys: 40 };
 *   return { unigram: estimate, same_visit_bigram: estimate, sequential_bigram: estimate };
 * };
 * const models = [
 *   { model: "halo", fidelity: figures(0.9) },
 *   { model: "marginals", fidelity: figures(0.2) },
 * ];
 * const svg = comparisonOverview({ models, ceiling: figures(0.99) });
 * assertEquals(svg.getAttribute("height"), "132");
 * ```
 *
 * @param comparison the result of `compare`, or these two parts of it
 * @param comparison.models one row each, in this order; names distinct
 * @param comparison.ceiling the R² of held-out real records
 */
export function comparisonOverview({ models, ceiling }: {
  readonly models: readonly {
    readonly model: string;
    readonly fidelity: Pick<FidelityFigures, CodeKind>;
  }[];
  readonly ceiling: Pick<FidelityFigures, CodeKind>;
}, look: FigureOptions = {}): SVGSVGElement {
  const panels = panelsOf(models, ceiling);
  const rows = panels.flatMap(({ rows }) => rows);
  const lowest = lowestShown(rows);
  const shown = (value: number | null) => value === null || value < lowest ? NaN : value;
  const isNarrow = (look.width ?? 760) < narrow;
  const place = isNarrow ? "fy" : "fx";
  const titles = panels.map(({ panel }) => panel);
  const facets = { domain: titles, label: null, axis: null, padding: isNarrow ? 0.3 : 0.12 };
  return figure(
    {
      width: 760,
      height: 80 + rowHeight * models.length * (isNarrow ? 3 : 1) + (isNarrow ? 60 : 0),
      ...margins,
      [place]: facets,
      x: { ...r2Axis(lowest, 4), labelOffset: 36 },
      y: rowAxis(models.map(({ model }) => model), 0.6),
      marks: [
        Plot.text(titles, {
          [place]: (title: string) => title,
          text: (title: string) => title,
          frameAnchor: isNarrow ? "top-left" : "top",
          dy: -12,
          fontWeight: 600,
          fontSize: 12,
        }),
        Plot.frame({ strokeOpacity: 0.2 }),
        Plot.gridX({ ticks: 4 }),
        Plot.ruleX(panels.filter(({ ceiling }) => ceiling !== null && ceiling >= lowest), {
          [place]: "panel",
          x: "ceiling",
          stroke: colours.ceiling,
          strokeWidth: 1.5,
          strokeDasharray: "4,3",
        }),
        intervalMarks(
          rows.map(({ panel, row, r2, r2_low, r2_high }) => ({
            panel,
            row,
            value: shown(r2),
            low: Math.max(lowest, r2_low ?? NaN),
            high: shown(r2_high),
          })),
          { colour: colours.synthetic, panels: place },
        ),
        belowAxis(rows, { lowest, colour: wordColours.synthetic, [place]: "panel", dx: 4 }),
      ],
    },
    overviewContents(panels),
    look,
  );
}

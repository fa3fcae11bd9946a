/**
 * The models' R² at a glance, with intervals and the R² of held-out real records.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { type CodeKind, codeKinds } from "../../evaluate/fidelity/counting/key_rows.ts";
import type { FidelityFigures } from "../../evaluate/report.ts";
import { rowAxis } from "./axes.ts";
import { colours, figure, type FigureText } from "./figure.ts";
import { intervalMarks } from "./interval_marks.ts";
import { probabilityKinds } from "./probability_scatter.ts";
import { belowAxis, lowestShown, r2Axis, r2Text } from "./r2_axis.ts";
import { legendEntry } from "./texts.ts";

const rowHeight = 26;
const margins = { marginTop: 34, marginRight: 16, marginBottom: 46, marginLeft: 104 };

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

function overviewText(panels: ReturnType<typeof panelsOf>): FigureText {
  const sentences = panels.map(({ panel, ceiling, rows }) =>
    `${panel}: ceiling ${r2Text(ceiling)}, ` +
    rows.map(({ row, r2 }) => `${row} ${r2Text(r2)}`).join(", ") + "."
  );
  return {
    title: "R² of the models, and of held-out real records",
    description: sentences.join(" "),
  };
}

/**
 * R² of codes, pairs within a visit and pairs over consecutive visits, one row per model and one
 * panel per kind, with 95% intervals; the dashed line is the ceiling. An SVG element of
 * 760 × (80 + 26 × models) pixels. The axis begins at 0, or at −0.1 if a figure is negative; values
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
}): SVGSVGElement {
  const panels = panelsOf(models, ceiling);
  const rows = panels.flatMap(({ rows }) => rows);
  const lowest = lowestShown(rows);
  const shown = (value: number | null) => value === null || value < lowest ? NaN : value;
  return figure({
    width: 760,
    height: 80 + rowHeight * models.length,
    ...margins,
    fx: { domain: panels.map(({ panel }) => panel), label: null, padding: 0.12 },
    x: { ...r2Axis(lowest, 4), labelOffset: 36 },
    y: rowAxis(models.map(({ model }) => model), 0.6),
    marks: [
      Plot.axisFx({ anchor: "top", label: null, fontWeight: 600, fontSize: 12 }),
      Plot.frame({ strokeOpacity: 0.2 }),
      Plot.gridX({ ticks: 4 }),
      Plot.ruleX(panels.filter(({ ceiling }) => ceiling !== null && ceiling >= lowest), {
        fx: "panel",
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
        { colour: colours.synthetic },
      ),
      belowAxis(rows, { lowest, colour: colours.synthetic, fx: "panel", dx: 4 }),
      legendEntry("┆ Ceiling: held-out real", colours.ceiling, {
        frameAnchor: "bottom-left",
        fx: [panels[0].panel],
        dx: -88,
        dy: 36,
      }),
    ],
  }, overviewText(panels));
}

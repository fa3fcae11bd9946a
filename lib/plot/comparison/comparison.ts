/**
 * A comparison of models as files: `comparison.html` for people, `comparison.json` for programs,
 * `figures/` for print.
 *
 * @module
 */
import { join } from "node:path";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import type { Cohort } from "../../cohort/cohort.ts";
import { replaceText, replaceWhole } from "../../files/output.ts";
import { markupText } from "../../printable.ts";
import { type Comparison, toJson } from "../../evaluate/comparison.ts";
import { type CodeKind, codeKinds } from "../../evaluate/fidelity/counting/key_rows.ts";
import { pairedProbabilities } from "../../evaluate/fidelity/paired_probabilities.ts";
import { comparisonOverview } from "../figures/comparison_overview.ts";
import { ComparisonPage } from "./comparison_page.tsx";
import style from "../report/report.css" with { type: "text" };
import { type ScatterColumn, scatterGrid } from "../figures/scatter_grid.ts";
import { testLossFigure } from "../figures/test_loss.ts";

/** A comparison with the records behind it. */
export interface Compared {
  /** The content of comparison.json. */
  readonly comparison: Comparison;
  /** The training records. */
  readonly real: Cohort;
  /** The records that each model generated, by the model's name. */
  readonly synthetic: ReadonlyMap<string, Cohort>;
}

/**
 * The columns of a {@link scatterGrid}: each model's probabilities beside the real ones, without those
 * of fewer than `min_cell` real patients.
 *
 * @throws {RangeError} If the vocabularies of the cohorts differ
 */
export function scatterColumns(
  { comparison, real, synthetic }: Compared,
  kind: CodeKind,
): ScatterColumn[] {
  const { about, models } = comparison;
  return models.flatMap(({ model, fidelity }) => {
    const written = synthetic.get(model);
    if (written === undefined) return [];
    const pairs = pairedProbabilities(real, written, kind, { minCell: about.min_cell });
    return [{ name: model, pairs, fidelity: fidelity[kind] }];
  });
}

function figuresOf(compared: Compared): Map<string, SVGSVGElement> {
  const figures = new Map([["overview", comparisonOverview(compared.comparison)]]);
  const losses = testLossFigure(compared.comparison);
  if (losses !== undefined) figures.set("test_loss", losses);
  for (const kind of codeKinds) {
    const columns = scatterColumns(compared, kind);
    for (const axes of ["linear", "log"] as const) {
      figures.set(`${kind}_${axes}`, scatterGrid(columns, { axes }));
    }
  }
  return figures;
}

function page(comparison: Comparison, figures: ReadonlyMap<string, SVGSVGElement>): string {
  return "<!doctype html>\n" + markupText(renderToString(h(ComparisonPage, {
    comparison,
    figures: new Map(Array.from(figures, ([name, svg]) => [name, svg.outerHTML])),
    style,
  }))) + "\n";
}

/** A comparison as one self-contained page, see {@link writeComparison}. */
export function comparisonHtml(compared: Compared): string {
  return page(compared.comparison, figuresOf(compared));
}

/**
 * Writes `comparison.html`, `comparison.json` and `figures/*.svg`, and replaces older ones; each is
 * written completely, or not at all.
 *
 * @param folder of the comparison, which the caller has claimed
 */
export async function writeComparison(folder: string, compared: Compared): Promise<void> {
  const figures = figuresOf(compared);
  const { comparison } = compared;
  await replaceWhole(join(folder, "figures"), async (temporary) => {
    await Deno.mkdir(temporary);
    for (const [name, svg] of figures) {
      await Deno.writeTextFile(join(temporary, `${name}.svg`), svg.outerHTML + "\n");
    }
  });
  await replaceText(join(folder, "comparison.json"), toJson(comparison));
  await replaceText(join(folder, "comparison.html"), page(comparison, figures));
}

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
import { titleOf } from "../../models/mod.ts";
import { comparisonOverview } from "../figures/comparison_overview.ts";
import type { FigureOptions } from "../figures/figure_options.ts";
import { pointsTable } from "../figures/points_table.ts";
import { ComparisonPage } from "./comparison_page.tsx";
import { type ScatterColumn, scatterGrid } from "../figures/scatter_grid.ts";
import { testLossFigure } from "../figures/test_loss.ts";
import { writeFigures } from "../page/figure_files.ts";
import { picturesOf } from "../page/picture.tsx";
import { pageScripts } from "../page/scripts.ts";
import { pageStyle } from "../page/style.ts";
import { namesIn, packPoints, pointsJson } from "../report/report_points.ts";

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
    return [{ name: titleOf(model), pairs, fidelity: fidelity[kind] }];
  });
}

/** The points of all models, by kind. */
type Columns = ReadonlyMap<CodeKind, readonly ScatterColumn[]>;

function columnsOf(compared: Compared): Columns {
  return new Map(codeKinds.map((kind) => [kind, scatterColumns(compared, kind)]));
}

/** The figures that the page shows as they are. */
function figuresOf({ models, ceiling }: Comparison, look: FigureOptions = {}) {
  const titled = models.map((each) => ({ ...each, model: titleOf(each.model) }));
  const figures = new Map([["overview", comparisonOverview({ models: titled, ceiling }, look)]]);
  const losses = testLossFigure({ models: titled }, look);
  if (losses !== undefined) figures.set("test_loss", losses);
  return figures;
}

/** The scatters for print; the page has its own. */
function gridsOf(columns: Columns): [name: string, svg: SVGSVGElement][] {
  return [...columns].flatMap(([kind, ofKind]) =>
    (["linear", "log"] as const).map((axes): [string, SVGSVGElement] => [
      `${kind}_${axes}`,
      scatterGrid(ofKind, { axes }),
    ])
  );
}

/** Largest number of points of one scatter in the page, where each kind has one for each model. */
const pagePointLimit = 5000;

function page({ comparison, real }: Compared, columns: Columns): string {
  const scatters = [...columns].flatMap(([kind, ofKind]) =>
    ofKind.map(({ name, pairs, fidelity }, index) => {
      const file = `${kind}_${name.replace(/\W+/g, "_")}`;
      const points = packPoints(pairs, pagePointLimit, { id: `${kind}-${index}`, name: file });
      return { title: name, points, r2: fidelity?.r2 ?? null };
    })
  );
  return "<!doctype html>\n" + markupText(renderToString(h(ComparisonPage, {
    comparison,
    figures: picturesOf((look) => figuresOf(comparison, look)),
    scatters,
    pointsJson: pointsJson(
      namesIn([...columns.values()].flat().map(({ pairs }) => pairs), real.vocabulary),
      scatters.map(({ points }) => points),
    ),
    style: pageStyle,
    scripts: pageScripts(),
  }))) + "\n";
}

/** A comparison as one self-contained page, see {@link writeComparison}. */
export function comparisonHtml(compared: Compared): string {
  return page(compared, columnsOf(compared));
}

/**
 * Writes `comparison.html`, `comparison.json`, `figures/*.svg` and the points of the figures as
 * `figures/*.csv`, and replaces older ones; each is written completely, or not at all.
 *
 * @param folder of the comparison, which the caller has claimed
 * @param options.png whether figures are written as `figures/*.png` too; takes a second for each
 */
export async function writeComparison(
  folder: string,
  compared: Compared,
  { png }: { readonly png?: boolean | undefined } = {},
): Promise<void> {
  const columns = columnsOf(compared);
  const { comparison, real: { vocabulary } } = compared;
  await replaceWhole(join(folder, "figures"), async (temporary) => {
    const figures = new Map([...figuresOf(comparison), ...gridsOf(columns)]);
    const tables = Array.from(columns, ([kind, ofKind]): [string, string] => [
      kind,
      pointsTable(ofKind, vocabulary),
    ]);
    await writeFigures(temporary, figures, { tables: new Map(tables), png });
  });
  await replaceText(join(folder, "comparison.json"), toJson(comparison));
  await replaceText(join(folder, "comparison.html"), page(compared, columns));
}

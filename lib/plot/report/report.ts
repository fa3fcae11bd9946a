/**
 * The report: `report.html` for people, `report.json` for programs, `figures/` for print.
 *
 * @module
 */
import { join } from "node:path";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import type { Cohort } from "../../cohort/cohort.ts";
import { writeWhole } from "../../files/output.ts";
import { markupText } from "../../printable.ts";
import { alignedCohorts } from "../../evaluate/align.ts";
import { heldOutProbabilities } from "../../evaluate/fidelity/held_out_probabilities.ts";
import {
  type PairedProbabilities,
  pairedProbabilities,
} from "../../evaluate/fidelity/paired_probabilities.ts";
import { reportSchemaId } from "../../evaluate/report_schema.ts";
import type { PartialReport } from "../../evaluate/report.ts";
import { reportTables } from "../../evaluate/report_tables.ts";
import { scaledRows } from "../../evaluate/summary/scaled_rows.ts";
import { csvText } from "../figures/csv_text.ts";
import type { FigureOptions } from "../figures/figure_options.ts";
import { forestPlot } from "../figures/forest.ts";
import { pointsTable } from "../figures/points_table.ts";
import { type EpochLosses, trainingCurve } from "../figures/training_curve.ts";
import { writeFigures } from "../page/figure_files.ts";
import { picturesOf } from "../page/picture.tsx";
import { pageScripts } from "../page/scripts.ts";
import { pageStyle } from "../page/style.ts";
import { ReportPage } from "./report_page.tsx";
import { namesIn, packPoints, pointsJson } from "./report_points.ts";
import { measureFigures } from "./sections/measure_pictures.ts";
import { fidelitySections } from "./sections/mod.ts";
import { shownKinds } from "./sections/probabilities.tsx";

/** What a report shows, in addition to its figures. */
export interface ReportSources {
  /** The real records that the synthetic ones are compared with: the training split. */
  readonly real: Cohort;
  /** The synthetic records. */
  readonly synthetic: Cohort;
  /** Real records that no model has seen, which some figures show beside the others. */
  readonly heldOut?: Cohort | undefined;
  /** The lines of `training.jsonl` of the run that generated the synthetic cohort. */
  readonly training?: readonly EpochLosses[] | undefined;
  /** Whether the figures of each measure are written as a table too, `tables/*.csv`. */
  readonly csv?: boolean | undefined;
  /** Whether figures are written as PNG too, `figures/*.png`; takes a second for each. */
  readonly png?: boolean | undefined;
}

/** Largest number of points of one scatter in the page; more are thinned. Keeps pages at a few MB. */
const pagePointLimit = 100_000;

function figuresOf(
  report: PartialReport,
  { real, synthetic, heldOut, training = [] }: ReportSources,
  paired: readonly PairedProbabilities[],
  look: FigureOptions = {},
): Map<string, SVGSVGElement> {
  const { fidelity, utility, privacy, about: { min_cell: minCell } } = report;
  const drawn = { fidelity, utility, privacy, real, synthetic, heldOut, paired, minCell, look };
  const figures = new Map([
    ...fidelitySections(fidelity).flatMap(({ pictures }) => pictures(drawn)),
    ...measureFigures(drawn),
  ]);
  const forest = report.summary && forestPlot(scaledRows(report).rows, look);
  if (forest !== undefined) figures.set("forest", forest);
  if (training.length > 0) figures.set("training_curve", trainingCurve(training, look));
  return figures;
}

function page(
  report: PartialReport,
  sources: ReportSources,
  paired: readonly PairedProbabilities[],
): string {
  const { real, heldOut } = sources;
  const minCell = report.about.min_cell;
  const scatters = paired.map((pairs) =>
    packPoints(pairs, pagePointLimit, {
      heldOut: heldOut && heldOutProbabilities(heldOut, pairs, minCell),
    })
  );
  return "<!doctype html>\n" + markupText(renderToString(h(ReportPage, {
    report,
    // the page has scatters of its own
    figures: picturesOf((look) => figuresOf(report, sources, [], look)),
    scatters,
    pointsJson: pointsJson(namesIn(paired, real.vocabulary), scatters),
    style: pageStyle,
    scripts: pageScripts(),
  })));
}

/** Points by kind: the one place where rare ones are left out of page, figures and their files. */
function pairedOf(
  { fidelity, about: { min_cell: minCell } }: PartialReport,
  { real, synthetic }: ReportSources,
): PairedProbabilities[] {
  return shownKinds(fidelity)
    .map((kind) => pairedProbabilities(real, synthetic, kind, { minCell }));
}

/** The same over the same codes and labels, as they were judged. */
function alignedSources({ real, synthetic, heldOut, ...rest }: ReportSources): ReportSources {
  const aligned = alignedCohorts(real, synthetic);
  return {
    ...rest,
    ...aligned,
    heldOut: heldOut && alignedCohorts(aligned.real, heldOut).synthetic,
  };
}

async function writeTables(folder: string, report: PartialReport): Promise<void> {
  await Deno.mkdir(folder);
  for (const [name, rows] of reportTables(report)) {
    await Deno.writeTextFile(join(folder, `${name}.csv`), csvText(rows.map((row) => ({ ...row }))));
  }
}

/**
 * The report as one self-contained page: style, scripts, figures and points are in it, and it never
 * requests anything. Texts from the data are shown as plain text, whatever they contain. Each scatter
 * has at most 100,000 points; if there are more, dense areas are thinned, and the page says so.
 */
export function reportHtml(report: PartialReport, of: ReportSources): string {
  const sources = alignedSources(of);
  return page(report, sources, pairedOf(report, sources));
}

/**
 * Writes `report.html`, `report.json` and the figures into a folder: `figures/*.svg`, and their points
 * as `figures/*.csv`; with `csv`, also a table of each measure's figures, `tables/*.csv`.
 *
 * @param folder a folder without these files
 */
export async function writeReportFiles(
  folder: string,
  report: PartialReport,
  of: ReportSources,
): Promise<void> {
  const sources = alignedSources(of);
  const paired = pairedOf(report, sources);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(join(folder, "report.html"), page(report, sources, paired));
  const stated = { $schema: reportSchemaId, ...report };
  await Deno.writeTextFile(join(folder, "report.json"), JSON.stringify(stated, null, 2) + "\n");
  const { vocabulary } = sources.real;
  await writeFigures(join(folder, "figures"), figuresOf(report, sources, paired), {
    tables: new Map(
      paired.map((pairs) => [pairs.kind, pointsTable([{ name: "synthetic", pairs }], vocabulary)]),
    ),
    png: of.png,
  });
  if (of.csv) await writeTables(join(folder, "tables"), report);
}

/**
 * Like {@link writeReportFiles}, into a new folder; writes the complete folder, or nothing.
 *
 * @param folder where to write
 * @param options.force replace an older result of Ehrloom
 * @throws {Deno.errors.AlreadyExists} If the folder exists and `force` is not set
 */
export async function writeReport(
  folder: string,
  report: PartialReport,
  { force, ...sources }: ReportSources & { readonly force?: boolean | undefined },
): Promise<void> {
  await writeWhole(folder, (temporary) => writeReportFiles(temporary, report, sources), { force });
}

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
import {
  type PairedProbabilities,
  pairedProbabilities,
} from "../../evaluate/fidelity/paired_probabilities.ts";
import type { PartialReport } from "../../evaluate/report.ts";
import { type EpochLosses, trainingCurve } from "../figures/training_curve.ts";
import type { ReportPoints } from "./page_script/main.ts";
import { reportScript } from "./page_script/script.ts";
import style from "./report.css" with { type: "text" };
import { ReportPage } from "./report_page.tsx";
import { namesIn, packPoints } from "./report_points.ts";
import { fidelitySections } from "./sections/mod.ts";
import { shownKinds } from "./sections/probabilities.tsx";

/** What a report shows, in addition to its figures. */
export interface ReportSources {
  /** The real records that the synthetic ones are compared with: the training split. */
  readonly real: Cohort;
  /** The synthetic records. */
  readonly synthetic: Cohort;
  /** The lines of `training.jsonl` of the run that generated the synthetic cohort. */
  readonly training?: readonly EpochLosses[] | undefined;
}

/** Largest number of points of one scatter in the page; more are thinned. Keeps pages at a few MB. */
const pagePointLimit = 100_000;

function figuresOf(
  { fidelity, about: { min_cell: minCell } }: PartialReport,
  { real, synthetic, training = [] }: ReportSources,
  paired: readonly PairedProbabilities[],
): Map<string, SVGSVGElement> {
  const drawn = { fidelity, real, synthetic, paired, minCell };
  const figures = new Map(
    fidelitySections(fidelity).flatMap(({ pictures }) => pictures(drawn)),
  );
  if (training.length > 0) figures.set("training_curve", trainingCurve(training));
  return figures;
}

function page(
  report: PartialReport,
  { real }: ReportSources,
  paired: readonly PairedProbabilities[],
  figures: ReadonlyMap<string, SVGSVGElement>,
): string {
  const scatters = paired.map((pairs) => packPoints(pairs, pagePointLimit));
  const points: ReportPoints = { ...namesIn(paired, real.vocabulary), scatters };
  const d3 = Deno.readTextFileSync(new URL("../dist/d3.min.js", import.meta.resolve("d3")));
  return "<!doctype html>\n" + markupText(renderToString(h(ReportPage, {
    report,
    figures: new Map(Array.from(figures, ([name, svg]) => [name, svg.outerHTML])),
    scatters,
    // Without "<" no description can end the script element that holds it.
    pointsJson: JSON.stringify(points).replaceAll("<", "\\u003c"),
    style,
    scripts: scatters.length > 0 ? [d3, reportScript] : [],
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
function alignedSources({ real, synthetic, training }: ReportSources): ReportSources {
  return { ...alignedCohorts(real, synthetic), training };
}

/**
 * The report as one self-contained page: style, scripts, figures and points are in it, and it never
 * requests anything. Texts from the data are shown as plain text, whatever they contain. Each scatter
 * has at most 100,000 points; if there are more, dense areas are thinned, and the page says so.
 */
export function reportHtml(report: PartialReport, of: ReportSources): string {
  const sources = alignedSources(of);
  const paired = pairedOf(report, sources);
  return page(report, sources, paired, figuresOf(report, sources, paired));
}

/**
 * Writes `report.html`, `report.json` and `figures/*.svg` into a folder.
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
  const figures = figuresOf(report, sources, paired);
  await Deno.mkdir(join(folder, "figures"), { recursive: true });
  await Deno.writeTextFile(join(folder, "report.html"), page(report, sources, paired, figures));
  await Deno.writeTextFile(join(folder, "report.json"), JSON.stringify(report, null, 2) + "\n");
  for (const [name, svg] of figures) {
    await Deno.writeTextFile(join(folder, "figures", `${name}.svg`), svg.outerHTML + "\n");
  }
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

/**
 * A dossier for an ethics or data-protection board: one page from a run, its evaluation, and the quality
 * report of its cohort.
 *
 * @module
 */
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { writeWhole } from "../../files/output.ts";
import { markupText } from "../../printable.ts";
import { membershipRoc } from "../figures/membership_roc.ts";
import { picturesOf } from "../page/picture.tsx";
import { pageStyle } from "../page/style.ts";
import style from "./dossier.css" with { type: "text" };
import { DossierPage } from "./dossier_page.tsx";
import type { DossierSources } from "./sources.ts";

/**
 * A dossier as one self-contained page without scripts: what data was used, what protects the patients,
 * which attacks were tried with what success, what remains, and a checklist with lines to fill in.
 *
 * @param options.created when, as an ISO 8601 time; default now
 */
export function dossierHtml(
  sources: DossierSources,
  { created = new Date().toISOString() }: { readonly created?: string } = {},
): string {
  const { privacy } = sources.report;
  const [synthetic, floor, memoriser] = [privacy, privacy?.floor, privacy?.memoriser]
    .map((figures) => figures?.membership?.all ?? undefined);
  const figures = picturesOf((look) => {
    const svg = synthetic && membershipRoc({ synthetic, floor, memoriser }, look);
    return svg === undefined ? [] : [["membership_roc", svg] as const];
  });
  const page = h(DossierPage, { sources, created, figures, style: pageStyle + style });
  return "<!doctype html>\n" + markupText(renderToString(page)) + "\n";
}

/**
 * Writes a dossier for an ethics or data-protection board, see {@link dossierHtml}.
 *
 * @example
 * ```ts
 * import { evaluate, readDossierSources, splitOf, syntheaSample, train } from "ehrloom";
 * import { generate, writeDossier, writeReport } from "ehrloom";
 *
 * const folder = await Deno.makeTempDir();
 * const real = await syntheaSample();
 * const run = await train(real, `${folder}/run`, { model: "independent" });
 * const { cohort: synthetic } = await generate(run, { count: 50 });
 * const only = ["privacy.identical_records"];
 * const report = await evaluate(real, synthetic, { run, only, resamples: 0 });
 * await writeReport(`${folder}/report`, report, { real: splitOf(real, "train"), synthetic });
 * const sources = await readDossierSources({ run: `${folder}/run`, report: `${folder}/report` });
 * await writeDossier(`${folder}/dossier.html`, sources);
 * ```
 *
 * @param path of the page
 * @param options.force replace an older result of Ehrloom
 * @throws {Deno.errors.AlreadyExists} If the file exists and `force` is not set
 */
export async function writeDossier(
  path: string,
  sources: DossierSources,
  { force }: { readonly force?: boolean | undefined } = {},
): Promise<void> {
  const page = dossierHtml(sources);
  await writeWhole(path, (temporary) => Deno.writeTextFile(temporary, page), { force });
}

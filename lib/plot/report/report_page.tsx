/** @jsxImportSource preact */
/**
 * The report as a page. Preact renders it to text and escapes all texts from the data; the page
 * contains nothing of Preact.
 *
 * @module
 */
import type { JSX } from "preact";
import type { Measure } from "../../evaluate/measure.ts";
import { type MeasureKind, measures } from "../../evaluate/measures.ts";
import type { PartialReport, Scale } from "../../evaluate/report.ts";
import { AboutSection } from "./about_section.tsx";
import { LikelihoodSection } from "./likelihood_section.tsx";
import { Figure, Page, Sharing, whole } from "./page_parts.tsx";
import type { PackedPoints } from "./report_points.ts";
import { fidelitySections } from "./sections/mod.ts";
import { PlainSection } from "./sections/plain.tsx";

/** What the page shows. */
export interface PageContents {
  readonly report: PartialReport;
  /** Figures as SVG text, by their file's name without ending. */
  readonly figures: ReadonlyMap<string, string>;
  readonly scatters: readonly PackedPoints[];
  /** The points' data, the style and the scripts (D3 first), as they stand in the page. */
  readonly pointsJson: string;
  readonly style: string;
  readonly scripts: readonly string[];
}

/** The sections of all measures of a kind that were asked. */
function PlainSections({ kind, scaled, resamples }: {
  kind: MeasureKind;
  scaled: Scale<object> | undefined;
  resamples: number;
}) {
  if (scaled === undefined) return null;
  const list: readonly Measure[] = measures[kind];
  const figures = (of: object) => new Map<string, unknown>(Object.entries(of));
  const [own, ceiling, floor] = [scaled, scaled.ceiling, scaled.floor].map(figures);
  return (
    <>
      {list.filter(({ key }) => own.has(key)).map(({ key, question }) => (
        <PlainSection
          key={key}
          name={key}
          question={question}
          scale={{ own: own.get(key), ceiling: ceiling.get(key), floor: floor.get(key) }}
          resamples={resamples}
        />
      ))}
    </>
  );
}

/** The whole page, from `<html>` on. */
export function ReportPage(contents: PageContents): JSX.Element {
  const { report, figures, scatters } = contents;
  const { about, fidelity, likelihood } = report;
  const section = {
    fidelity,
    resamples: about.resamples,
    minCell: about.min_cell,
    pictures: figures,
    scatters,
  };
  const title = "Synthetic cohort report";
  return (
    <Page title={title} style={contents.style}>
      <header>
        <h1>{title}</h1>
        <p class="lead">
          {whole(about.synthetic.records)} synthetic records, compared with{" "}
          {whole(about.real.train)} real training records and {whole(about.real.test)}{" "}
          held-out real records.
        </p>
      </header>
      <main>
        <Sharing minCell={about.min_cell} />
        {fidelitySections(fidelity).map(({ keys, View }) => <View key={keys[0]} {...section} />)}
        <PlainSections kind="utility" scaled={report.utility} resamples={about.resamples} />
        <PlainSections kind="privacy" scaled={report.privacy} resamples={about.resamples} />
        {likelihood && <LikelihoodSection likelihood={likelihood} />}
        {figures.has("training_curve") && (
          <section aria-labelledby="training">
            <h2 id="training">Did training converge?</h2>
            <Figure
              svg={figures.get("training_curve")}
              caption={"Loss after each epoch. The run keeps the epoch with the lowest validation " +
                "loss. If the validation loss rises while the training loss falls, the model is " +
                "learning its training records by heart (overfitting)."}
            />
          </section>
        )}
        <AboutSection about={about} />
      </main>
      <footer>
        <p>For programs: report.json. For print: figures/.</p>
      </footer>
      <script
        type="application/json"
        id="report-points"
        dangerouslySetInnerHTML={{ __html: contents.pointsJson }}
      />
      {contents.scripts.map((script, index) => (
        <script key={index} dangerouslySetInnerHTML={{ __html: script }} />
      ))}
    </Page>
  );
}

/** @jsxImportSource preact */
/**
 * The report as a page. Preact renders it to text and escapes all texts from the data; the page
 * contains nothing of Preact.
 *
 * @module
 */
import type { JSX } from "preact";
import type { Measure } from "../../evaluate/measure.ts";
import { leftOutInWords } from "../../evaluate/left_out.ts";
import { type MeasureKind, measures } from "../../evaluate/measures.ts";
import type { PartialReport, Scale } from "../../evaluate/report.ts";
import { trainingSentence } from "../../evaluate/summary/sentences.ts";
import { AboutSection } from "./about_section.tsx";
import { LeftOutSection } from "./left_out_section.tsx";
import { LikelihoodSection } from "./likelihood_section.tsx";
import { Page } from "../page/page.tsx";
import { Figure, type Picture } from "../page/picture.tsx";
import { CiteSection } from "./cite_section.tsx";
import { ReportHead, reportTitle } from "./report_head.tsx";
import type { PackedPoints } from "./report_points.ts";
import { fidelitySections } from "./sections/mod.ts";
import { PlainSection } from "./sections/plain.tsx";
import { SelfTestSection } from "./self_test_section.tsx";
import { ScaleSection } from "./scale_section.tsx";
import { SubgroupsSection } from "./subgroups_section.tsx";
import { SummarySection } from "./summary_section.tsx";

/** What the losses of a training show, of which a private one logs no training loss. */
function curveCaption({ run }: PartialReport["about"]): string {
  return run?.privacy === undefined
    ? "Loss after each epoch. The run keeps the epoch with the lowest validation loss. If the " +
      "validation loss rises while the training loss falls, the model is learning its training " +
      "records by heart (overfitting)."
    : "Validation loss after each epoch. The training loss is not logged, since no noise protects it.";
}

/** What the page shows. */
export interface PageContents {
  readonly report: PartialReport;
  /** Figures, by their file's name without ending. */
  readonly figures: ReadonlyMap<string, Picture>;
  readonly scatters: readonly PackedPoints[];
  /** The points' data, the style and the scripts (D3 first), as they stand in the page. */
  readonly pointsJson: string;
  readonly style: string;
  readonly scripts: readonly string[];
}

/** The sections of all measures of a kind that were asked. */
function PlainSections({ kind, scaled, pictures }: {
  kind: MeasureKind;
  scaled: Scale<object> | undefined;
  pictures: ReadonlyMap<string, Picture>;
}) {
  if (scaled === undefined) return null;
  const list: readonly Measure[] = measures[kind];
  const figures = (of: object) => new Map<string, unknown>(Object.entries(of));
  const [own, ceiling, floor, memoriser] = [
    scaled,
    scaled.ceiling,
    scaled.floor,
    scaled.memoriser,
  ].map(figures);
  return (
    <>
      {list.filter(({ key }) => own.has(key)).map(({ key, question }) => (
        <PlainSection
          key={key}
          kind={kind}
          pictures={pictures}
          name={key}
          question={question}
          scale={{
            own: own.get(key),
            ceiling: ceiling.get(key),
            floor: floor.get(key),
            memoriser: memoriser.get(key),
          }}
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
  return (
    <Page
      {...contents}
      kind="report"
      title={reportTitle(about)}
      head={<ReportHead about={about} />}
      summary={<SummarySection report={report} />}
      foot="For programs: report.json. For print: figures/, with the points as CSV."
    >
      <ScaleSection report={report} picture={figures.get("forest")} />
      {fidelitySections(fidelity).map(({ keys, View }) => <View key={keys[0]} {...section} />)}
      <PlainSections kind="utility" scaled={report.utility} pictures={figures} />
      <PlainSections kind="privacy" scaled={report.privacy} pictures={figures} />
      <SelfTestSection report={report} />
      <SubgroupsSection report={report} />
      {likelihood && <LikelihoodSection likelihood={likelihood} />}
      {figures.has("training_curve") && (
        <section aria-labelledby="training">
          <h2 id="training">Did training converge?</h2>
          <p>{trainingSentence(about)}</p>
          <Figure
            picture={figures.get("training_curve")}
            caption={curveCaption(about)}
          />
        </section>
      )}
      <LeftOutSection sentences={leftOutInWords(report)} />
      <AboutSection about={about} />
      <CiteSection report={report} />
    </Page>
  );
}

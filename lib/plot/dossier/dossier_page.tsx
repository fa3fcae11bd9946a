/** @jsxImportSource preact */
/**
 * A dossier as a page for paper and screens: without scripts, the conclusion first.
 *
 * @module
 */
import type { JSX } from "preact";
import { showsSinglePatients } from "../../cohort/small_cells.ts";
import { counted } from "../../in_words.ts";
import { titleOf } from "../../models/mod.ts";
import { Figure, type Picture } from "../page/picture.tsx";
import { Page } from "../page/page.tsx";
import { dateText } from "../report/report_head.tsx";
import { Facts, Sharing } from "../report/page_parts.tsx";
import { SelfTestSection } from "../report/self_test_section.tsx";
import { AttackSections } from "./attack_sections.tsx";
import { ChecklistSection } from "./checklist_section.tsx";
import { conclusionOf } from "./conclusion.ts";
import { DataSection } from "./data_section.tsx";
import { ProtectionSection } from "./protection_section.tsx";
import { remainingRisks } from "./remaining.ts";
import { commandsOf, reproductionFacts } from "./reproduction.ts";
import type { DossierSources } from "./sources.ts";

/** What the page shows. */
export interface DossierContents {
  /** What it is made of. */
  readonly sources: DossierSources;
  /** When it is made, as an ISO 8601 time. */
  readonly created: string;
  /** Figures, by their names. */
  readonly figures: ReadonlyMap<string, Picture>;
  /** The text of the style element. */
  readonly style: string;
}

/** "Dossier for the board: HALO on my-cohort". */
export function dossierTitle({ run, report: { about } }: DossierSources): string {
  const subject = [titleOf(run.runConfig.model), about.real.name]
    .filter((part) => part !== undefined).join(" on ");
  return `Dossier for the board: ${subject}`;
}

function DossierHead({ sources, created }: Pick<DossierContents, "sources" | "created">) {
  const { report: { about } } = sources;
  return (
    <header>
      <h1>{dossierTitle(sources)}</h1>
      <p class="lead">
        For an ethics or data-protection board. {counted(about.synthetic.records)}{" "}
        synthetic patient records{about.synthetic.name !== undefined &&
          ` (${about.synthetic.name})`}, evaluated on {dateText(about.created)}; dossier of{" "}
        {dateText(created)}. Everything here was filled in from the files of training and
        evaluation, by rules. Lines are left where only the institution can answer. It is no legal
        advice.
      </p>
      {showsSinglePatients(about.min_cell) && <Sharing minCell={about.min_cell} />}
    </header>
  );
}

function Conclusion({ sources }: { sources: DossierSources }) {
  return (
    <section aria-labelledby="summary" class="summary">
      <h2 id="summary">Conclusion</h2>
      <ul>{conclusionOf(sources).map((sentence) => <li key={sentence}>{sentence}</li>)}</ul>
    </section>
  );
}

function Remaining({ sources }: { sources: DossierSources }) {
  return (
    <section aria-labelledby="remaining">
      <h2 id="remaining">What remains?</h2>
      <p>What these figures cannot show, or do not exclude:</p>
      <ul class="sentences">
        {remainingRisks(sources).map((sentence) => <li key={sentence}>{sentence}</li>)}
      </ul>
    </section>
  );
}

/** What a board needs of the glossary. */
const words = [
  ["training patient", "A patient from whose record the model learned."],
  [
    "held-out patient",
    "A patient of the same cohort whose record the model never saw. What an attack finds out about " +
    "held-out patients as well is medical knowledge, not a disclosure.",
  ],
  ["control", "The same attack where nothing can be disclosed, such as on held-out patients."],
  [
    "95% interval",
    "How much the figure would vary with other patients of the same kind. It does not cover another " +
    "training.",
  ],
  [
    "copies, independent draws",
    "Records of which the answer is known: an attack should find copies of training records, and " +
    "find nothing in codes that are drawn independently of each other.",
  ],
  [
    "ε (epsilon), δ (delta)",
    "The two numbers of differential privacy: how much one patient can change what comes out, and " +
    "the small probability with which this does not hold. Smaller is safer.",
  ],
  [
    "small cell",
    "A count of so few patients that it may identify one of them.",
  ],
] as const;

function Words() {
  return (
    <section aria-labelledby="words">
      <h2 id="words">Words used here</h2>
      <Facts rows={words} />
    </section>
  );
}

function Reproduction({ sources }: { sources: DossierSources }) {
  return (
    <section aria-labelledby="reproduction">
      <h2 id="reproduction">How was it made, and how can it be made again?</h2>
      <Facts rows={reproductionFacts(sources)} />
      <h3>Commands</h3>
      <p class="reading">
        Words in capitals stand for folders. Options that the files do not record, such as labels or
        rules of generation, are not listed.
      </p>
      <ol class="commands">
        {commandsOf(sources).map((command) => (
          <li key={command}>
            <code>{command}</code>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The whole page, from `<html>` on. */
export function DossierPage({ sources, created, figures, style }: DossierContents): JSX.Element {
  return (
    <Page
      style={style}
      kind="dossier"
      title={dossierTitle(sources)}
      head={<DossierHead sources={sources} created={created} />}
      summary={<Conclusion sources={sources} />}
      foot="Made by deno task dossier of the run, its evaluation and its cohort."
    >
      <DataSection sources={sources} />
      <ProtectionSection sources={sources} />
      <AttackSections
        sources={sources}
        figure={
          <Figure
            picture={figures.get("membership_roc")}
            caption={"Members found (upwards) for each share of others who are accused wrongly " +
              "(to the right). A curve on the dashed line only guesses. Copies of training " +
              "records show what an attack finds where nothing is protected."}
            isSaved={false}
          />
        }
      />
      <SelfTestSection report={sources.report} />
      <Remaining sources={sources} />
      <ChecklistSection sources={sources} />
      <Words />
      <Reproduction sources={sources} />
    </Page>
  );
}

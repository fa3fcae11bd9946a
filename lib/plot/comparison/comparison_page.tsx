/** @jsxImportSource preact */
/**
 * A comparison of models as a page, see report_page.tsx.
 *
 * @module
 */
import type { JSX } from "preact";
import type { ComparedModel, Comparison } from "../../evaluate/comparison.ts";
import { aggregate } from "../../evaluate/fidelity/aggregate_statistics.ts";
import { codeKinds } from "../../evaluate/fidelity/counting/key_rows.ts";
import { keyFigures } from "../../evaluate/key_figures.ts";
import { lengthSentences, type Ranking, rankingsOf } from "../../evaluate/rankings.ts";
import type { FidelityFigures } from "../../evaluate/report.ts";
import { titleOf } from "../../models/mod.ts";
import { tooLongInWords } from "../../evaluate/likelihood/likelihood.ts";
import { coverageInWords } from "../../models/coverage.ts";
import { LeftOutSection } from "../report/left_out_section.tsx";
import {
  commitFact,
  Facts,
  minus,
  overviewCaption,
  probabilitiesQuestion,
  scatterReadings,
  Sharing,
  sourceFacts,
  Table,
} from "../report/page_parts.tsx";
import { DifferenceCell, DifferencesSection } from "./differences_section.tsx";
import { ModelTable } from "./model_table.tsx";
import { dateText } from "../report/report_head.tsx";
import { Page } from "../page/page.tsx";
import { Figure, type Picture } from "../page/picture.tsx";
import { Scatter, ScatterControls, ScatterHelp } from "../page/scatters.tsx";
import type { PackedPoints } from "../report/report_points.ts";
import { r2Text } from "../figures/r2_axis.ts";
import { probabilityKinds } from "../figures/probability_scatter.ts";
import { ModelRows } from "./model_rows.tsx";
import { KindSections } from "./kind_sections.tsx";
import { SeedsSection } from "./seeds_section.tsx";
import { UseCasesSection } from "./use_cases_section.tsx";
import { counted } from "../../in_words.ts";

const title = "Comparison of models";

/** What the page shows. */
export interface ComparisonContents {
  readonly comparison: Comparison;
  /** Figures, by their file's name without ending. */
  readonly figures: ReadonlyMap<string, Picture>;
  /** The scatter of each model and kind, with the R² that it shows. */
  readonly scatters: readonly { title: string; points: PackedPoints; r2: number | null }[];
  /** The points' data, the style and the scripts (D3 first), as they stand in the page. */
  readonly pointsJson: string;
  readonly style: string;
  readonly scripts: readonly string[];
}

const duration = (seconds: number) =>
  seconds < 100 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`;

/** What the page says nothing about, in a sentence; empty if it is about all. */
function silence({ models }: Comparison): string {
  const isAsked = (kind: "utility" | "privacy") =>
    keyFigures.some((key) => key.kind === kind && models.some((model) => key.of(model) !== null));
  const missing = [
    ...isAsked("privacy") ? [] : ["privacy"],
    ...isAsked("utility") ? [] : ["usefulness"],
  ];
  return missing.length === 0 ? "" : ` This page says nothing about ${missing.join(" or ")}.`;
}

/** Who is ahead, a sentence for each figure. */
function Conclusion({ comparison, rankings }: {
  comparison: Comparison;
  rankings: readonly Ranking[];
}) {
  const sentences = [
    ...rankings.map(({ sentence }) => sentence),
    ...lengthSentences(comparison),
    ...(comparison.use_cases ?? []).map(({ sentence }) => sentence),
  ];
  if (sentences.length === 0) return null;
  return (
    <section aria-labelledby="summary" class="summary">
      <h2 id="summary">Summary</h2>
      <ul>{sentences.map((sentence) => <li key={sentence}>{sentence}</li>)}</ul>
      <p class="reading">
        "Excludes 0" and "sampling variation" are by the 95% interval of the difference, from the
        same resamples of the real patients. Differences of many models are not corrected for their
        number.{silence(comparison)}
      </p>
    </section>
  );
}

function Lengths({ models, ceiling }: Comparison) {
  const lengths = ["visits_per_record", "codes_per_visit"] as const;
  const cells = ({ aggregate }: FidelityFigures) =>
    lengths.map((length) => {
      const { synthetic_mean, synthetic_sd, difference } = aggregate[length];
      return (
        <>
          <td>
            {synthetic_mean.toFixed(2)} <span class="interval">± {synthetic_sd.toFixed(2)}</span>
          </td>
          <DifferenceCell estimate={difference} />
        </>
      );
    });
  const { visits_per_record, codes_per_visit } = ceiling.aggregate;
  return (
    <section aria-labelledby="lengths">
      <h2 id="lengths">{aggregate.question}</h2>
      <p>
        The real training records have {visits_per_record.real_mean.toFixed(2)}{" "}
        visits on average and {codes_per_visit.real_mean.toFixed(2)}{" "}
        codes per visit. Differences in bold exceed sampling variation.
      </p>
      <Table
        caption="Mean ± standard deviation; difference from the real mean, with its 95% interval"
        columns={["Model", "Visits per record", "Difference", "Codes per visit", "Difference"]}
      >
        <ModelRows
          models={models}
          columns={5}
          row={({ model, fidelity }) => (
            <tr key={model}>
              <th scope="row">{titleOf(model)}</th>
              {cells(fidelity)}
            </tr>
          )}
          below={
            <tr>
              <th scope="row">held-out real (ceiling)</th>
              {cells(ceiling)}
            </tr>
          }
        />
      </Table>
    </section>
  );
}

function Costs({ models }: Comparison) {
  return (
    <section aria-labelledby="costs">
      <h2 id="costs">How long did it take?</h2>
      <Table
        caption="Training time, summed over resumed runs; models without epochs count their records once"
        columns={[
          "Model",
          "Form",
          "Parameters",
          "Epochs",
          "Best epoch",
          "Training",
          "Generating",
          "Cut off",
          "Without visits",
        ]}
      >
        <ModelRows
          models={models}
          columns={9}
          row={(model) => (
            <tr key={model.model}>
              <th scope="row">{titleOf(model.model)}</th>
              <td>{model.form}</td>
              <td>{counted(model.parameters)}</td>
              <td>{model.epochs || "–"}</td>
              <td>{model.best_epoch || "–"}</td>
              <td>{duration(model.training_seconds)}</td>
              <td>{duration(model.generation_seconds)}</td>
              <td>{counted(model.records_cut_off)}</td>
              <td>{counted(model.records_without_visits)}</td>
            </tr>
          )}
        />
      </Table>
      <p class="reading">
        The intended form follows the paper and is the default; the published form follows the
        authors' code where the two differ. Records that reached the largest length of the model
        without an end are cut off. Records without visits are left out of all other figures.
      </p>
    </section>
  );
}

function Scatters({ scatters }: Pick<ComparisonContents, "scatters">) {
  return (
    <section aria-labelledby="probabilities">
      <h2 id="probabilities">{probabilitiesQuestion}</h2>
      <ScatterHelp />
      <ScatterControls />
      {codeKinds.map((kind) => (
        <div class="kind" key={kind}>
          <h3 id={kind}>{probabilityKinds[kind].title}</h3>
          <p>{scatterReadings[kind]}</p>
          <div class="figures">
            {scatters.filter(({ points }) => points.kind === kind).map(({ title, points, r2 }) => (
              <Scatter
                key={points.id}
                points={points}
                title={title}
                reading={`R² ${minus(r2Text(r2))}.`}
                level="h4"
                within={kind}
                isListClosed
              />
            ))}
          </div>
        </div>
      ))}
    </section>
  );
}

/** What each model could not learn, and which test records it could not read. */
function notLearned(models: readonly ComparedModel[]): string[] {
  return models.flatMap(({ model, coverage, likelihood }) => [
    ...coverage === undefined ? [] : coverageInWords(model, coverage, titleOf),
    ...likelihood?.too_long === undefined
      ? []
      : [`${titleOf(model)}: ${tooLongInWords(likelihood.too_long)}`],
  ]);
}

/** All random seeds, in words: "Random seeds" and "1, 2, 3". */
function seedsInWords({ about: { seed }, models }: Comparison): [name: string, seeds: string] {
  const { seeds = [seed] } = models.find(({ spread }) => spread !== undefined)?.spread ?? {};
  return [seeds.length > 1 ? "Random seeds" : "Random seed", seeds.join(", ")];
}

function About(comparison: Comparison) {
  const { about, models } = comparison;
  const { training, real } = about;
  const rows: [string, string][] = [
    ["Ehrloom", about.ehrloom],
    ...commitFact(about.commit),
    ["Created", about.created],
    seedsInWords(comparison),
    [
      "Real cohort",
      `${counted(real.records)} records (${counted(real.train)} training, ${
        counted(real.test)
      } test), ` +
      `${counted(real.codes)} codes, ${real.labels} labels`,
    ],
    ["Training", Object.entries(training).map(([name, value]) => `${name} ${value}`).join(", ")],
    ...models.flatMap(({ model, config, sources }): [string, string][] => [
      [
        titleOf(model),
        Object.entries(config).map(([name, value]) => `${name} ${value}`).join(", "),
      ],
      ...sourceFacts(sources),
    ]),
    ...Object.entries(about.versions),
  ];
  return (
    <section aria-labelledby="about">
      <h2 id="about">How this comparison was made</h2>
      <Facts rows={rows} />
    </section>
  );
}

/** Title, cohort, sizes, date and random seeds. */
function ComparisonHead(comparison: Comparison) {
  const { about: { real, created, ehrloom, min_cell }, models } = comparison;
  return (
    <header>
      <h1>{title}</h1>
      <p class="lead">
        {models.length} models, each trained on the same {counted(real.train)} real records
        {real.name !== undefined && ` of ${real.name}`} and evaluated on {counted(real.train)}{" "}
        synthetic records. {counted(real.test)} real records are held out. {dateText(created)}.{" "}
        {seedsInWords(comparison).join(" ")}. Ehrloom {ehrloom}.
      </p>
      <Sharing minCell={min_cell} />
    </header>
  );
}

/** The whole page, from `<html>` on. */
export function ComparisonPage(contents: ComparisonContents): JSX.Element {
  const { comparison, figures, scatters } = contents;
  const { differences, models } = comparison;
  const rankings = rankingsOf(comparison);
  return (
    <Page
      {...contents}
      kind="comparison"
      title={title}
      head={<ComparisonHead {...comparison} />}
      summary={<Conclusion comparison={comparison} rankings={rankings} />}
      foot="For programs: comparison.json. For print: figures/, with the points as CSV."
    >
      <section aria-labelledby="overview">
        <h2 id="overview">At a glance</h2>
        <p>
          R² measures how closely the synthetic probabilities follow the real ones; 1 is exact. The
          dashed line is the{" "}
          <em>ceiling</em>: the R² of held-out real patients. The test loss measures how surprising
          a real visit is that the model never saw; ≤ marks models that give only an upper bound.
        </p>
        <Figure
          picture={figures.get("overview")}
          caption={overviewCaption}
        />
        <Figure
          picture={figures.get("test_loss")}
          caption={"Test loss in nats per visit, with 95% intervals; lower is better. Open dots are " +
            "upper bounds."}
        />
        <ModelTable comparison={comparison} rankings={rankings} />
      </section>
      <UseCasesSection {...comparison} />
      {differences.length > 0 && <DifferencesSection {...comparison} />}
      <KindSections comparison={comparison} />
      <SeedsSection {...comparison} />
      <Scatters scatters={scatters} />
      <Lengths {...comparison} />
      <Costs {...comparison} />
      <LeftOutSection sentences={notLearned(models)} />
      <About {...comparison} />
    </Page>
  );
}

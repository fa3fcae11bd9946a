/** @jsxImportSource preact */
/**
 * A comparison of models as a page, see report_page.tsx.
 *
 * @module
 */
import type { JSX } from "preact";
import type { Comparison } from "../../evaluate/comparison.ts";
import { aggregate } from "../../evaluate/fidelity/aggregate_statistics.ts";
import { codeKinds } from "../../evaluate/fidelity/counting/key_rows.ts";
import { lengthSentences, type Ranking, rankingsOf } from "../../evaluate/rankings.ts";
import type { FidelityFigures } from "../../evaluate/report.ts";
import { titleOf } from "../../models/mod.ts";
import {
  Facts,
  Figure,
  overviewCaption,
  Page,
  probabilitiesQuestion,
  scatterReadings,
  sourceFacts,
  Table,
  whole,
} from "../report/page_parts.tsx";
import { DifferenceCell, DifferencesSection } from "./differences_section.tsx";
import { ModelTable } from "./model_table.tsx";
import { dateText } from "../report/report_head.tsx";
import { probabilityKinds } from "../figures/probability_scatter.ts";
import { ModelRows } from "./model_rows.tsx";
import { SeedsSection } from "./seeds_section.tsx";

/** What the page shows. */
export interface ComparisonContents {
  readonly comparison: Comparison;
  /** Figures as SVG text, by their file's name without ending. */
  readonly figures: ReadonlyMap<string, string>;
  readonly style: string;
}

const duration = (seconds: number) =>
  seconds < 100 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`;

/** Who is ahead, a sentence for each figure. */
function Conclusion({ comparison, rankings }: {
  comparison: Comparison;
  rankings: readonly Ranking[];
}) {
  const sentences = [
    ...rankings.map(({ sentence }) => sentence),
    ...lengthSentences(comparison),
  ];
  if (sentences.length === 0) return null;
  return (
    <section aria-labelledby="summary" class="summary">
      <h2 id="summary">Summary</h2>
      <ul>{sentences.map((sentence) => <li key={sentence}>{sentence}</li>)}</ul>
      <p class="reading">
        "Excludes 0" and "sampling variation" are by the 95% interval of the difference, from the
        same resamples of the real patients. Differences of many models are not corrected for their
        number. This page judges resemblance only: it says nothing about privacy or usefulness.
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
              <td>{whole(model.parameters)}</td>
              <td>{model.epochs || "–"}</td>
              <td>{model.best_epoch || "–"}</td>
              <td>{duration(model.training_seconds)}</td>
              <td>{duration(model.generation_seconds)}</td>
              <td>{whole(model.records_cut_off)}</td>
              <td>{whole(model.records_without_visits)}</td>
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

function Scatters({ figures }: { figures: ReadonlyMap<string, string> }) {
  return (
    <section aria-labelledby="probabilities">
      <h2 id="probabilities">{probabilitiesQuestion}</h2>
      <p>
        On the dashed line a code or pair is exactly as frequent among synthetic patients as among
        real ones. Logarithmic axes show rare codes; codes that one cohort lacks are in the strip
        along the axis. Dense areas are thinned.
      </p>
      {codeKinds.map((kind) => (
        <>
          <h3>{probabilityKinds[kind].title}</h3>
          <Figure svg={figures.get(`${kind}_linear`)} caption={scatterReadings[kind]} />
          <Figure svg={figures.get(`${kind}_log`)} caption="The same on logarithmic axes." />
        </>
      ))}
    </section>
  );
}

function About({ about, models }: Comparison) {
  const { training, real } = about;
  const rows: [string, string][] = [
    ["Ehrloom", about.ehrloom],
    ["Created", about.created],
    ["Random seed", String(about.seed)],
    [
      "Real cohort",
      `${whole(real.records)} records (${whole(real.train)} training, ${whole(real.test)} test), ` +
      `${whole(real.codes)} codes, ${real.labels} labels`,
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

/** The whole page, from `<html>` on. */
export function ComparisonPage({ comparison, figures, style }: ComparisonContents): JSX.Element {
  const { about, models, differences } = comparison;
  const title = "Comparison of models";
  const rankings = rankingsOf(comparison);
  return (
    <Page title={title} style={style}>
      <header>
        <h1>{title}</h1>
        <p class="lead">
          {models.length} models, each trained on the same {whole(about.real.train)}{" "}
          real records and evaluated on {whole(about.real.train)} synthetic records.{" "}
          {whole(about.real.test)} real records are held out. {dateText(about.created)}. Random seed
          {" "}
          {about.seed}. Ehrloom {about.ehrloom}.
        </p>
      </header>
      <main>
        <Conclusion comparison={comparison} rankings={rankings} />
        <section aria-labelledby="overview">
          <h2 id="overview">At a glance</h2>
          <p>
            R² measures how closely the synthetic probabilities follow the real ones; 1 is exact.
            The dashed line is the{" "}
            <em>ceiling</em>: the R² of held-out real patients. The test loss measures how
            surprising a real visit is that the model never saw; ≤ marks models that give only an
            upper bound.
          </p>
          <Figure
            svg={figures.get("overview")}
            caption={overviewCaption}
          />
          <Figure
            svg={figures.get("test_loss")}
            caption={"Test loss in nats per visit, with 95% intervals; lower is better. Open dots are " +
              "upper bounds."}
          />
          <ModelTable comparison={comparison} rankings={rankings} />
        </section>
        {differences.length > 0 && <DifferencesSection {...comparison} />}
        <SeedsSection {...comparison} />
        <Scatters figures={figures} />
        <Lengths {...comparison} />
        <Costs {...comparison} />
        <About {...comparison} />
      </main>
      <footer>
        <p>For programs: comparison.json. For print: figures/.</p>
      </footer>
    </Page>
  );
}

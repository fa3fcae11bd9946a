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
import type { Estimate, FidelityFigures, Likelihood } from "../../evaluate/report.ts";
import {
  Facts,
  Figure,
  Interval,
  minus,
  None,
  overviewCaption,
  Page,
  probabilitiesQuestion,
  R2,
  scatterReadings,
  Sharing,
  signed,
  sourceFacts,
  Table,
  whole,
} from "../report/page_parts.tsx";
import { probabilityKinds } from "../figures/probability_scatter.ts";

/** What the page shows. */
export interface ComparisonContents {
  readonly comparison: Comparison;
  /** Figures as SVG text, by their file's name without ending. */
  readonly figures: ReadonlyMap<string, string>;
  readonly style: string;
}

const decimals = (value: number) =>
  Number.isFinite(value) ? minus(value.toFixed(3)) : value > 0 ? "∞" : "−∞";
const duration = (seconds: number) =>
  seconds < 100 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`;

function Loss({ likelihood }: { likelihood: Likelihood | null }) {
  if (likelihood === null) return <None />;
  const estimate = {
    value: likelihood.nll_per_visit,
    low: likelihood.nll_per_visit_low,
    high: likelihood.nll_per_visit_high,
  };
  return (
    <>
      {likelihood.nll_is_bound && "≤ "}
      <Interval estimate={estimate} text={decimals} />
    </>
  );
}

const r2Columns = codeKinds.map((kind) => `R², ${probabilityKinds[kind].title.toLowerCase()}`);

function R2Cells({ figures }: { figures: FidelityFigures }) {
  return (
    <>
      {codeKinds.map((kind) => (
        <td key={kind}>
          <R2 figure={figures[kind]} />
        </td>
      ))}
    </>
  );
}

function ModelTable({ models, ceiling, about }: Comparison) {
  return (
    <Table
      caption={`Test loss in nats per visit, lower is better; R² about y = x, 1 is exact; 95% ` +
        `intervals from ${whole(about.resamples)} resamples of patients`}
      columns={["Model", "Test loss", "Perplexity per code", ...r2Columns]}
    >
      {models.map(({ model, likelihood, fidelity }) => (
        <tr key={model}>
          <th scope="row">{model}</th>
          <td>
            <Loss likelihood={likelihood} />
          </td>
          <td>
            {likelihood?.nll_is_bound && "≤ "}
            {likelihood && decimals(likelihood.perplexity_per_code)}
          </td>
          <R2Cells figures={fidelity} />
        </tr>
      ))}
      <tr>
        <th scope="row">held-out real (ceiling)</th>
        <td />
        <td />
        <R2Cells figures={ceiling} />
      </tr>
    </Table>
  );
}

/** A difference, in bold if its interval does not include 0. */
function DifferenceCell({ estimate, sign }: { estimate: Estimate | null; sign?: string }) {
  if (estimate === null) {
    return (
      <td>
        <None />
      </td>
    );
  }
  const text = (value: number) => Number.isFinite(value) ? signed(value, 3) : decimals(value);
  return (
    <td class={estimate.low > 0 || estimate.high < 0 ? "strong" : undefined}>
      {sign}
      <Interval estimate={estimate} text={text} />
    </td>
  );
}

/** "≤ " or "≥ " before a difference of test losses of which one is an upper bound. */
function differenceSign(of: ComparedModel | undefined, against: ComparedModel | undefined) {
  const [isMost, isLeast] = [of, against].map((each) => each?.likelihood?.nll_is_bound ?? false);
  return isMost === isLeast ? "" : isMost ? "≤ " : "≥ ";
}

function Differences({ differences, models }: Comparison) {
  const [{ against }] = differences;
  const named = (name: string) => models.find(({ model }) => model === name);
  return (
    <section aria-labelledby="differences">
      <h2 id="differences">Which differences exceed sampling variation?</h2>
      <p>
        Each model minus{" "}
        {against}. All models were evaluated on the same resamples of the real patients, so the
        variation that they share cancels out. Differences in bold exceed sampling variation. Each
        model was trained once: another random seed would change its figures too.
      </p>
      <Table
        caption="Below 0 is better for the test loss, above 0 for R²"
        columns={["Model", "Test loss", ...r2Columns]}
      >
        {differences.map(({ model, nll_per_visit, r2 }) => (
          <tr key={model}>
            <th scope="row">{model}</th>
            <DifferenceCell
              estimate={nll_per_visit}
              sign={differenceSign(named(model), named(against))}
            />
            {codeKinds.map((kind) => <DifferenceCell key={kind} estimate={r2[kind]} />)}
          </tr>
        ))}
      </Table>
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
        {models.map(({ model, fidelity }) => (
          <tr key={model}>
            <th scope="row">{model}</th>
            {cells(fidelity)}
          </tr>
        ))}
        <tr>
          <th scope="row">held-out real (ceiling)</th>
          {cells(ceiling)}
        </tr>
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
        {models.map((model) => (
          <tr key={model.model}>
            <th scope="row">{model.model}</th>
            <td>{model.form}</td>
            <td>{whole(model.parameters)}</td>
            <td>{model.epochs || "–"}</td>
            <td>{model.best_epoch || "–"}</td>
            <td>{duration(model.training_seconds)}</td>
            <td>{duration(model.generation_seconds)}</td>
            <td>{whole(model.records_cut_off)}</td>
            <td>{whole(model.records_without_visits)}</td>
          </tr>
        ))}
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
      [model, Object.entries(config).map(([name, value]) => `${name} ${value}`).join(", ")],
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
  return (
    <Page title={title} style={style}>
      <header>
        <h1>{title}</h1>
        <p class="lead">
          {models.length} models, each trained on the same {whole(about.real.train)}{" "}
          real records and evaluated on {whole(about.real.train)} synthetic records.
        </p>
      </header>
      <main>
        <Sharing minCell={about.min_cell} />
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
          <ModelTable {...comparison} />
        </section>
        {differences.length > 0 && <Differences {...comparison} />}
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

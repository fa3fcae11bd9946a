/** @jsxImportSource preact */
/**
 * The report as a page. Preact renders it to text and escapes whatever comes from data; nothing of
 * Preact is left in the page.
 *
 * @module
 */
import type { JSX } from "preact";
import type {
  Fidelity,
  FidelityFigures,
  LabelPrevalence,
  Likelihood,
  Report,
} from "../../evaluate/report.ts";
import { formOf } from "../../models/mod.ts";
import {
  AggregateCells,
  aggregateReading,
  Facts,
  Figure,
  Interval,
  minus,
  Page,
  percent,
  R2,
  scatterReadings,
  sourceFacts,
  Table,
  whole,
} from "./page_parts.tsx";
import { probabilityKinds } from "../figures/probability_scatter.ts";
import type { PackedPoints } from "./report_points.ts";
import { ValuesSection } from "./values_section.tsx";

/** What the page shows. */
export interface PageContents {
  readonly report: Report;
  /** Figures as SVG text, by their file's name without ending. */
  readonly figures: ReadonlyMap<string, string>;
  readonly scatters: readonly PackedPoints[];
  /** The points' data, the style and the scripts (D3 first), as they stand in the page. */
  readonly pointsJson: string;
  readonly style: string;
  readonly scripts: readonly string[];
}

/** One sentence on where a figure stands between floor and ceiling; empty where they hardly differ. */
function standing(kind: keyof typeof probabilityKinds, fidelity: Fidelity): string {
  const [ceiling, floor] = [fidelity.ceiling[kind].r2, fidelity.floor[kind].r2];
  const { r2 } = fidelity[kind];
  const reach = `R² is ${minus(r2.toFixed(3))}; held-out real records reach ` +
    `${minus(ceiling.toFixed(3))}, independent draws ${minus(floor.toFixed(3))}.`;
  if (!(ceiling - floor > 0.05) || r2 < floor) return reach;
  return `${reach} That is ${
    percent(Math.min(1, (r2 - floor) / (ceiling - floor)), 0)
  } of the way ` +
    "from the floor to the ceiling.";
}

function Scatter({ points, fidelity }: { points: PackedPoints; fidelity: Fidelity | undefined }) {
  const { kind, count, kept } = points;
  const { title, per, points: pointsName } = probabilityKinds[kind];
  return (
    <section class="scatter" id={kind} aria-labelledby={`${kind}-title`}>
      <header>
        <h3 id={`${kind}-title`}>{title}</h3>
        <button type="button" class="reset" aria-label={`Reset the view of ${title}`}>Reset</button>
      </header>
      <div
        class="frame"
        tabIndex={0}
        role="group"
        aria-label={`${title}: scatter of real against synthetic probabilities; arrow keys move, ` +
          "plus and minus zoom, 0 resets"}
      >
        <canvas aria-hidden="true" />
        <svg class="axes" aria-hidden="true">
          <text class="x title">Real (probability {per})</text>
          <text class="y title">Synthetic (probability {per})</text>
        </svg>
        <div class="tooltip" role="status" hidden>
          <span class="name" />
          <span class="real" />
          <span class="synthetic" />
        </div>
      </div>
      <p class="status" role="status" />
      <p class="reading">
        {scatterReadings[kind]} {fidelity === undefined ? "" : standing(kind, fidelity)}{" "}
        {kept < count
          ? `The page draws ${whole(kept)} of ${
            whole(count)
          } ${pointsName}, thinned where they crowd.`
          : `${whole(count)} ${pointsName}.`}
      </p>
      <h4 class="points-title" />
      <ol class="points" />
    </section>
  );
}

function Scatters({ scatters, fidelity }: {
  scatters: readonly PackedPoints[];
  fidelity: Fidelity | undefined;
}) {
  return (
    <section aria-labelledby="probabilities">
      <h2 id="probabilities">Are codes, and pairs of codes, as frequent?</h2>
      <p>
        On the dashed line a code or pair is exactly as frequent among synthetic patients as among
        real ones; above it, it is too frequent, below it too rare. Point at a dot for its name,
        turn the wheel to zoom, drag to move. On logarithmic axes rare codes can be told apart, and
        the strip at the edge holds what one cohort lacks.
      </p>
      <noscript>
        <p>The scatters need JavaScript; figures/ beside this page holds them as pictures.</p>
      </noscript>
      <form class="controls" role="search">
        <label>
          Find <input type="search" name="search" placeholder="a code or part of its name" />
        </label>
        <output aria-live="polite" />
        <fieldset>
          <legend>Axes</legend>
          <label>
            <input type="radio" name="axes" value="linear" checked autocomplete="off" /> linear
          </label>
          <label>
            <input type="radio" name="axes" value="log" autocomplete="off" /> logarithmic
          </label>
        </fieldset>
        <button type="reset">Reset all</button>
      </form>
      <div class="figures">
        {scatters.map((points) => (
          <Scatter
            key={points.kind}
            points={points}
            fidelity={fidelity}
          />
        ))}
      </div>
    </section>
  );
}

const fidelityRows = [
  ["Codes, per visit", "unigram"],
  ["Pairs within a visit, per visit", "same_visit_bigram"],
  ["Pairs over consecutive visits, per pair of visits", "sequential_bigram"],
  ["Codes, per record", "record_unigram"],
  ["Pairs within a visit, per record", "record_same_visit_bigram"],
  ["Pairs over consecutive visits, per record", "record_sequential_bigram"],
] as const;

function FidelityTable({ fidelity, resamples }: { fidelity: Fidelity; resamples: number }) {
  return (
    <Table
      caption={`R² about the line y = x, with 95% intervals from ${
        whole(resamples)
      } resamples of patients`}
      columns={["Probability", "Synthetic", "Ceiling", "Floor", "Codes or pairs"]}
    >
      {fidelityRows.map(([name, key]) => (
        <tr key={key}>
          <th scope="row">{name}</th>
          <td class="strong">
            <R2 figure={fidelity[key]} />
          </td>
          <td>
            <R2 figure={fidelity.ceiling[key]} />
          </td>
          <td>
            <R2 figure={fidelity.floor[key]} />
          </td>
          <td>{whole(fidelity[key].keys)}</td>
        </tr>
      ))}
    </Table>
  );
}

const aggregateRows = [
  ["Visits per record", "visits_per_record"],
  ["Codes per visit", "codes_per_visit"],
] as const;

function AggregateTable({ fidelity }: { fidelity: Fidelity }) {
  const source = (name: string, figures: FidelityFigures) =>
    aggregateRows.map(([row, key]) => (
      <tr key={name + key}>
        <th scope="row">{row}, {name}</th>
        <AggregateCells aggregate={figures.aggregate[key]} isStrong={name === "synthetic"} />
      </tr>
    ));
  return (
    <Table
      caption="Mean ± standard deviation; difference of the means with its 95% interval"
      columns={["Count", "Real training", "Compared", "Difference"]}
    >
      {source("synthetic", fidelity)}
      {source("held-out real (ceiling)", fidelity.ceiling)}
      {source("independent draws (floor)", fidelity.floor)}
    </Table>
  );
}

function Counts({ fidelity, figures }: {
  fidelity: Fidelity | undefined;
  figures: ReadonlyMap<string, string>;
}) {
  return (
    <section aria-labelledby="counts">
      <h2 id="counts">Are records and visits as long?</h2>
      {fidelity && (
        <p>
          {aggregateRows.map(([name, key]) => aggregateReading(name, fidelity.aggregate[key]))
            .join(" ")}
        </p>
      )}
      <div class="figures">
        <Figure
          svg={figures.get("visits_per_record")}
          caption="Visits per record. The closer the two outlines, the better the lengths are kept."
        />
        <Figure
          svg={figures.get("codes_per_visit")}
          caption="Codes per visit. A synthetic outline further left means visits with too few codes."
        />
      </div>
      {fidelity && <AggregateTable fidelity={fidelity} />}
    </section>
  );
}

function LabelTable({ prevalence }: { prevalence: LabelPrevalence }) {
  const text = (value: number) => percent(value);
  return (
    <Table
      caption="Share of records with each label, with 95% intervals"
      columns={["Label", "Real", "Synthetic"]}
    >
      {prevalence.labels.map(({ label, real, synthetic }) => (
        <tr key={label}>
          <th scope="row">{label}</th>
          <td>
            <Interval estimate={real} text={text} />
          </td>
          <td>
            <Interval estimate={synthetic} text={text} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Labels(
  { prevalence, figure }: { prevalence: LabelPrevalence; figure: string | undefined },
) {
  const { r2, r2_low, r2_high, labels } = prevalence;
  const apart = labels.filter(({ real, synthetic }) =>
    real.high < synthetic.low || synthetic.high < real.low
  );
  return (
    <section aria-labelledby="labels">
      <h2 id="labels">Are labels as common?</h2>
      <p>
        {apart.length === 0
          ? `For all ${labels.length} labels the real and the synthetic interval overlap.`
          : `For ${apart.length} of ${labels.length} labels the real and the synthetic interval do ` +
            "not overlap."}
        {r2 !== null && r2_low !== null && r2_high !== null &&
          ` R² over the labels is ${minus(r2.toFixed(3))} (${minus(r2_low.toFixed(3))} to ${
            minus(r2_high.toFixed(3))
          }).`}
      </p>
      <Figure svg={figure} caption="Share of records with each label and its 95% interval." />
      <LabelTable prevalence={prevalence} />
    </section>
  );
}

function LikelihoodSection({ likelihood }: { likelihood: Likelihood }) {
  const { nll_is_bound, bce, precision, recall, f1, accuracy, perplexity_per_cell } = likelihood;
  const [nll, low, high] = (["nll_per_visit", "nll_per_visit_low", "nll_per_visit_high"] as const)
    .map((end) => likelihood[end].toFixed(3));
  const most = nll_is_bound ? "≤ " : "";
  const figures: [name: string, value: string | undefined, meaning: string][] = [
    [
      "Negative log-likelihood per visit (nats)",
      `${most}${nll} (${low} to ${high})`,
      "how surprising a real visit is to the model; lower is better",
    ],
    ["Binary cross-entropy", bce?.toPrecision(4), "the same, per code and visit"],
    [
      "Perplexity per code",
      most + likelihood.perplexity_per_code.toFixed(3),
      "1 would be certainty",
    ],
    [
      "Perplexity per visit",
      most + Number(likelihood.perplexity_per_visit.toPrecision(5)).toString(),
      "",
    ],
    ["Perplexity per cell", perplexity_per_cell?.toFixed(5), ""],
    ["Precision", precision?.toFixed(3), "of the codes it calls likely, how many came"],
    ["Recall", recall?.toFixed(3), "of the codes that came, how many it called likely"],
    ["F1", f1?.toFixed(3), "precision and recall in one"],
    ["Accuracy", accuracy?.toFixed(5), "high for any model, since most codes are absent"],
  ];
  const rows = figures.filter(([, value]) => value !== undefined);
  return (
    <section aria-labelledby="likelihood">
      <h2 id="likelihood">How well does the model foresee real records?</h2>
      <p>
        These figures are of the model itself, on real test records that it never saw.
        {likelihood.unseen_code_occurrences > 0 &&
          ` ${
              whole(likelihood.unseen_code_occurrences)
            } occurrences of codes that training never ` +
            "saw are left out."}
        {nll_is_bound &&
          " The model bounds the probability of a record: figures with ≤ are at most what they say."}
      </p>
      <Table caption="On the real test split" columns={["Measure", "Value", ""]}>
        {rows.map(([name, value, meaning]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{value}</td>
            <td class="soft">{meaning}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

function About({ about }: { about: Report["about"] }) {
  const rows: [string, string][] = [
    ["Ehrloom", about.ehrloom],
    ["Made", about.created],
    ["Seed", String(about.seed)],
    ["Resamples of patients", whole(about.resamples)],
    [
      "Real cohort",
      `${whole(about.real.records)} records (${whole(about.real.train)} training, ` +
      `${whole(about.real.test)} test), ${
        whole(about.real.codes)
      } codes, ${about.real.labels} labels`,
    ],
    [
      "Synthetic cohort",
      `${whole(about.synthetic.records)} records` +
      (about.synthetic.cut_off === undefined
        ? ""
        : `, ${whole(about.synthetic.cut_off)} cut off at the model's longest length`) +
      (about.synthetic.rules === undefined
        ? ""
        : `; clinical rules changed ${whole(about.synthetic.rules.touched)} of ${
          whole(about.synthetic.rules.draws)
        } draws`),
    ],
    ["Time taken", `${about.seconds.toFixed(1)} s`],
    ...Object.entries(about.versions),
  ];
  return (
    <section aria-labelledby="about">
      <h2 id="about">What made this report</h2>
      <Facts rows={rows} />
      {about.run && (
        <>
          <h3>The model's run</h3>
          <Facts
            rows={[
              ["Model", about.run.model],
              ["Form", formOf(about.run.model, about.run.config)],
              ...sourceFacts(about.run.sources),
            ]}
          />
          <pre>{JSON.stringify(about.run, null, 2)}</pre>
        </>
      )}
    </section>
  );
}

function Overview({ fidelity, figure }: { fidelity: Fidelity; figure: string | undefined }) {
  return (
    <section aria-labelledby="overview" class="overview">
      <h2 id="overview">At a glance</h2>
      <p>
        R² says how closely the synthetic probabilities follow the real ones; 1 is exact. The{" "}
        <em>ceiling</em>{" "}
        is what held-out real patients reach, so nothing can be expected to do better; the{" "}
        <em>floor</em> is what drawing each code independently reaches, so a model should do better.
        {fidelity.records_without_visits > 0 &&
          ` ${
            whole(fidelity.records_without_visits)
          } synthetic records without visits are left out.`}
      </p>
      <Figure
        svg={figure}
        caption="R² of the three probabilities, with 95% intervals over resamples of patients."
      />
    </section>
  );
}

/** The whole page, from `<html>` on. */
export function ReportPage(contents: PageContents): JSX.Element {
  const { report, figures, scatters } = contents;
  const { about, fidelity, likelihood } = report;
  const title = "Synthetic cohort report";
  return (
    <Page title={title} style={contents.style}>
      <header>
        <h1>{title}</h1>
        <p class="lead">
          {whole(about.synthetic.records)} synthetic records, judged against{" "}
          {whole(about.real.train)} real ones that the model may have learned from and{" "}
          {whole(about.real.test)} that were held out.
        </p>
      </header>
      <main>
        {fidelity && <Overview fidelity={fidelity} figure={figures.get("fidelity_overview")} />}
        <Scatters scatters={scatters} fidelity={fidelity} />
        {fidelity && <FidelityTable fidelity={fidelity} resamples={about.resamples} />}
        <Counts fidelity={fidelity} figures={figures} />
        {fidelity && fidelity.label_prevalence.labels.length > 0 && (
          <Labels
            prevalence={fidelity.label_prevalence}
            figure={figures.get("label_prevalence")}
          />
        )}
        {fidelity && (
          <ValuesSection fidelity={fidelity} figure={figures.get("value_distributions")} />
        )}
        {likelihood && <LikelihoodSection likelihood={likelihood} />}
        {figures.has("training_curve") && (
          <section aria-labelledby="training">
            <h2 id="training">Did training converge?</h2>
            <Figure
              svg={figures.get("training_curve")}
              caption={"Loss after each epoch. The parameters of the epoch with the lowest " +
                "validation loss are the ones kept; a validation loss that rises while the " +
                "training loss falls means that the model begins to learn its records by heart."}
            />
          </section>
        )}
        <About about={about} />
      </main>
      <footer>
        <p>The same figures for programs: report.json. Figures for print: figures/.</p>
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

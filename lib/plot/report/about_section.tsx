/** @jsxImportSource preact */
/**
 * The report's section on how it was made.
 *
 * @module
 */
import { differencesInWords } from "../../evaluate/align.ts";
import type { ReportAbout } from "../../evaluate/report.ts";
import { formOf } from "../../models/mod.ts";
import { commitFact, Facts, sourceFacts } from "./page_parts.tsx";
import { counted } from "../../in_words.ts";

/** A number without the digits that a float32 does not have; for JSON.stringify. */
function shortNumbers(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(7)) : value;
}

function resamplesInWords({ resamples, resampled_groups: groups }: ReportAbout): string {
  if (groups === undefined) return counted(resamples);
  return `${counted(resamples)}; large cohorts in ${counted(groups)} random groups of patients`;
}

/** Settings, sizes, versions, and the run. */
export function AboutSection({ about }: { about: ReportAbout }) {
  const rows: [string, string][] = [
    ["Ehrloom", about.ehrloom],
    ...commitFact(about.commit),
    ["Created", about.created],
    ["Random seed of the evaluation", String(about.seed)],
    ["Resamples of patients", resamplesInWords(about)],
    [
      "Real cohort",
      `${counted(about.real.records)} records (${counted(about.real.train)} training, ` +
      `${counted(about.real.test)} test), ${counted(about.real.codes)} codes (${
        counted(about.real.train_codes)
      } of them in the training records), ${about.real.labels} labels`,
    ],
    [
      "Synthetic cohort",
      `${counted(about.synthetic.records)} records` +
      (about.synthetic.seed === undefined ? "" : `, random seed ${about.synthetic.seed}`) +
      (about.synthetic.cut_off === undefined
        ? ""
        : `, ${counted(about.synthetic.cut_off)} cut off at the largest length of the model`) +
      (about.synthetic.rules === undefined
        ? ""
        : `; clinical rules changed ${counted(about.synthetic.rules.touched)} of ${
          counted(about.synthetic.rules.draws)
        } draws`),
    ],
    ...differencesInWords(about.synthetic).map((line): [string, string] => ["Note", line]),
    ["Time for the evaluation", `${about.seconds.toFixed(1)} s`],
    ...Object.entries(about.versions),
  ];
  return (
    <section aria-labelledby="about">
      <h2 id="about">How this report was made</h2>
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
          <details>
            <summary>config.json, all of it</summary>
            <pre tabIndex={0}>{JSON.stringify(about.run, shortNumbers, 2)}</pre>
          </details>
        </>
      )}
    </section>
  );
}

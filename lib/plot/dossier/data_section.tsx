/** @jsxImportSource preact */
/**
 * A dossier's section on the patients: whose records, how they were divided, what was left out.
 *
 * @module
 */
import { type Quality, qualityInWords } from "../../cohort/quality.ts";
import type { TableQuality } from "../../cohort/quality/table_quality.ts";
import { isShownCell, showsSinglePatients } from "../../cohort/small_cells.ts";
import { capital, percent } from "../../evaluate/summary/words.ts";
import { counted } from "../../in_words.ts";
import { coverageInWords } from "../../models/coverage.ts";
import { titleOf } from "../../models/mod.ts";
import { Facts, Table } from "../report/page_parts.tsx";
import type { CohortFacts } from "./cohort_facts.ts";
import type { DossierSources } from "./sources.ts";

/** Where the patients come from. */
function sourceFacts({ source, read, kept }: Quality): [name: string, value: string][] {
  return [
    ["Source format", source],
    ["Read from the source", `${counted(read.patients)} patients, ${counted(read.visits)} visits`],
    ["Kept", `${counted(kept.patients)} patients, ${counted(kept.visits)} visits`],
  ];
}

/** How many there are, from the cohort itself or else from the report. */
function sizeFacts({ run, cohort, report }: DossierSources): [name: string, value: string][] {
  const { real } = report.about;
  if (cohort === undefined) {
    return [
      ["Patients", `${counted(real.records)}`],
      ["of them in training", counted(real.train)],
      ["of them held out (test)", counted(real.test)],
      ["Codes", counted(real.codes)],
      ["Labels", counted(real.labels)],
    ];
  }
  const { patients: { train, validation, test }, visits, events, values, codes } = cohort;
  return [
    ["Patients", counted(train + validation + test)],
    ["of them in training", counted(train)],
    [
      "of them for validation",
      `${counted(validation)}, ` +
      (run.runConfig.privacy === undefined
        ? "who decide when training stops"
        : "whom differential privacy does not protect"),
    ],
    ["of them held out (test)", `${counted(test)}, whom the model never saw`],
    ["Visits", counted(visits)],
    ["Codes", `${counted(codes)} different ones, ${counted(events)} in all visits`],
    ["Measured values", values === 0 ? "none" : counted(values)],
  ];
}

/** All that was left out of the records, in sentences. */
function leftOut({ run, report, quality }: DossierSources): string[] {
  const { min_cell, real } = report.about;
  const { model, coverage } = run.runConfig;
  const cuts = quality === undefined
    ? real.cuts ?? []
    : qualityInWords(quality, { minCell: min_cell });
  return [...cuts, ...coverage === undefined ? [] : coverageInWords(model, coverage, titleOf)];
}

/** How many rows were used; a few that were not are not counted. */
function usedText({ rows, used }: TableQuality, minCell: number): string {
  if (used === rows) return "all";
  return isShownCell(minCell, rows - used)
    ? `${counted(used)} (${percent(used / rows)})`
    : `all but fewer than ${minCell}`;
}

/**
 * What became of the source's rows. The reasons and other sentences of quality.json stay there: they
 * count what single patients have.
 */
function SourceTables({ quality, minCell }: { quality: Quality; minCell: number }) {
  const { tables = [], left_out, notes } = quality;
  const others = left_out.length + notes.length;
  return (
    <>
      {tables.length > 0 && (
        <Table caption="Rows of the source" columns={["Table", "Rows", "Used"]}>
          {tables.map((table) => (
            <tr key={table.table}>
              <th scope="row">{table.table}</th>
              <td>{counted(table.rows)}</td>
              <td>{usedText(table, minCell)}</td>
            </tr>
          ))}
        </Table>
      )}
      {others > 0 && (
        <p class="reading">
          {counted(others)} {others === 1 ? "remark" : "remarks"}{" "}
          on the source stay in quality.json beside the cohort, since they may count single
          patients.
        </p>
      )}
    </>
  );
}

function Labels({ labels, rareLabels, patients: { train } }: CohortFacts) {
  if (labels.length + rareLabels === 0) return <p>The patients have no labels.</p>;
  return (
    <>
      {labels.length > 0 && (
        <Table
          caption="Labels of the training patients: a yes or no about each"
          columns={["Label", "Patients", "Share"]}
        >
          {labels.map(({ label, patients }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>{counted(patients)}</td>
              <td>{percent(patients / train)}</td>
            </tr>
          ))}
        </Table>
      )}
      {rareLabels > 0 && (
        <p class="reading">
          {counted(rareLabels)} {rareLabels === 1 ? "label is" : "labels are"}{" "}
          not named: too few training patients have or lack {rareLabels === 1 ? "it" : "them"}.
        </p>
      )}
    </>
  );
}

/** Whose records, and what was left out of them. */
export function DataSection({ sources }: { sources: DossierSources }) {
  const { cohort, quality, report: { about } } = sources;
  const left = leftOut(sources);
  return (
    <section aria-labelledby="data">
      <h2 id="data">Which data was used?</h2>
      <Facts
        rows={[
          ...about.real.name === undefined ? [] : [["Cohort", about.real.name]] as const,
          ...quality === undefined ? [] : sourceFacts(quality),
          ...sizeFacts(sources),
          [
            "Times",
            about.real.times === undefined
              ? "days between visits"
              : "none, only an order of visits",
          ],
          [
            "Small cells",
            showsSinglePatients(about.min_cell)
              ? "nothing is hidden"
              : `what fewer than ${about.min_cell} patients have is not named`,
          ],
        ]}
      />
      {cohort !== undefined && <Labels {...cohort} />}
      <h3>What was left out</h3>
      {left.length === 0 ? <p>Nothing is known to be left out.</p> : (
        <ul class="sentences">
          {left.map((sentence) => <li key={sentence}>{capital(sentence)}.</li>)}
        </ul>
      )}
      {quality !== undefined && <SourceTables quality={quality} minCell={about.min_cell} />}
      {cohort === undefined && (
        <p class="reading">
          The cohort's folder was not given (--cohort), so what its source held and how many
          patients have rare codes is not known here.
        </p>
      )}
      {cohort !== undefined && quality === undefined && (
        <p class="reading">
          The cohort has no quality report (quality.json): it was not made by deno task prepare.
        </p>
      )}
    </section>
  );
}

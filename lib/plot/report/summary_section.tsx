/** @jsxImportSource preact */
/**
 * The report's conclusion: sentences, and what was judged, a row each with its verdict.
 *
 * @module
 */
import type { Estimate, PartialReport, Summary, SummaryRow } from "../../evaluate/report.ts";
import { fewestPatients } from "../../evaluate/summary/rows.ts";
import { Interval, minus, None, signed, Table } from "./page_parts.tsx";
import { anchorOf } from "./sections/mod.ts";
import { counted } from "../../in_words.ts";

/** How the numbers of a row are written. */
const texts: Readonly<Record<SummaryRow["scale"], (value: number) => string>> = {
  r2: (value) => minus(value.toFixed(3)),
  difference: (value) => signed(value),
  distance: (value) => value.toFixed(2),
  high: (value) => minus(value.toFixed(3)),
  low: (value) => minus(value.toFixed(3)),
};

/** The text of a difference, which has a sign. */
const differenceText = (scale: SummaryRow["scale"]) => (value: number) =>
  signed(value, scale === "difference" || scale === "distance" ? 2 : 3);

function Cell({ estimate, text }: {
  estimate: Estimate | null;
  text: (value: number) => string;
}) {
  return estimate === null ? <None /> : <>{text(estimate.value)}</>;
}

function Row({ row, hasVerdicts }: { row: SummaryRow; hasVerdicts: boolean }) {
  const { figure, scale, synthetic, ceiling, floor, from_ceiling, verdict } = row;
  const name = row.quantity === undefined ? row.name : `${row.name} (${row.quantity})`;
  const text = texts[scale];
  return (
    <tr>
      <th scope="row">
        {synthetic === null ? name : <a href={`#${anchorOf(figure)}`}>{name}</a>}
      </th>
      <td class={`verdict ${verdict.replace(" ", "-")}`}>{verdict}</td>
      <td class="strong">
        {synthetic === null ? <None /> : <Interval estimate={synthetic} text={text} />}
      </td>
      <td>
        <Cell estimate={ceiling} text={text} />
      </td>
      <td>
        <Cell estimate={floor} text={text} />
      </td>
      {hasVerdicts && (
        <td>
          {from_ceiling === null
            ? <None />
            : <Interval estimate={from_ceiling} text={differenceText(scale)} />}
        </td>
      )}
    </tr>
  );
}

/** How cohorts of different sizes were compared. */
function equalNumbers(
  { patients_each }: Summary,
  { about, fidelity }: PartialReport,
): string {
  const synthetic = about.synthetic.records - (fidelity?.records_without_visits ?? 0);
  const start =
    "An R² is lower for few patients than for many, so the difference is taken at equal " +
    "numbers of patients: ";
  const [each, all] = [counted(patients_each), counted(synthetic)];
  if (synthetic > patients_each) {
    return `${start}a random sample of ${each} of the ${all} synthetic records is compared with the ` +
      `${each} held-out ones.`;
  }
  return about.real.test > patients_each
    ? `${start}the ${all} synthetic records are compared with a random sample of ${each} of the ` +
      `${counted(about.real.test)} held-out ones.`
    : `${start}there are ${each} synthetic and as many held-out records.`;
}

/** What the words in the table mean. */
function verdictReading(summary: Summary, report: PartialReport, shared?: string): string {
  return shared === undefined
    ? "Close: the synthetic records are as near to the training records as held-out patients are, as " +
      "far as sampling variation can tell (the 95% interval of synthetic − ceiling holds 0), or " +
      `nearer. Off: they are further away. ${equalNumbers(summary, report)}`
    : `There is no verdict (${shared}). With fewer than ${fewestPatients} patients on one side, ` +
      "sampling variation would hide what is wrong.";
}

/** What the ceiling is where it is not held-out records; nothing if there is no such row. */
function otherCeilings(rows: readonly SummaryRow[]): string | undefined {
  const has = (wanted: string) => rows.some(({ figure }) => figure.startsWith(wanted));
  const parts = [
    ...has("phenotyping") || has("next_visit")
      ? ["The ceiling of phenotyping and of the next visit has learned from real records."]
      : [],
    ...rows.some(({ kind }) => kind === "privacy")
      ? [
        "The ceiling of copying checks and attacks finds nothing; a figure close to it is no proof of " +
        "privacy.",
      ]
      : [],
  ];
  return parts.length > 0 ? parts.join(" ") : undefined;
}

/** Sentences and table; nothing in a report without a conclusion. */
export function SummarySection({ report }: { report: PartialReport }) {
  const { summary, about } = report;
  if (summary === undefined) return null;
  const { sentences, rows, patients_each } = summary;
  const ceilings = otherCeilings(rows);
  const hasVerdicts = rows.some(({ verdict }) => verdict !== "not judged");
  const shared = hasVerdicts
    ? undefined
    : rows.find(({ synthetic, ceiling }) => synthetic !== null && ceiling !== null)?.reason;
  return (
    <section aria-labelledby="summary" class="summary">
      <h2 id="summary">Summary</h2>
      <ul>{sentences.map((sentence) => <li key={sentence}>{sentence}</li>)}</ul>
      <Table
        caption={"Labels and codes: R², 1 is exact. Visits, codes per visit and days: difference " +
          "from the mean of the training records, 0 is exact. Values: distance of the means in " +
          `standard deviations, 0 is exact. 95% intervals from ${
            counted(about.resamples)
          } resamples ` +
          "of patients."}
        columns={[
          "What was judged",
          "Verdict",
          "Synthetic",
          "Held-out real (ceiling)",
          "Independent draws (floor)",
          ...hasVerdicts ? [`Synthetic − ceiling, ${counted(patients_each)} patients each`] : [],
        ]}
      >
        {rows.map((row) => <Row key={row.figure} row={row} hasVerdicts={hasVerdicts} />)}
      </Table>
      <p class="reading">{verdictReading(summary, report, shared)}</p>
      {ceilings !== undefined && <p class="reading">{ceilings}</p>}
    </section>
  );
}

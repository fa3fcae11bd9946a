/** @jsxImportSource preact */
/**
 * What each code of one record costs a model, in colour.
 *
 * @module
 */
import { renderToString } from "preact-render-to-string";
import type { PresentLoss, RowLosses } from "../../generate/code_losses.ts";
import { counted } from "../../in_words.ts";
import { printable } from "../../printable.ts";
import { shortName } from "../report/page_script/points.ts";
import { colouring } from "./heat_colours.ts";
import { type NotebookOutput, notebookOutput } from "./notebook_output.ts";

/** The most letters of a code's description. */
const letters = 26;

/** Nats with two decimals. */
const nats = (loss: number) => loss.toFixed(2);

/** What a row costs in all. */
function total({ present, absent }: RowLosses): number {
  return present.reduce((sum, { loss }) => sum + loss, absent);
}

function short(description: string): string {
  const name = shortName(description);
  return name.length <= letters ? name : `${name.slice(0, letters - 1).trimEnd()}…`;
}

/** A code on the colour of its loss. */
function Code({ code, largest }: { code: PresentLoss; largest: number }) {
  const { description, probability, loss } = code;
  const finite = Math.min(loss, largest); // what had no chance at all costs infinitely much
  return (
    <span
      title={`${description}: probability ${Number(probability.toPrecision(3))}, ${
        nats(loss)
      } nats`}
      style={{
        ...colouring(finite, largest),
        display: "inline-block",
        margin: "1px 3px 1px 0",
        padding: "0 4px",
        border: "1px solid #ccc",
      }}
    >
      {short(description)}
    </span>
  );
}

/** One row under one model: its codes, and below them what they and all others cost. */
function Row({ row, largest }: { row: RowLosses; largest: number }) {
  const codes = row.present.reduce((sum, { loss }) => sum + loss, 0);
  return (
    <td style={{ textAlign: "left", verticalAlign: "top", whiteSpace: "normal" }}>
      {row.present.map((code) => <Code key={code.name} code={code} largest={largest} />)}
      <div style={{ fontSize: "85%" }}>
        {nats(codes)} nats for these, {nats(row.absent)} for what is not there
      </div>
    </td>
  );
}

/** The name of each row: first the labels, then visits. */
const rowName = (row: number) => row === 0 ? "labels" : `visit ${row}`;

/**
 * What each code of one record costs each of some models, in colour, for the last line of a notebook
 * cell: a row for the labels and for each visit, a column for each model. White is what a model expects;
 * the bluer a code, the more surprising, on one scale for all models. The pointer shows the whole
 * description, the probability and the loss. It has no script, so Jupyter shows it alike in notebooks
 * that it does not trust.
 *
 * @example
 * ```ts
 * import { lossMap } from "ehrloom";
 *
 * const code = (name: string, probability: number) => (
 *   { name, description: name, probability, loss: -Math.log(probability) }
 * );
 * lossMap({
 *   HALO: [{ present: [], absent: 0.1 }, { present: [code("fracture", 0.1), code("x-ray", 0.9)], absent: 1 }],
 *   LSTM: [{ present: [], absent: 0.1 }, { present: [code("fracture", 0.1), code("x-ray", 0.1)], absent: 1 }],
 * });
 * ```
 *
 * @param models losses of the same record, as `codeLosses` gives them, by the model's name
 * @param options.rows how many rows are shown, from the first; default all
 * @throws {RangeError} If there is no model, or they have different numbers of rows
 */
export function lossMap(
  models: Readonly<Record<string, readonly RowLosses[]>>,
  { rows = Infinity }: { readonly rows?: number } = {},
): NotebookOutput {
  const names = Object.keys(models);
  const counts = [...new Set(names.map((name) => models[name].length))];
  if (counts.length !== 1) {
    throw new RangeError(
      "Cannot draw losses: " +
        (names.length === 0
          ? "there is no model"
          : `models have ${counts.join(" and ")} rows, must be losses of the same record`),
    );
  }
  const shown = Math.min(rows, counts[0]);
  const all = names.map((name) => models[name].slice(0, shown));
  const largest = all.flat().flatMap(({ present }) => present)
    .reduce((most, { loss }) => Number.isFinite(loss) ? Math.max(most, loss) : most, 0);
  const left = { textAlign: "left" } as const;
  const html = renderToString(
    <table>
      <thead>
        <tr>
          <th style={left}>row</th>
          {names.map((name) => <th key={name} style={left}>{name}</th>)}
        </tr>
      </thead>
      <tbody>
        {Array.from({ length: shown }, (_, row) => (
          <tr key={row}>
            <th style={{ ...left, verticalAlign: "top", whiteSpace: "nowrap" }}>{rowName(row)}</th>
            {all.map((losses, i) => <Row key={names[i]} row={losses[row]} largest={largest} />)}
          </tr>
        ))}
        {shown < counts[0] && (
          <tr>
            <td colspan={1 + names.length} style={left}>
              rows that are not shown: {counted(counts[0] - shown)}
            </td>
          </tr>
        )}
      </tbody>
    </table>,
  );
  const plain = [
    ["row", ...names.map((name) => `${name} (nats)`)],
    ...Array.from(
      { length: shown },
      (_, row) => [rowName(row), ...all.map((losses) => nats(total(losses[row])))],
    ),
  ].map((texts) => texts.map(printable).join("\t")).join("\n");
  return notebookOutput(plain, html);
}

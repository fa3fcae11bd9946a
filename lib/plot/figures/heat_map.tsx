/** @jsxImportSource preact */
/**
 * A matrix of numbers in colours: who sees whom, what each code costs.
 *
 * @module
 */
import { renderToString } from "preact-render-to-string";
import { printable } from "../../printable.ts";
import { colouring } from "./heat_colours.ts";
import { type NotebookOutput, notebookOutput } from "./notebook_output.ts";

/** One cell of a {@link heatMap}. */
export interface HeatCell {
  /** What its colour says; null for a cell that has none. */
  readonly value: number | null;
  /** What stands in it; default the value with two significant digits. */
  readonly text?: string | undefined;
  /** What the pointer shows over it. */
  readonly title?: string | undefined;
}

/** One row of a {@link heatMap}. */
export interface HeatRow {
  /** What stands before it. */
  readonly name: string;
  /** One cell per column; a number or null alone is its value. */
  readonly cells: readonly (HeatCell | number | null)[];
}

/** What a {@link heatMap} shows. */
export interface HeatMapContents {
  /** Names of the columns. */
  readonly columns: readonly string[];
  /** The rows, from above. */
  readonly rows: readonly HeatRow[];
  /** What the names of rows are, for the upper left corner. Default empty. */
  readonly corner?: string | undefined;
}

function cellsOf({ name, cells }: HeatRow, columns: readonly string[]): HeatCell[] {
  if (cells.length !== columns.length) {
    throw new RangeError(
      `Cannot draw: row "${name}" has ${cells.length} cells, but there are ${columns.length} columns`,
    );
  }
  return cells.map((cell) => typeof cell === "object" && cell !== null ? cell : { value: cell });
}

function textOf({ value, text }: HeatCell): string {
  return text ?? (value === null ? "" : String(Number(value.toPrecision(2))));
}

/**
 * A matrix as a table whose cells are coloured by their numbers, for the last line of a notebook cell:
 * from white for 0 to blue for the largest and orange for the lowest, on one scale. The pointer shows
 * each cell's `title`. It has no script, so Jupyter shows it alike in notebooks that it does not trust.
 *
 * @example Two rows of three columns
 * ```ts
 * import { heatMap } from "ehrloom";
 *
 * heatMap({
 *   corner: "visit",
 *   columns: ["hypertension", "fracture", "x-ray"],
 *   rows: [
 *     { name: "1", cells: [0.16, 2.5, { value: 0.1, title: "x-ray, after a fracture" }] },
 *     { name: "2", cells: [0.2, 0.03, null] },
 *   ],
 * });
 * ```
 *
 * @throws {RangeError} If a row has more or fewer cells than there are columns, or a value is not finite
 */
export function heatMap({ columns, rows, corner = "" }: HeatMapContents): NotebookOutput {
  const all = rows.map((row) => ({ name: row.name, cells: cellsOf(row, columns) }));
  const values = all.flatMap(({ cells }) => cells.map(({ value }) => value ?? 0));
  const odd = values.find((value) => !Number.isFinite(value));
  if (odd !== undefined) throw new RangeError(`Cannot draw: a value is ${odd}, must be finite`);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const html = renderToString(
    <table>
      <thead>
        <tr>
          <th style={{ textAlign: "left" }}>{corner}</th>
          {columns.map((name) => <th key={name} style={{ textAlign: "center" }}>{name}</th>)}
        </tr>
      </thead>
      <tbody>
        {all.map(({ name, cells }) => (
          <tr key={name}>
            <th style={{ textAlign: "left", whiteSpace: "nowrap" }}>{name}</th>
            {cells.map((cell) => (
              <td
                title={cell.title}
                style={{
                  textAlign: "center",
                  ...cell.value !== null && colouring(cell.value, largest),
                }}
              >
                {textOf(cell)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>,
  );
  const plain = [
    [corner, ...columns],
    ...all.map(({ name, cells }) => [name, ...cells.map(textOf)]),
  ]
    .map((texts) => texts.map(printable).join("\t")).join("\n");
  return notebookOutput(plain, html);
}

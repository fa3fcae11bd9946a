/** @jsxImportSource preact */
/**
 * Polars frames, and lists of rows, as tables for reading in notebooks. Polars' own view rounds 64-bit subject ids,
 * spells out time zones and gives shares to 16 digits.
 *
 * @module
 */
import pl from "nodejs-polars";
import { renderToString } from "preact-render-to-string";
import { checkArguments, checkOptions } from "../../arguments.ts";
import type { Frame } from "../../cohort/statistics.ts";
import { printable } from "../../printable.ts";
import { counted } from "../../in_words.ts";
import { type NotebookOutput, notebookOutput } from "./notebook_output.ts";

/** Significant digits of numbers that are not whole. */
const digits = 4;

function isRows(of: Frame | readonly object[]): of is readonly object[] {
  return Array.isArray(of);
}

/** A frame of rows, with a column for each name that one of them has. */
function frameOf(rows: readonly object[]): Frame {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  return pl.DataFrame(
    Array.from(
      names,
      (name) => pl.Series(name, rows.map((row): unknown => Reflect.get(row, name) ?? null)),
    ),
  );
}

/** Columns of at most this many characters are not wrapped: codes, times. */
const narrow = 32;

function cellTexts(column: pl.Series): string[] {
  if (column.isFloat()) {
    return column.toArray().map((value) =>
      value === null
        ? ""
        : String(Number.isInteger(value) ? value : Number(Number(value).toPrecision(digits)))
    );
  }
  // as text, since Polars gives 64-bit integers as JavaScript numbers, which round them
  const texts = column.cast(pl.String).toArray();
  const isTime = column.dtype.variant === "Datetime";
  return texts.map((text) =>
    text === null ? "" : isTime ? String(text).replace(/\.0+$/, "") : String(text)
  );
}

/**
 * The first rows of a frame, or of a list of rows, as a table, for the last line of a notebook cell:
 * whole numbers exact, other numbers with four significant digits, missing values empty. Markup in
 * texts is shown as text.
 *
 * @example The labels of the sample
 * ```ts
 * import { labels, syntheaSample, table } from "ehrloom";
 *
 * table(labels(await syntheaSample()));
 * ```
 *
 * @example Rows of your own
 * ```ts
 * import { table } from "ehrloom";
 *
 * table([{ patient: "Ann", visits: 2 }, { patient: "Ben", visits: 3 }]);
 * ```
 *
 * @param options.rows largest number of rows to show; the table states how many there are
 */
export function table(
  of: Frame | readonly object[],
  options: { rows?: number } = {},
): NotebookOutput {
  checkArguments("table", [of, "rows"]);
  checkOptions("table", options, ["rows"]);
  const frame = isRows(of) ? frameOf(of) : of;
  const { rows = 12 } = options;
  const shown = frame.head(rows);
  const columns = shown.getColumns().map((column) => {
    const texts = cellTexts(column);
    const isNarrow = texts.every(({ length }) => length <= narrow);
    const textAlign = column.isNumeric() ? "right" : "left";
    return {
      name: column.name,
      texts,
      style: { textAlign, whiteSpace: isNarrow ? "nowrap" : undefined },
    };
  });
  const html = renderToString(
    <table>
      <thead>
        <tr>{columns.map(({ name, style }) => <th key={name} style={style}>{name}</th>)}</tr>
      </thead>
      <tbody>
        {Array.from(
          { length: shown.height },
          (_, row) => (
            <tr>
              {columns.map(({ name, texts, style }) => (
                <td key={name} style={style}>{texts[row]}</td>
              ))}
            </tr>
          ),
        )}
      </tbody>
    </table>,
  );
  const note = shown.height < frame.height
    ? renderToString(<p>The first {shown.height} of {counted(frame.height)} rows</p>)
    : "";
  const plain = [columns.map(({ name }) => printable(name))]
    .concat(
      Array.from(
        { length: shown.height },
        (_, row) => columns.map(({ texts }) => printable(texts[row])),
      ),
    )
    .map((texts) => texts.join("\t")).join("\n");
  return notebookOutput(plain, html + note);
}

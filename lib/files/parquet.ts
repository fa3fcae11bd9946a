/**
 * Reads Parquet files and checks their columns. Polars itself turns values that do not fit into
 * nulls, panics on a missing file and does not name a damaged one.
 *
 * @module
 */
import pl from "nodejs-polars";
import { machineBytes } from "../machine_memory.ts";
import { readBytes } from "./input.ts";

/** What a column has: int64 identifiers, texts, times or float32 numbers. */
export type ColumnKind = "id" | "text" | "time" | "number";

/** What is wrong with a column, as the end of a sentence about it, or undefined. */
export function columnProblem(column: pl.Series, kind: ColumnKind): string | undefined {
  const { variant } = column.dtype;
  const isWhole = /^U?Int\d+$/.test(variant);
  const isText = /^(String|Categorical|Enum)$/.test(variant);
  const wanted = {
    id: "whole numbers",
    text: "texts",
    time: "timestamps",
    number: "numbers",
  }[kind];
  const isFitting = {
    id: isWhole || column.isFloat(),
    text: isText || isWhole,
    time: variant === "Datetime" || variant === "Date" || variant === "Null",
    number: column.isNumeric() || variant === "Bool" || variant === "Null",
  }[kind];
  if (!isFitting) {
    const such = isText && column.length > 0 ? `, such as ${JSON.stringify(column.get(0))}` : "";
    const advice = kind === "id" && isText
      ? "; number the subjects, in the same way in all files"
      : "";
    return `is of type ${variant}${such}, must be ${wanted}${advice}`;
  }
  if (kind !== "id" || isWhole && column.cast(pl.Int64).nullCount() === 0) return undefined;
  const odd = column.toArray().find((id) => !Number.isSafeInteger(id));
  if (odd !== undefined) return `has ${odd}, must be ${wanted} of at most 64 bits`;
}

/** The types of columns of a kind that have no rows. */
const emptyTypes = { id: pl.Int64, text: pl.String, time: pl.Datetime("us"), number: pl.Float64 };

/** Bytes that a cell takes while its table is read, text or number. */
const cellBytes = 16;

/** Rows that may be read whatever their size on the disk. */
const harmlessRows = 10_000_000;

/** Rows per byte beyond which a table only repeats itself, to fill the memory. */
const mostRowsPerByte = 50;

function bufferOf(bytes: Uint8Array<ArrayBuffer>): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Refuses a table that would fill the memory: a few bytes of Parquet can stand for any number of
 * rows. The footer has this number: Polars takes 2 ms for 60 million rows.
 *
 * @param bytes of the file
 * @param room bytes that the table may take
 */
export function checkRows(
  bytes: Uint8Array<ArrayBuffer>,
  path: string,
  room = machineBytes(),
): void {
  let rows: number;
  let columns: number;
  try {
    rows = pl.readParquet(bufferOf(bytes), { columns: [] }).height;
    columns = pl.readParquet(bufferOf(bytes), { nRows: 0 }).width;
  } catch (_) {
    return; // whoever reads the table says what is wrong with it
  }
  if (rows > Math.max(harmlessRows, mostRowsPerByte * bytes.length)) {
    throw new SyntaxError(
      `Cannot read "${path}": it has ${rows} rows in ${bytes.length} bytes, ` +
        `must have at most ${mostRowsPerByte} rows per byte`,
    );
  }
  const wanted = rows * columns * cellBytes;
  if (wanted <= room) return;
  const shown = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new SyntaxError(
    `Cannot read "${path}": it has ${rows} rows, which take ${
      shown(wanted)
    } of memory, and there ` +
      `is ${shown(room)}; split it into several files`,
  );
}

/** A table without rows that has the columns that it must have, and its others. */
function withoutRows(
  frame: pl.DataFrame,
  columns: Readonly<Record<string, ColumnKind>>,
): pl.DataFrame {
  const others = frame.columns.filter((name) => !Object.hasOwn(columns, name));
  return pl.DataFrame([
    ...Object.entries(columns).map(([name, kind]) => pl.Series(name, [], emptyTypes[kind])),
    ...others.map((name) => frame.getColumn(name)),
  ]);
}

/**
 * The table in a Parquet file. One without rows may lack columns and have any types: it gets them.
 *
 * @param path the file
 * @param columns that it must have; without nulls, except for times
 * @param optional what other columns must be if it has them; they may have nulls
 * @throws {Deno.errors.NotFound} If there is no such file
 * @throws {SyntaxError} If it is damaged, or a column is missing or of another kind; names both
 */
export async function readParquet(
  path: string,
  columns: Readonly<Record<string, ColumnKind>>,
  optional: Readonly<Record<string, ColumnKind>> = {},
): Promise<pl.DataFrame> {
  const bytes = await readBytes(path);
  checkRows(bytes, path);
  let frame: pl.DataFrame;
  try {
    frame = pl.readParquet(bufferOf(bytes));
  } catch (error) {
    throw new SyntaxError(`Cannot read "${path}": it is not a Parquet file, or it is damaged`, {
      cause: error,
    });
  }
  if (frame.height === 0) return withoutRows(frame, { ...columns, ...optional });
  for (const [name, kind] of Object.entries(columns)) {
    if (!frame.columns.includes(name)) {
      throw new SyntaxError(
        `Cannot read "${path}": it has no column ${name}; its columns are ` +
          frame.columns.join(", "),
      );
    }
    const nulls = frame.getColumn(name).nullCount();
    if (nulls > 0 && kind !== "time") {
      throw new SyntaxError(`Cannot read "${path}": ${nulls} rows have no ${name}`);
    }
  }
  const isEmpty = (name: string) => frame.getColumn(name).nullCount() === frame.height;
  const given = Object.entries(optional)
    .filter(([name]) => frame.columns.includes(name) && !isEmpty(name));
  for (const [name, kind] of [...Object.entries(columns), ...given]) {
    const problem = frame.columns.includes(name) && columnProblem(frame.getColumn(name), kind);
    if (problem) throw new SyntaxError(`Cannot read "${path}": ${name} ${problem}`);
  }
  return frame;
}

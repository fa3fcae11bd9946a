/**
 * Reads Parquet files and the tables of DuckDB databases row by row, as texts, in bounded memory.
 * DuckDB itself is loaded only when there is something to read.
 *
 * @see https://duckdb.org/docs/stable/clients/node_neo/overview
 * @module
 */
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { breathe } from "../breathe.ts";
import { messageOf } from "../in_words.ts";
import { type CsvColumn, placeIn, type ReadCsvOptions } from "./csv.ts";

/** Rows from somewhere, and what messages call it. */
export interface DuckDbTable {
  /** As it stands behind FROM in a query. */
  readonly from: string;
  /** As in `Cannot read "cdm.duckdb" table person`. */
  readonly named: string;
  /** Its own name, for progress. */
  readonly name: string;
  /** Whether it is a file. */
  readonly isFile: boolean;
}

/** The name of a table or column in a query. */
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The first line of an error of DuckDB, without its kind. */
function reasonOf(error: unknown): string {
  const [line] = messageOf(error).split("\n");
  return line.replace(/^[\w ]*Error: /, "");
}

/** Whether a file begins as databases of DuckDB do: a checksum of 8 bytes, then "DUCK". */
export async function isDuckDb(path: string): Promise<boolean> {
  using file = await Deno.open(path);
  const bytes = new Uint8Array(12);
  const length = await file.read(bytes);
  return length === 12 && new TextDecoder().decode(bytes.subarray(8)) === "DUCK";
}

/** What is wrong with a database that does not open, and how to mend it. */
function openProblem(path: string, error: unknown): string {
  const reason = reasonOf(error);
  if (/set lock|used by another process/i.test(reason)) {
    return "another program has it open; close it there";
  }
  if (/version number|newer version/i.test(reason)) {
    const name = path.replace(/^.*\//, "");
    return "another version of DuckDB wrote it than those that can be read here (" + reason +
      "); " +
      `export it to Parquet and read that folder: duckdb ${name} ` +
      `"EXPORT DATABASE 'cdm' (FORMAT parquet)"`;
  }
  return `it is no DuckDB database, or it is damaged (${reason})`;
}

/** A column as text, as CSV files have it; null where it has nothing. */
function textOf(name: string, type: string): string {
  const column = quoted(name);
  const text = (expression: string) => `CAST(${expression} AS VARCHAR)`;
  if (type === "TIMESTAMP WITH TIME ZONE") return text(`timezone('UTC', ${column})`);
  if (type !== "DOUBLE" && type !== "FLOAT") return text(column);
  // whole numbers become floating where a program has no other empty ones
  return `CASE WHEN isnan(${column}) THEN NULL ` +
    `WHEN ${column} = trunc(${column}) AND abs(${column}) <= ${Number.MAX_SAFE_INTEGER} ` +
    `THEN ${text(`CAST(${column} AS BIGINT)`)} ELSE ${text(column)} END`;
}

/** DuckDB with a database, or with none for Parquet files. It reads, and never writes. */
export class DuckDb implements Disposable {
  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
  ) {}

  /**
   * Opens a database; without a path, an empty one.
   *
   * @throws {SyntaxError} If the file is no database that can be read; says how to mend it
   */
  static async open(path?: string): Promise<DuckDb> {
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const options = {
      threads: "1", // rows come in their order, and it is JavaScript that takes the time
      memory_limit: "512MB",
      temp_directory: "",
      autoinstall_known_extensions: "false", // these would use the network
      autoload_known_extensions: "false",
    };
    try {
      const instance = await (path === undefined
        ? DuckDBInstance.create(":memory:", options)
        : DuckDBInstance.create(path, {
          ...options,
          access_mode: "READ_ONLY",
          enable_external_access: "false", // what a view in it may name
        }));
      return new DuckDb(instance, await instance.connect());
    } catch (error) {
      if (path === undefined) throw error;
      throw new SyntaxError(`Cannot read "${path}": ${openProblem(path, error)}`, { cause: error });
    }
  }

  [Symbol.dispose](): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }

  /** All tables and views of the database that was opened at a path. */
  async tables(path: string): Promise<(DuckDbTable & { readonly schema: string })[]> {
    const rows = await this.texts(
      "SELECT table_catalog, table_schema, table_name FROM information_schema.tables " +
        "WHERE table_catalog = current_database() ORDER BY ALL",
    );
    return rows.map(([catalog, schema, name]) => ({
      from: [catalog, schema, name].map(quoted).join("."), // a schema may have the catalog's name
      named: `"${path}" table ${name}`,
      name,
      isFile: false,
      schema,
    }));
  }

  /** A Parquet file. */
  static parquet(path: string): DuckDbTable {
    const file = path.replaceAll(/[*?[]/g, "[$&]").replaceAll("'", "''"); // as a pattern
    return {
      from: `read_parquet('${file}', binary_as_string = true, hive_partitioning = false)`,
      named: `"${path}"`,
      name: path.replace(/^.*\//, ""),
      isFile: true,
    };
  }

  /** All rows of a small result. */
  private async texts(query: string): Promise<string[][]> {
    const rows = (await this.connection.runAndReadAll(query)).getRows();
    return rows.map((row) => row.map((value) => value === null ? "" : String(value)));
  }

  /**
   * All rows of a small result about a table.
   *
   * @throws {SyntaxError} If the table is damaged
   */
  private async ask({ named, isFile }: DuckDbTable, query: string): Promise<string[][]> {
    try {
      return await this.texts(query);
    } catch (error) {
      const wrong = isFile
        ? "it is not a Parquet file, or it is damaged"
        : "it has no rows to read";
      throw new SyntaxError(`Cannot read ${named}: ${wrong} (${reasonOf(error)})`, {
        cause: error,
      });
    }
  }

  /** Whether a table has one row alone, the header of an empty CSV file that was loaded as a row. */
  private async isLoneHeader(
    table: DuckDbTable,
    names: readonly string[],
    wanted: readonly string[],
  ): Promise<boolean> {
    if (!names.every((name, i) => name.toLowerCase() === `column${i}`)) return false;
    const rows = await this.ask(table, `SELECT * FROM ${table.from} LIMIT 2`);
    const [header] = rows.map((row) => row.map((text) => text.trim().toLowerCase()));
    return rows.length === 1 && wanted.every((name) => header.includes(name.toLowerCase()));
  }

  /**
   * Reads the named columns of a table row by row, as `readCsv` does: texts as CSV files have them,
   * "" for null, times without a time zone in UTC, whole numbers without a decimal point. Rows are
   * counted from 1.
   *
   * @param onRow as in `readCsv`
   * @returns false for a table that has nothing but the header of an empty CSV file, as a row
   * @throws {SyntaxError} If the table lacks a column, is damaged, or has a bad row
   */
  async read(
    table: DuckDbTable,
    columns: readonly (string | CsvColumn)[],
    onRow: (fields: readonly string[], row: number) => string | undefined | void,
    { onBadRow, onProgress }: Pick<ReadCsvOptions, "onBadRow" | "onProgress"> = {},
  ): Promise<boolean> {
    const wanted = columns.map((column) => typeof column === "string" ? { name: column } : column);
    const header = await this.ask(table, `DESCRIBE SELECT * FROM ${table.from}`);
    const names = header.map(([name]) => name);
    const needed = wanted.filter(({ missing }) => missing === undefined).map(({ name }) => name);
    if (await this.isLoneHeader(table, names, needed)) return false;
    const places = wanted.map((column) => placeIn(names, column, table.named));
    const texts = places.map((place) =>
      place === -1 ? "NULL" : textOf(header[place][0], header[place][1])
    );
    const fields: string[] = new Array(columns.length);
    let row = 0;
    const see = (values: readonly (string | null)[]) => {
      row++;
      for (let i = 0; i < fields.length; i++) fields[i] = values[i] ?? wanted[i].missing ?? "";
      const wrong = onRow(fields, row);
      if (typeof wrong !== "string") return;
      const sentence = `Cannot read ${table.named} row ${row}: ${wrong}`;
      if (onBadRow === undefined) throw new SyntaxError(sentence);
      onBadRow(sentence, row, wrong);
    };
    const [[total]] = await this.ask(table, `SELECT count(*) FROM ${table.from}`);
    const stage = `reading ${table.name}`;
    for await (const rows of this.chunks(table, texts)) {
      for (const values of rows) see(values);
      onProgress?.({ stage, done: row, total: Number(total) });
      await breathe();
    }
    return true;
  }

  /** The rows of a table, of each the given expressions, which are texts; a few thousand at a time. */
  private async *chunks(
    { from, named }: DuckDbTable,
    texts: readonly string[],
  ): AsyncGenerator<Iterable<(string | null)[]>> {
    let rows = 0;
    try {
      const result = await this.connection.stream(`SELECT ${texts.join(", ")} FROM ${from}`);
      while (true) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        yield rowsOf(texts.map((_, i) => chunk.getColumnVector(i)), chunk.rowCount);
        rows += chunk.rowCount;
      }
    } catch (error) { // of DuckDB: what the caller throws at a chunk does not come here
      throw new SyntaxError(
        `Cannot read ${named}: it cannot be read after row ${rows} (${reasonOf(error)})`,
        { cause: error },
      );
    }
  }
}

/** Rows from columns of texts; each row is the same list. */
function* rowsOf(
  columns: readonly { getItem(row: number): unknown }[],
  rows: number,
): Generator<(string | null)[]> {
  const values: (string | null)[] = new Array(columns.length);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < columns.length; i++) {
      const value = columns[i].getItem(row);
      values[i] = typeof value === "string" ? value : null;
    }
    yield values;
  }
}

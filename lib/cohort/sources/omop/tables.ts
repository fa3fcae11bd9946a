/**
 * The tables of the Common Data Model, in each of the forms in which they come: CSV files or Parquet
 * files in a folder, or a DuckDB database.
 *
 * @module
 */
import { checkFolder, type CsvColumn, readCsvHeader } from "../../../files/csv.ts";
import { DuckDb, type DuckDbTable, isDuckDb } from "../../../files/duckdb.ts";
import { found, unreadable } from "../../../files/input.ts";
import { parquetPaths } from "../../../files/parquet_paths.ts";
import { CsvFolder } from "../csv_folder.ts";
import { type OnRow, readRows, type RowsHow, withoutSpaces } from "../rows.ts";

/** The tables that are read. */
export const tableNames = [
  "person",
  "visit_occurrence",
  "condition_occurrence",
  "drug_exposure",
  "procedure_occurrence",
  "measurement",
  "observation",
  "death",
  "concept",
  "concept_ancestor",
] as const;
/** A table that is read. */
export type TableName = typeof tableNames[number];

/** Where the rows of a table are. */
type Place = { readonly csv: string } | { readonly parts: readonly DuckDbTable[] };

/** Finds tables by their names in small letters. */
export class OmopTables implements Disposable {
  private constructor(
    private readonly path: string,
    private readonly places: ReadonlyMap<TableName, Place>,
    private readonly duckDb: DuckDb | undefined,
    private readonly isFolder: boolean,
  ) {}

  /**
   * The tables in a folder or a DuckDB database.
   *
   * @param options.schema of the database; default the one that has the table person
   * @throws {Deno.errors.NotFound} If there is neither
   * @throws {SyntaxError} If a database cannot be read, or several of its schemas could be meant
   */
  static async at(
    path: string,
    { schema, onNote }: {
      readonly schema?: string | undefined;
      readonly onNote?: ((what: string) => void) | undefined;
    } = {},
  ): Promise<OmopTables> {
    if ((await found(path))?.isFile === true) return await OmopTables.inDatabase(path, schema);
    await checkFolder(path);
    const csv = await CsvFolder.of(path);
    const parquet = await parquetIn(path);
    const places = new Map<TableName, Place>();
    for (const name of tableNames) {
      const [file, parts] = [csv.find(name), parquet.get(name)];
      if (parts !== undefined) places.set(name, { parts: parts.map(DuckDb.parquet) });
      if (file !== undefined) places.set(name, { csv: file });
      if (parts !== undefined && file !== undefined) {
        onNote?.(`the folder has ${name} as CSV and as Parquet: the CSV file was read`);
      }
    }
    const duckDb = parquet.size > 0 ? await DuckDb.open() : undefined;
    return new OmopTables(path, places, duckDb, true);
  }

  private static async inDatabase(path: string, wanted?: string): Promise<OmopTables> {
    if (!await isDuckDb(path).catch((error) => Promise.reject(unreadable(path, error)))) {
      throw new SyntaxError(
        `Cannot read "${path}": it is no DuckDB database; give one, or the folder with the tables`,
      );
    }
    const duckDb = await DuckDb.open(path);
    try {
      const tables = await duckDb.tables(path);
      const schema = schemaOf(path, tables, wanted);
      const places = new Map<TableName, Place>();
      for (const name of tableNames) {
        const named = tables.filter((each) => each.name.toLowerCase() === name);
        const [one] = [
          ...named.filter((each) => each.schema === schema),
          ...named.length === 1 ? named : [], // vocabularies may have a schema of their own
        ];
        if (one === undefined) continue;
        places.set(name, { parts: [one] });
      }
      return new OmopTables(path, places, duckDb, false);
    } catch (error) {
      duckDb[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.duckDb?.[Symbol.dispose]();
  }

  /** Whether a table is there. */
  has(table: TableName): boolean {
    return this.places.has(table);
  }

  /** What is said of a table that is not there. */
  without(table: TableName): string {
    return `"${this.path}" has no ` +
      (this.isFolder ? `${table}.csv, ${table}.csv.gz or ${table}.parquet` : `table ${table}`);
  }

  /** What is wrong with a table that is there. */
  problem(table: TableName, wrong: string): SyntaxError {
    const place = this.places.get(table);
    const parts = place !== undefined && "parts" in place ? place.parts : [];
    const named = place !== undefined && "csv" in place ? `"${place.csv}"` : parts[0]?.named;
    return new SyntaxError(`Cannot read ${named ?? `"${this.path}"`}: ${wrong}`);
  }

  /**
   * Reads a table row by row; throws and takes bad rows as `readCsv` does.
   *
   * @throws {Deno.errors.NotFound} If it is not there
   */
  async read(
    name: TableName,
    columns: readonly (string | CsvColumn)[],
    onRow: OnRow,
    how: RowsHow,
  ): Promise<void> {
    const place = this.places.get(name);
    if (place === undefined) {
      throw new Deno.errors.NotFound(
        `Cannot read "${this.path}": ${this.without(name).replace(/^".*" has/, "it has")}`,
      );
    }
    if ("csv" in place) return await readCsvRows(place.csv, columns, onRow, how);
    for (const part of place.parts) {
      const isTable = await this.duckDb?.read(
        part,
        columns,
        withoutSpaces(name, columns, onRow, how),
        how,
      );
      if (isTable === false) {
        how.onNote?.(`the table ${name} has no rows but one with the names of columns`);
      }
    }
  }
}

/**
 * Reads a CSV table, whose fields a comma separates, or a tab: Athena's tables of concepts have tabs,
 * and quotes that are part of names.
 */
async function readCsvRows(
  path: string,
  columns: readonly (string | CsvColumn)[],
  onRow: OnRow,
  how: RowsHow,
): Promise<void> {
  const { delimiter } = await readCsvHeader(path, { encoding: how.encoding });
  const hasQuotes = !(delimiter === "\t" && columns.includes("concept_name"));
  await readRows(path, columns, onRow, { ...how, delimiter, hasQuotes });
}

/** The Parquet files of each table in a folder: one of its name, or all those in a folder of its name. */
async function parquetIn(folder: string): Promise<Map<string, readonly string[]>> {
  const parts = new Map<string, readonly string[]>();
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  for (const name of names) {
    const path = `${folder}/${name}`;
    const table = name.toLowerCase().replace(/\.parquet$/, "");
    if (!tableNames.some((one) => one === table)) continue;
    const there = await found(path);
    if (there?.isFile === true && table !== name.toLowerCase()) parts.set(table, [path]);
    if (there?.isDirectory !== true) continue;
    if (await found(`${path}/_delta_log`) !== undefined) {
      throw new SyntaxError(
        `Cannot read "${path}": it is a Delta table, whose files may be outdated; ` +
          "export it as plain Parquet",
      );
    }
    const paths = await parquetPaths(path);
    if (paths.length > 0) parts.set(table, paths);
  }
  return parts;
}

/** The schema that was wanted, else the one that has the table person. */
function schemaOf(
  path: string,
  tables: readonly { readonly schema: string; readonly name: string }[],
  wanted: string | undefined,
): string {
  const all = [...new Set(tables.map(({ schema }) => schema))];
  const withPersons = tables.filter(({ name }) => name.toLowerCase() === "person")
    .map(({ schema }) => schema);
  const named = all.find((schema) => schema.toLowerCase() === wanted?.toLowerCase());
  if (wanted !== undefined) {
    if (named !== undefined) return named;
    throw new SyntaxError(
      `Cannot read "${path}": it has no schema ${wanted}; its schemas are ${all.join(", ")}`,
    );
  }
  const [one] = withPersons;
  if (one === undefined) {
    throw new Deno.errors.NotFound(
      `Cannot read "${path}": it has no table person in any schema`,
    );
  }
  if (withPersons.length === 1) return one;
  throw new SyntaxError(
    `Cannot read "${path}": the schemas ${withPersons.join(" and ")} have a table person; ` +
      "--schema NAME chooses one",
  );
}

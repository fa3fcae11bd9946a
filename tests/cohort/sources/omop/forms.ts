/** OMOP's tables in each form: CSV, Parquet and DuckDB. */
import { DuckDBInstance } from "@duckdb/node-api";
import { type Tables, writeTables } from "../prepared.ts";

/** Runs queries in a database, in memory where there is no path. */
export async function query(path: string | undefined, queries: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path ?? ":memory:");
  const connection = await instance.connect();
  try {
    for (const each of queries) await connection.run(each);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The tables of CSV files, with the columns' types that DuckDB finds: as pairs of name and query. */
async function typedTables(folder: string, tables: Tables): Promise<[string, string][]> {
  await writeTables(folder, tables);
  return Object.entries(tables).map(([file, text]) => {
    const athena = text.includes("\t") ? ", delim = '\t', quote = ''" : "";
    const table = file.replace(/\.csv(\.gz)?$/, "").toLowerCase();
    return [table, `SELECT * FROM read_csv('${folder}/${file}', header = true${athena})`];
  });
}

/** Writes a folder of Parquet files. */
export async function writeParquetFolder(folder: string, tables: Tables): Promise<void> {
  const typed = await typedTables(`${folder}-csv`, tables);
  await Deno.mkdir(folder, { recursive: true });
  await query(
    undefined,
    typed.map(([table, rows]) => `COPY (${rows}) TO '${folder}/${table.toUpperCase()}.parquet'`),
  );
}

/** Writes a database. */
export async function writeDatabase(
  path: string,
  tables: Tables,
  { schema = "main" }: { readonly schema?: string } = {},
): Promise<void> {
  const typed = await typedTables(`${path}-csv`, tables);
  const catalog = path.replace(/^.*\/|\.duckdb$/g, ""); // a schema may have this name, too
  await query(path, [
    `CREATE SCHEMA IF NOT EXISTS ${catalog}.${schema}`,
    ...typed.map(([table, rows]) => `CREATE TABLE ${catalog}.${schema}.${table} AS ${rows}`),
  ]);
}

import { assertEquals, assertRejects } from "@std/assert";
import { DuckDb } from "ehrloom/files/duckdb.ts";
import { query } from "../cohort/sources/omop/forms.ts";
import { inFolder } from "../folder.ts";

/** The rows of the first table of a database. */
async function rowsAt(path: string, columns: readonly string[]): Promise<string[][]> {
  using duckDb = await DuckDb.open(path);
  const [table] = await duckDb.tables(path);
  const rows: string[][] = [];
  await duckDb.read(table, columns, (fields) => {
    rows.push([...fields]);
  });
  return rows;
}

Deno.test("DuckDB: values of all types are the texts that CSV files have", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.duckdb`;
    const columns = {
      day: ["DATE '2020-12-31'", "2020-12-31"],
      second: ["TIMESTAMP '2020-12-31 23:59:58'", "2020-12-31 23:59:58"],
      zoned: ["TIMESTAMPTZ '2020-12-31 23:59:58.5-02'", "2021-01-01 01:59:58.5"],
      fine: ["TIMESTAMP_NS '2020-12-31 23:59:58'", "2020-12-31 23:59:58"],
      large: ["-8979170820372753280::BIGINT", "-8979170820372753280"],
      whole: ["37.0::DOUBLE", "37"],
      beyond: ["1e17::DOUBLE", "1e+17"],
      part: ["0.1::FLOAT", "0.1"],
      small: ["1e-7::DOUBLE", "1e-07"],
      exact: ["12.50::DECIMAL(8, 2)", "12.50"],
      none: ["NULL::VARCHAR", ""],
      odd: ["'nan'::DOUBLE", ""],
      endless: ["'-inf'::DOUBLE", "-inf"],
      word: ["'x'::ENUM ('x', 'y')", "x"],
      lines: ["E'a\\n\"b\"'", 'a\n"b"'],
    };
    const made = Object.entries(columns).map(([name, [value]]) => `${value} AS "${name}"`);
    await query(path, [`CREATE TABLE all_types AS SELECT ${made.join(", ")}`]);
    assertEquals(await rowsAt(path, Object.keys(columns).map((name) => name.toUpperCase())), [
      Object.values(columns).map(([, text]) => text),
    ]);
  }));

Deno.test("DuckDB: rows come in their order, however many there are", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.duckdb`;
    await query(path, ["CREATE TABLE t AS SELECT range AS n FROM range(300_000)"]);
    const rows = await rowsAt(path, ["n"]);
    assertEquals(rows.length, 300_000);
    assertEquals(rows.findIndex(([n], row) => Number(n) !== row), -1);
  }));

Deno.test("DuckDB: a view of a file outside of the database is not read", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.duckdb`;
    await Deno.writeTextFile(`${folder}/outside.csv`, "n\n1\n");
    await query(path, [`CREATE VIEW person AS SELECT * FROM '${folder}/outside.csv'`]);
    await assertRejects(
      () => rowsAt(path, ["n"]),
      SyntaxError,
      `Cannot read "${path}" table person: it has no rows to read (`,
    );
  }));

Deno.test("DuckDB: a database that another program writes to is refused, in a sentence", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.duckdb`;
    const program = `
      import { DuckDBInstance } from "@duckdb/node-api";
      const connection = await (await DuckDBInstance.create(${JSON.stringify(path)})).connect();
      await connection.run("CREATE TABLE t AS SELECT 1 AS n");
      console.log("open");
      setInterval(() => {}, 1000);`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", program],
      cwd: new URL("../..", import.meta.url),
      stdout: "piped",
    }).spawn();
    const output = child.stdout.getReader();
    await output.read();
    await assertRejects(
      () => rowsAt(path, ["n"]),
      SyntaxError,
      `Cannot read "${path}": another program has it open; close it there`,
    );
    child.kill();
    await output.cancel();
    await child.status;
  }));

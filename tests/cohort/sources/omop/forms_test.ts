import { assertEquals, assertRejects } from "@std/assert";
import { type Cohort, prepare } from "ehrloom";
import { inFolder } from "../../../folder.ts";
import { codesOf, writeTables } from "../prepared.ts";
import { query, writeDatabase, writeParquetFolder } from "./forms.ts";
import { concept, conditions, hospital, person } from "./hospital.ts";

/** The cohort at a path, with what was said and what bad rows there were. */
async function readAt(
  path: string,
  values: Record<string, unknown> = {},
  { isSkipping = false }: { readonly isSkipping?: boolean } = {},
): Promise<{ cohort: Cohort; said: string[]; bad: string[] }> {
  const said: string[] = [];
  const bad: string[] = [];
  const cohort = await prepare("omop", path, {
    values,
    onNote: (what) => said.push(what),
    onBadRow: isSkipping ? (what) => bad.push(what) : undefined,
  });
  return { cohort, said, bad };
}

const all = { tables: ["conditions", "drugs", "measurements", "deaths"] };
const tables = { ...hospital, "concept.csv": concept };

Deno.test("omop: CSV, Parquet and DuckDB give the same cohort", () =>
  inFolder(async (folder) => {
    await writeTables(`${folder}/csv`, tables);
    await writeParquetFolder(`${folder}/parquet`, tables);
    await writeDatabase(`${folder}/cdm.duckdb`, tables, { schema: "cdm" });
    const wanted = await readAt(`${folder}/csv`, all);
    assertEquals(await readAt(`${folder}/parquet`, all), wanted);
    assertEquals(await readAt(`${folder}/cdm.duckdb`, all), wanted);
    assertEquals(codesOf(wanted.cohort, 0).length, 3);
  }));

Deno.test("omop: a table may be a folder of parts, among CSV files", () =>
  inFolder(async (folder) => {
    await writeTables(folder, { ...tables, "condition_occurrence.csv": "" });
    await Deno.remove(`${folder}/condition_occurrence.csv`);
    await Deno.mkdir(`${folder}/Condition_Occurrence/year=2020/a'[1]*`, { recursive: true });
    const parts = `${folder}/Condition_Occurrence/year=2020/a''[1]*/part-`;
    await writeTables(`${folder}/csv`, { "all.csv": conditions });
    const rows = `SELECT * FROM read_csv('${folder}/csv/all.csv')`;
    await query(undefined, [
      `COPY (${rows} LIMIT 2) TO '${parts}0.snappy.parquet'`,
      `COPY (${rows} LIMIT 2 OFFSET 2) TO '${parts}1.snappy.parquet'`,
      `COPY (SELECT upper(condition_source_value) AS condition_source_value, * EXCLUDE
        (condition_source_value) FROM (${rows} OFFSET 4)) TO '${parts}2.snappy.parquet'`,
    ]);
    const { cohort } = await readAt(folder, all);
    await writeTables(`${folder}/csv`, tables);
    assertEquals(cohort, (await readAt(`${folder}/csv`, all)).cohort);
  }));

Deno.test("omop: numbers that became floating, empty ones, and times with a zone are read", () =>
  inFolder(async (folder) => {
    await writeTables(folder, hospital);
    await Deno.remove(`${folder}/measurement.csv`);
    await query(undefined, [
      `COPY (SELECT 1.0::DOUBLE AS person_id, v AS visit_occurrence_id, 3016723.0 AS
        measurement_concept_id, '2020-01-02'::DATE AS measurement_date, t::TIMESTAMPTZ AS
        measurement_datetime, x::DOUBLE AS value_as_number FROM (VALUES
        (-11::DOUBLE, '2020-01-02 02:00:00+02', 0.1), (-11, '2020-01-02 01:00:00+02', 7),
        ('nan', '2020-03-02 00:00:00', 1e-7), ('nan', '2020-03-02 00:00:00', 'nan'))
        AS rows(v, t, x)) TO '${folder}/measurement.parquet'`,
    ]);
    const { cohort } = await readAt(folder, { tables: ["measurements"], timeSeries: true });
    assertEquals([...cohort.values ?? []], [7, 0.1, 1e-7].map(Math.fround));
  }));

Deno.test("omop: a bad row of Parquet or DuckDB is refused with its row, or skipped", () =>
  inFolder(async (folder) => {
    const odd = { ...tables, "condition_occurrence.csv": conditions + "6,2,1,soon,,,,\n" };
    await writeParquetFolder(`${folder}/parquet`, odd);
    await writeDatabase(`${folder}/cdm.duckdb`, odd);
    const wrong = 'row 6: the date is "soon", must be a day such as 2020-12-31';
    const inParquet = `Cannot read "${folder}/parquet/CONDITION_OCCURRENCE.parquet" ${wrong}`;
    const inDatabase = `Cannot read "${folder}/cdm.duckdb" table condition_occurrence ${wrong}`;
    await assertRejects(() => readAt(`${folder}/parquet`), SyntaxError, inParquet);
    await assertRejects(() => readAt(`${folder}/cdm.duckdb`), SyntaxError, inDatabase);
    const skipping = await readAt(`${folder}/cdm.duckdb`, {}, { isSkipping: true });
    assertEquals(skipping.bad, [inDatabase]);
    await writeTables(`${folder}/csv`, tables);
    assertEquals(skipping.cohort, (await readAt(`${folder}/csv`)).cohort);
  }));

Deno.test("omop: of several schemas with persons, --schema chooses one", () =>
  inFolder(async (folder) => {
    const path = `${folder}/cdm.duckdb`;
    await writeDatabase(path, hospital, { schema: "cdm" });
    await writeDatabase(path, { "concept.csv": concept }, { schema: "vocabulary" });
    const { cohort } = await readAt(path, { tables: ["drugs"] });
    assertEquals(cohort.vocabulary.codes, ["RxNorm//6809"]);
    await writeDatabase(path, { "person.csv": person }, { schema: "copy" });
    await assertRejects(
      () => readAt(path),
      SyntaxError,
      `Cannot read "${path}": the schemas cdm and copy have a table person; --schema NAME chooses one`,
    );
    assertEquals((await readAt(path, { tables: ["drugs"], schema: "CDM" })).cohort, cohort);
    await assertRejects(
      () => readAt(path, { schema: "cmd" }),
      SyntaxError,
      `Cannot read "${path}": it has no schema cmd; its schemas are cdm, copy, vocabulary`,
    );
  }));

Deno.test("omop: a table that holds the header of an empty CSV file has no rows", () =>
  inFolder(async (folder) => {
    const path = `${folder}/cdm.duckdb`;
    await writeDatabase(path, { ...hospital, "death.csv": "person_id,death_date\n" });
    await query(path, [
      "CREATE OR REPLACE TABLE death AS SELECT 'PERSON_ID' AS column0, 'DEATH_DATE' AS column1",
    ]);
    const { said, cohort } = await readAt(path);
    assertEquals(said[0], "the table death has no rows but one with the names of columns");
    assertEquals(cohort.vocabulary.codes.includes("MEDS_DEATH"), false);
    await query(path, ["INSERT INTO death VALUES ('1', '2020-01-01')"]);
    await assertRejects(
      () => readAt(path),
      SyntaxError,
      `Cannot read "${path}" table death: it has no column person_id; its columns are column0, ` +
        "column1",
    );
  }));

for (
  const [what, make, wanted] of [
    [
      "a folder without the table person",
      (path: string) => writeTables(path, { "visit_occurrence.csv": "", "death.csv": "" }),
      'Cannot read "PATH": it has no person.csv, person.csv.gz or person.parquet',
    ],
    [
      "a database without the table person",
      (path: string) => query(path, ["CREATE TABLE death AS SELECT 1 AS person_id"]),
      'Cannot read "PATH": it has no table person in any schema',
    ],
    [
      "a file that is no database",
      (path: string) => Deno.writeTextFile(path, "person_id,gender_concept_id\n"),
      'Cannot read "PATH": it is no DuckDB database; give one, or the folder with the tables',
    ],
    [
      "a database that is cut off",
      (path: string) =>
        query(path, ["CREATE TABLE person AS SELECT range FROM range(100)"])
          .then(() => Deno.truncate(path, 5000)),
      'Cannot read "PATH": it is no DuckDB database, or it is damaged (',
    ],
    [
      "a Parquet file that is cut off",
      (path: string) =>
        writeParquetFolder(path, hospital)
          .then(() => Deno.truncate(`${path}/PERSON.parquet`, 300)),
      'Cannot read "PATH/PERSON.parquet": it is not a Parquet file, or it is damaged (',
    ],
    [
      "a Delta table",
      async (path: string) => {
        await writeTables(path, hospital);
        await Deno.mkdir(`${path}/measurement/_delta_log`, { recursive: true });
      },
      'Cannot read "PATH/measurement": it is a Delta table, whose files may be outdated; export it ' +
      "as plain Parquet",
    ],
  ] as const
) {
  Deno.test(`omop: ${what} is refused`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/cdm`;
      await make(path);
      await assertRejects(() => readAt(path), Error, wanted.replace("PATH", path));
    }));
}

Deno.test("omop: where a table is there as CSV and as Parquet, the CSV file is read", () =>
  inFolder(async (folder) => {
    await writeParquetFolder(folder, { "person.csv": person.split("\n").slice(0, 2).join("\n") });
    await writeTables(folder, hospital);
    const { cohort, said } = await readAt(folder);
    assertEquals(cohort.recordCount, 3);
    assertEquals(said[0], "the folder has person as CSV and as Parquet: the CSV file was read");
  }));

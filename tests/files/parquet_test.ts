import { assertRejects, assertThrows } from "@std/assert";
import { checkRows, readParquet } from "ehrloom/files/parquet.ts";
import { writeMeds } from "ehrloom/cohort/meds/write.ts";
import pl from "nodejs-polars";
import { inFolder } from "../folder.ts";
import { tinyCohort } from "../tiny.ts";

Deno.test("checkRows() refuses a table by the rows that its footer tells, before they are read", () =>
  inFolder(async (folder) => {
    await writeMeds(`${folder}/cohort`, tinyCohort(40));
    const path = `${folder}/cohort/data/0000.parquet`;
    const bytes = await Deno.readFile(path);
    const { height, width } = await readParquet(path, {});
    checkRows(bytes, path, 16 * height * width);
    assertThrows(
      () => checkRows(bytes, path, 16 * height * width - 1),
      SyntaxError,
      `Cannot read "${path}": it has ${height} rows, which take 0.0 GB of memory`,
    );
    checkRows(bytes.slice(0, 100), path, 1); // what is damaged is said by who reads it
  }));

Deno.test("readParquet() refuses a few bytes that stand for millions of rows", () =>
  inFolder(async (folder) => {
    const path = `${folder}/bomb.parquet`;
    const rows = 12_000_000;
    pl.DataFrame([pl.Series("subject_id", new Uint8Array(rows))])
      .writeParquet(path, { compression: "zstd" });
    await assertRejects(() => readParquet(path, {}), SyntaxError, `it has ${rows} rows in `);
  }));

import { assertEquals, assertRejects } from "@std/assert";
import { readParquet } from "ehrloom/files/parquet.ts";
import pl from "nodejs-polars";
import { inFolder } from "../folder.ts";

Deno.test("readParquet() refuses a file of 12 million equal rows by its footer, and reads many others", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.parquet`;
    const write = (rows: number) =>
      pl.DataFrame([pl.Series("subject_id", new BigInt64Array(rows), pl.Int64)])
        .writeParquet(path, { compression: "zstd" });
    write(12_000_000);
    const { size } = await Deno.stat(path);
    await assertRejects(
      () => readParquet(path, { subject_id: "id" }),
      SyntaxError,
      `Cannot read "${path}": it has 12000000 rows in ${size} bytes, must have at most 50 to a byte`,
    );
    write(100_000); // as repetitive, and harmless
    assertEquals((await readParquet(path, { subject_id: "id" })).height, 100_000);
  }));

Deno.test("readParquet() takes a path as it is written, whatever signs are in it", () =>
  inFolder(async (folder) => {
    for (const name of ["a[1]", "b*c", "d?e", "{x,y}", "s3:", "h=1", "größe ☃"]) {
      const path = `${folder}/${name}.parquet`;
      pl.DataFrame({ subject_id: [1, 2] }).writeParquet(path);
      const { columns } = await readParquet(path, { subject_id: "id" });
      assertEquals(columns, ["subject_id"]);
    }
  }));

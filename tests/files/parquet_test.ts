import { assertEquals, assertRejects } from "@std/assert";
import pl from "nodejs-polars";
import { readParquet } from "ehrloom/files/parquet.ts";
import { inFolder } from "../folder.ts";

Deno.test("readParquet() refuses a file with far more rows than its bytes can tell apart", () =>
  inFolder(async (folder) => {
    const write = (rows: number) => {
      const path = `${folder}/${rows}.parquet`;
      pl.DataFrame({ subject_id: pl.Series("subject_id", new Int32Array(rows), pl.Int32) })
        .writeParquet(path, { compression: "zstd" });
      return path;
    };
    assertEquals((await readParquet(write(1e6), { subject_id: "id" })).height, 1e6);
    const path = write(2e6);
    const { size } = await Deno.stat(path);
    await assertRejects(
      () => readParquet(path, { subject_id: "id" }),
      RangeError,
      `Cannot read "${path}": it has 2000000 rows in ${size} bytes, must be at most 16 rows to a`,
    );
  }));

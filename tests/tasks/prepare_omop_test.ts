import { assertEquals } from "@std/assert";
import { writeDatabase } from "../cohort/sources/omop/forms.ts";
import { hospital } from "../cohort/sources/omop/hospital.ts";
import { inFolder } from "../folder.ts";
import { taskArguments } from "../tiny.ts";

Deno.test("prepare reads a DuckDB database, with no more permissions than it has", () =>
  inFolder(async (folder) => {
    await writeDatabase(`${folder}/cdm.duckdb`, hospital, { schema: "cdm" });
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...taskArguments("prepare"),
        ...["--from", "omop", "--input", `${folder}/cdm.duckdb`, "--out", `${folder}/out`],
        ...["--schema", "cdm", "--tables", "conditions,measurements", "--json", "--quiet"],
      ],
      cwd: new URL("../..", import.meta.url),
    }).output();
    const [result, said] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assertEquals(said, "");
    const { records, values } = JSON.parse(result);
    assertEquals({ records, values }, { records: 3, values: 2 });
  }));

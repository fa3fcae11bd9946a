// The figures of a report as tables, and as files.
import { assert, assertEquals } from "@std/assert";
import { evaluate, reportTables, splitOf, writeReport } from "ehrloom";
import { inFolder } from "../folder.ts";
import { smallCohort } from "../plot/fixture.ts";

const [real, synthetic] = [smallCohort(1), smallCohort(2)];
const only = ["fidelity.aggregate", "privacy.identical_records"];
const report = await evaluate(real, synthetic, { only, resamples: 20, minCell: 1 });

Deno.test("reportTables() have a row for every number of every cohort, with its interval", () => {
  const tables = reportTables(report);
  assertEquals([...tables.keys()], only);
  const copies = tables.get("privacy.identical_records") ?? [];
  const cohorts = ["synthetic", "held-out", "floor", "memoriser"];
  assertEquals([...new Set(copies.map(({ records }) => records))], cohorts);
  const names = ["identical", "records", "share"];
  assertEquals(copies.slice(0, 3).map(({ figure }) => figure), names);
  const share = report.privacy?.memoriser.identical_records?.share;
  assert(share?.value === 1);
  assertEquals(copies.at(-1), { figure: "share", records: "memoriser", ...share });
  const lengths = tables.get("fidelity.aggregate") ?? [];
  const difference = report.fidelity?.aggregate?.visits_per_record.difference;
  assert(difference !== undefined);
  const figure = "visits per record, difference";
  const row = lengths.find((each) => each.figure === figure);
  assertEquals(row, { figure, records: "synthetic", ...difference });
});

Deno.test("writeReport() with csv writes each table, and replaces its own", () =>
  inFolder(async (folder) => {
    const out = `${folder}/report`;
    const sources = { real: splitOf(real, "train"), synthetic };
    await writeReport(out, report, sources);
    await writeReport(out, report, { ...sources, csv: true, force: true });
    const files = Array.from(Deno.readDirSync(`${out}/tables`), ({ name }) => name).sort();
    assertEquals(files, only.map((name) => `${name}.csv`));
    const [head, first] = Deno.readTextFileSync(`${out}/tables/privacy.identical_records.csv`)
      .split("\n");
    assertEquals(head, "figure,records,value,low,high");
    assertEquals(first.split(",").slice(0, 2), ["identical", "synthetic"]);
    await writeReport(out, report, { ...sources, force: true }); // its own tables may go
  }));

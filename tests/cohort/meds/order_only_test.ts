import { assert, assertEquals, assertRejects } from "@std/assert";
import pl from "nodejs-polars";
import {
  type Cohort,
  cohortOf,
  evaluate,
  isOrderOnly,
  readMeds,
  reportHtml,
  splitOf,
  subset,
  vocabulary,
  writeMeds,
} from "ehrloom";
import { medsPaths } from "ehrloom/cohort/meds/names.ts";
import { join } from "node:path";
import { inFolder } from "../../folder.ts";

const codes = vocabulary(["a", "b"]);
const plain = cohortOf(codes, ["ill"], [
  { visits: [[0], [1], [], [0, 1]], labels: [1] },
  { visits: [], labels: [0] },
  { visits: [[1]], labels: [0] },
]);
const dated = cohortOf(codes, ["ill"], [
  { visits: [[0], [1]], gapDays: [0, 1], startDay: 10_000, labels: [1] },
]);
const undated = cohortOf(codes, [], [{ visits: [[0], [1]], gapDays: [0, 1], labels: [] }]);

async function notes(folder: string) {
  return JSON.parse(await Deno.readTextFile(join(folder, medsPaths.dataset))).ehrloom;
}

/** The times in a folder's events, as texts. */
function timesIn(folder: string): unknown[] {
  return pl.readParquet(join(folder, "data", "0000.parquet")).select(
    pl.col("time").cast(pl.String),
  ).getColumn("time").toArray();
}

Deno.test("isOrderOnly() is true of cohorts without any day or gap", () => {
  assertEquals([plain, dated, undated].map(isOrderOnly), [true, false, false]);
});

Deno.test("writeMeds() writes order alone as whole days from 1900 on, and readMeds() takes no time from it", () =>
  inFolder(async (folder) => {
    const path = join(folder, "cohort");
    await writeMeds(path, plain, { notes: () => ({ seed: 1 }) });
    assertEquals(await notes(path), { times: "order only", seed: 1 });
    assertEquals(
      timesIn(path).map((time) => String(time).slice(0, 19)),
      ["01", "02", "03", "04", "04", "01"].map((day) => `1900-01-${day} 00:00:00`),
    );
    assertEquals(await readMeds(path), plain);

    for (const [source, name] of [[dated, "dated"], [undated, "undated"]] as const) {
      const other = join(folder, name);
      await writeMeds(other, source);
      assertEquals(await notes(other), undefined, name);
      assertEquals(await readMeds(other), source);
    }
  }));

Deno.test("writeMeds() in parts writes order alone where it is told to, and refuses times there", () =>
  inFolder(async (folder) => {
    const parts = [0, 1, 2].map((record) => subset(plain, [record]));
    const path = join(folder, "parts");
    await writeMeds(path, parts, { isOrderOnly: true });
    assertEquals((await notes(path)).times, "order only");
    assertEquals(await readMeds(path), plain);
    await assertRejects(
      () => writeMeds(join(folder, "no"), [plain, dated], { isOrderOnly: true }),
      RangeError,
      "Cannot write a cohort as order only: it has times",
    );
  }));

Deno.test("readMeds() reads an earlier version's records without times, microseconds apart", () =>
  inFolder(async (folder) => {
    const path = join(folder, "old");
    await writeMeds(path, plain, { isOrderOnly: false });
    assert(String(timesIn(path)[1]).startsWith("1900-01-01 00:00:00.000001"));
    assertEquals(await readMeds(path), plain);
  }));

Deno.test("evaluate() does not judge days between visits of records with an order alone, and says so", async () => {
  const list = (gapDays: number) =>
    cohortOf(
      codes,
      ["ill"],
      Array.from({ length: 12 }, (_, i) => ({
        visits: [[i % 2], [0, 1]],
        labels: [i % 2],
        split: i % 3,
        ...gapDays > 0 && { gapDays: [0, gapDays], startDay: 9000 },
      })),
    );
  const real: Cohort = list(5);
  const sentence = "The synthetic records say in which order visits come and nothing of when " +
    "(order only): days between visits are not judged.";
  const pageOf = async (synthetic: Cohort) => {
    const report = await evaluate(real, synthetic, {
      quick: true,
      resamples: 2,
      cuts: ["--max-visits 2 cut x"],
    });
    const page = reportHtml(report, { real: splitOf(real, "train"), synthetic });
    return { report, page };
  };
  const without = await pageOf(list(0));
  assertEquals(without.report.fidelity?.gap_days, null);
  assertEquals(without.report.about.synthetic.times, "order only");
  assertEquals(without.report.about.real.times, undefined);
  assert(without.page.includes(sentence));
  assert(without.page.includes("<li>--max-visits 2 cut x.</li>"));
  const timed = await pageOf(list(7));
  assertEquals(timed.report.about.synthetic.times, undefined);
  assert(timed.report.fidelity?.gap_days !== null && !timed.page.includes("order only"));
});

/** What notebooks/07-your-own-data.ipynb and its solutions show, against what was put in. */
import { assert, assertEquals, assertGreater, assertLess, assertStringIncludes } from "@std/assert";
import { lessonTest, rowOf, said, solutionsTest, tableRows } from "./notebook.ts";

await lessonTest(
  "07-your-own-data.ipynb",
  async (notebook, t) => {
    await t.step("prepare refuses a date that it would have to guess", () => {
      assertStringIncludes(said(notebook, "write"), 'row 5: admittime is "31.12.2016 08:00:00"');
    });

    await t.step("the quality page names the faults that were put in", () => {
      const page = said(notebook, "look");
      for (
        const fault of [
          "bad (row 5)",
          "4 admissions end before they begin", // three exchanged, one that starts in the future
          "1 times are in the future",
          "80 of 500 patients have no visit",
          "LAB//50852 (% ",
          "have values far from their others: LAB//50852",
          "1 records have more than 50 visits (longest 160)",
        ]
      ) assertStringIncludes(page, fault);
      const tables = said(notebook, "look-tables");
      assertStringIncludes(tables, "30 without an admission");
      assertStringIncludes(tables, "150 events of a code that their visit has already");
    });

    await t.step("small letters are the same code", () => {
      assert(said(notebook, "spelling-read").includes("there is one code of ICD-10 for asthma"));
    });

    await t.step("what is mended is ready, and lost 30 diagnoses", () => {
      const page = said(notebook, "mend");
      assertStringIncludes(page, "Ready: 420 patients");
      for (const fault of ["bad", "future", "end before", "no visit", "units", "far from"]) {
        assert(!page.includes(fault), fault);
      }
      const [, had, has] = said(notebook, "mend-read").match(/had (\d+) diagnoses.* have (\d+)/) ??
        [];
      assertEquals(Number(had) - Number(has), 30);
    });

    await t.step("the map joins both codes of asthma, and blocks join more", () => {
      const of = (diagnoses: string) => rowOf(notebook, "maps", { diagnoses });
      assertStringIncludes(of("as_they_are").asthma, "ICD9CM//493.90");
      assert(/^ICD10CM\/\/J45\.909 \([^,]*,[^,]*\): \d+ records$/.test(of("icd10_only").asthma));
      const counts = ["as_they_are", "icd10_only", "blocks"].map((how) => Number(of(how).codes));
      assertEquals(counts, [22, 14, 11]); // nine diagnoses twice, three drugs, a value; pairs in blocks
    });

    await t.step("labels are what was coded: nearly all diabetics, too many hypertensives", () => {
      const share = (label: string) => Number(rowOf(notebook, "labels", { label }).prevalence);
      assertLess(Math.abs(share("diabetes") - 0.25), 0.06); // 420 patients: a deviation of 0.021
      assertGreater(share("hypertension"), 0.45);
    });

    await t.step("the cohort is cut to eight visits, split and stored", () => {
      const [all, ...parts] = tableRows(notebook, "splits");
      assertEquals(all.records, "420");
      assertEquals(parts.reduce((sum, { records }) => sum + Number(records), 0), 420);
      const [stored] = tableRows(notebook, "store");
      assertEquals([stored.records, stored.visits], [all.records, all.visits]);
      assertStringIncludes(said(notebook, "cuts-read"), "the longest record has 8.");
      assertStringIncludes(said(notebook, "cuts"), "--min-count 20 cut");
    });

    await t.step("the first model knows who gets metformin", () => {
      const [, real, synthetic] = said(notebook, "judged-read")
        .match(/records it is (\d+)%, in the synthetic ones (\d+)%/) ?? [];
      assertLess(Math.abs(Number(real) - 70), 10);
      assertLess(Math.abs(Number(synthetic) - Number(real)), 20);
    });
  },
);

await solutionsTest(
  "07-your-own-data.ipynb",
  (notebook) => {
    const faults = tableRows(notebook, "fault").map(({ fault }) => fault);
    assert(faults.length > 0 && faults.every((fault) => fault === "unborn"));
    const records = tableRows(notebook, "twice").map((row) => Number(row.records));
    assertEquals(records, records.toSorted((a, b) => b - a));
    assertStringIncludes(said(notebook, "csv"), 'time is "01/02/2016"');
    assertEquals(tableRows(notebook, "csv-mended")[0].time, "2016-02-01 00:00:00");
    for (const { kept, all } of tableRows(notebook, "label-visits")) {
      assert(Number(kept) <= Number(all));
    }
  },
);

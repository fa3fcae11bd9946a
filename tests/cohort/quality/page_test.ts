import { assertEquals } from "@std/assert";
import { cohortOf, prepare, type Quality, qualityPage, vocabulary, writeMeds } from "ehrloom";
import { farValues } from "ehrloom/cohort/quality/far_values.ts";
import { findingsOf } from "ehrloom/cohort/quality/findings.ts";
import { inFolder } from "../../folder.ts";
import { tinyCohort } from "../../tiny.ts";

/** The quality of a CSV table whose bad rows are skipped. */
async function qualityOf(text: string): Promise<Quality> {
  const found: Quality[] = [];
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/events.csv`, text);
    const onQuality = (quality: Quality) => found.push(quality);
    await prepare("csv", `${folder}/events.csv`, { onBadRow: () => {}, onQuality });
  });
  return found[0];
}

/** A cohort in which one code has these values, a record each. */
function measured(values: readonly number[]) {
  const records = values.map((value) => ({ visits: [[0]], labels: [], values: [[value]] }));
  return cohortOf(vocabulary(["LAB//1"], ["creatinine"]), [], records);
}

Deno.test("the page says what to look at first, then tables and what was found", async () => {
  const quality = await qualityOf(
    "subject,time,code,value,description\na,2020-01-01,x1,1,a lab\na,2020-01-02,y2,,\n" +
      "b,2130-01-01,x1,2,\nb,soon,x1,2,\nc,2020-01-01,x1,2,\n",
  );
  const page = qualityPage(quality);
  const day =
    "must be a day such as 2020-12-31, or a time such as 2020-12-31 23:59:59; write all " +
    "times of the column as year-month-day first";
  assertEquals(page, [
    "Not ready: 1 bad rows stop prepare; mend them, or leave them out with --skip-bad-rows. " +
    "Without them: 3 patients, 4 visits, 4 events of 2 codes, 3 values; 3 things to look at",
    `  1. events: 1 bad (row 5): time is "soon", ${day}`,
    "  2. events: 1 times are in the future (row 4)",
    "  3. 1 of 2 codes have no name, so that figures and HiSGT only have the code: y2",
    "",
    "Tables",
    "  events  5 rows, 4 used, 1 bad",
    `    bad: 1 time is "soon", ${day} (row 5)`,
    "    noted: 1 times are in the future (row 4)",
    "    filled: description 20%, value 80%, other columns always",
    "Patients: 3, 0 of them without a visit",
    "Times: visits from 2020-01-01 to 2130-01-01, 1 of them in the future",
    "Codes: 2, 1 of them without a name; 0 written in several ways; 0 events of a code that " +
    "their visit has already",
    "Values: 3; 0 codes in several units; 0 codes with values far from their others",
  ]);
  const [skipped] = qualityPage(quality, { areBadRowsSkipped: true });
  assertEquals(skipped.startsWith("Ready: 3 patients, 4 visits, 4 events of 2 codes"), true);
});

Deno.test("dates that were all moved into the future are nothing to look at", async () => {
  const [conclusion, ...page] = qualityPage(
    await qualityOf("subject,time,code\na,2130-01-01,aspirin\nb,2150-01-01,aspirin\n"),
  );
  assertEquals(conclusion, "Ready: 2 patients, 2 visits, 2 events of 1 codes; nothing to look at");
  assertEquals(page.filter((line) => line.includes("future")), [
    "Times: visits from 2130-01-01 to 2150-01-01: moved into the future, as in de-identified data",
  ]);
});

Deno.test("farValues() finds what is ten quartile distances off, on the logarithmic scale", () => {
  // quartiles 1 and 2: 2 · 2^10 = 2048 is the last that is not far
  const usual = [...Array(15).fill(1), ...Array(15).fill(2)];
  assertEquals(farValues(measured([...usual, 2000])), []);
  assertEquals(farValues(measured([...usual, 9999])), [{
    code: "LAB//1",
    description: "creatinine",
    values: 31,
    far: 1,
    lowest: 1,
    median: 2,
    highest: 9999,
    subject: "31",
  }]);
  const [negative] = farValues(measured([...usual, -1]));
  assertEquals([negative.far, negative.lowest], [1, -1]);
});

Deno.test("farValues() takes codes with values below 0 as they are", () => {
  // quartiles -1 and 1: far from 21 on
  const usual = [...Array(15).fill(-1), ...Array(15).fill(1)];
  assertEquals(farValues(measured([...usual, 20])), []);
  assertEquals(farValues(measured([...usual, 22])).map(({ far }) => far), [1]);
});

Deno.test("findingsOf() counts long records and patients without visits", () => {
  const record = (visits: number) => ({ visits: Array(visits).fill([0]), labels: [] });
  const records = [record(300), record(0), ...Array(98).fill(record(5))];
  const { long_records, patients_without_visits, first_day } = findingsOf(
    cohortOf(vocabulary(["a"]), [], records),
    { units: [], repeated: 0 },
  );
  assertEquals([long_records?.count, long_records?.longest, long_records?.max_visits], [
    1,
    300,
    50,
  ]);
  assertEquals([patients_without_visits, first_day], [1, null]);
});

Deno.test("rows of a MEDS folder are counted, those without a time as left out", () =>
  inFolder(async (folder) => {
    await writeMeds(`${folder}/cohort`, tinyCohort(6));
    const found: Quality[] = [];
    await prepare("meds", `${folder}/cohort`, { onQuality: (quality) => found.push(quality) });
    const [{ tables = [], read }] = found;
    assertEquals(tables.map(({ table, rows, used }) => [table, rows === used]), [["data", true]]);
    assertEquals(tables[0].rows >= read.events, true);
    const page = qualityPage(found[0]);
    assertEquals(page.some((line) => line.includes("(rows")), false);
  }));

Deno.test("what counts rows of a table is said of the table alone, whatever its words are", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(
      `${folder}/encounters.csv`,
      "Id,START,PATIENT\ne1,2020-01-01T00:00:00Z,p1\n",
    );
    await Deno.writeTextFile(`${folder}/patients.csv`, "Id,BIRTHDATE,GENDER\np1,2000-01-01,F\n");
    await Deno.writeTextFile(
      `${folder}/conditions.csv`,
      "START,PATIENT,ENCOUNTER,CODE,DESCRIPTION,SYSTEM\n" +
        "2020-01-01,p1,e1,1,one,SNOMED-CT\n2020-01-01,p1, e1,2,two,SNOMED-CT\n" +
        "2020-01-01,p1,e1,,none,SNOMED-CT\n",
    );
    const found: Quality[] = [];
    await prepare("synthea", folder, {
      values: { tables: ["conditions", "medications"] },
      onBadRow: () => {},
      onQuality: (quality) => found.push(quality),
    });
    const [quality] = found;
    const rest = (of: Quality) => qualityPage(of).filter((line) => /^(left out|note): /.test(line));
    const spaces = quality.notes.filter((what) => what.includes("fields had spaces"));
    assertEquals([spaces.length, quality.told_by_tables?.includes(spaces[0])], [1, true]);
    assertEquals(rest(quality).some((line) => line.includes("fields had spaces")), false);
    assertEquals(
      rest(quality).some((line) => line.startsWith("left out: the table medications")),
      true,
    );
    // a sentence in the same words that is not of rows stays, and so do all of an older file
    const { told_by_tables: _, ...older } = quality;
    assertEquals(rest(older).length, quality.left_out.length + quality.notes.length);
  }));

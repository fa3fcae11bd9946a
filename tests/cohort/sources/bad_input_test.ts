/**
 * What is wrong with tables, as they come from other programs: refused by a sentence with file and
 * row, or counted with the rows. A long CSV table and MIMIC-IV stand for all sources of tables.
 */
import { assertEquals, assertRejects } from "@std/assert";
import { prepare, type Quality } from "ehrloom";
import { gzipSync } from "node:zlib";
import { inFolder } from "../../folder.ts";
import { type Tables, writeTables } from "./prepared.ts";

const mimic: Tables = {
  "patients.csv": "subject_id,gender,anchor_age,anchor_year,dod\n" +
    "10,F,50,2000,\n11,M,60,2000,\n12,F,70,2000,\n",
  "admissions.csv": "subject_id,hadm_id,admittime,dischtime,deathtime\n" +
    "10,101,2001-01-01 00:00:00,2001-01-03 00:00:00,\n" +
    "11,111,2002-01-01 00:00:00,2002-01-03 00:00:00,\n",
  "diagnoses_icd.csv": "subject_id,hadm_id,icd_code,icd_version\n10,101,25000,9\n11,111,I10,10\n",
  "labevents.csv": "subject_id,hadm_id,itemid,charttime,valuenum,valueuom\n" +
    "10,101,50912,2001-01-02 06:00:00,1.5,mg/dL\n",
};

/** The quality of tables; of a source "csv", of the only one. */
async function qualityOf(source: string, tables: Tables, isSkipping = true): Promise<Quality> {
  const found: Quality[] = [];
  await inFolder(async (folder) => {
    await writeTables(folder, tables);
    const path = source === "csv" ? `${folder}/${Object.keys(tables)[0]}` : folder;
    await prepare(source, path, {
      ...source === "mimic4" && { values: { tables: ["diagnoses", "labs"] } },
      onBadRow: isSkipping ? () => {} : undefined,
      onQuality: (quality) => found.push(quality),
    });
  });
  return found[0];
}

const ofCsv = (rows: string, header = "subject,time,code,value,unit") =>
  qualityOf("csv", { "events.csv": `${header}\n${rows}` });

const ofMimic = (change: Tables) => qualityOf("mimic4", { ...mimic, ...change });

/** What became of the rows of a table. */
function rowsOf({ tables = [] }: Quality, table: string) {
  const found = tables.find((one) => one.table === table);
  if (found === undefined) throw new Error(`no table ${table}`);
  const of = (all: typeof found.bad) => all.map(({ why, count, rows }) => [why, count, ...rows]);
  return { bad: of(found.bad), left_out: of(found.left_out), noted: of(found.noted) };
}

async function refuses(source: string, tables: Tables, ...wanted: string[]) {
  for (const each of wanted) {
    await assertRejects(() => qualityOf(source, tables, false), Error, each);
  }
}

Deno.test("rows of each table are counted: read, used, left out and bad with their numbers", async () => {
  const quality = await ofMimic({
    "labevents.csv": mimic["labevents.csv"] +
      "10,,50912,2001-01-02 06:00:00,1.5,mg/dL\n" +
      "10,101,50912,2001-01-02 06:00:00,,mg/dL\n" +
      "10,101,50912,2001-01-02 07:00:00,high,mg/dL\n" +
      "10,101,50912,2001-01-02 08:00:00,low,\n" +
      "10,,50912,2001-01-02 09:00:00,1.5,mg/dL\n",
  });
  const labs = quality.tables?.find(({ table }) => table === "labevents");
  assertEquals(labs, {
    table: "labevents",
    rows: 6,
    used: 1,
    left_out: [
      { why: "without an admission", count: 2, rows: [3, 7] },
      { why: "without a number", count: 1, rows: [4] },
    ],
    bad: [{ why: 'valuenum is "high", must be a number', count: 2, rows: [5, 6] }],
    noted: [],
    columns: [
      { column: "subject_id", rows: 6 },
      { column: "hadm_id", rows: 4 },
      { column: "itemid", rows: 6 },
      { column: "charttime", rows: 6 },
      { column: "valuenum", rows: 5 },
      { column: "valueuom", rows: 5 },
    ],
  });
  assertEquals(quality.tables?.map(({ table, rows, used }) => [table, rows, used]), [
    ["patients", 3, 3],
    ["admissions", 2, 2],
    ["diagnoses_icd", 2, 2],
    ["labevents", 6, 1],
  ]);
  assertEquals(quality.left_out, [
    "2 rows of labevents without an admission",
    "1 rows of labevents without a number",
  ]);
  assertEquals(quality.bad_rows, 2);
  assertEquals(quality.findings?.patients_without_visits, 1);
});

Deno.test("a truncated gzip file is refused with the last row before the damage", () =>
  inFolder(async (folder) => {
    const rows = Array.from({ length: 60_000 }, (_, i) => `10,101,${i % 900},9`).join("\n");
    const whole = gzipSync(`subject_id,hadm_id,icd_code,icd_version\n${rows}\n`);
    await writeTables(folder, { ...mimic, "diagnoses_icd.csv": "" });
    await Deno.remove(`${folder}/diagnoses_icd.csv`);
    const path = `${folder}/diagnoses_icd.csv.gz`;
    await Deno.writeFile(path, whole.subarray(0, whole.length - 20));
    const values = { tables: ["diagnoses"] };
    const error = await assertRejects(() => prepare("mimic4", folder, { values }), SyntaxError);
    const [, row] =
      /^Cannot read ".*diagnoses_icd\.csv\.gz": the gzip data is truncated or damaged after row (\d+)$/
        .exec(error.message) ?? [];
    assertEquals(Number(row) > 0 && Number(row) <= 60_001, true, error.message);

    await Deno.writeFile(`${folder}/events.csv.gz`, whole.subarray(0, 30));
    await assertRejects(
      () => prepare("csv", `${folder}/events.csv.gz`),
      SyntaxError,
      'events.csv.gz": the gzip data is truncated or damaged',
    );
  }));

Deno.test("another delimiter is named, or seen in the header of a CSV table", async () => {
  const semicolons = { ...mimic, "patients.csv": mimic["patients.csv"].replaceAll(",", ";") };
  await refuses(
    "mimic4",
    semicolons,
    'patients.csv": semicolons separate its columns, where commas must; they are subject_id;gender',
  );
  const { kept } = await qualityOf("csv", {
    "events.csv": "subject;time;code\na;2020-01-01;x\n",
  });
  assertEquals([kept.patients, kept.events], [1, 1]);
});

Deno.test("two columns of the same name are refused, and a header among the rows is a bad row", async () => {
  const twice = "for hadm_id it has the columns hadm_id and hadm_id; rename or remove one";
  await refuses("mimic4", {
    ...mimic,
    "diagnoses_icd.csv": "subject_id,hadm_id,hadm_id,icd_code,icd_version\n10,101,101,25000,9\n",
  }, twice);
  await refuses(
    "csv",
    { "events.csv": "subject,time,Code,CODE\na,2020-01-01,x,y\n" },
    "for code it has the columns Code and CODE; rename or remove one",
  );
  const joined = await ofMimic({
    "diagnoses_icd.csv": mimic["diagnoses_icd.csv"] +
      mimic["diagnoses_icd.csv"].replace("25000", "4019"),
  });
  assertEquals(rowsOf(joined, "diagnoses_icd").bad, [["it repeats the header", 1, 4]]);
  const table = await ofCsv("a,2020-01-01,x,,\nsubject,time,code,value,unit\na,2020-01-02,x,,\n");
  assertEquals(rowsOf(table, "events").bad, [["it repeats the header", 1, 3]]);
});

Deno.test("dates in another format are bad rows, counted together", async () => {
  const table = await ofCsv("a,31.12.2020,x,,\na,2020-01-01,x,,\na,30.12.2020,x,,\na,,x,,\n");
  const [[why, ...of], empty] = rowsOf(table, "events").bad;
  assertEquals([String(why).startsWith('time is "31.12.2020", must be a day'), ...of], [
    true,
    3,
    2,
    4,
    5,
  ]);
  assertEquals(empty, undefined);
  const admissions = mimic["admissions.csv"] + "12,121,01/31/2003 10:00,,\n";
  await refuses(
    "mimic4",
    { ...mimic, "admissions.csv": admissions },
    'admissions.csv" row 4: admittime is "01/31/2003 10:00", must be a time such as',
  );
});

Deno.test("times that cannot be are used and noted: in the future, too early, before birth, unordered", async () => {
  const table = await ofCsv(
    "a,2120-01-01,x,,,\na,2020-01-02,x,,,\nb,2020-01-01,x,,,2020\na,2020-01-01,y,,,\n" +
      "b,2019-12-31,x,,,2020\nc,1850-01-01,x,,,\nd,2121-01-01,x,,,\n",
    "subject,time,code,value,unit,birth",
  );
  assertEquals(rowsOf(table, "events").noted, [
    ["times are in the future", 2, 2, 8],
    ["rows are earlier than one of the same patient above them", 3, 3, 5, 6],
    ["times are before the birth of the patient", 1, 6],
    ["times are before 1900", 1, 7],
  ]);
  const { visits_in_future, first_day, last_day } = table.findings ?? {};
  assertEquals([visits_in_future, first_day, last_day], [2, "1850-01-01", "2121-01-01"]);

  const labs = await ofMimic({
    "labevents.csv": mimic["labevents.csv"] + "10,101,50912,2101-01-02 06:00:00,1.5,mg/dL\n",
  });
  assertEquals(rowsOf(labs, "labevents").noted, [["times are in the future", 1, 3]]);
});

Deno.test("stays that end before they begin are used and noted", async () => {
  const quality = await ofMimic({
    "admissions.csv": mimic["admissions.csv"] +
      "12,121,2003-01-05 00:00:00,2003-01-03 00:00:00,\n",
  });
  const why = "admissions end before they begin";
  assertEquals(rowsOf(quality, "admissions").noted, [[why, 1, 4]]);
  assertEquals(quality.notes, [`1 ${why} (first: hadm_id 121)`]);
});

Deno.test("stray dots in codes are noted; those of ICD stand where the code books have them", async () => {
  const table = await ofCsv(
    "a,2020-01-01,E11.9,,\na,2020-01-01,I10.,,\na,2020-01-01,E11..9,,\na,2020-01-01,e119,,\n",
  );
  assertEquals(rowsOf(table, "events").noted, [
    ["codes have stray dots, and stay as they are", 2, 3, 4],
  ]);
  assertEquals(table.findings?.spellings, { count: 1, first: [["E11..9", "E11.9", "e119"]] });
  const icd = await ofMimic({
    "diagnoses_icd.csv": mimic["diagnoses_icd.csv"] + "11,111,250.00,9\n11,111,.I10.,10\n",
  });
  assertEquals(rowsOf(icd, "diagnoses_icd").noted, [
    ["codes have dots, which were put where code books have them", 2, 4, 5],
  ]);
  assertEquals(icd.kept.codes, 3); // 250.00, I10, the laboratory item
});

Deno.test("spellings of NULL are empty and noted, but for codes and answers", async () => {
  const table = await ofCsv(
    "a,2020-01-01,NA,NULL,none\na,2020-01-01,x,NaN,\\N\na,2020-01-02,x,1,\n",
  );
  assertEquals(rowsOf(table, "events").noted, [
    ["spellings of NULL were taken as empty", 4, 2, 3],
  ]);
  assertEquals([table.kept.codes, table.findings?.values], [2, 1]);
  const labs = await ofMimic({
    "labevents.csv": mimic["labevents.csv"] + "10,NULL,50912,2001-01-02 06:00:00,1.5,mg/dL\n" +
      "10,101,50912,2001-01-02 06:00:00,NaN,mg/dL\n",
  });
  assertEquals(rowsOf(labs, "labevents").left_out, [
    ["without an admission", 1, 3],
    ["without a number", 1, 4],
  ]);
});

Deno.test("events that are there twice count once, and both kinds of repetition are counted", async () => {
  const table = await ofCsv(
    "a,2020-01-01,x,,\na,2020-01-01,x,,\na,2020-01-01,y,,\na,2020-01-01,x,,\n",
  );
  assertEquals(table.read.events, 2);
  assertEquals(table.findings?.repeated_events, 2);
  const why = "rows have the same in all columns that are read as the row before";
  assertEquals(rowsOf(table, "events").noted, [[why, 1, 3]]);
  const icd = await ofMimic({
    "diagnoses_icd.csv": mimic["diagnoses_icd.csv"] + "11,111,I10,10\n",
  });
  assertEquals(rowsOf(icd, "diagnoses_icd").noted, [[why, 1, 4]]);
  assertEquals(icd.findings?.repeated_events, 1);
});

Deno.test("a column of numbers with words, NaN and infinities has bad rows and empty fields", async () => {
  const rows = ["6.5", "high", "inf", "-Infinity", "1e39", "NaN", "6,5"]
    .map((value) => `a,2020-01-01,x,"${value}",`).join("\n");
  const table = await ofCsv(`${rows}\n`);
  assertEquals(rowsOf(table, "events").bad, [
    ['value is "high", must be a number such as 6.5', 5, 3, 4, 5],
  ]);
  assertEquals(table.findings?.values, 1);
  await refuses(
    "mimic4",
    {
      ...mimic,
      "labevents.csv": mimic["labevents.csv"] + "10,101,50912,2001-01-02 06:00:00,inf,mg/dL\n",
    },
    'labevents.csv" row 3: valuenum is "inf", must be a number',
  );
});

Deno.test("a file that was cut off in a row has a bad row, or a last row without a line break", async () => {
  const cut = "last row without a line break, as that of a file that was cut off";
  const table = await ofCsv("a,2020-01-01,x,,\na,2020-01-02,y");
  assertEquals(rowsOf(table, "events"), {
    bad: [["it has 3 fields, the header has 5", 1, 3]],
    left_out: [],
    noted: [[cut, 1, 3]],
  });
  const whole = await ofMimic({ "diagnoses_icd.csv": mimic["diagnoses_icd.csv"] + "11,111,I1,10" });
  assertEquals(rowsOf(whole, "diagnoses_icd").noted, [[cut, 1, 4]]);
  await refuses(
    "mimic4",
    { ...mimic, "diagnoses_icd.csv": mimic["diagnoses_icd.csv"] + "11,11" },
    'diagnoses_icd.csv" row 4: it has 2 fields, the header has 4',
  );
});

Deno.test("units that change within a code are counted, the most frequent first", async () => {
  const table = await ofCsv(
    "a,2020-01-01,glucose,90,mg/dL\na,2020-01-02,glucose,5,mmol/L\na,2020-01-03,glucose,95,mg/dL\n" +
      "a,2020-01-04,sodium,140,mmol/L\n",
  );
  assertEquals(table.findings?.units, {
    count: 1,
    first: [{
      code: "glucose",
      units: [{ unit: "mg/dL", events: 2 }, { unit: "mmol/L", events: 1 }],
    }],
  });
  const labs = await ofMimic({
    "labevents.csv": mimic["labevents.csv"] + "11,111,50912,2002-01-02 06:00:00,90,umol/L\n",
  });
  assertEquals(labs.findings?.units.first.map(({ code }) => code), ["LAB//50912"]);
});

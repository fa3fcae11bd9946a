import { raceNamesOf } from "ehrloom/cohort/races.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { assertBadRow, codesOf, preparedFrom, type Tables } from "../prepared.ts";

const patients = "subject_id,gender,anchor_age,anchor_year,anchor_year_group,dod\n" +
  "10,F,50,2150,2011 - 2013,\n20,M,91,2160,2011 - 2013,2160-02-03\n30,F,20,2170,2011 - 2013,\n" +
  "40,M,40,2140,2011 - 2013,2141-05-06\n";
const admissions = "subject_id,hadm_id,admittime,dischtime,deathtime,admission_type\n" +
  "10,102,2151-01-01 12:00:00,2151-01-05 10:00:00,,URGENT\n" +
  "10,101,2150-01-01 00:00:00,2150-01-03 00:00:00,,URGENT\n" +
  "20,201,2160-02-01 08:00:00,2160-02-03 09:00:00,2160-02-03 09:30:00,URGENT\n" +
  "40,401,2140-03-01 08:00:00,2140-03-01 07:00:00,,URGENT\n" +
  "40,402,2140-04-01 08:00:00,2140-04-02 07:00:00,,URGENT\n";
const diagnoses = "subject_id,hadm_id,seq_num,icd_code,icd_version\n" +
  "10,101,1,25000,9\n10,101,2,E8490,9\n10,102,1,E119,10\n10,102,2,i10 ,10\n20,201,1,V4501,9\n" +
  "20,201,2,,9\n40,401,1,250.,9\n";
const procedures = "subject_id,hadm_id,seq_num,chartdate,icd_code,icd_version\n" +
  "10,101,1,2150-01-02,3605,9\n10,102,1,2151-01-02,0DTJ4ZZ,10\n";
const prescriptions = "subject_id,hadm_id,starttime,stoptime,drug_type,drug\n" +
  "10,101,2150-01-01 10:00:00,,MAIN,Aspirin\n10,101,2150-01-02 10:00:00,,MAIN,Aspirin\n";
const labs =
  "labevent_id,subject_id,hadm_id,specimen_id,itemid,charttime,value,valuenum,valueuom,flag\n" +
  "1,10,101,1,50912,2150-01-02 06:00:00,1.2,1.2,mg/dL,\n" +
  "2,10,101,1,50912,2150-01-01 06:00:00,1.0,1.0,mg/dL,\n" +
  "3,10,101,1,50971,2150-01-01 06:00:00,4,4,mEq/L,\n" +
  "4,10,,1,50971,2150-06-01 06:00:00,5,5,mEq/L,\n" +
  "5,20,201,1,50912,2160-02-01 09:00:00,NEG,,mg/dL,\n" +
  "6,10,102,1,50912,2151-01-02 06:00:00,99,99,umol/L,\n";

const hospital: Tables = {
  "hosp/patients.csv.gz": patients,
  "hosp/admissions.csv.gz": admissions,
  "hosp/diagnoses_icd.csv": diagnoses,
  "hosp/procedures_icd.csv.gz": procedures,
  "hosp/prescriptions.csv.gz": prescriptions,
  "hosp/labevents.csv.gz": labs,
  "hosp/d_labitems.csv.gz": "itemid,label,fluid,category\n50912,Creatinine,Blood,Chemistry\n" +
    "50971,Potassium,Blood,Chemistry\n1,Unused,Blood,Chemistry\n",
  "hosp/d_icd_diagnoses.csv.gz": "icd_code,icd_version,long_title\n" +
    '25000,9,Diabetes mellitus type II\nE119,10,"Type 2 diabetes, uncomplicated"\n',
};

Deno.test("mimic4: an admission is a visit, with codes of both ICDs, drugs and deaths", async () => {
  const { cohort, said } = await preparedFrom("mimic4", hospital);
  assertEquals([...cohort.subjectIds], [10n, 20n, 30n, 40n]);
  assertEquals([0, 1, 2, 3].map((record) => codesOf(cohort, record)), [
    [
      ["DRUG//Aspirin", "ICD9CM//250.00", "ICD9CM//E849.0", "ICD9Proc//36.05"],
      ["ICD10CM//E11.9", "ICD10CM//I10", "ICD10PCS//0DTJ4ZZ"],
    ],
    [["ICD9CM//V45.01", "MEDS_DEATH"]],
    [],
    [["ICD9CM//250"], ["MEDS_DEATH"]],
  ]);
  assertEquals([...cohort.gapDays], [0, 365.5, 0, 0, 430 - 1 / 3 + 1]);
  const years = [2100, 2069, 2150, 2100];
  assertEquals(cohort.demographics, {
    birthDays: Float64Array.from(years, (year) => Date.UTC(year, 0, 1) / 86_400_000),
    sexes: Uint8Array.of(1, 2, 1, 2),
  });
  const described = new Map(
    cohort.vocabulary.codes.map((code, i) => [code, cohort.vocabulary.descriptions[i]]),
  );
  assertEquals(described.get("ICD9CM//250.00"), "Diabetes mellitus type II");
  assertEquals(described.get("ICD10CM//E11.9"), "Type 2 diabetes, uncomplicated");
  assertEquals(described.get("ICD10CM//I10"), "ICD10CM//I10");
  assertEquals(said, [
    "left out: 1 rows of diagnoses_icd without a code",
    "1 admissions end before they begin (first: hadm_id 401)",
    '1 fields had spaces around them, which were removed (first: icd_code "i10 " of diagnoses_icd)',
    "1 codes have dots, which were put where code books have them (first: 250.)",
  ]);
});

Deno.test("mimic4: a visit keeps the last value of a laboratory item, units apart", async () => {
  const { cohort, said } = await preparedFrom("mimic4", hospital, { tables: ["labs"] });
  assertEquals(cohort.vocabulary.codes, ["LAB//50912", "LAB//50912//umol/L", "LAB//50971"]);
  assertEquals(cohort.vocabulary.descriptions, [
    "Creatinine (Blood), mg/dL",
    "Creatinine (Blood), umol/L",
    "Potassium (Blood), mEq/L",
  ]);
  assertEquals(codesOf(cohort, 0), [["LAB//50912", "LAB//50971"], ["LAB//50912//umol/L"]]);
  assertEquals([...cohort.values ?? []], [1.2, 4, 99].map(Math.fround));
  assertEquals(said, [
    "left out: 1 rows of labevents without an admission",
    "left out: 1 rows of labevents without a number",
    "1 admissions end before they begin (first: hadm_id 401)",
    "left out: 1 values that a later value of the same code and visit replaced",
  ]);
});

Deno.test("mimic4: --time-series makes a visit of each time of measurement", async () => {
  const { cohort } = await preparedFrom("mimic4", hospital, { tables: ["labs"], timeSeries: true });
  assertEquals(codesOf(cohort, 0), [
    ["LAB//50912", "LAB//50971"],
    ["LAB//50912"],
    ["LAB//50912//umol/L"],
  ]);
  assertEquals([...cohort.values ?? []], [1, 4, 1.2, 99].map(Math.fround));
  assertEquals([...cohort.gapDays].slice(0, 2), [0, 1]);
});

Deno.test("mimic4: --all-admissions keeps admissions without codes", async () => {
  const { cohort } = await preparedFrom("mimic4", hospital, {
    tables: ["procedures"],
    allAdmissions: true,
  });
  assertEquals([0, 1, 2, 3].map((record) => codesOf(cohort, record)), [
    [["ICD9Proc//36.05"], ["ICD10PCS//0DTJ4ZZ"]],
    [[]],
    [],
    [[], []],
  ]);
});

Deno.test("mimic4: a flat folder gives the same cohort, without the tables that it lacks", async () => {
  const flat = Object.fromEntries(
    Object.entries(hospital).map(([name, text]) => [name.replace("hosp/", ""), text])
      .filter(([name]) => !name.startsWith("labevents")),
  );
  const whole = await preparedFrom("mimic4", hospital);
  assertEquals((await preparedFrom("mimic4", flat)).cohort, whole.cohort);
  const { said } = await preparedFrom("mimic4", flat, { tables: ["diagnoses", "labs"] });
  assertEquals(
    said[0],
    'left out: the table labs: "FOLDER" has no labevents.csv or labevents.csv.gz',
  );
});

for (
  const [what, change, wanted] of [
    [
      "an admission of an unknown patient",
      { "hosp/admissions.csv.gz": admissions + "9,901,2150-01-01 00:00:00,,,URGENT\n" },
      'row 7: admission "901" is of patient "9", who is not in patients',
    ],
    [
      "an admission twice",
      {
        "hosp/admissions.csv.gz": admissions +
          "10,102,2151-01-01 12:00:00,2151-01-05 10:00:00,,URGENT\n",
      },
      'row 7: admission "102" appears twice',
    ],
    [
      "a time in another form",
      { "hosp/admissions.csv.gz": admissions.replace("2160-02-01 08:00:00", "1.2.2160") },
      'row 4: admittime is "1.2.2160", must be a time such as 2150-12-31 23:59:59',
    ],
    [
      "a diagnosis of another admission",
      { "hosp/diagnoses_icd.csv": diagnoses + "10,999,1,I10,10\n" },
      'row 9: admission "999" is not in admissions',
    ],
    [
      "a diagnosis of another patient's admission",
      { "hosp/diagnoses_icd.csv": diagnoses + "20,101,1,I10,10\n" },
      'row 9: admission "101" is not of patient "20"',
    ],
    [
      "an ICD that there is not",
      { "hosp/diagnoses_icd.csv": diagnoses + "10,101,1,I10,11\n" },
      'row 9: icd_version is "11", must be 9 or 10',
    ],
    [
      "a value that is no number",
      { "hosp/labevents.csv.gz": labs + "7,10,101,1,50912,2150-01-02 06:00:00,inf,inf,mg/dL,\n" },
      'row 8: valuenum is "inf", must be a number',
    ],
    [
      "an age that is none",
      { "hosp/patients.csv.gz": patients + "50,F,old,2150,2011 - 2013,\n" },
      'row 6: anchor_age is "old", must be an age',
    ],
  ] as const
) {
  Deno.test(`mimic4: ${what} is refused with its row, or skipped`, () =>
    assertBadRow("mimic4", hospital, change, wanted, {
      values: { tables: ["diagnoses", "labs"] },
      others: what.startsWith("a time") ? 2 : 0, // the rows of that admission
    }));
}

Deno.test("mimic4: a folder without tables, or a file, is refused", async () => {
  await assertRejects(
    () => preparedFrom("mimic4", { "hosp/patients.csv": patients }),
    Deno.errors.NotFound,
    "it has none of diagnoses_icd.csv or diagnoses_icd.csv.gz, procedures_icd.csv",
  );
});

Deno.test("mimic4: a patient has the most frequent known race of the admissions; older files say ethnicity", async () => {
  const of = (column: string) =>
    preparedFrom("mimic4", {
      ...hospital,
      "hosp/admissions.csv.gz": `subject_id,hadm_id,admittime,dischtime,deathtime,${column}\n` +
        "10,101,2150-01-01 00:00:00,,,UNKNOWN\n10,102,2151-01-01 12:00:00,,,ASIAN\n" +
        "20,201,2160-02-01 08:00:00,,,WHITE - RUSSIAN\n20,202,2160-03-01 08:00:00,,,WHITE\n" +
        "20,203,2160-04-01 08:00:00,,,WHITE\n40,401,2140-03-01 08:00:00,,,UNABLE TO OBTAIN\n" +
        "40,402,2140-04-01 08:00:00,,,\n",
    });
  for (const column of ["race", "ethnicity"]) {
    const { cohort, said } = await of(column);
    assertEquals(raceNamesOf(cohort.demographics?.races, 4), ["ASIAN", "WHITE", "", ""]);
    const several = said.filter((what) => what.includes("race"));
    assertEquals(several, [
      "left out: other races of 1 patients who have several: the most frequent one stays",
    ]);
  }
});

import { raceNamesOf } from "ehrloom/cohort/races.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { haloLabels } from "ehrloom/cohort/sources/mimic/halo_labels.ts";
import { codesOf, preparedFrom, type Tables } from "../prepared.ts";

const hospital: Tables = {
  "PATIENTS.csv.gz":
    '"ROW_ID","SUBJECT_ID","GENDER","DOB","DOD","DOD_HOSP","DOD_SSN","EXPIRE_FLAG"\n' +
    '1,10,"F",2100-02-03 00:00:00,2150-06-01 00:00:00,,2150-06-01 00:00:00,1\n' +
    '2,20,"M",1850-01-01 00:00:00,,,,0\n3,30,"F",2150-01-01 00:00:00,,,,0\n',
  "ADMISSIONS.csv.gz":
    '"ROW_ID","SUBJECT_ID","HADM_ID","ADMITTIME","DISCHTIME","DEATHTIME","DIAGNOSIS"\n' +
    '1,10,101,2150-01-01 00:00:00,2150-01-03 00:00:00,,"SEPSIS, SHOCK"\n' +
    '2,20,201,2150-01-01 00:00:00,2150-01-03 00:00:00,2150-01-03 00:00:00,"FALL"\n' +
    '3,30,301,2150-01-01 00:00:00,2150-01-03 00:00:00,,"NEWBORN"\n',
  "DIAGNOSES_ICD.csv": '"ROW_ID","SUBJECT_ID","HADM_ID","SEQ_NUM","ICD9_CODE"\n' +
    '1,10,101,1,"0389"\n2,10,101,2,"78552"\n3,20,201,1,"E8859"\n4,30,301,,\n5,20,201,2,"25000"\n',
  "PROCEDURES_ICD.csv.gz": '"ROW_ID","SUBJECT_ID","HADM_ID","SEQ_NUM","ICD9_CODE"\n' +
    '1,10,101,1,"0066"\n',
  "PRESCRIPTIONS.csv.gz": '"ROW_ID","SUBJECT_ID","HADM_ID","ICUSTAY_ID","STARTDATE","DRUG"\n' +
    '1,10,101,,2150-01-01 00:00:00,"Insulin"\n2,30,,,2150-01-01 00:00:00,"Insulin"\n',
  "LABEVENTS.csv":
    '"ROW_ID","SUBJECT_ID","HADM_ID","ITEMID","CHARTTIME","VALUE","VALUENUM","VALUEUOM","FLAG"\n' +
    '1,10,101,50912,2150-01-01 06:00:00,"1.5",1.5,"mg/dL",\n',
  "D_LABITEMS.csv": '"ROW_ID","ITEMID","LABEL","FLUID"\n1,50912,"Creatinine","Blood"\n',
  "D_ICD_DIAGNOSES.csv.gz": '"ROW_ID","ICD9_CODE","SHORT_TITLE","LONG_TITLE"\n' +
    '1,"0389","Septicemia NOS","Unspecified septicemia"\n',
};

Deno.test("mimic3: an admission is a visit, and births moved by 300 years are unknown", async () => {
  const { cohort, said } = await preparedFrom("mimic3", hospital);
  assertEquals([0, 1, 2].map((record) => codesOf(cohort, record)), [
    [["DRUG//Insulin", "ICD9CM//038.9", "ICD9CM//785.52", "ICD9Proc//00.66"], ["MEDS_DEATH"]],
    [["ICD9CM//250.00", "ICD9CM//E885.9", "MEDS_DEATH"]],
    [],
  ]);
  const [from, to] = ["2100-02-03", "2150-01-01"].map((day) => Date.parse(day) / 86_400_000);
  assertEquals(cohort.demographics, {
    birthDays: Float64Array.of(from, NaN, to),
    sexes: Uint8Array.of(1, 2, 1),
  });
  const septicemia = cohort.vocabulary.codes.indexOf("ICD9CM//038.9");
  assertEquals(cohort.vocabulary.descriptions[septicemia], "Unspecified septicemia");
  assertEquals(said, [
    "left out: 1 rows of diagnoses_icd without a code",
    "left out: 1 rows of prescriptions without an admission",
    "1 births were moved by 300 years, as of all patients over 89, and are taken as unknown " +
    "(first: subject_id 20)",
  ]);
});

Deno.test("mimic3: laboratory values", async () => {
  const { cohort } = await preparedFrom("mimic3", hospital, { tables: ["labs"] });
  assertEquals(codesOf(cohort, 0), [["LAB//50912"]]);
  assertEquals(cohort.vocabulary.descriptions, ["Creatinine (Blood), mg/dL"]);
  assertEquals([...cohort.values ?? []], [1.5]);
});

Deno.test("mimic3: HALO's records have every admission, diagnoses and 25 labels", async () => {
  const { cohort } = await preparedFrom("mimic3", hospital, {
    tables: ["diagnoses"],
    allAdmissions: true,
    haloLabels: true,
  });
  assertEquals(cohort.labelNames.length, 25);
  assertEquals([0, 1, 2].map((record) => codesOf(cohort, record)), [
    [["ICD9CM//038.9", "ICD9CM//785.52"]],
    [["ICD9CM//250.00", "ICD9CM//E885.9"]],
    [[]],
  ]);
  const labelled = [0, 1, 2].map((record) =>
    haloLabels.filter((_, label) => cohort.labels[record * 25 + label] === 1)
  );
  assertEquals(labelled, [
    ["Septicemia (except in labor)", "Shock"],
    ["Diabetes mellitus without complication"],
    [],
  ]);
});

Deno.test("HALO's labels are in the order of the alphabet, and no code gives two", async () => {
  assertEquals(haloLabels, [...haloLabels].sort());
  const { default: codes } = await import("ehrloom/cohort/codes/phenotypes25-icd9.json", {
    with: { type: "json" },
  });
  const all = Object.values(codes).flat();
  assertEquals([all.length, new Set(all).size], [767, 767]);
});

Deno.test("mimic3: --halo-labels needs diagnoses", async () => {
  await assertRejects(
    () => preparedFrom("mimic3", hospital, { tables: ["procedures"], haloLabels: true }),
    RangeError,
    "--halo-labels needs --tables with diagnoses",
  );
});

Deno.test("mimic3: race is the ethnicity of admissions", async () => {
  const { cohort } = await preparedFrom("mimic3", {
    ...hospital,
    "ADMISSIONS.csv.gz": "ROW_ID,SUBJECT_ID,HADM_ID,ADMITTIME,DISCHTIME,DEATHTIME,ETHNICITY\n" +
      "1,10,101,2150-01-01 00:00:00,,,BLACK/AFRICAN AMERICAN\n" +
      "2,20,201,2150-01-01 00:00:00,,,UNKNOWN/NOT SPECIFIED\n" +
      "3,30,301,2150-01-01 00:00:00,,,OTHER\n",
  });
  const races = raceNamesOf(cohort.demographics?.races, 3);
  assertEquals(races, ["BLACK/AFRICAN AMERICAN", "", "other"]);
});

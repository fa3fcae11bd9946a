import { raceNamesOf } from "ehrloom/cohort/races.ts";
import { assertEquals } from "@std/assert";
import { assertBadRow, codesOf, preparedFrom, type Tables } from "../prepared.ts";

const patient =
  "patientunitstayid,patienthealthsystemstayid,gender,age,hospitaladmitoffset,hospitaldischargeyear," +
  "hospitaldischargeoffset,hospitaldischargestatus,unitvisitnumber,unitdischargestatus,uniquepid\n" +
  "12,9,Male,> 89,-1440,2014,2880,Alive,2,Alive,001-1\n" +
  "11,9,Male,> 89,0,2014,4320,Alive,1,Alive,001-1\n" +
  "\n" +
  "13,10,Male,> 89,-60,2015,1380,Expired,1,Alive,001-1\n" +
  "21,8,Female,60,-30,2015,100,Expired,1,Expired,002-1\n" +
  "31,7,,60,-30,2015,,Alive,1,Alive,003-1\n";
const diagnosis =
  "diagnosisid,patientunitstayid,activeupondischarge,diagnosisoffset,diagnosisstring,icd9code,diagnosispriority\n" +
  '1,11,True,5,endocrine|diabetes,"250.00, E11.9",Primary\n' +
  '2,11,True,5,poisoning,"E980.2, 965.00, T40.60",Other\n' +
  "3,12,True,5,only ten,I10,Other\n4,13,True,5,no code,,Other\n5,21,True,5,,,Other\n";
const icu: Tables = {
  "patient.csv.gz": patient,
  "diagnosis.csv.gz": diagnosis,
  "medication.csv.gz":
    "medicationid,patientunitstayid,drugorderoffset,drugordercancelled,drugname,drughiclseqno\n" +
    "1,11,5,No,ASPIRIN 81 MG,1820\n2,11,9,No,ASPIRIN 81 MG,1820\n3,12,5,Yes,HEPARIN,2\n" +
    "4,12,5,No,,8255.0\n5,12,5,No,,\n",
  "treatment.csv": "treatmentid,patientunitstayid,treatmentoffset,treatmentstring\n" +
    "1,21,5,pulmonary|ventilation\n",
  "lab.csv": "labid,patientunitstayid,labresultoffset,labname,labresult,labmeasurenamesystem\n" +
    "1,11,60,BUN,31.0,mg/dL\n2,11,-120,BUN,30.0,mg/dL\n3,12,0,BUN,,mg/dL\n4,12,1440,anion gap,12,\n",
};

Deno.test("eicu: a stay in intensive care is a visit, in its place within the stay in hospital", async () => {
  const { cohort, said } = await preparedFrom("eicu", icu);
  assertEquals([0, 1, 2].map((record) => codesOf(cohort, record)), [
    [
      ["DRUG//ASPIRIN 81 MG", "ICD9CM//250.00", "ICD9CM//965.00", "ICD9CM//E980.2"],
      ["HICL//8255", "ICD10CM//I10"],
      ["DIAGNOSIS//no code", "MEDS_DEATH"],
    ],
    [["MEDS_DEATH", "TREATMENT//pulmonary|ventilation"]],
    [],
  ]);
  // a day after admission, then a year after it and an hour
  assertEquals([...cohort.gapDays], [0, 1, 364.25 + 1 / 24, 0]);
  assertEquals([...cohort.startDays], [NaN, NaN, NaN]);
  assertEquals([...cohort.demographics?.sexes ?? []], [2, 1, 0]);
  const diabetes = cohort.vocabulary.codes.indexOf("ICD9CM//250.00");
  assertEquals(cohort.vocabulary.descriptions[diabetes], "endocrine|diabetes");
  assertEquals(said, [
    "1 stays in hospital follow another one of the patient: eICU gives their years only, so the " +
    "days before them are whole years or none",
    "left out: the ages of patients: eICU has no dates from which they could be counted",
    "left out: 1 rows of diagnosis without a code",
    "left out: 2 rows of medication that were cancelled, or have neither a name nor a number of " +
    "the drug",
  ]);
});

Deno.test("eicu: --icd chooses codes of the other version, or both", async () => {
  const codes = async (icd: string[]) =>
    (await preparedFrom("eicu", icu, { tables: ["diagnoses"], icd })).cohort.vocabulary.codes;
  const other = "DIAGNOSIS//no code";
  const ten = ["ICD10CM//E11.9", "ICD10CM//I10", "ICD10CM//T40.60"];
  assertEquals(await codes(["10"]), [other, ...ten]);
  const nine = ["ICD9CM//250.00", "ICD9CM//965.00", "ICD9CM//E980.2"];
  assertEquals(await codes(["9", "10"]), [other, ...ten, ...nine]);
});

Deno.test("eicu: the last laboratory value of a stay, or all with --time-series", async () => {
  const { cohort, said } = await preparedFrom("eicu", icu, { tables: ["labs"] });
  assertEquals(codesOf(cohort, 0), [["LAB//BUN"], ["LAB//anion gap"]]);
  assertEquals([...cohort.values ?? []], [31, 12]);
  assertEquals(said.slice(2, 3), ["left out: 1 rows of lab without a number"]);
  const series = await preparedFrom("eicu", icu, { tables: ["labs"], timeSeries: true });
  assertEquals([...series.cohort.values ?? []], [30, 31, 12]);
  assertEquals([...series.cohort.gapDays], [0, 1 / 24, 47 / 24]);
});

for (
  const [what, change, wanted] of [
    [
      "a stay that there is not",
      { "diagnosis.csv.gz": diagnosis + "6,99,True,5,x,,Other\n" },
      'row 7: stay "99" is not in patient',
    ],
    [
      "a stay twice",
      { "patient.csv.gz": patient + "31,7,,60,-30,2015,,Alive,1,Alive,003-1\n" },
      'row 8: stay "31" appears twice',
    ],
    [
      "an offset that is no number",
      { "patient.csv.gz": patient + "41,6,,60,soon,2015,,Alive,1,Alive,004-1\n" },
      'row 8: hospitaladmitoffset is "soon", must be a whole number of minutes',
    ],
    [
      "a result that is no number",
      { "lab.csv": icu["lab.csv"] + "5,11,60,BUN,high,mg/dL\n" },
      'row 6: labresult is "high", must be a number',
    ],
  ] as const
) {
  Deno.test(`eicu: ${what} is refused with its row, or skipped`, () =>
    assertBadRow("eicu", icu, change, wanted, { values: { tables: ["diagnoses", "labs"] } }));
}

Deno.test("eicu: race is the ethnicity of stays, the most frequent one of a patient", async () => {
  const races = ["Asian", "Caucasian", undefined, "Caucasian", "Hispanic", ""];
  const [header, ...rows] = patient.trim().split("\n");
  const lines = rows.map((row, i) => row === "" ? row : `${row},${races[i]}`);
  const text = [`${header},ethnicity`, ...lines, ""].join("\n");
  const { cohort } = await preparedFrom("eicu", { ...icu, "patient.csv.gz": text });
  assertEquals(raceNamesOf(cohort.demographics?.races, 3), ["Caucasian", "Hispanic", ""]);
});

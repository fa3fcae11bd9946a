import { raceNamesOf } from "ehrloom/cohort/races.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { assertBadRow, codesOf, preparedFrom, type Tables } from "./prepared.ts";

const quoted = (columns: string) => columns.split(",").map((name) => `"${name}"`).join() + "\n";
const numbered = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${name}_${i + 1}`).join();

const diagnoses = numbered("ICD9_DGNS_CD", 10);
const hospital = `${diagnoses},${numbered("ICD9_PRCDR_CD", 6)},${numbered("HCPCS_CD", 45)}`;

/** A row by its fields: those not named are empty. */
function row(columns: string, fields: Record<string, string>): string {
  const names = columns.split(",");
  for (const name of Object.keys(fields)) {
    if (!names.includes(name)) throw new Error(`there is no column ${name}`);
  }
  return names.map((name) => fields[name] ?? "").join() + "\n";
}

function table(columns: string, ...rows: Record<string, string>[]): string {
  return quoted(columns) + rows.map((fields) => row(columns, fields)).join("");
}

const summary =
  "DESYNPUF_ID,BENE_BIRTH_DT,BENE_DEATH_DT,BENE_SEX_IDENT_CD,BENE_RACE_CD,SP_DIABETES";
const inpatient = "DESYNPUF_ID,CLM_ID,SEGMENT,CLM_FROM_DT,CLM_THRU_DT,PRVDR_NUM,CLM_ADMSN_DT," +
  `ADMTNG_ICD9_DGNS_CD,NCH_BENE_DSCHRG_DT,CLM_DRG_CD,${hospital}`;
const outpatient = `DESYNPUF_ID,CLM_ID,SEGMENT,CLM_FROM_DT,CLM_THRU_DT,${hospital}`;
const carrier = "DESYNPUF_ID,CLM_ID,CLM_FROM_DT,CLM_THRU_DT," +
  `${numbered("ICD9_DGNS_CD", 8)},${numbered("HCPCS_CD", 13)},${numbered("LINE_ICD9_DGNS_CD", 13)}`;
const drugs = "DESYNPUF_ID,PDE_ID,SRVC_DT,PROD_SRVC_ID,QTY_DSPNSD_NUM,DAYS_SUPLY_NUM";

const [a, b] = [{ DESYNPUF_ID: "00013D2EFD8E45D1" }, { DESYNPUF_ID: "00016F745862898F" }];
const [born, died] = ["BENE_BIRTH_DT", "BENE_DEATH_DT"];

const claims: Tables = {
  "DE1_0_2008_Beneficiary_Summary_File_Sample_1.csv": table(
    summary,
    { ...a, [born]: "19230501", BENE_SEX_IDENT_CD: "1", BENE_RACE_CD: "1" },
    { ...b, [born]: "19430101", BENE_SEX_IDENT_CD: "2", BENE_RACE_CD: "2" },
  ),
  "DE1_0_2010_Beneficiary_Summary_File_Sample_1.csv.gz": table(
    summary,
    { ...a, [born]: "19230501", [died]: "20100301", BENE_SEX_IDENT_CD: "1" },
  ),
  "DE1_0_2008_to_2010_Inpatient_Claims_Sample_1.csv": table(
    inpatient,
    {
      ...a,
      CLM_ID: "1",
      SEGMENT: "1",
      CLM_FROM_DT: "20100312",
      CLM_ADMSN_DT: "20100310",
      NCH_BENE_DSCHRG_DT: "20100318",
      ADMTNG_ICD9_DGNS_CD: "78659",
      ICD9_DGNS_CD_1: "4019",
      ICD9_DGNS_CD_10: "E8490",
      ICD9_PRCDR_CD_6: "3605",
    },
    // the same stay in a second claim, without days in its second segment
    { ...a, CLM_ID: "2", CLM_ADMSN_DT: "20100310", ICD9_DGNS_CD_1: "25000" },
    { ...a, CLM_ID: "2", SEGMENT: "2", HCPCS_CD_45: "G0008" },
    { ...a, CLM_ID: "3", CLM_FROM_DT: "20090101" },
  ),
  "DE1_0_2008_to_2010_Outpatient_Claims_Sample_1.csv": table(
    outpatient,
    { ...b, CLM_ID: "4", CLM_FROM_DT: "20080102", ICD9_DGNS_CD_1: "V5841", HCPCS_CD_1: "99213" },
    { ...b, CLM_ID: "5", ICD9_DGNS_CD_1: "V5841" },
  ),
  "DE1_0_2008_to_2010_Carrier_Claims_Sample_1A.csv": table(
    carrier,
    { ...b, CLM_ID: "6", CLM_FROM_DT: "20080102", LINE_ICD9_DGNS_CD_13: "4019" },
  ),
  "DE1_0_2008_to_2010_Carrier_Claims_Sample_1B.csv": table(
    carrier,
    { ...b, CLM_ID: "7", CLM_FROM_DT: "20080201", ICD9_DGNS_CD_8: "4019", HCPCS_CD_13: "0001F" },
  ),
  "DE1_0_2008_to_2010_Prescription_Drug_Events_Sample_1.csv": table(
    drugs,
    { ...b, PDE_ID: "8", SRVC_DT: "20080201", PROD_SRVC_ID: "00093010501" },
    { ...b, PDE_ID: "9", SRVC_DT: "20080301", PROD_SRVC_ID: "OTHER" },
  ),
};

Deno.test("synpuf makes visits of stays by admission and of days with other claims", async () => {
  const { cohort, said } = await preparedFrom("synpuf", claims);
  assertEquals(codesOf(cohort, 0), [
    ["HCPCS//G0008", "ICD9CM//250.00", "ICD9CM//401.9", "ICD9CM//E849.0", "ICD9Proc//36.05"]
      .concat("MEDS_DEATH"),
  ]);
  assertEquals(codesOf(cohort, 1), [
    ["CPT4//99213", "ICD9CM//401.9", "ICD9CM//V58.41"],
    ["CPT4//0001F", "ICD9CM//401.9", "NDC//00093010501"],
  ]);
  const day = (text: string) => Date.parse(text) / 86_400_000;
  assertEquals([...cohort.startDays], [day("2010-03-10"), day("2008-01-02")]);
  assertEquals([...cohort.gapDays], [0, 0, 30]);
  assertEquals([...cohort.demographics?.birthDays ?? []], [day("1923-05-01"), day("1943-01-01")]);
  assertEquals([...cohort.demographics?.sexes ?? []], [2, 1]);
  assertEquals(raceNamesOf(cohort.demographics?.races, 2), ["White", "Black"]);
  assertEquals(said, [
    "left out: 1 rows of de1_0_2008_to_2010_inpatient_claims_sample_1 without a code",
    "left out: 1 rows of de1_0_2008_to_2010_outpatient_claims_sample_1 without a day",
    "left out: 1 rows of de1_0_2008_to_2010_prescription_drug_events_sample_1 without the code " +
    "of a drug",
  ]);
});

Deno.test("synpuf puts a death behind what is claimed in its month, since it knows the month only", async () => {
  const carrierOf = (...days: string[]) => ({
    ...claims,
    "DE1_0_2008_to_2010_Carrier_Claims_Sample_1A.csv": table(
      carrier,
      ...days.map((day) => ({ ...a, CLM_FROM_DT: day, ICD9_DGNS_CD_1: "4019" })),
    ),
  });
  const values = { tables: ["carrier", "deaths"] };
  const { cohort } = await preparedFrom("synpuf", carrierOf("20100320", "20100228"), values);
  assertEquals(codesOf(cohort, 0), [["ICD9CM//401.9"], ["ICD9CM//401.9", "MEDS_DEATH"]]);
  const before = await preparedFrom("synpuf", carrierOf("20100228"), values);
  assertEquals(codesOf(before.cohort, 0), [["ICD9CM//401.9"], ["MEDS_DEATH"]]);
});

Deno.test("synpuf reads the chosen tables, and says which are not there", async () => {
  const [_, ...others] = Object.entries(claims).filter(([name]) => !name.includes("Carrier"));
  const tables = Object.fromEntries([_, ...others]);
  const { cohort, said } = await preparedFrom("synpuf", tables, { tables: ["carrier", "drugs"] });
  assertEquals(codesOf(cohort, 1), [["NDC//00093010501"]]);
  assertEquals(said[0], 'left out: the table carrier: "FOLDER" has no Carrier_Claims file');
  const error = await assertRejects(
    () => preparedFrom("synpuf", tables, { tables: ["carrier"] }),
    Deno.errors.NotFound,
  );
  assertStringIncludes(error.message, "it has no Carrier_Claims file in CSV; unpack the .zip");
  await assertRejects(
    () => preparedFrom("synpuf", Object.fromEntries(others.slice(1))),
    Deno.errors.NotFound,
    "it has no Beneficiary_Summary file",
  );
});

const [carrierFile, summaryFile, drugFile] = [
  "DE1_0_2008_to_2010_Carrier_Claims_Sample_1B.csv",
  "DE1_0_2008_Beneficiary_Summary_File_Sample_1.csv",
  "DE1_0_2008_to_2010_Prescription_Drug_Events_Sample_1.csv",
];
const bad: Record<string, readonly [file: string, row: string, wanted: string]> = {
  "a beneficiary who is in no summary": [
    carrierFile,
    row(carrier, { DESYNPUF_ID: "x", CLM_FROM_DT: "20080201", ICD9_DGNS_CD_1: "4019" }),
    'row 3: beneficiary "x" is in no beneficiary summary',
  ],
  "a day that does not exist": [
    drugFile,
    row(drugs, { ...a, SRVC_DT: "20080230", PROD_SRVC_ID: "1" }),
    'row 4: SRVC_DT is "20080230", must be a day such as 20081231',
  ],
  "another sex": [
    summaryFile,
    row(summary, { DESYNPUF_ID: "c", BENE_SEX_IDENT_CD: "F" }),
    'row 4: BENE_SEX_IDENT_CD is "F", must be 1, 2 or empty',
  ],
};

for (const [what, [file, text, wanted]] of Object.entries(bad)) {
  Deno.test(`synpuf names file and row of ${what}, or skips it`, () =>
    assertBadRow("synpuf", claims, { [file]: claims[file] + text }, wanted));
}

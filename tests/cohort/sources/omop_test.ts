import { assertEquals, assertRejects } from "@std/assert";
import { codesOf, preparedFrom, type Tables } from "./prepared.ts";

const person = "person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth," +
  "birth_datetime,gender_source_value\n" +
  "1,8532,1950,,,,F\n2,8507,1960,2,3,,M\n3,0,1970,,,1970-05-06 07:00:00,female\n";
const visits = "visit_occurrence_id,person_id,visit_concept_id,visit_start_date," +
  "visit_start_datetime,visit_end_date,visit_end_datetime\n" +
  "-11,1,9201,2020-01-01,2020-01-01 12:00:00,2020-01-05,2020-01-05 12:00:00\n" +
  "-12,1,9202,2020-02-01,,2020-01-31,\n-21,2,9201,2020-01-01,,2020-01-05,\n";
const conditions = "condition_occurrence_id,person_id,condition_concept_id,condition_start_date," +
  "condition_start_datetime,visit_occurrence_id,condition_source_value,condition_source_concept_id\n" +
  "1,1,201826,2020-01-02,2020-01-02 10:00:00,-11,E119  ,45533019\n" +
  "2,1,0,2020-02-01,,-12,odd text,\n3,1,0,2020-02-01,,-12,,0\n" +
  "4,2,201826,2020-03-01,2020-03-01 11:00:00,,E119,45533019\n" +
  "5,2,320128,2020-03-01,2020-03-01 14:00:00,,I10,45591453\n";
const measurements = "measurement_id,person_id,measurement_concept_id,measurement_date," +
  "measurement_datetime,value_as_number,value_as_concept_id,unit_concept_id,visit_occurrence_id," +
  "measurement_source_value,measurement_source_concept_id,unit_source_value\n" +
  "1,1,3016723,2020-01-02,2020-01-02 10:00:00,1.5,,8840,-11,,,mg/dL\n" +
  "2,1,3016723,2020-01-02,2020-01-02 06:00:00,1.25,,8840,-11,,,mg/dL\n" +
  "3,1,3020891,2020-01-02,2020-01-02 06:00:00,37,,586323,-11,,,\n" +
  "4,1,40762506,2020-01-02,2020-01-02 06:00:00,,45877985,0,-11,,,\n";
const hospital: Tables = {
  "person.csv": person,
  "VISIT_OCCURRENCE.csv.gz": visits,
  "condition_occurrence.csv": conditions,
  "drug_exposure.csv.gz": "drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date," +
    "visit_occurrence_id,drug_source_value,drug_source_concept_id\n1,2,1503297,2020-01-01,-21,x,\n",
  "measurement.csv": measurements,
  "death.csv":
    "person_id,death_date,death_datetime\n2,2020-01-04,\n1,2021-01-01,2021-01-01 12:00:00\n",
};
/** As Athena writes it: tabs, and quotes that are no quotes. */
const concept = "concept_id\tconcept_name\tdomain_id\tvocabulary_id\tconcept_class_id\t" +
  "standard_concept\tconcept_code\n" +
  "201826\tType 2 diabetes mellitus\tCondition\tSNOMED\tDisorder\tS\t44054006\n" +
  '320128\t"High" pressure, 5" more\tCondition\tSNOMED\tDisorder\tS\t59621000\n' +
  "1503297\tmetformin\tDrug\tRxNorm\tIngredient\tS\t6809\n" +
  "45533019\tType 2 diabetes, uncomplicated\tCondition\tICD10CM\tcode\t\tE11.9\n" +
  "99\tUnused\tCondition\tSNOMED\tDisorder\tS\t99\n";

Deno.test("omop: visits, days without a visit, deaths, births and sexes", async () => {
  const { cohort, said } = await preparedFrom("omop", hospital);
  assertEquals([0, 1, 2].map((record) => codesOf(cohort, record)), [
    [["OMOP//201826"], ["SOURCE//odd text"], ["MEDS_DEATH"]],
    [["MEDS_DEATH", "OMOP//1503297"], ["OMOP//201826", "OMOP//320128"]],
    [],
  ]);
  assertEquals([...cohort.gapDays], [0, 30.5, 335.5, 0, 60]);
  const days = ["1950-01-01", "1960-02-03", "1970-05-06"].map((day) =>
    Date.parse(day) / 86_400_000
  );
  days[2] += 7 / 24;
  assertEquals(cohort.demographics, {
    birthDays: Float64Array.from(days),
    sexes: Uint8Array.of(1, 2, 1),
  });
  assertEquals(said, [
    'left out: the table procedures: "FOLDER" has no procedure_occurrence.csv or ' +
    "procedure_occurrence.csv.gz",
    "left out: 1 rows of condition_occurrence without a concept and a text",
    "the folder has no concept.csv: codes have numbers instead of names",
    "1 visits end before they begin (first: visit_occurrence_id -12)",
  ]);
});

Deno.test("omop: concepts give codes their names, standard ones or those of the source", async () => {
  const named = async (concepts: string) => {
    const { cohort } = await preparedFrom("omop", { ...hospital, "CONCEPT.csv": concept }, {
      tables: ["conditions", "drugs"],
      concepts,
    });
    const { codes, descriptions } = cohort.vocabulary;
    return codes.map((code, i) => [code, descriptions[i]]);
  };
  assertEquals(await named("standard"), [
    ["RxNorm//6809", "metformin"],
    ["SNOMED-CT//44054006", "Type 2 diabetes mellitus"],
    ["SNOMED-CT//59621000", '"High" pressure, 5" more'],
    ["SOURCE//odd text", "odd text"],
  ]);
  assertEquals(await named("source"), [
    ["ICD10CM//E11.9", "Type 2 diabetes, uncomplicated"],
    ["OMOP//45591453", "OMOP//45591453"],
    ["RxNorm//6809", "metformin"],
    ["SOURCE//odd text", "odd text"],
  ]);
});

Deno.test("omop: the last measurement of a visit, or each time with --time-series", async () => {
  const values = { tables: ["measurements"] };
  const { cohort } = await preparedFrom("omop", hospital, values);
  assertEquals(codesOf(cohort, 0), [["OMOP//3016723", "OMOP//3020891", "OMOP//40762506"]]);
  assertEquals(cohort.vocabulary.descriptions, [
    "OMOP//3016723, mg/dL",
    "OMOP//3020891, OMOP unit 586323",
    "OMOP//40762506",
  ]);
  assertEquals([...cohort.values ?? []], [1.5, 37, NaN]);
  const series = await preparedFrom("omop", hospital, { ...values, timeSeries: true });
  assertEquals([...series.cohort.values ?? []], [1.25, 37, NaN, 1.5]);
});

for (
  const [what, change, wanted] of [
    [
      "a visit of an unknown person",
      { "VISIT_OCCURRENCE.csv.gz": visits + "9,9,0,2020-01-01,,,\n" },
      'row 5: visit "9" is of person "9", not in person',
    ],
    [
      "an event of another person's visit",
      { "condition_occurrence.csv": conditions + "6,2,201826,2020-01-02,,-11,,\n" },
      'row 7: visit "-11" is not of person "2"',
    ],
    [
      "a day in another form",
      { "condition_occurrence.csv": conditions + "6,2,201826,2.1.2020,,,,\n" },
      'row 7: the date is "2.1.2020", must be a day such as 2020-12-31',
    ],
    [
      "a person twice",
      { "person.csv": person + "1,8532,1950,,,,F\n" },
      'row 5: person "1" appears twice',
    ],
    [
      "a value that is no number",
      { "measurement.csv": measurements + "5,1,1,2020-01-02,,high,,,-11,,,\n" },
      'row 6: value_as_number is "high", must be a number',
    ],
  ] as const
) {
  Deno.test(`omop: ${what} is refused with its row, or skipped`, async () => {
    const tables = { ...hospital, ...change };
    const values = { tables: ["conditions", "measurements"] };
    await assertRejects(() => preparedFrom("omop", tables, values), SyntaxError, wanted);
    const { bad, cohort } = await preparedFrom("omop", tables, values, { isSkipping: true });
    assertEquals(bad.length, 1);
    assertEquals(cohort, (await preparedFrom("omop", hospital, values)).cohort);
  });
}

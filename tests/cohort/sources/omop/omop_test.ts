import { raceNamesOf } from "ehrloom/cohort/races.ts";
import { assertEquals } from "@std/assert";
import { assertBadRow, codesOf, preparedFrom } from "../prepared.ts";
import { concept, conditions, hospital, measurements, person, visits } from "./hospital.ts";

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
    'left out: the table procedures: "FOLDER" has no procedure_occurrence.csv, ' +
    "procedure_occurrence.csv.gz or procedure_occurrence.parquet",
    "left out: 1 rows of condition_occurrence without a concept and a text",
    '"FOLDER" has no concept.csv, concept.csv.gz or concept.parquet: codes have numbers instead of ' +
    "names",
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
  assertEquals(codesOf(cohort, 0), [
    ["OMOP//3016723", "OMOP//3020891", "OMOP//40762506//45877985"],
  ]);
  assertEquals(cohort.vocabulary.descriptions, [
    "OMOP//3016723, mg/dL",
    "OMOP//3020891, OMOP unit 586323",
    "OMOP//40762506//45877985",
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
  Deno.test(`omop: ${what} is refused with its row, or skipped`, () => {
    const values = { tables: ["conditions", "measurements"] };
    return assertBadRow("omop", hospital, change, wanted, { values });
  });
}

Deno.test("omop: answers of measurements and observations are part of their codes", async () => {
  const observation = "person_id,visit_occurrence_id,observation_concept_id,observation_date," +
    "value_as_number,value_as_string,value_as_concept_id\n" +
    "1,-11,43054909,2020-01-01,,,45879404\n1,-11,43054909,2020-01-01,,,45883458\n" +
    "2,-21,43054909,2020-01-01,,sometimes,0\n2,-21,4152194,2020-01-01,120,,\n";
  const answers = concept + "43054909\tTobacco\tObservation\tLOINC\tx\tS\t72166-2\n" +
    "45879404\tNever\tMeas Value\tLOINC\tx\tS\tLA18978-9\n";
  const tables = { ...hospital, "observation.csv": observation, "concept.csv": answers };
  const { cohort, said } = await preparedFrom("omop", tables, { tables: ["observations"] });
  assertEquals(codesOf(cohort, 0), [["LOINC//72166-2//Never", "OMOP//43054909//45883458"]]);
  assertEquals(codesOf(cohort, 1), [["LOINC//72166-2", "OMOP//4152194"]]);
  assertEquals(cohort.vocabulary.descriptions, [
    "Tobacco",
    "Tobacco: Never",
    "OMOP//4152194",
    "OMOP//43054909//45883458",
  ]);
  assertEquals([...cohort.values ?? []], [NaN, NaN, NaN, 120]);
  assertEquals(said.slice(0, 1), ["left out: the answers of 1 rows of observation that are texts"]);
});

Deno.test("omop: what is right above a concept comes from concept_ancestor", async () => {
  const tables = {
    ...hospital,
    "concept.csv": concept + "44\tDiabetes\tCondition\tSNOMED\tDisorder\tS\t73211009\n",
    "concept_ancestor.csv": "ancestor_concept_id,descendant_concept_id," +
      "min_levels_of_separation,max_levels_of_separation\n" +
      "201826,201826,0,0\n44,201826,1,2\n45,201826,1,1\n46,201826,2,2\n201826,320128,1,1\n" +
      "44,99,1,1\n",
  };
  const values = { tables: ["conditions"], conceptParents: true };
  const { cohort } = await preparedFrom("omop", tables, values);
  assertEquals(cohort.vocabulary.codes.map((code, i) => [code, cohort.vocabulary.parents?.[i]]), [
    ["SNOMED-CT//44054006", ["SNOMED-CT//73211009", "OMOP//45"]],
    ["SNOMED-CT//59621000", ["SNOMED-CT//44054006"]],
    ["SOURCE//odd text", []],
  ]);
  const without = await preparedFrom("omop", hospital, values);
  assertEquals(
    without.said.filter((what) => what.includes("ancestor")),
    [
      'left out: what is above codes: "FOLDER" has no concept_ancestor.csv, ' +
      "concept_ancestor.csv.gz or concept_ancestor.parquet",
    ],
  );
});

Deno.test("omop: a row of a visit that is missing counts by its day, and is noted", async () => {
  const tables = {
    ...hospital,
    "condition_occurrence.csv": conditions + "6,2,201826,2020-05-01,,77,,\n" +
      "7,2,201826,2020-06-01,,0,,\n8,2,201826,2020-06-01,,NULL,,\n",
  };
  const { cohort, said } = await preparedFrom("omop", tables, { tables: ["conditions"] });
  assertEquals(codesOf(cohort, 1), [
    ["OMOP//201826", "OMOP//320128"],
    ["OMOP//201826"],
    ["OMOP//201826"],
  ]);
  assertEquals(said.slice(-3), [
    "1 visits end before they begin (first: visit_occurrence_id -12)",
    "1 rows of condition_occurrence are of a visit that is not in visit_occurrence; their days are " +
    "visits (first: row 7, visit 77)",
    "1 spellings of NULL were taken as empty (first: visit_occurrence_id NULL)",
  ]);
});

Deno.test("omop: race is the standard concept, by the table of concepts or the source's words", async () => {
  const person = "person_id,gender_concept_id,year_of_birth,race_concept_id,race_source_value\n" +
    "1,0,1950,8527,weiss\n2,0,1960,38003574,\n3,0,1970,0,Hmong \n4,0,1970,2000000001,UNKNOWN\n" +
    "5,0,1970,8552,Unknown\n";
  const races = async (concepts: string) => {
    const tables = {
      "person.csv": person,
      "VISIT_OCCURRENCE.csv.gz": visits,
      "condition_occurrence.csv": conditions,
      "CONCEPT.csv": concepts,
    };
    const { cohort } = await preparedFrom("omop", tables);
    return raceNamesOf(cohort.demographics?.races, 5);
  };
  const [header] = concept.split("\n", 1);
  const asian = "38003574\tAsian Indian\tRace\tRace\tRace\tS\t2.01\n";
  assertEquals(await races(`${header}\n${asian}`), ["White", "Asian Indian", "Hmong", "", ""]);
  assertEquals(await races(`${header}\n`), ["White", "concept 38003574", "Hmong", "", ""]);
});

import { raceNamesOf } from "ehrloom/cohort/races.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { prepare, type Quality } from "ehrloom";
import { inFolder } from "../../../folder.ts";
import { assertBadRow, codesOf, preparedFrom, type Tables, writeTables } from "../prepared.ts";

type Json = Record<string, unknown>;

/** A resource a line. */
const ndjson = (...resources: Json[]) =>
  resources.map((one) => JSON.stringify(one) + "\n").join("");

const of = (patient: string, encounter?: string) => ({
  subject: { reference: `Patient/${patient}` },
  ...encounter !== undefined && { encounter: { reference: `Encounter/${encounter}` } },
});
const snomed = (code: string, display?: string) => ({
  coding: [{ system: "http://snomed.info/sct", code, ...display !== undefined && { display } }],
});
const loinc = (code: string) => ({ coding: [{ system: "http://loinc.org", code }] });
const encounter = (id: string, patient: string, start: string, more: Json = {}): Json => ({
  resourceType: "Encounter",
  id,
  status: "finished",
  ...of(patient),
  period: { start, end: start },
  ...more,
});
const condition = (code: Json, more: Json): Json => ({ resourceType: "Condition", code, ...more });
const observation = (code: string, more: Json): Json => ({
  resourceType: "Observation",
  status: "final",
  code: loinc(code),
  ...more,
});

const anna = { resourceType: "Patient", id: "a", birthDate: "1950", gender: "female" };
const ben = { resourceType: "Patient", id: "b", birthDate: "1960-02-03", gender: "male" };

/** A bulk export whose files come in the order of their names: encounters before patients. */
const exported: Tables = {
  "Encounter.ndjson": ndjson(
    encounter("a2", "a", "2020-03-01T10:00:00Z"),
    encounter("a1", "a", "2020-01-01T10:00:00+02:00"),
    encounter("b1", "b", "2021-01-01T00:00:00Z"),
  ),
  "Patient.000.ndjson": ndjson(anna),
  "Patient.001.ndjson.gz": ndjson(ben),
  "Condition.ndjson": ndjson(
    condition(snomed("44054006", "Diabetes"), of("a", "a1")),
    condition(snomed("59621000", "Hypertension"), of("a", "a2")),
    condition(snomed("44054006", "Diabetes, again"), of("b", "b1")),
  ),
};

Deno.test("fhir reads a bulk export, whatever the order of its files", async () => {
  const { cohort, said } = await preparedFrom("fhir", exported);
  assertEquals(said, []);
  assertEquals(codesOf(cohort, 0), [["SNOMED-CT//44054006"], ["SNOMED-CT//59621000"]]);
  assertEquals(codesOf(cohort, 1), [["SNOMED-CT//44054006"]]);
  assertEquals(cohort.vocabulary.descriptions, ["Diabetes", "Hypertension"]);
  const day = (text: string) => Date.parse(text) / 86_400_000;
  assertEquals([...cohort.startDays], [day("2020-01-01T08:00Z"), day("2021-01-01")]);
  assertEquals(cohort.gapDays[1], 60 + 2 / 24);
  assertEquals([...cohort.demographics?.birthDays ?? []], [day("1950-01-01"), day("1960-02-03")]);
  assertEquals([...cohort.demographics?.sexes ?? []], [1, 2]);
});

Deno.test("fhir reads bundles as it reads a bulk export, with references by fullUrl", async () => {
  const uuid = (name: string) => `urn:uuid:0000-${name}`;
  const bundle = (name: string, ...resources: Json[]) =>
    JSON.stringify({
      resourceType: "Bundle",
      type: "transaction",
      entry: resources.map((resource, i) => ({ fullUrl: uuid(`${name}${i}`), resource })),
    });
  const refer = (patient: string, encounter: string) => ({
    subject: { reference: uuid(patient) },
    encounter: { reference: uuid(encounter) },
  });
  const { cohort } = await preparedFrom("fhir", {
    "b.json.gz": bundle(
      "b",
      condition(snomed("44054006", "Diabetes, again"), refer("b1", "b2")),
      ben,
      { ...encounter("b1", "b", "2021-01-01T00:00:00Z"), subject: { reference: uuid("b1") } },
    ),
    "a.json": bundle(
      "a",
      anna,
      { ...encounter("x", "a", "2020-01-01T08:00:00Z"), id: undefined },
      condition(snomed("44054006", "Diabetes"), refer("a0", "a1")),
      encounter("a2", "a", "2020-03-01T10:00:00Z"),
      condition(snomed("59621000", "Hypertension"), of("a", "a2")),
    ),
  });
  assertEquals(cohort, (await preparedFrom("fhir", exported)).cohort);
});

Deno.test("fhir takes the first coding of a known system, else any, else the words; dots as in books", async () => {
  const local = { system: "http://hospital.example/codes", code: "77" };
  const icd = { system: "http://hl7.org/fhir/sid/icd-10-cm", code: "E119" };
  const { cohort, said } = await preparedFrom("fhir", {
    ...exported,
    "Condition.ndjson": ndjson(
      condition({ coding: [local, icd], text: "Diabetes" }, of("a", "a1")),
      condition({ coding: [local] }, of("a", "a2")),
      condition({ text: "odd" }, of("b", "b1")),
      condition({ coding: [{ code: "1" }] }, of("b", "b1")),
    ),
  });
  assertEquals(codesOf(cohort, 0), [["ICD10CM//E11.9"], ["http://hospital.example/codes//77"]]);
  assertEquals(codesOf(cohort, 1), [["SOURCE//odd"]]);
  assertEquals(cohort.vocabulary.descriptions, [
    "Diabetes",
    "odd",
    "http://hospital.example/codes//77",
  ]);
  assertEquals(said, [
    "left out: 1 Condition resources without a code (first: Condition.ndjson line 4)",
  ]);
});

Deno.test("fhir reads prescriptions with their medicine beside or within, procedures, vaccines", async () => {
  const rxnorm = (code: string) => ({
    coding: [{ system: "http://www.nlm.nih.gov/research/umls/rxnorm", code }],
  });
  const request = (more: Json): Json => ({
    resourceType: "MedicationRequest",
    status: "completed",
    ...of("a", "a1"),
    ...more,
  });
  const { cohort, said } = await preparedFrom("fhir", {
    ...exported,
    "MedicationRequest.ndjson": ndjson(
      request({ medicationCodeableConcept: rxnorm("1") }),
      request({ medicationReference: { reference: "Medication/m" } }),
      request({
        contained: [{ resourceType: "Medication", id: "c", code: rxnorm("3") }],
        medicationReference: { reference: "#c" },
      }),
      request({ medicationReference: { reference: "Medication/none", display: "Aspirin" } }),
      request({ medicationReference: { reference: "Medication/none" } }),
      request({ medicationCodeableConcept: rxnorm("6"), doNotPerform: true }),
    ),
    "Medication.ndjson": ndjson({ resourceType: "Medication", id: "m", code: rxnorm("2") }),
    "Procedure.ndjson": ndjson({
      resourceType: "Procedure",
      status: "completed",
      code: snomed("430193006"),
      ...of("a", "a2"),
    }, { resourceType: "Procedure", status: "not-done", code: snomed("1"), ...of("a", "a2") }),
    "Immunization.ndjson": ndjson({
      resourceType: "Immunization",
      status: "completed",
      patient: { reference: "Patient/b" },
      encounter: { reference: "Encounter/b1" },
      vaccineCode: { coding: [{ system: "http://hl7.org/fhir/sid/cvx", code: "140" }] },
    }),
    "Claim.ndjson": ndjson({ resourceType: "Claim" }, { id: "x", resourceType: "Claim" }),
  });
  assertEquals(codesOf(cohort, 0), [
    ["RxNorm//1", "RxNorm//2", "RxNorm//3", "SNOMED-CT//44054006", "SOURCE//Aspirin"],
    ["SNOMED-CT//430193006", "SNOMED-CT//59621000"],
  ]);
  assertEquals(codesOf(cohort, 1), [["CVX//140", "SNOMED-CT//44054006"]]);
  assertEquals(said, [
    "left out: 1 MedicationRequest resources without a code " +
    "(first: MedicationRequest.ndjson line 5)",
    "left out: 1 MedicationRequest resources with the status do-not-perform " +
    "(first: MedicationRequest.ndjson line 6)",
    "left out: 1 Procedure resources with the status not-done (first: Procedure.ndjson line 2)",
    "left out: resources of types that are not read: 2 Claim",
  ]);
});

Deno.test("fhir makes a visit by its day of what is in no encounter, and says what has no day", async () => {
  const { cohort, said } = await preparedFrom("fhir", {
    ...exported,
    "Encounter.ndjson": ndjson(
      encounter("a1", "a", "2020-01-01T10:00:00Z"),
      encounter("a2", "a", "2020"),
      encounter("a3", "a", "2020-01-01T10:00:00Z", { status: "cancelled" }),
      encounter("b1", "b", "2021-01-01"),
    ),
    "Condition.ndjson": ndjson(
      condition(snomed("1"), of("a", "a1")),
      condition(snomed("2"), { ...of("a"), onsetDateTime: "2020-02-01T23:00:00-05:00" }),
      condition(snomed("3"), { ...of("a", "a2"), recordedDate: "2020-02-01" }),
      condition(snomed("4"), { ...of("a"), onsetDateTime: "2020-02" }),
      condition(snomed("5"), of("a")),
      condition(snomed("6"), of("a", "a3")),
      condition(snomed("7"), { encounter: { reference: "Encounter/b1" } }),
      condition(snomed("8"), { subject: { reference: "Group/b" }, recordedDate: "2020-01-01" }),
      condition(snomed("9"), {
        ...of("a", "a1"),
        verificationStatus: { coding: [{ code: "entered-in-error" }] },
      }),
    ),
  });
  const names = (...codes: number[]) => codes.map((code) => `SNOMED-CT//${code}`);
  assertEquals(codesOf(cohort, 0), [names(1), names(2, 3)]);
  assertEquals(codesOf(cohort, 1), [names(7)]);
  assertEquals(cohort.gapDays[1], 31 - 10 / 24);
  const first = (line: number, file = "Condition") => `(first: ${file}.ndjson line ${line})`;
  assertEquals(said, [
    "left out: 1 Encounter resources without a day: what was recorded in them is a visit by its " +
    `own day ${first(2, "Encounter")}`,
    `left out: 1 Encounter resources with the status cancelled ${first(3, "Encounter")}`,
    `left out: 1 Condition resources outside encounters whose date has no day ${first(4)}`,
    `left out: 1 Condition resources with neither an encounter nor a date ${first(5)}`,
    `left out: 1 Condition resources in an encounter that is left out ${first(6)}`,
    `left out: 1 Condition resources of no patient ${first(8)}`,
    `left out: 1 Condition resources with the status entered-in-error ${first(9)}`,
    "1 days without a time of day were taken as midnight UTC (first: period.start 2021-01-01)",
  ]);
});

Deno.test("fhir makes a visit of each day where there are no encounters at all", async () => {
  const { cohort } = await preparedFrom("fhir", {
    "Patient.ndjson": ndjson(anna),
    "Condition.ndjson": ndjson(
      condition(snomed("1"), { ...of("a", "a1"), onsetDateTime: "2020-02-02T09:00:00Z" }),
      condition(snomed("2"), { ...of("a", "a1"), onsetDateTime: "2020-02-02T10:00:00Z" }),
      condition(snomed("3"), { ...of("a", "a1"), recordedDate: "2020-02-03" }),
    ),
  });
  assertEquals(codesOf(cohort, 0), [
    ["SNOMED-CT//1", "SNOMED-CT//2"],
    ["SNOMED-CT//3"],
  ]);
});

const kg = { unit: "kg", code: "kg" };
const measured: Tables = {
  ...exported,
  "Observation.ndjson": ndjson(
    observation("29463-7", {
      ...of("a", "a1"),
      effectiveDateTime: "2020-01-01T12:00:00Z",
      valueQuantity: { value: 71, ...kg },
    }),
    observation("29463-7", {
      ...of("a", "a1"),
      effectiveDateTime: "2020-01-01T09:00:00Z",
      valueQuantity: { value: 70, ...kg },
    }),
    observation("29463-7", {
      ...of("b", "b1"),
      valueQuantity: { value: 150, unit: "lb" },
    }),
    observation("85354-9", {
      ...of("a", "a2"),
      component: [
        { code: loinc("8480-6"), valueQuantity: { value: 120, comparator: ">" } },
        { code: loinc("8462-4"), valueQuantity: { unit: "mm[Hg]" } },
      ],
    }),
    observation("72166-2", {
      ...of("b", "b1"),
      effectivePeriod: { start: "2021" },
      valueCodeableConcept: snomed("8517006", "Ex-smoker"),
    }),
    observation("1", { ...of("b", "b1"), valueBoolean: true }),
    observation("2", { ...of("b", "b1"), valueString: " 7.5 " }),
    observation("3", { ...of("b", "b1"), valueString: "words" }),
    observation("4", { ...of("b", "b1"), valueInteger: 3, status: "registered" }),
    observation("5", {
      ...of("b"),
      effectiveInstant: "2021-02-01T10:00:00Z",
      valueInteger: 3,
    }),
  ),
};
const withValues = { tables: ["observations"] };

/** The values of a cohort by code, in the order of its events. */
function valuesOf({ cohort }: Awaited<ReturnType<typeof preparedFrom>>): [string, number][] {
  return Array.from(
    cohort.codes,
    (code, i) => [cohort.vocabulary.codes[code], cohort.values?.[i] ?? NaN],
  );
}

Deno.test("fhir reads numbers with units, parts of observations, and answers", async () => {
  const prepared = await preparedFrom("fhir", measured, withValues);
  assertEquals(valuesOf(prepared), [
    ["LOINC//29463-7", 71],
    ["LOINC//8480-6", 120],
    ["LOINC//1//true", NaN],
    ["LOINC//2", 7.5],
    ["LOINC//29463-7//lb", 150],
    ["LOINC//3//words", NaN],
    ["LOINC//72166-2//Ex-smoker", NaN],
    ["LOINC//5", 3],
  ]);
  assertEquals([...prepared.cohort.visitOffsets], [0, 2, 4]);
  assertEquals(prepared.said, [
    "left out: 1 Observation resources or parts of them without a number, a code or words " +
    "(first: Observation.ndjson line 4)",
    "left out: 1 Observation resources with the status registered " +
    "(first: Observation.ndjson line 9)",
    "left out: resources that --tables does not name: 3 Condition",
    '1 values with ">" were taken as the number behind it (first: Observation.ndjson line 4)',
    "left out: 1 values that a later value of the same code and visit replaced",
  ]);
});

Deno.test("fhir --time-series makes visits of the times within an encounter", async () => {
  const prepared = await preparedFrom("fhir", measured, { ...withValues, timeSeries: true });
  assertEquals(valuesOf(prepared).slice(0, 2), [
    ["LOINC//29463-7", 70],
    ["LOINC//29463-7", 71],
  ]);
  assertEquals([...prepared.cohort.visitOffsets], [0, 3, 5]);
});

Deno.test("fhir puts a death into the encounter in which it was, and says which have no day", async () => {
  const dead = (id: string, more: Json) => ({ resourceType: "Patient", id, ...more });
  const { cohort, said } = await preparedFrom("fhir", {
    ...exported,
    "Patient.000.ndjson": ndjson(
      { ...anna, deceasedDateTime: "2020-03-01" },
      dead("c", { deceasedBoolean: true }),
      dead("d", { deceasedDateTime: "2020-05" }),
      dead("e", { deceasedBoolean: false }),
      dead("f", { deceasedDateTime: "2022-05-06T07:08:09Z" }),
      { ...anna, birthDate: "1900" },
    ),
  });
  assertEquals(codesOf(cohort, 0)[1], ["MEDS_DEATH", "SNOMED-CT//59621000"]);
  assertEquals([1, 2, 3, 4].map((record) => codesOf(cohort, record)), [[], [], [], [[
    "MEDS_DEATH",
  ]]]);
  assertEquals(said, [
    "left out: 2 deaths of patients whose day is not known (first: Patient.000.ndjson line 2)",
    "left out: 1 Patient resources whose id another one has (first: Patient.000.ndjson line 6)",
  ]);
});

const line = (text: string) => text + "\n";
const unusable: Record<string, readonly [file: string, bad: string, wanted: string]> = {
  "a line that is cut off": [
    "Condition.ndjson",
    '{"resourceType":"Condition","code":{"cod',
    'Condition.ndjson" line 4: it is no JSON (',
  ],
  "a line that is cut off before its type": [
    "Condition.ndjson",
    '{"id":"x","reso',
    'Condition.ndjson" line 4: it is no JSON (',
  ],
  "a line that is no object": [
    "Condition.ndjson",
    "[1]",
    'Condition.ndjson" line 4: it is no resource of FHIR: it must be an object',
  ],
  "a field of another type": [
    "Condition.ndjson",
    JSON.stringify(condition({ coding: "E11" }, of("a", "a1"))),
    'Condition.ndjson" line 4: code.coding is "E11", must be a list',
  ],
  "an encounter that is not there": [
    "Condition.ndjson",
    JSON.stringify(condition(snomed("1"), of("a", "a9"))),
    'Condition.ndjson" line 4: encounter "a9" is not in the Encounter resources',
  ],
  "an encounter of another patient": [
    "Condition.ndjson",
    JSON.stringify(condition(snomed("1"), of("b", "a1"))),
    'Condition.ndjson" line 4: encounter "a1" is not of patient "b"',
  ],
  "a day that does not exist": [
    "Condition.ndjson",
    JSON.stringify(condition(snomed("1"), { ...of("a"), onsetDateTime: "2020-02-30" })),
    'Condition.ndjson" line 4: the date is "2020-02-30", must be a day such as 2020-12-31',
  ],
  "a patient who is not there": [
    "Encounter.ndjson",
    JSON.stringify(encounter("x", "y", "2020-01-01T00:00:00Z")),
    'Encounter.ndjson line 4: encounter "x" is of patient "y", who is in no Patient resource',
  ],
  "a bundle that is cut off": ["bundle.json", '{"resourceType":"Bundle","entry":[', "is no JSON"],
};

for (const [what, [file, bad, wanted]] of Object.entries(unusable)) {
  Deno.test(`fhir names file and line of ${what}, or skips it`, () =>
    assertBadRow("fhir", exported, { [file]: (exported[file] ?? "") + line(bad) }, wanted));
}

Deno.test("fhir says that a folder has no files of FHIR, or no patients", async () => {
  const none = await assertRejects(
    () => preparedFrom("fhir", { "a.csv": "x\n1\n" }),
    Deno.errors.NotFound,
  );
  assertStringIncludes(none.message, "it has no files that end in .ndjson or .json");
  const { "Patient.000.ndjson": _, "Patient.001.ndjson.gz": __, ...others } = exported;
  const empty = await assertRejects(() => preparedFrom("fhir", others), SyntaxError);
  assert(empty.message.endsWith("it has no Patient resources"));
});

Deno.test("fhir counts what becomes of the resources of each type", () =>
  inFolder(async (folder) => {
    await writeTables(folder, {
      ...exported,
      "Condition.ndjson": exported["Condition.ndjson"] + ndjson(
        condition({}, of("a", "a1")),
        condition(snomed("1", "of nobody"), of("c", "a1")),
      ),
    });
    const found: Quality[] = [];
    await prepare("fhir", folder, {
      onBadRow: () => {},
      onQuality: (quality) => found.push(quality),
    });
    const none = { bad: [], left_out: [], noted: [], columns: [] };
    const [{ tables = [] }] = found;
    assertEquals(tables.slice(0, 2), [
      { table: "Encounter", rows: 3, used: 3, ...none },
      { table: "Patient", rows: 2, used: 2, ...none },
    ]);
    const [{ left_out, bad, ...conditions }] = tables.slice(2);
    assertEquals(conditions, { table: "Condition", rows: 5, used: 3, noted: [], columns: [] });
    assertEquals(left_out, [{ why: "without a code", count: 1, rows: [4] }]);
    assertEquals(bad.map(({ count, rows }) => [count, ...rows]), [[1, 5]]);
  }));

Deno.test("fhir: race is that of US Core's extension, by category or else in words", async () => {
  const us = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-";
  const category = (display: string) => ({
    url: "ombCategory",
    valueCoding: { system: "urn:oid:2.16.840.1.113883.6.238", code: "x", display },
  });
  const text = (words: string) => ({ url: "text", valueString: words });
  const of = (resource: Json, ...extension: Json[]) => ({
    ...resource,
    extension: [
      { url: `${us}ethnicity`, extension: [text("Not Hispanic or Latino")] },
      { url: `${us}birthsex`, valueCode: "F" },
      { url: `${us}race`, extension },
    ],
  });
  const { cohort, said } = await preparedFrom("fhir", {
    ...exported,
    "Patient.000.ndjson": ndjson(of(anna, category("Asian"), category("White"), text("Mixed"))),
    "Patient.001.ndjson.gz": ndjson(of(ben, category("Unknown"), text("Maori"))),
  });
  assertEquals(raceNamesOf(cohort.demographics?.races, 2), ["Asian", "Maori"]);
  assertEquals(said, [
    "left out: other races of 1 patients who have several: the most frequent one stays",
  ]);
});

/** Synthea's tables as its versions and the tools between wrote them: the same cohort of all. */
import { assertEquals, assertRejects } from "@std/assert";
import type { Cohort } from "ehrloom";
import { readSynthea, type SyntheaOptions } from "ehrloom/cohort/sources/synthea/synthea.ts";
import { inFolder } from "../../../folder.ts";

type Tables = Readonly<Record<string, string | null>>;

const usual: Tables = {
  patients: "Id,BIRTHDATE,GENDER\np1,1990-01-01,F\np2,1991-02-03,M\n",
  encounters: "Id,START,PATIENT\ne1,2020-01-01T10:15:00Z,p1\ne2,2020-03-01T12:30:00Z,p1\n" +
    "e3,2020-01-01T23:00:00Z,p2\n",
  conditions: "START,PATIENT,ENCOUNTER,SYSTEM,CODE,DESCRIPTION\n" +
    "2020-01-01,p1,e1,SNOMED-CT,59621000,Hypertension\n2020-03-01,p1,e2,SNOMED-CT,44054006,Diabetes\n",
  medications: "PATIENT,ENCOUNTER,CODE,DESCRIPTION\np2,e3,312617,predniSONE\n",
  procedures: "PATIENT,ENCOUNTER,SYSTEM,CODE,DESCRIPTION\np1,e1,SNOMED-CT,430193006,Review\n",
  observations: "DATE,PATIENT,ENCOUNTER,CODE,DESCRIPTION,VALUE,UNITS,TYPE\n" +
    "2020-01-01T10:15:00Z,p1,e1,8302-2,Body Height,170.5,cm,numeric\n" +
    "2020-01-01T10:15:00Z,p1,e1,72166-2,Smoker,Never,,text\n",
};
const all = ["conditions", "medications", "procedures", "observations"] as const;

async function read(change: Tables, options: SyntheaOptions = {}) {
  const said: string[] = [];
  let cohort: Cohort | undefined;
  await inFolder(async (folder) => {
    for (const [name, text] of Object.entries({ ...usual, ...change })) {
      if (text !== null) await Deno.writeTextFile(`${folder}/${name}.csv`, text);
    }
    const say = (what: string) => void said.push(what.replaceAll(folder, "FOLDER"));
    cohort = await readSynthea(folder, { tables: all, onLeftOut: say, onNote: say, ...options });
  });
  return { cohort, said };
}

const wanted = (await read({})).cohort;

/** Checks that changed tables give the usual cohort, and what is said of them. */
async function assertSame(change: Tables, saidWanted: readonly string[] = []) {
  const { cohort, said } = await read(change);
  assertEquals(cohort, wanted);
  assertEquals(said, saidWanted);
}

/** The usual table with a text replaced everywhere. */
const edited = (
  name: string,
  ...edits: readonly (readonly [string | RegExp, string])[]
): Tables => ({
  [name]: edits.reduce((text, [from, to]) => text.replaceAll(from, to), usual[name] ?? ""),
});

Deno.test("readSynthea() takes SNOMED CT, RxNorm, LOINC where tables name no system", async () => {
  assertEquals(wanted?.vocabulary.codes, [
    ...["LOINC//72166-2//Never", "LOINC//8302-2", "RxNorm//312617"],
    ...["SNOMED-CT//430193006", "SNOMED-CT//44054006", "SNOMED-CT//59621000"],
  ]);
  await assertSame({
    ...edited("conditions", ["SYSTEM,", ""], ["SNOMED-CT,", ""]),
    ...edited("procedures", ["SYSTEM,", ""], ["SNOMED-CT,", ""]),
  });
});

Deno.test("readSynthea() takes systems by URI for those by name, and other URIs as they stand", async () => {
  const withSystem = (name: string, uri: string) =>
    edited(name, [/(?<=\w)$/gm, `,${uri}`], [/^(.*CODE.*),[^,]*$/gm, "$1,SYSTEM"]);
  for (
    const snomed of [
      "http://snomed.info/sct",
      "https://snomed.info/sct/",
      "http://snomed.info/sct/731000124108/version/20230301",
      "http://snomed.info/sct|20230301",
      "urn:oid:2.16.840.1.113883.6.96",
    ]
  ) await assertSame(edited("conditions", ["SNOMED-CT", snomed]));
  await assertSame({
    ...edited("procedures", ["SNOMED-CT", "http://snomed.info/sct"]),
    ...withSystem("medications", "http://www.nlm.nih.gov/research/umls/rxnorm"),
    ...withSystem("observations", "http://loinc.org"),
  });
  const codes = async (system: string) =>
    (await read(edited("procedures", ["SNOMED-CT", system]))).cohort?.vocabulary.codes[0];
  assertEquals(await codes("http://hl7.org/fhir/sid/icd-10-cm"), "ICD10CM//430193006");
  assertEquals(await codes("http://hl7.org/fhir/sid/icd-9-cm"), "ICD9CM//430193006");
  assertEquals(await codes("http://a.example/sct"), "LOINC//72166-2//Never");
});

Deno.test("readSynthea() reads columns in capital and small letters, and times without seconds", async () => {
  for (const name of ["patients", "encounters"]) {
    await assertSame(edited(name, ["Id,", "ID,"]));
    await assertSame(edited(name, [/^Id.*$/gm, (usual[name] ?? "").split("\n")[0].toLowerCase()]));
  }
  await assertSame(edited("conditions", ["ENCOUNTER", "Encounter"], ["CODE", "Code"]));
  await assertSame(edited("encounters", [":00Z", "Z"], ["START", "DATE"]));
});

Deno.test("readSynthea() takes values for numbers where they are, in observations without TYPE", async () => {
  await assertSame(edited("observations", [/,(TYPE|numeric|text)$/gm, ""]));
  await assertRejects(
    () => read(edited("observations", [",numeric", ","])),
    SyntaxError,
    'TYPE is "", must be numeric or text',
  );
});

Deno.test("readSynthea() reads the tables that are there and says which are not", async () => {
  const { cohort, said } = await read({ procedures: null, observations: null });
  assertEquals(cohort?.vocabulary.codes.length, 3);
  assertEquals(said, [
    'the table procedures: "FOLDER" has no procedures.csv or procedures.csv.gz',
    'the table observations: "FOLDER" has no observations.csv or observations.csv.gz',
  ]);
  const codes = { conditions: null, medications: null, procedures: null };
  assertEquals((await read(codes)).cohort?.visitCount, 1); // with observations
});

Deno.test("readSynthea() refuses a folder without patients, encounters or any chosen table", async () => {
  const { NotFound } = Deno.errors;
  await assertRejects(() => read({ patients: null }), NotFound, "it has no patients.csv");
  await assertRejects(() => read({ encounters: null }), NotFound, "it has no encounters.csv");
  const change = { conditions: null, medications: null };
  await assertRejects(
    () => read(change, { tables: ["conditions", "medications"] }),
    NotFound,
    "it has none of conditions.csv or conditions.csv.gz, medications.csv or medications.csv.gz",
  );
  await assertRejects(
    () => read(change, { visitTables: ["conditions"] }),
    NotFound,
    "it has none of conditions.csv",
  );
});

Deno.test("readSynthea() removes spaces around fields, and says so once", async () => {
  await assertSame(
    {
      ...edited("conditions", ["44054006", " 44054006\u00a0"], ["SNOMED-CT", '"SNOMED-CT "']),
      ...edited("medications", ["p2,", "p2 ,"], ["predniSONE", " predniSONE "]),
      ...edited("encounters", ["START", " START"]),
    },
    ['4 fields had spaces around them, which were removed (first: SYSTEM "SNOMED-CT " of conditions)'],
  );
});

Deno.test("readSynthea() takes the same moment as it may be written, and times without a zone as UTC", async () => {
  await assertSame(edited("encounters", ["T10:15:00Z", " 12:15:00+02:00"], [":00Z", ":00.000Z"]));
  await assertSame(
    edited("encounters", [":00Z", ":00"]),
    ["3 times without a time zone were taken as UTC (first: START 2020-01-01T10:15:00)"],
  );
  const days = await read(edited("encounters", [/T[\d:]+Z/g, ""]));
  assertEquals([...days.cohort?.gapDays ?? []], [0, 60, 0]);
  assertEquals(days.said, [
    "3 days without a time of day were taken as midnight UTC (first: START 2020-01-01)",
  ]);
});

/**
 * Spoils what tasks read: cut short, bytes changed, parts lost or doubled, numbers and texts
 * replaced. Each file is either read or refused by one sentence that names it.
 */
import { assert } from "@std/assert";
import {
  attackByShadows,
  beginJobs,
  compare,
  dossierHtml,
  evaluate,
  jobStates,
  prepare,
  printable,
  type Random,
  random,
  readCodeEmbeddings,
  readCodeGraph,
  readDossierSources,
  readJobList,
  readMeds,
  readPhenotypes,
  readRecordsJson,
  readRules,
  readRun,
  readSynthea,
  readSynthetic,
  readTruth,
  subset,
  train,
  truthOf,
  useBackend,
  vocabulary,
  writeMeds,
} from "ehrloom";
import { basename, join } from "node:path";
import { writeTables } from "../cohort/sources/prepared.ts";
import { writeDatabase, writeParquetFolder } from "../cohort/sources/omop/forms.ts";
import { inFolder } from "../folder.ts";
import { tinyCohort, tinySettings } from "../tiny.ts";
import { copy, effort, filesOf } from "./scenarios.ts";

await useBackend("cpu");

/** What a text may be replaced by where a value stood. */
const values = [
  "null",
  "{}",
  "[]",
  "-1",
  "1e999",
  "2.5",
  '""',
  '"x"',
  "true",
  '"\\u0000\\u001b[2J"',
];

const omopTables = {
  "person.csv": "person_id,gender_concept_id,year_of_birth\n1,8532,1950\n",
  "visit_occurrence.csv": "visit_occurrence_id,person_id,visit_start_date,visit_end_date\n" +
    "-11,1,2020-01-01,2020-01-05\n",
  "condition_occurrence.csv.gz":
    "person_id,condition_concept_id,condition_start_date,visit_occurrence_id\n" +
    "1,201826,2020-01-02,-11\n1,320128,2020-01-02,\n",
  "concept.csv": "concept_id\tconcept_name\tvocabulary_id\tconcept_code\n" +
    "201826\tType 2 diabetes\tSNOMED\t44054006\n",
};

type Spoil = (bytes: Uint8Array<ArrayBuffer>, draws: Random) => Uint8Array<ArrayBuffer>;

const inLatin1 = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);

/** Bytes with the part from one place to another replaced. */
function spliced(bytes: Uint8Array<ArrayBuffer>, from: number, to: number, by: Uint8Array) {
  const whole = new Uint8Array(from + by.length + bytes.length - to);
  whole.set(bytes.subarray(0, from));
  whole.set(by, from);
  whole.set(bytes.subarray(to), from + by.length);
  return whole;
}

const place = (bytes: Uint8Array, draws: Random) => draws.integer(bytes.length + 1);

const spoils: Record<string, Spoil> = {
  "cut short": (bytes, draws) => bytes.slice(0, place(bytes, draws)),
  "a byte changed": (bytes, draws) =>
    bytes.length === 0
      ? bytes
      : bytes.with(draws.integer(bytes.length), draws.integer(256)) as Uint8Array<ArrayBuffer>,
  "a part lost": (bytes, draws) => {
    const [from, to] = [place(bytes, draws), place(bytes, draws)].sort((a, b) => a - b);
    return spliced(bytes, from, to, new Uint8Array());
  },
  "a part doubled": (bytes, draws) => {
    const [from, to] = [place(bytes, draws), place(bytes, draws)].sort((a, b) => a - b);
    return spliced(bytes, to, to, bytes.subarray(from, to));
  },
  "a value replaced": (bytes, draws) => {
    const found = [...inLatin1(bytes).matchAll(/"[^"\n]*"|-?\d+(\.\d+)?/g)];
    if (found.length === 0) return bytes;
    const { 0: old, index } = found[draws.integer(found.length)];
    const value = new TextEncoder().encode(values[draws.integer(values.length)]);
    return spliced(bytes, index, index + old.length, value);
  },
  "control characters put in": (bytes, draws) => {
    const at = place(bytes, draws);
    return spliced(bytes, at, at, new TextEncoder().encode("\x1b]0;\x07\u202e\0\r\n"));
  },
};

/** Words of engines and machines, which tell a user nothing. */
const raw = new RegExp(
  [
    String.raw`os error|is not a function|is not iterable|Cannot read properties|of undefined`,
    String.raw`Invalid (array|typed|string) length|allocation failed|Too many properties`,
    String.raw`TypedArray|DataFrame|Polars|polars|panicked|unwrap|at file:|called .Option`,
    String
      .raw`DuckDB_|Error: |INTERNAL|Unexpected end of input|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]`,
  ].join("|"),
);

/** What is wrong with how a spoilt file was refused; undefined where it was read or refused well. */
async function complaint(read: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) return `${error} was thrown`;
    const message = printable(error.message); // as every task shows it
    if (message.includes("\n")) return `it has several lines: ${message}`;
    if (!message.startsWith("Cannot ")) return `it does not say what cannot be done: ${message}`;
    return raw.test(message) ? `it shows what is behind: ${message}` : undefined;
  }
}

/** What is read: files that `make` writes, and the reader. */
interface Source {
  readonly make: (folder: string) => Promise<void>;
  readonly read: (folder: string) => Promise<unknown>;
}

const json = (name: string, value: unknown) => (folder: string) =>
  Deno.writeTextFile(join(folder, name), JSON.stringify(value, null, 1));

const known = vocabulary(["ICD10CM//E11.9", "ICD10CM//I10", "code 3"]);

const small = tinyCohort(12);
const tiny = { settings: { ...tinySettings, width: 4 }, epochs: 2, batch: 6 };

const sources: Record<string, Source> = {
  "Synthea's tables": {
    async make(folder) {
      const tables = {
        patients: "Id,BIRTHDATE,GENDER\np1,1950-02-03,M\np2,1960-04-05,F\n",
        encounters: "Id,START,STOP,PATIENT,DESCRIPTION\n" +
          "e1,2010-01-01T10:00:00Z,2010-01-01T11:00:00Z,p1,visit\n" +
          'e2,2011-01-01T10:00:00Z,2011-01-01T11:00:00Z,p2,"a, ""b"""\n',
        conditions: "START,STOP,PATIENT,ENCOUNTER,SYSTEM,CODE,DESCRIPTION\n" +
          "2010-01-01,,p1,e1,http://snomed.info/sct,44054006,Diabetes\n" +
          "2011-01-01,,p2,e2,http://snomed.info/sct,59621000,Hypertension\n",
      };
      for (const [name, text] of Object.entries(tables)) {
        await Deno.writeTextFile(join(folder, `${name}.csv`), text);
      }
    },
    read: (folder) => readSynthea(folder, { tables: ["conditions"] }),
  },
  "the truth of a simulated cohort": {
    make: json("truth.json", truthOf({ codes: 8, topics: 2, labels: 1, codesMean: 2 })),
    read: readTruth,
  },
  "a long CSV table": {
    make: (folder) =>
      Deno.writeTextFile(
        join(folder, "events.csv"),
        "subject;time;visit;code;value;unit;sex;birth\n" +
          'a;2020-01-01;1;I10;;;F;1950\na;2020-01-01 10:00;1;"HBA1C";6.5;%;;\n' +
          "b;2021-05-05T10:00:00Z;2;E11.9;NULL;;M;1960-02-03\n",
      ),
    read: (folder) => prepare("csv", join(folder, "events.csv")),
  },
  "a wide CSV table": {
    make: (folder) =>
      Deno.writeTextFile(
        join(folder, "wide.csv"),
        "subject,diabetes,hba1c,smoker\na,1,6.5,never\nb,0,5,former\nc,1,,never\n",
      ),
    read: (folder) => prepare("csv", join(folder, "wide.csv"), { values: { wide: true } }),
  },
  "MIMIC-IV's tables": {
    make: (folder) =>
      writeTables(folder, {
        "patients.csv": "subject_id,gender,anchor_age,anchor_year,dod\n10,F,50,2150,2152-01-01\n",
        "admissions.csv.gz": "subject_id,hadm_id,admittime,dischtime,deathtime\n" +
          "10,101,2150-01-01 00:00:00,2150-01-03 00:00:00,\n",
        "diagnoses_icd.csv": "subject_id,hadm_id,icd_code,icd_version\n10,101,25000,9\n",
        "labevents.csv": "subject_id,hadm_id,itemid,charttime,valuenum,valueuom\n" +
          "10,101,50912,2150-01-02 06:00:00,1.2,mg/dL\n",
        "d_labitems.csv": 'itemid,label,fluid\n50912,"Creatinine, serum",Blood\n',
      }),
    read: (folder) =>
      prepare("mimic4", folder, { values: { tables: ["diagnoses", "labs", "deaths"] } }),
  },
  "MIMIC-III's tables": {
    make: (folder) =>
      writeTables(folder, {
        "PATIENTS.csv": "SUBJECT_ID,GENDER,DOB,DOD\n10,F,2100-01-01 00:00:00,2152-01-01 00:00:00\n",
        "ADMISSIONS.csv": "SUBJECT_ID,HADM_ID,ADMITTIME,DISCHTIME,DEATHTIME\n" +
          "10,101,2150-01-01 00:00:00,2150-01-03 00:00:00,\n",
        "DIAGNOSES_ICD.csv.gz": "SUBJECT_ID,HADM_ID,ICD9_CODE\n10,101,25000\n10,101,\n",
      }),
    read: (folder) =>
      prepare("mimic3", folder, { values: { tables: ["diagnoses", "deaths"], haloLabels: true } }),
  },
  "eICU's tables": {
    make: (folder) =>
      writeTables(folder, {
        "patient.csv":
          "patientunitstayid,patienthealthsystemstayid,gender,uniquepid,hospitaladmitoffset," +
          "hospitaldischargeyear,hospitaldischargeoffset,hospitaldischargestatus," +
          "unitdischargestatus\n11,9,Male,001-1,-1440,2014,2880,Alive,Expired\n",
        "diagnosis.csv.gz": "patientunitstayid,diagnosisstring,icd9code\n" +
          '11,endocrine|diabetes,"250.00, E11.9"\n11,other,\n',
        "lab.csv": "patientunitstayid,labresultoffset,labname,labresult,labmeasurenamesystem\n" +
          "11,60,BUN,31.0,mg/dL\n",
      }),
    read: (folder) => prepare("eicu", folder, { values: { tables: ["diagnoses", "labs"] } }),
  },
  "OMOP's tables": {
    make: (folder) => writeTables(folder, omopTables),
    read: (folder) => prepare("omop", folder, { values: { tables: ["conditions"] } }),
  },
  "OMOP in Parquet": {
    async make(folder) {
      await writeParquetFolder(join(folder, "cdm"), omopTables);
      await Deno.remove(join(folder, "cdm-csv"), { recursive: true });
    },
    read: (folder) => prepare("omop", join(folder, "cdm"), { values: { tables: ["conditions"] } }),
  },
  "OMOP in DuckDB": {
    async make(folder) {
      await writeDatabase(join(folder, "cdm.duckdb"), omopTables);
      await Deno.remove(join(folder, "cdm.duckdb-csv"), { recursive: true });
    },
    read: (folder) =>
      prepare("omop", join(folder, "cdm.duckdb"), { values: { tables: ["conditions"] } }),
  },
  "FHIR's files": {
    make: (folder) =>
      writeTables(folder, {
        "Patient.ndjson": '{"resourceType":"Patient","id":"a","birthDate":"1950-02-03"}\n',
        "Encounter.ndjson.gz": '{"resourceType":"Encounter","id":"e","status":"finished",' +
          '"subject":{"reference":"Patient/a"},"period":{"start":"2020-01-01T10:00:00Z"}}\n',
        "others.ndjson": '{"resourceType":"Condition","subject":{"reference":"Patient/a"},' +
          '"encounter":{"reference":"Encounter/e"},"code":{"text":"ill"}}\n',
        "bundle.json": JSON.stringify(
          {
            resourceType: "Bundle",
            entry: [{
              fullUrl: "urn:uuid:o",
              resource: {
                resourceType: "Observation",
                subject: { reference: "Patient/a" },
                effectiveDateTime: "2020-02-03",
                code: { coding: [{ system: "http://loinc.org", code: "8302-2" }] },
                valueQuantity: { value: 171.5, unit: "cm" },
              },
            }],
          },
          null,
          1,
        ),
      }),
    read: (folder) =>
      prepare("fhir", folder, { values: { tables: ["conditions", "observations", "deaths"] } }),
  },
  "DE-SynPUF's tables": {
    make: (folder) =>
      writeTables(folder, {
        "DE1_0_2008_Beneficiary_Summary_File_Sample_1.csv":
          "DESYNPUF_ID,BENE_BIRTH_DT,BENE_DEATH_DT,BENE_SEX_IDENT_CD\nA1,19230501,20080501,1\n",
        "DE1_0_2008_to_2010_Inpatient_Claims_Sample_1.csv.gz":
          "DESYNPUF_ID,CLM_ID,CLM_FROM_DT,CLM_ADMSN_DT,NCH_BENE_DSCHRG_DT,ICD9_DGNS_CD_1\n" +
          "A1,11,20080310,20080310,20080312,4019\n",
        "DE1_0_2008_to_2010_Prescription_Drug_Events_Sample_1.csv":
          "DESYNPUF_ID,PDE_ID,SRVC_DT,PROD_SRVC_ID\nA1,12,20080501,00093010501\n",
      }),
    read: (folder) => prepare("synpuf", folder),
  },
  "records-json": {
    make: json("records.json", {
      vocab: ["a", "b"],
      labels: ["ill"],
      train: [{ id: "1", visits: [[0, 1], [1]], labels: [1] }],
      val: [{ id: 2, visits: [[0]], labels: [0] }],
      test: [{ id: 3, visits: [], labels: [0] }],
    }),
    read: (folder) => readRecordsJson(join(folder, "records.json")),
  },
  "MEDS": {
    async make(folder) {
      await Deno.remove(folder);
      await writeMeds(folder, tinyCohort(6));
    },
    read: readMeds,
  },
  "shards": {
    async make(folder) {
      const asked = "0".repeat(64);
      for (const [i, records] of [[0, 1], [2, 3, 4]].entries()) {
        const shard = { part: i + 1, parts: 2, records: 5, asked };
        await writeMeds(join(folder, String(i + 1)), {
          ...subset(tinyCohort(6), records),
          subjectIds: BigInt64Array.from(records, (record) => BigInt(record + 1)),
        }, { notes: () => ({ seed: 1, cut_off: 0, shard }) });
      }
    },
    read: readSynthetic,
  },
  "a list of jobs": {
    async make(folder) {
      const job = {
        name: "merge",
        task: "merge",
        arguments: ["--out", "out"],
        out: join(folder, "out"),
        done: "metadata/dataset.json",
      };
      await beginJobs(folder, { folder, elements: [{ ...job, out: `${job.out}-1` }], merge: job });
    },
    read: async (folder) => await jobStates(folder, await readJobList(folder)),
  },
  "labels": {
    make: json("labels.json", { diabetes: { ICD10CM: ["E11*", "E10.1"] }, other: { "": ["x"] } }),
    read: (folder) => readPhenotypes(join(folder, "labels.json")),
  },
  "rules": {
    make: json("rules.json", {
      rules: [
        { kind: "sex", sex: "female", codes: ["ICD10CM//*"], note: "only women" },
        { kind: "age", min: 10, max: 55, codes: ["code 3"] },
        { kind: "never-together", within: "visit", codes: ["code 3"], with: ["ICD10CM//I10"] },
      ],
    }),
    read: (folder) => readRules(join(folder, "rules.json"), { vocabulary: known, labelNames: [] }),
  },
  "embeddings": {
    make: json("vectors.json", { model: "tiny", vectors: { I10: [0.5, 1], "E11.9": [-0.25, 2] } }),
    read: (folder) => readCodeEmbeddings(join(folder, "vectors.json")),
  },
  "a hierarchy": {
    make: (folder) =>
      Deno.writeTextFile(
        join(folder, "edges.csv"),
        'parent,child\nI,ICD10CM//I10\nE,ICD10CM//E11.9\n"all, of it",I\n',
      ),
    read: (folder) => readCodeGraph(join(folder, "edges.csv"), known),
  },
  "a run": {
    async make(folder) {
      await train(small, folder, { ...tiny, force: true });
    },
    read: readRun,
  },
  "an audited run": {
    async make(folder) {
      await train(tinyCohort(24), folder, { model: "markov", canaries: 12, force: true });
    },
    read: readRun,
  },
  "a run that is gone on with": {
    async make(folder) {
      await train(small, folder, { ...tiny, force: true });
    },
    read: (folder) => train(small, folder, { resume: true }),
  },
  "what a dossier is made of": {
    async make(folder) {
      const run = await train(small, join(folder, "run"), { model: "markov" });
      const report = await evaluate(small, small, { run, quick: true, resamples: 2 });
      await Deno.mkdir(join(folder, "report"));
      await Deno.writeTextFile(join(folder, "report/report.json"), JSON.stringify(report, null, 1));
      await attackByShadows(run, small, join(folder, "lira"), { shadows: 4 });
      await Deno.remove(join(folder, "lira/shadows"), { recursive: true });
    },
    read: async (folder) => {
      const [run, report, lira] = ["run", "report", "lira"].map((name) => join(folder, name));
      return dossierHtml(await readDossierSources({ run, report, lira }));
    },
  },
  "a comparison": {
    async make(folder) {
      await Deno.remove(folder);
      await compare(small, folder, { models: ["markov"], resamples: 3 });
    },
    read: (folder) => compare(small, folder, { models: ["markov"], resamples: 3 }),
  },
};

const inputsOfEach = 30 * effort;
const seed = 10;

for (const [name, { make, read }] of Object.entries(sources)) {
  Deno.test(`${name}, spoilt ${inputsOfEach} times: read, or refused by a sentence`, () =>
    inFolder(async (folder) => {
      const good = join(folder, "good");
      await Deno.mkdir(good);
      await make(good);
      await read(good);
      const complaints: string[] = [];
      for (let input = 0; input < inputsOfEach; input++) {
        const draws = random(seed, input);
        const spoilt = join(folder, `spoilt-${input}`);
        copy(good, spoilt);
        const files = filesOf(spoilt);
        const file = files[draws.integer(files.length)];
        const kinds = Object.keys(spoils);
        const kind = kinds[draws.integer(kinds.length)];
        await Deno.writeFile(file, spoils[kind](await Deno.readFile(file), draws));
        const wrong = await complaint(() => read(spoilt));
        if (wrong !== undefined) complaints.push(`${input}, ${basename(file)}, ${kind}: ${wrong}`);
        await Deno.remove(spoilt, { recursive: true });
      }
      assert(complaints.length === 0, complaints.join("\n"));
    }));
}

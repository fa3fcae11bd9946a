import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readMeds } from "ehrloom/cohort/meds/read.ts";
import { readQuality } from "ehrloom/cohort/quality.ts";
import { sources } from "ehrloom/cohort/sources/mod.ts";
import { syntheaSample, syntheaSampleFolder } from "ehrloom/cohort/sample.ts";
import { helpOf, taskArguments } from "../tiny.ts";

const root = new URL("../../", import.meta.url).pathname;

async function prepare(...args: string[]) {
  const { code, stderr, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [...taskArguments("prepare"), ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const [lines, result] = [stderr, stdout]
    .map((bytes) => new TextDecoder().decode(bytes).trimEnd().split("\n"));
  return { code, lines, result: result.join("\n") };
}

const files: Record<string, string> = {
  patients: "Id,BIRTHDATE,GENDER\np1,1990-01-01,F\np2,1991-01-01,M\n",
  encounters: "Id,START,PATIENT\ne1,2020-01-01T00:00:00Z,p1\ne2,2020-02-01T00:00:00Z,p2\n",
  conditions: "PATIENT,ENCOUNTER,SYSTEM,CODE,DESCRIPTION\n" +
    "p1,e1,SNOMED-CT,59621000,\"<script>alert('x')</script> & more\"\n",
  medications: "PATIENT,ENCOUNTER,CODE,DESCRIPTION\np2,e2,312617,predniSONE\n",
  procedures: "PATIENT,ENCOUNTER,SYSTEM,CODE,DESCRIPTION\n",
};

/** A folder with `source/` as above, changed, and nothing else. */
async function withSource(
  change: Record<string, string | null>,
  use: (folder: string) => Promise<void>,
) {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/source`);
    for (const [name, text] of Object.entries({ ...files, ...change })) {
      if (text !== null) await Deno.writeTextFile(`${folder}/source/${name}.csv`, text);
    }
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("prepare writes the sample as syntheaSample() gives it, and says what is in it", async () => {
  await withSource({}, async (folder) => {
    const { code, lines, result } = await prepare(
      ...["--from", "synthea", "--input", syntheaSampleFolder, "--out", `${folder}/out`],
      ...["--visits-with", "conditions", "--max-visits", "46", "--min-count", "5"],
      ...["--labels", `${syntheaSampleFolder}/phenotypes.json`],
    );
    assertEquals(code, 0, lines.join("\n"));
    const sample = await syntheaSample();
    assertEquals(await readMeds(`${folder}/out`), sample);
    assertMatch(result, /400 records \(288 train, 32 validation, 80 test\)/);
    assertStringIncludes(result, `${sample.visitCount.toLocaleString("en")} visits`);
    assertStringIncludes(result, "252 codes, 252 of them in the training records");
    assertMatch(result, /label hypertension: \d+ records \(\d+\.\d%\)/);
    assertMatch(
      lines[lines.length - 1],
      /^Next: deno task train --cohort \S+\/out --model halo --out runs\/halo(-\d+)?$/,
    );
  });
});

Deno.test("prepare reads its own folders, keeps their splits, or splits anew by --seed", async () => {
  await withSource({}, async (folder) => {
    const synthea = ["--from", "synthea", "--input", `${folder}/source`];
    assertEquals((await prepare(...synthea, "--out", `${folder}/a`)).code, 0);
    const meds = ["--from", "meds", "--input", `${folder}/a`];
    assertEquals((await prepare(...meds, "--out", `${folder}/b`)).code, 0);
    assertEquals(await readMeds(`${folder}/b`), await readMeds(`${folder}/a`));
    const seeded = new Set<string>();
    for (const seed of ["1", "2", "3", "4", "5"]) {
      const args = [...meds, "--out", `${folder}/c`, "--force", "--seed", seed];
      assertEquals((await prepare(...args)).code, 0);
      seeded.add(String((await readMeds(`${folder}/c`)).splits));
    }
    assertEquals(seeded.size, 2);
  });
});

Deno.test("prepare gives labels by the codes that the source has, before it trims rare ones", async () => {
  const change = {
    encounters: files.encounters + "e3,2020-03-01T00:00:00Z,p2\n",
    conditions: files.conditions + "p2,e3,SNOMED-CT,44054006,diabetes\n",
    medications: files.medications + "p1,e1,312617,predniSONE\n",
  };
  await withSource(change, async (folder) => {
    const phenotypes = {
      hypertension: { "SNOMED-CT": ["59621000"] },
      diabetes: { "SNOMED-CT": ["44054006", "1*"] },
    };
    await Deno.writeTextFile(`${folder}/phenotypes.json`, JSON.stringify(phenotypes));
    const args = ["--from", "synthea", "--input", `${folder}/source`, "--out", `${folder}/out`];
    const labels = ["--labels", `${folder}/phenotypes.json`];
    const { code, lines, result } = await prepare(...args, ...labels, "--min-count", "2");
    assertEquals(code, 0, lines.join("\n"));
    assertStringIncludes(result, "label hypertension: 1 records (50.0%)");
    assertStringIncludes(result, "label diabetes: 1 records (50.0%)");
    assertEquals(lines.filter((line) => line.startsWith("left out")), [
      "left out: code SNOMED-CT//1* of label diabetes: no record has it",
    ]);
    const cohort = await readMeds(`${folder}/out`);
    assertEquals(cohort.vocabulary.codes, ["RxNorm//312617"]);
    assertEquals([...cohort.labels].sort(), [0, 0, 1, 1]);

    const first = await prepare(...args, ...labels, "--max-visits", "1", "--force");
    assertStringIncludes(
      first.lines.join("\n"),
      "code SNOMED-CT//44054006 of label diabetes: 1 record has it, only after its first 1 visits",
    );
    assertStringIncludes(first.result, "label diabetes: 0 records (0.0%); 1 without the cuts");
    const firstCodes = ["RxNorm//312617", "SNOMED-CT//59621000"];
    assertEquals((await readMeds(`${folder}/out`)).vocabulary.codes, firstCodes);

    const all = ["--max-visits", "1", "--label-visits", "all", "--force"];
    const labelled = await prepare(...args, ...labels, ...all);
    assertEquals(labelled.lines.filter((line) => line.startsWith("left out")), [
      "left out: code SNOMED-CT//1* of label diabetes: no record has it",
    ]);
    assertStringIncludes(labelled.result, "label diabetes: 1 records (50.0%)\n");
    const cut = await readMeds(`${folder}/out`);
    assertEquals(cut.vocabulary.codes, firstCodes);
    assertEquals([...cut.labels].sort(), [0, 0, 1, 1]);
    const { labels: counts } = await readQuality(`${folder}/out`) ?? {};
    assertEquals(counts?.map(({ before, after }) => [before, after]), [[1, 1], [1, 1]]);
    const other = await prepare(...args, "--label-visits", "first");
    assertEquals(other.code, 2);
  });
});

Deno.test("prepare says and stores what each option cut, and nothing where nothing is cut", async () => {
  // p2 has a rare code in a second visit, and e4 is an encounter with a medication alone
  const change = {
    encounters: files.encounters +
      "e3,2020-03-01T00:00:00Z,p2\ne4,2020-04-01T00:00:00Z,p1\n",
    conditions: files.conditions +
      "p2,e2,SNOMED-CT,59621000,a\np2,e3,SNOMED-CT,44054006,diabetes\n",
    medications: files.medications + "p1,e4,312617,predniSONE\np1,e4,7,b\n",
  };
  await withSource(change, async (folder) => {
    const phenotypes = { diabetes: { "SNOMED-CT": ["44054006"] } };
    await Deno.writeTextFile(`${folder}/phenotypes.json`, JSON.stringify(phenotypes));
    const args = ["--from", "synthea", "--input", `${folder}/source`, "--out", `${folder}/out`];
    const labels = ["--labels", `${folder}/phenotypes.json`];
    const whole = await prepare(...args, ...labels);
    assertEquals(whole.result.includes(" cut "), false);
    const uncut = await readQuality(`${folder}/out`);
    const all = { patients: 2, visits: 4, events: 6, codes: 4 };
    assertEquals([uncut?.read, uncut?.cuts, uncut?.kept], [all, [], all]);

    const cuts = ["--visits-with", "conditions", "--max-visits", "1", "--min-count", "2"];
    const { code, lines, result } = await prepare(...args, ...labels, ...cuts, "--force");
    assertEquals(code, 0, lines.join("\n"));
    const found = await readQuality(`${folder}/out`);
    assertEquals(found?.read, all);
    assertEquals(found?.cuts, [
      { by: "--visits-with", patients: 1, visits: 1, events: 2, codes: 1 },
      { by: "--max-visits 1", patients: 1, visits: 1, events: 1, codes: 1 },
      { by: "--min-count 2", patients: 1, visits: 0, events: 1, codes: 1 },
    ]);
    assertEquals(found?.kept, { patients: 2, visits: 2, events: 2, codes: 1 });
    assertEquals(found?.labels, [{ label: "diabetes", before: 1, after: 0 }]);
    const few = "in the records of fewer than 10 patients";
    for (
      const line of [
        `--visits-with cut 1 of 4 visits, 2 of 6 events, 1 of 4 codes, ${few}`,
        `--max-visits 1 cut 1 of 4 visits, 1 of 6 events, 1 of 4 codes, ${few}`,
        `--min-count 2 cut 1 of 6 events, 1 of 4 codes, ${few}`,
        "fewer records have diabetes than without the cuts",
      ]
    ) assertStringIncludes(result, line);
  });
});

Deno.test("prepare names the code systems that there are where labels ask for another", async () => {
  await withSource({}, async (folder) => {
    const phenotypes = {
      diabetes: { SNOMED: ["44054006", "1*"] },
      asthma: { SNOMED: ["195967001"], "SNOMED-CT": ["59621000"] },
    };
    await Deno.writeTextFile(`${folder}/phenotypes.json`, JSON.stringify(phenotypes));
    const args = ["--from", "synthea", "--input", `${folder}/source`, "--out", `${folder}/out`];
    const { lines } = await prepare(...args, "--labels", `${folder}/phenotypes.json`);
    assertEquals(lines.filter((line) => line.startsWith("left out")), [
      'left out: all codes with code system "SNOMED", of labels diabetes, asthma: the cohort has ' +
      "no such codes; its code systems are RxNorm, SNOMED-CT",
    ]);
  });
});

Deno.test("prepare names the option for the tables that there are", async () => {
  const observations = "DATE,PATIENT,ENCOUNTER,CODE,DESCRIPTION,VALUE,UNITS,TYPE\n";
  const change = { conditions: null, medications: null, procedures: null, observations };
  await withSource(change, async (folder) => {
    const args = ["--from", "synthea", "--input", `${folder}/source`, "--out", `${folder}/out`];
    const { code, lines } = await prepare(...args);
    assertEquals(code, 1);
    assertMatch(lines[0], /it has none of conditions\.csv .*; use --tables observations$/);
  });
});

Deno.test("prepare keeps markup in a description as plain text", async () => {
  await withSource({}, async (folder) => {
    const args = ["--from", "synthea", "--input", `${folder}/source`, "--out", `${folder}/out`];
    assertEquals((await prepare(...args)).code, 0);
    const { vocabulary } = await readMeds(`${folder}/out`);
    assert(vocabulary.descriptions.includes("<script>alert('x')</script> & more"));
  });
});

Deno.test("prepare refuses a cohort without any visit, and a file instead of its folder", async () => {
  await withSource({}, async (folder) => {
    const to = ["--from", "synthea", "--out", `${folder}/out`, "--input"];
    const empty = await prepare(...to, `${folder}/source`, "--min-count", "100");
    assertEquals(empty.code, 1);
    assertMatch(
      empty.lines[0],
      /none of its \d+ codes is in the records of 100 patients; .*--min-count/,
    );
    const file = await prepare(...to, `${folder}/source/patients.csv`);
    assertEquals(file.code, 1);
    assertMatch(file.lines[0], /patients\.csv": it is a file, must be the folder that holds it$/);
  });
});

Deno.test("prepare --skip-bad-rows counts malformed rows and reads on", async () => {
  const change = {
    medications: files.medications + "p2,e2,1\np2,e9,1,x\np2,e2,197361,amLODIPine\n",
  };
  await withSource(change, async (folder) => {
    const args = ["--from", "synthea", "--input", `${folder}/source`, "--out", `${folder}/out`];
    const { code, lines } = await prepare(...args, "--skip-bad-rows");
    assertEquals(code, 0);
    assertStringIncludes(lines.join("\n"), "2 bad rows skipped");
    assert((await readMeds(`${folder}/out`)).vocabulary.indexOf.has("RxNorm//197361"));
  });
});

Deno.test("prepare says which table is not there, what it read otherwise, and reads --encoding", async () => {
  const change = { procedures: null, encounters: files.encounters.replace(",p2", ", p2") };
  await withSource(change, async (folder) => {
    const args = ["--from", "synthea", "--input", `${folder}/source`, "--out", `${folder}/out`];
    const conditions = "PATIENT,ENCOUNTER,CODE,DESCRIPTION\np1,e1,83901003,Sj\xf6gren\n";
    const latin1 = Uint8Array.from(conditions, (sign) => sign.charCodeAt(0));
    await Deno.writeFile(`${folder}/source/conditions.csv`, latin1);
    const refused = await prepare(...args);
    assertEquals([refused.code, refused.lines.length], [1, 1]);
    assertMatch(
      refused.lines[0],
      /conditions\.csv" row 2: DESCRIPTION is "Sj.gren", which is not UTF-8/,
    );

    const { code, lines } = await prepare(...args, "--encoding", "latin1");
    assertEquals(code, 0, lines.join("\n"));
    assertStringIncludes(lines.join("\n"), "left out: the table procedures: ");
    assertStringIncludes(lines.join("\n"), "note: 1 fields had spaces around them, which were rem");
    assertEquals((await readMeds(`${folder}/out`)).vocabulary.descriptions[1], "Sjögren");
  });
});

Deno.test("prepare says when a few long records will decide time and memory, unless --max-visits is given", async () => {
  const days = Array.from(
    { length: 120 },
    (_, i) => new Date(i * 864e5).toISOString().slice(0, 10),
  );
  const change = {
    encounters: files.encounters + days.map((day, i) => `x${i},${day},p1\n`).join(""),
    medications: files.medications + days.map((_, i) => `p1,x${i},1,a\n`).join(""),
  };
  await withSource(change, async (folder) => {
    const args = ["--from", "synthea", "--input", `${folder}/source`, "--out", `${folder}/out`];
    const advice = ({ lines }: { lines: string[] }) =>
      lines.filter((line) => line.includes("1 of 2"));
    assertEquals(advice(await prepare(...args)), [
      "note: 1 of 2 records have more than 50 visits (longest 121) and will decide the time and " +
      "memory of training; --max-visits 50 keeps 41.8% of visits",
    ]);
    assertEquals(advice(await prepare(...args, "--force", "--max-visits", "110")), []);
  });
});

Deno.test("prepare --tables observations --time-series writes values and says what it left out", async () => {
  const observations = "DATE,PATIENT,ENCOUNTER,CODE,DESCRIPTION,VALUE,UNITS,TYPE\n" +
    "2020-01-01T00:00:00Z,p1,e1,8302-2,Body Height,170,cm,numeric\n" +
    "2020-01-01T06:00:00Z,p1,e1,8302-2,Body Height,171,cm,numeric\n" +
    "2020-01-01T06:00:00Z,p1,,QALY,QALY,1,a,numeric\n";
  await withSource({ observations }, async (folder) => {
    const args = ["--from", "synthea", "--input", `${folder}/source`, "--out", `${folder}/out`];
    const tables = ["--tables", "conditions,observations", "--time-series"];
    const { code, lines, result } = await prepare(...args, ...tables);
    assertEquals(code, 0);
    assertStringIncludes(result, "2 visits, 3 events, 2 of them with a value");
    assertStringIncludes(lines.join("\n"), "left out: 1 rows of observations without an encounter");
    const { values, gapDays, demographics } = await readMeds(`${folder}/out`);
    assertEquals([...values ?? []].sort(), [170, 171, NaN]);
    assertEquals([...gapDays], [0, 0.25]);
    assertEquals([...demographics?.sexes ?? []].sort(), [1, 2]);
  });
});

Deno.test("prepare --help shows each source with its summary, and its options under its name", async () => {
  const help = (await helpOf("prepare")).join("\n");
  const [, own] = help.match(/\nsynthea:\n((?: {2}--.*\n)+)/) ?? [];
  assertEquals(own.match(/--[\w-]+/g)?.filter((option) => own.includes(`\n  ${option}`)), [
    "--visits-with",
    "--time-series",
    "--encoding",
  ]);
  assertMatch(own, /^ {2}--tables A,B +\S.*\(default conditions,medications,procedures\)\n/);
  for (const { name, summary } of sources) {
    assert(
      help.split("\n").some((line) => line.trim().split(/ {2,}/).join() === `${name},${summary}`),
    );
  }
});

const bad: {
  what: string;
  change?: Record<string, string | null>;
  args?: (folder: string) => string[];
  code: 1 | 2;
  wanted: RegExp;
}[] = [
  {
    what: "a missing folder",
    args: (folder) => ["--input", `${folder}/nowhere`],
    code: 1,
    wanted: /Cannot read ".*\/nowhere": no such folder$/,
  },
  {
    what: "a missing file",
    change: { encounters: null },
    code: 1,
    wanted: /Cannot read ".*source": it has no encounters\.csv or encounters\.csv\.gz$/,
  },
  {
    what: "an empty CSV",
    change: { conditions: "" },
    code: 1,
    wanted: /Cannot read ".*conditions\.csv": it is empty/,
  },
  {
    what: "a CSV without a needed column",
    change: { encounters: "Id,PATIENT\n" },
    code: 1,
    wanted: /Cannot read ".*encounters\.csv": it has no column START/,
  },
  {
    what: "a malformed row",
    change: { medications: files.medications + "p2,e2,1\n" },
    code: 1,
    wanted: /Cannot read ".*medications\.csv" row 3: it has 3 fields, the header has 4$/,
  },
  {
    what: "an encounter that no patient owns",
    change: { encounters: files.encounters + "e3,2020-01-01T00:00:00Z,p7\n" },
    code: 1,
    wanted:
      /encounters\.csv" row 4: encounter "e3" is of patient "p7", who is not in patients\.csv/,
  },
  {
    what: "a code that means something else in a cohort folder",
    change: { conditions: files.conditions + "p1,e1,GENDER,F,female\n" },
    code: 1,
    wanted: /Cannot read ".*conditions\.csv" row 3: code "GENDER\/\/F" is a reserved name: MEDS/,
  },
  {
    what: "labels that are missing",
    args: (folder) => ["--labels", `${folder}/labels.json`],
    code: 1,
    wanted: /Cannot read ".*labels\.json": there is no such file$/,
  },
  {
    what: "labels of another shape",
    args: (folder) => ["--labels", `${folder}/source/patients.csv`],
    code: 1,
    wanted: /Cannot read ".*patients\.csv" as JSON/,
  },
  {
    what: "an output that exists",
    args: () => ["--out", "README.md"],
    code: 1,
    wanted: /Cannot write ".*README.md": it exists already; pass --force to replace it$/,
  },
  {
    what: "an output that is a file of the input",
    args: (folder) => ["--out", `${folder}/source/patients.csv`, "--force"],
    code: 1,
    wanted: /Cannot write ".*patients.csv": it is a part of ".*source", which this command reads; /,
  },
  {
    what: "an output folder that is the input",
    args: (folder) => ["--out", `${folder}/source`, "--force"],
    code: 1,
    wanted: /Cannot write ".*source": this command reads it; choose another folder or file/,
  },
  {
    what: "an output folder that cannot be written",
    args: (folder) => ["--out", `${folder}/source/patients.csv/out`],
    code: 1,
    wanted: /Cannot write ".*out": ".*patients.csv" is not a folder$/,
  },
  {
    what: "an unknown format",
    args: () => ["--from", "hl7"],
    code: 2,
    wanted:
      /--from is hl7; known: synthea, records-json, meds, csv, mimic3, mimic4, eicu, omop, fhir, synpuf$/,
  },
  {
    what: "a format named like a member of every object",
    args: () => ["--from", "constructor"],
    code: 2,
    wanted: /--from is constructor; known: /,
  },
  {
    what: "--time-series without observations",
    args: () => ["--time-series"],
    code: 2,
    wanted: /--time-series needs --tables with observations/,
  },
  {
    what: "an unknown table",
    args: () => ["--tables", "conditions,allergies"],
    code: 2,
    wanted:
      /--tables names "allergies"; known: conditions, medications, procedures, observations, deaths$/,
  },
  {
    what: "a table to visit with that is not chosen",
    args: () => ["--tables", "conditions", "--visits-with", "procedures"],
    code: 2,
    wanted: /--visits-with names "procedures", which is not in --tables conditions$/,
  },
  {
    what: "a table of a source that has none",
    args: () => ["--from", "meds", "--tables", "conditions"],
    code: 2,
    wanted:
      /--tables is an option of synthea, mimic3, mimic4, eicu, omop, fhir, synpuf, not of meds$/,
  },
  {
    what: "a switch of another source",
    args: () => ["--from", "records-json", "--time-series"],
    code: 2,
    wanted:
      /--time-series is an option of synthea, mimic3, mimic4, eicu, omop, fhir, not of records-json$/,
  },
  {
    what: "an encoding that there is not",
    args: () => ["--encoding", "utf-99"],
    code: 2,
    wanted: /--encoding is "utf-99", must be an encoding such as utf-8, windows-1252 or utf-16le$/,
  },
  {
    what: "--max-visits 0",
    args: () => ["--max-visits", "0"],
    code: 2,
    wanted: /--max-visits is 0, must be a whole number, at least 1$/,
  },
];

for (const { what, change = {}, args = () => [], code, wanted } of bad) {
  Deno.test(`prepare exits ${code} with one line and writes nothing on ${what}`, async () => {
    await withSource(change, async (folder) => {
      const usual = ["--from", "synthea", "--input", `${folder}/source`, "--out", `${folder}/out`];
      const before = [...Deno.readDirSync(`${folder}/source`)].length;
      const { code: seen, lines } = await prepare(...usual, ...args(folder));
      assertEquals(seen, code, lines.join("\n"));
      assertMatch(lines[0], wanted);
      assertMatch(lines[0], /^error: /);
      assertEquals(lines.slice(1), code === 2 ? ["See deno task prepare --help"] : []);
      assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["source"]);
      assertEquals([...Deno.readDirSync(`${folder}/source`)].length, before);
    });
  });
}

Deno.test("prepare --check shows the quality page, writes nothing, and fails where prepare would", async () => {
  const change = {
    conditions: files.conditions + "p1,e9,SNOMED-CT,44054006,diabetes\n",
  };
  await withSource(change, async (folder) => {
    const args = ["--from", "synthea", "--input", `${folder}/source`, "--out", `${folder}/out`];
    const bad = await prepare(...args, "--check");
    assertEquals(bad.code, 1);
    assertStringIncludes(bad.result, "Not ready: 1 bad rows stop prepare");
    assertStringIncludes(
      bad.result,
      'conditions: 1 bad (row 3): encounter "e9" is not in encounters.csv',
    );
    const skipped = await prepare(...args, "--check", "--skip-bad-rows");
    assertEquals(skipped.code, 0, skipped.lines.join("\n"));
    assertStringIncludes(skipped.result, "Ready: 2 patients, 2 visits, 2 events of 2 codes");
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
    assertEquals(names, ["source"]);

    const { code, result } = await prepare(...args, "--skip-bad-rows", "--check", "--json");
    assertEquals(code, 0);
    const { task, ...shown } = JSON.parse(result);
    assertEquals(task, "prepare");
    await prepare(...args, "--skip-bad-rows");
    assertEquals(shown, await readQuality(`${folder}/out`)); // and so the file fits its schema
  });
  const { code, lines } = await prepare("--from", "synthea", "--input", syntheaSampleFolder);
  assertEquals([code, lines[0]], [2, "error: --out DIR is required"]);
});

Deno.test("prepare --group writes groups with their names and what is above them", async () => {
  await withSource({}, async (folder) => {
    const path = `${folder}/events.csv`;
    await Deno.writeTextFile(
      path,
      "subject,time,code\n" + ["a", "b", "c", "d", "e", "f"]
        .map((id) => `${id},2020-01-01,ICD9CM//250.00\n`).join(""),
    );
    const args = ["--from", "csv", "--input", path, "--out", `${folder}/out`];
    const { code, lines, result } = await prepare(
      ...args,
      ...["--codes", "icd9-to-icd10cm", "--group", "ccsr"],
    );
    assertEquals(code, 0, lines.join("\n"));
    assertStringIncludes(result, "--group ccsr: 1 codes with 6 events became 1");
    const { vocabulary } = await readMeds(`${folder}/out`);
    assertEquals(vocabulary.codes, ["CCSR//END002"]);
    assertEquals(vocabulary.descriptions, [
      "Endocrine, nutritional and metabolic diseases, END002",
    ]);
    assertEquals(vocabulary.parents, [["CCSR//END"]]);
    const other = await prepare(...args, "--group", "css");
    assertEquals(other.code, 2);
    assertStringIncludes(other.lines[0], "--group is css; did you mean ccs");
  });
});

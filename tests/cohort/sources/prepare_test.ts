import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import pl from "nodejs-polars";
import {
  prepare,
  type Quality,
  sources,
  syntheaSample,
  syntheaSampleFolder,
  whichValues,
} from "ehrloom";
import { writeParquet } from "ehrloom/files/parquet_writer.ts";
import { listOption, optionValues, switchOption } from "ehrloom/cohort/sources/source.ts";
import { readPhenotypes } from "ehrloom/cohort/labels.ts";
import { inFolder } from "../../folder.ts";
import { writeTables } from "./prepared.ts";

Deno.test("prepare() makes the sample of its folder", async () => {
  const cohort = await prepare("synthea", syntheaSampleFolder, {
    values: { visitsWith: ["conditions"] },
    phenotypes: await readPhenotypes(`${syntheaSampleFolder}/phenotypes.json`),
    maxVisits: 46,
    minCount: 5,
  });
  assertEquals(cohort, await syntheaSample());
});

Deno.test("prepare() refuses unknown sources and options, and values that do not go together", async () => {
  const rejects = (name: string, values: Record<string, unknown>, wanted: string) =>
    assertRejects(() => prepare(name, syntheaSampleFolder, { values }), RangeError, wanted);
  await rejects(
    "hl7",
    {},
    'Cannot read a source "hl7": there is no such format; known: synthea, records-json, meds, csv, mimic3, mimic4, eicu, omop',
  );
  await rejects(
    "synthea",
    { table: [] },
    'Cannot read synthea: there is no option "table"; known: tables, visitsWith, timeSeries',
  );
  await rejects("meds", { tables: [] }, 'there is no option "tables"; known: none');
  await rejects(
    "synthea",
    { timeSeries: true },
    "--time-series needs --tables with observations",
  );
  await rejects(
    "synthea",
    { tables: ["conditions"], visitsWith: ["procedures"] },
    '--visits-with names "procedures", which is not in --tables conditions',
  );
});

Deno.test("sources have distinct names, and options of one name are all switches or all not", () => {
  assertEquals(new Set(sources.map(({ name }) => name)).size, sources.length);
  const kinds = new Map<string, boolean>();
  for (const { options } of sources) {
    for (const [name, { value }] of Object.entries(options)) {
      assertEquals(kinds.get(name) ?? value === undefined, value === undefined, name);
      kinds.set(name, value === undefined);
    }
  }
});

Deno.test("optionValues() are those given, else the declared ones", () => {
  const options = {
    words: listOption(["a", "b"], { help: "", default: ["a"] }),
    others: listOption(["a", "b"], { help: "", default: undefined }),
    flag: switchOption(""),
  };
  const source = { name: "x", summary: "", options };
  assertEquals(optionValues(source, {}), { words: ["a"], others: undefined, flag: false });
  const given = { words: options.words.parse("b, a"), flag: options.flag.parse("") };
  assertEquals(optionValues(source, given), { words: ["b", "a"], others: undefined, flag: true });
  assertThrows(() => options.words.parse("a,c"), RangeError, 'names "c"; known: a, b');
});

Deno.test("optionValues() reads texts as the command line does, and refuses what is no switch", () => {
  const options = {
    words: listOption(["a", "b"], { help: "", default: ["a"] }),
    flag: switchOption(""),
  };
  const valuesOf = (given: Record<string, unknown>) =>
    optionValues({ name: "x", summary: "", options }, given);
  assertEquals(valuesOf({ words: "b,a" }), { words: ["b", "a"], flag: false });
  assertThrows(
    () => valuesOf({ words: "c" }),
    RangeError,
    'Cannot read x: option "words" names "c"; known: a, b',
  );
  assertThrows(
    () => valuesOf({ flag: "false" }),
    RangeError,
    'Cannot read x: option "flag" is "false", must be true or false',
  );
});

const measured = "subject,visit,time,code,value\n" +
  [["08:00", 5], ["09:00", 9], ["10:00", 2], ["11:00", 7]].map(([time, value]) =>
    `p,v,2020-01-01T${time}:00Z,glucose,${value}\n`
  ).join("") + "p,w,2020-02-01,glucose,\nq,x,2020-01-01,flu,\n";

Deno.test("prepare() keeps the value of a visit that is asked for, of CSV and MEDS, and says so", () =>
  inFolder(async (folder) => {
    await writeTables(folder, { "labs.csv": measured });
    const times = await prepare("csv", `${folder}/labs.csv`, {
      values: { columns: { visit: "time" } },
    });
    const wanted = { last: 7, first: 5, lowest: 2, highest: 9 };
    for (const keep of whichValues) {
      const qualities: Quality[] = [];
      const { values } = await prepare("csv", `${folder}/labs.csv`, {
        keep,
        onQuality: (quality) => qualities.push(quality),
      });
      assertEquals([...values ?? []], [wanted[keep], NaN, NaN]);
      const [{ notes, left_out }] = qualities;
      const note = `of several values of a code in a visit, the ${keep} stays`;
      assertEquals(notes.includes(note), keep !== "last");
      assertEquals(left_out.filter((what) => what.startsWith("3 values")).length, 1);
    }
    assertEquals(times.visitCount, 6);
    const rows = pl.DataFrame({
      subject_id: [1, 1, 1, 1],
      time: [...Array(3).fill(new Date(0)), new Date(1e9)],
      code: ["glucose", "glucose", "glucose", "glucose"],
      numeric_value: [5, 9, 2, 4],
    }).withColumns(pl.col("time").cast(pl.Datetime("us")), pl.col("subject_id").cast(pl.Int64));
    await Deno.mkdir(`${folder}/meds/data`, { recursive: true });
    await writeParquet(`${folder}/meds/data/0.parquet`, rows);
    for (const [keep, value] of [["first", 5], ["highest", 9], ["lowest", 2]] as const) {
      const { values } = await prepare("meds", `${folder}/meds`, { keep, seed: 1 });
      assertEquals([...values ?? []], [value, 4]);
    }
  }));

Deno.test("prepare() knows which values there are to keep", async () => {
  await assertRejects(
    // as a notebook may have it, where nothing checks types
    () => prepare("csv", "labs.csv", JSON.parse('{ "keep": "mean" }')),
    RangeError,
    'prepare() knows no keep "mean"; known: last, first, lowest, highest',
  );
});

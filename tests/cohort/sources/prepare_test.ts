import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { prepare, sources, syntheaSample, syntheaSampleFolder } from "ehrloom";
import { listOption, optionValues, switchOption } from "ehrloom/cohort/sources/source.ts";
import { readPhenotypes } from "ehrloom/cohort/labels.ts";

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

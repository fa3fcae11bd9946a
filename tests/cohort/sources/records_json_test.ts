import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { splitOf } from "ehrloom/cohort/cohort.ts";
import { parseRecordsJson, readRecordsJson } from "ehrloom/cohort/sources/records_json.ts";
import { visitCodes, visitsOf } from "ehrloom/cohort/records.ts";
import { inFolder } from "../../folder.ts";
import { gunzipped, readyRecords } from "../../stored.ts";

const small = {
  vocab: ["C:1", "C:2", "M:3"],
  labels: ["asthma"],
  train: [{ id: "f85392c3", visits: [[2, 0, 2], []], labels: [1] }],
  val: [{ id: 7, visits: [], labels: [0] }],
  test: [{ id: "8", visits: [[1]], labels: [0] }],
};

Deno.test("parseRecordsJson() sorts the codes of a visit and keeps splits, labels, ids", () => {
  const cohort = parseRecordsJson(JSON.stringify(small), "small.json");
  assertEquals([...visitCodes(cohort, 0, 0)], [0, 2]);
  assertEquals([0, 1, 2].map((record) => visitsOf(cohort, record)), [2, 0, 1]);
  assertEquals([...cohort.labels], [1, 0, 0]);
  assertEquals([...cohort.splits ?? []], [0, 1, 2]);
  assertEquals([...cohort.subjectIds.subarray(1)], [7n, 8n]);
  assertEquals(cohort.vocabulary.codes[2], "M:3");
});

for (
  const [what, change, wanted] of [
    ["a missing split", { val: undefined }, `"val" is missing, must be a list of records`],
    ["labels of another kind", { labels: [1] }, `"labels" is [1], must be a list of texts`],
    ["a code twice in vocab", { vocab: ["a", "a", "b"] }, `code "a" appears twice`],
    [
      "a code outside the vocabulary",
      { test: [{ id: 1, visits: [[0], [3]], labels: [0] }] },
      "test record 0 visit 1 has code 3, outside the vocabulary of 3 codes",
    ],
    [
      "a label of 2",
      { test: [{ id: 1, visits: [], labels: [2] }] },
      "test record 0 has labels [2], must be a list of length 1, each 0 or 1",
    ],
    [
      "an id twice",
      { test: [{ id: 7, visits: [], labels: [0] }] },
      "test record 0 has the id 7 of an earlier record",
    ],
    ["a record that is a list", { train: [[]] }, "train record 0 is [], must be an object"],
    ["no id", { train: [{ visits: [], labels: [0] }] }, "train record 0 has the id missing"],
  ] as const
) {
  Deno.test(`parseRecordsJson() names ${what}`, () => {
    const text = JSON.stringify({ ...small, ...change });
    assertThrows(() => parseRecordsJson(text, "small.json"), SyntaxError, wanted);
  });
}

Deno.test("readRecordsJson() names a file that is no JSON, and one that is missing", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, "{");
  await assertRejects(() => readRecordsJson(path), SyntaxError, `Cannot read "${path}" as JSON`);
  await Deno.remove(path);
  await assertRejects(() => readRecordsJson(path), Deno.errors.NotFound, "no such file");
});

Deno.test("readRecordsJson() reads the Synthea records with their split", () =>
  inFolder(async (folder) => {
    const path = `${folder}/records.json`;
    await Deno.writeTextFile(path, gunzipped(readyRecords));
    const cohort = await readRecordsJson(path);
    assertEquals(cohort.vocabulary.codes.length, 859);
    assertEquals(cohort.labelNames.length, 16);
    assertEquals(
      (["train", "validation", "test"] as const).map((name) => splitOf(cohort, name).recordCount),
      [1684, 187, 467],
    );
    assert(cohort.visitCount > 80_000);
  }));

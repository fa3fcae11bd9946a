import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { parsePhenotypes, readPhenotypes, withLabels } from "ehrloom/cohort/labels.ts";
import { cohortOf } from "ehrloom/cohort/records.ts";
import { vocabulary } from "ehrloom/cohort/vocabulary.ts";

const source = cohortOf(
  vocabulary([
    "SNOMED-CT//1",
    "ICD10CM//E11.9",
    "ICD10CM//E11.65",
    "ICD10CM//E1",
    "C:1",
    "RxNorm//1",
  ]),
  ["old"],
  [
    { visits: [[0], [1]], labels: [1] },
    { visits: [[3], []], labels: [1] },
    { visits: [[2, 4]], labels: [1] },
    { visits: [], labels: [1] },
  ],
);

Deno.test("withLabels() takes codes and prefixes of each system and replaces old labels", () => {
  const phenotypes = parsePhenotypes(
    '{"e11": {"ICD10CM": ["E11*"]}, "one": {"SNOMED-CT": ["1"], "": ["C:1"]}}',
    "p.json",
  );
  const labelled = withLabels(source, phenotypes);
  assertEquals(labelled.labelNames, ["e11", "one"]);
  assertEquals([...labelled.labels], [1, 1, 0, 0, 1, 1, 0, 0]);
});

Deno.test("parsePhenotypes() names code systems that are written as URIs, and leaves out spaces", () => {
  const text = '{"a": {" http://snomed.info/sct ": [" 44054006", "73*"]}}';
  assertEquals(parsePhenotypes(text, "p.json"), [
    { label: "a", codes: ["SNOMED-CT//44054006", "SNOMED-CT//73*"] },
  ]);
});

Deno.test("parsePhenotypes() keeps the order of the file, also of names that are numbers", () => {
  const text =
    '{"b": {"S": ["1"]}, "10": {"S": ["1"]}, "9": {"S": ["1"]}, "__proto__": {"S": ["1"]}}';
  assertEquals(
    parsePhenotypes(text, "p.json").map(({ label }) => label),
    ["b", "10", "9", "__proto__"],
  );
});

Deno.test("withLabels() reports each code that no record has, whether the vocabulary knows it", () => {
  const unmatched: string[] = [];
  withLabels(
    source,
    parsePhenotypes('{"a": {"SNOMED-CT": ["1", "2", "3*"], "RxNorm": ["1*"]}}', "p.json"),
    {
      onUnmatched: (label, code) => unmatched.push(`${label} ${code}`),
    },
  );
  assertEquals(unmatched, ["a SNOMED-CT//2", "a SNOMED-CT//3*", "a RxNorm//1*"]);
});

for (
  const [text, wanted] of [
    ["{", 'Cannot read "p.json" as JSON'],
    ["[]", "it defines no label"],
    ["{}", "it defines no label"],
    ['{"a": ["1"]}', 'label "a": it is ["1"], must be code systems'],
    ['{"a": {}}', 'label "a": it is {}, must be code systems'],
    ['{"a": {"S": "1"}}', 'label "a": the codes of "S" are "1", must be a list'],
    ['{"a": {"S": []}}', 'label "a": the list of "S" is empty'],
    ['{"a": {"S": [44054006]}}', 'label "a": the code 44054006 of "S" must be a text'],
    ['{"a": {"S": ["E*1"]}}', 'label "a": the code "E*1" of "S" must be a text'],
    ['{" ": {"S": ["1"]}}', "its name is empty"],
    ['{"a": {"S": ["1"]}, "a": {"S": ["2"]}}', 'line 1: "a" appears twice'],
    ['{"a": {"S": ["1"], "S": ["2"]}}', 'line 1: "S" appears twice'],
  ]
) {
  Deno.test(`parsePhenotypes() refuses ${text}`, () => {
    assertThrows(() => parsePhenotypes(text, "p.json"), SyntaxError, wanted);
  });
}

Deno.test("readPhenotypes() names a file that is missing", async () => {
  await assertRejects(
    () => readPhenotypes("/nowhere.json"),
    Deno.errors.NotFound,
    'Cannot read "/nowhere.json": there is no such file',
  );
});

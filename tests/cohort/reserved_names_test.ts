import { assertEquals, assertThrows } from "@std/assert";
import { parseRecordsJson } from "ehrloom/cohort/sources/records_json.ts";
import { parsePhenotypes } from "ehrloom/cohort/labels.ts";
import { cohortOf } from "ehrloom/cohort/records.ts";
import { demographicOf } from "ehrloom/cohort/reserved_names.ts";
import { vocabulary } from "ehrloom/cohort/vocabulary.ts";

Deno.test("demographicOf() tells births and sexes from codes that only look like them", () => {
  const codes = ["MEDS_BIRTH", "MEDS_BIRTH//home", "GENDER//F", "sex//Male", "MEDS_BIRTHDAY"];
  assertEquals(codes.map(demographicOf), [0, 0, 1, 2, -1]);
  const others = ["Gender/F", "gender/8507", "Gender/8532", "MIMIC_IV_Gender/M", "PATIENT//SEX//F"];
  assertEquals(others.map(demographicOf), [1, 2, 1, 2, 1]);
  assertEquals(demographicOf("SNOMED/184099003"), 0);
  assertEquals(["BABY_SEX/F", "Gender/8", "Gender/8551", "SNOMED/1"].map(demographicOf), [
    ...[-1, -1, -1, -1],
  ]);
  assertEquals(["GENDER//X", "GENDER//FM", "aGENDER//F", "MEDS_DEATH"].map(demographicOf), [
    ...[-1, -1, -1, -1],
  ]);
});

const bad: [codes: string[], descriptions: string[], labels: string[], wanted: string][] = [
  [
    ["a", "MEDS_BIRTH"],
    ["", ""],
    [],
    'code "MEDS_BIRTH" is a reserved name: MEDS uses it for a pat',
  ],
  [["MEDS_BIRTH//x"], [""], [], 'code "MEDS_BIRTH//x" is a reserved name'],
  [["GENDER//F"], [""], [], "MEDS uses it for a patient's sex; rename the code"],
  [["Sex//female"], [""], [], 'code "Sex//female" is a reserved name'],
  [["EHRLOOM//EMPTY_VISIT"], [""], [], "it is used for visits without codes"],
  [["\ud800", "\ud801"], ["", ""], [], "contains half a character (a lone surrogate)"],
  [
    ["a"],
    ["x\udc00"],
    [],
    'the description of the code "a" contains half a character (a lone surrogate)',
  ],
  [
    ["a"],
    [""],
    ["\ud800"],
    "contains half a character (a lone surrogate), which no file can store",
  ],
  [["a"], [""], ["x", "subject_id"], 'label "subject_id" is a reserved name'],
  [["a"], [""], ["x", "y", "x"], 'the label "x" appears twice'],
];

for (const [codes, descriptions, labels, wanted] of bad) {
  const what = JSON.stringify([...codes, ...descriptions.filter(Boolean), ...labels]);
  Deno.test(`cohort() refuses the names ${what}, which would be lost in a folder`, () => {
    const make = () => cohortOf(vocabulary(codes, descriptions), labels, []);
    assertThrows(make, RangeError, wanted);
    if (descriptions.some(Boolean)) return; // the format has none
    const text = JSON.stringify({ vocab: codes, labels, train: [], val: [], test: [] });
    const { message } = assertThrows(() => parseRecordsJson(text, "r.json"), SyntaxError, wanted);
    assertEquals(message.startsWith('Cannot read "r.json": the '), true);
  });
}

for (const label of ["subject_id", "\ud83d"]) {
  Deno.test(`parsePhenotypes() refuses the label ${JSON.stringify(label)}`, () => {
    const text = JSON.stringify({ [label]: { S: ["1"] } });
    const { message } = assertThrows(() => parsePhenotypes(text, "p.json"), SyntaxError);
    assertEquals(message.startsWith(`Cannot read "p.json" label "${label}": its name `), true);
  });
}

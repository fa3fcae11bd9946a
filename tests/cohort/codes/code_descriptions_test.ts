import { assertEquals, assertRejects } from "@std/assert";
import { cohortOf, vocabulary, writeMeds } from "ehrloom";
import {
  codesWithoutDescription,
  readDescriptions,
} from "ehrloom/cohort/codes/code_descriptions.ts";
import { join } from "node:path";
import { inFolder } from "../../folder.ts";

/** Codes, descriptions and labels of a file with the given text, or of what is there. */
async function described(path: string, text?: string) {
  if (text !== undefined) await Deno.writeTextFile(path, text);
  const { vocabulary: { codes, descriptions }, labelNames } = await readDescriptions(path);
  return { codes, descriptions, labelNames };
}

Deno.test("readDescriptions() reads CSV, JSON and cohort folders, and takes codes for missing texts", () =>
  inFolder(async (folder) => {
    const codes = ["I10", "E11.9"];
    const expected = { codes, descriptions: ["Hypertension, essential", "E11.9"] };
    const csv = 'code,parent,description\nI10,I,"Hypertension, essential"\n E11.9\t,E, \n';
    const json = '{"I10": "Hypertension, essential", "E11.9": null}';
    assertEquals(await described(join(folder, "a.csv"), csv), { ...expected, labelNames: [] });
    assertEquals(await described(join(folder, "a.json"), json), { ...expected, labelNames: [] });
    const cohort = cohortOf(vocabulary(codes, expected.descriptions), ["old"], [
      { visits: [[0, 1]], labels: [1] },
    ]);
    await writeMeds(join(folder, "cohort"), cohort);
    assertEquals(await described(join(folder, "cohort")), { ...expected, labelNames: ["old"] });
  }));

Deno.test("readDescriptions() names what is wrong with a file", () =>
  inFolder(async (folder) => {
    for (
      const [name, text, message] of [
        ["a.csv", "code,text\nI10,x\n", "it has no column description; its columns are code, text"],
        ["a.csv", "code,description\nI10,x\n,y\n", "row 3: code is empty"],
        ["a.csv", "code,description\nI10,x\nI10,y\n", 'row 3: code "I10" appears twice'],
        ["a.csv", "code,description\n", "it has no codes"],
        ["a.json", "{", "as JSON: "],
        ["a.json", "[]", "it must be an object {code: description}"],
        ["a.json", "{}", "it has no codes"],
        ["a.json", '{"I10": 7}', 'the description of "I10" must be a text'],
      ]
    ) {
      const error = await assertRejects(
        () => described(join(folder, name), text),
        SyntaxError,
        message,
      );
      assertEquals(error.message.startsWith(`Cannot read "${join(folder, name)}"`), true);
    }
    await assertRejects(
      () => described(join(folder, "none.csv")),
      Deno.errors.NotFound,
      "there is no such file",
    );
  }));

Deno.test("codesWithoutDescription() gives the codes that stand for themselves", () => {
  assertEquals(codesWithoutDescription(vocabulary(["a", "b"], ["A text", "b"])), ["b"]);
});

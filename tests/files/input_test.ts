import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { parsedJson, readText } from "ehrloom/files/input.ts";
import { inFolder } from "../folder.ts";

Deno.test("readText() says which file cannot be read, and why", () =>
  inFolder(async (folder) => {
    await assertRejects(
      () => readText(`${folder}/none`),
      Deno.errors.NotFound,
      `Cannot read "${folder}/none": there is no such file`,
    );
    await assertRejects(() => readText(folder), Error, `Cannot read "${folder}": Is a directory`);
  }));

Deno.test("parsedJson() names the file in one line, whatever the text is", () => {
  const { message } = assertThrows(() => parsedJson("# A title\n\nText", "a.md"), SyntaxError);
  assertEquals(message.startsWith('Cannot read "a.md" as JSON: Unexpected token'), true);
  assertEquals(message.includes("\n"), false);
});

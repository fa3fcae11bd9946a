import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { found, parsedJson, readJson, readText, rootNames } from "ehrloom/files/input.ts";
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

Deno.test("parsedJson() refuses two values of one name, wherever they stand", () => {
  for (
    const [text, line, name] of [
      ['{"a": 1, "b": 2, "a": 3}', 1, "a"],
      ['{"a": 1,\n "\\u0061": 3}', 2, "a"],
      ['[{}, {"x\\\\": {"k": [1]}}, {"y": {"k\\"" : [],\n\n"k\\"": []}}]', 3, 'k"'],
    ] as const
  ) {
    assertThrows(
      () => parsedJson(text, "a.json"),
      SyntaxError,
      `Cannot read "a.json" line ${line}: "${name}" is there already`,
    );
  }
  const fine = '{"a": {"a": ["a", "a", ":"]}, "b": [{"a": "b"}, {"a": "\\\\"}], "": "{\\"a\\": 1"}';
  assertEquals(parsedJson(fine, "a.json"), JSON.parse(fine));
});

Deno.test("parsedJson() refuses lists and objects 101 deep in each other before it parses them", () => {
  const nested = (open: string, close: string, depth: number) =>
    open.repeat(depth) + '"}]"' + close.repeat(depth);
  assertEquals(JSON.stringify(parsedJson(nested("[", "]", 100), "a")), nested("[", "]", 100));
  for (const text of [nested("[", "]", 101), nested('{"a":', "}", 101), "[".repeat(1e6)]) {
    assertThrows(
      () => parsedJson(text, "a.json"),
      SyntaxError,
      'Cannot read "a.json" as JSON: lists and objects stand 101 deep in each other, must be at most',
    );
  }
  const wide = `[${"[],".repeat(200)}${'"[{",'.repeat(200)}"\\""]`;
  assertEquals(parsedJson(wide, "a.json"), JSON.parse(wide));
  assertThrows(() => parsedJson('["[', "a.json"), SyntaxError, 'Cannot read "a.json" as JSON: Unt');
});

Deno.test("readJson() refuses a file of more than 64 MB before it reads it", () =>
  inFolder(async (folder) => {
    const path = `${folder}/plan.json`;
    await Deno.writeTextFile(path, '{"a": 1}');
    assertEquals(await readJson(path), { a: 1 });
    await Deno.truncate(path, 3e12); // a sparse file, which takes no room
    await assertRejects(
      () => readJson(path),
      RangeError,
      `Cannot read "${path}": it has 3000000 MB, must be at most 64 MB`,
    );
  }));

Deno.test("rootNames() gives names in the order of the text, numbers too", () => {
  assertEquals(rootNames('{"b": {"x": 1}, "10": [{"y": 1}], "9": 1, "a": 1}', "a.json"), [
    "b",
    "10",
    "9",
    "a",
  ]);
  assertEquals(rootNames('[{"a": 1}]', "a.json"), []);
});

Deno.test("found() is undefined only where nothing is", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    await Deno.symlink(`${folder}/loop`, `${folder}/loop`);
    assertEquals((await found(folder))?.isDirectory, true);
    assertEquals(await found(`${folder}/none`), undefined);
    assertEquals(await found(`${folder}/file/none`), undefined);
    const long = `${folder}/${"x".repeat(300)}`;
    await assertRejects(() => found(long), Error, `Cannot read "${long}": File name too long`);
    const loop = `${folder}/loop`;
    await assertRejects(() => found(loop), Error, `Cannot read "${loop}": `);
  }));

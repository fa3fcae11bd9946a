import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { found, parsedJson, readText, rootNames } from "ehrloom/files/input.ts";
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

Deno.test("readText() reads UTF-8 with a byte order mark, and names the line of what is not UTF-8", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.json`;
    await Deno.writeTextFile(path, '\ufeff{"é": 1}');
    assertEquals(await readText(path), '{"é": 1}');
    await Deno.writeFile(path, Uint8Array.of(0x41, 10, 0xc3, 0xa9, 10, 0xe9, 10));
    await assertRejects(
      () => readText(path),
      SyntaxError,
      `Cannot read "${path}" line 3: it is no UTF-8; save it as UTF-8`,
    );
    await Deno.writeFile(path, Uint8Array.of(0xff, 0xfe, 0x7b, 0, 0x7d, 0));
    await assertRejects(() => readText(path), SyntaxError, "it is UTF-16LE; save it as UTF-8");
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
      `Cannot read "a.json" line ${line}: "${name}" appears twice`,
    );
  }
  const fine = '{"a": {"a": ["a", "a", ":"]}, "b": [{"a": "b"}, {"a": "\\\\"}], "": "{\\"a\\": 1"}';
  assertEquals(parsedJson(fine, "a.json"), JSON.parse(fine));
});

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

Deno.test("parsedJson() refuses brackets without end before they fill the memory", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  assertThrows(
    () => parsedJson("[".repeat(50_000_000), "a.json"),
    SyntaxError,
    'Cannot read "a.json" as JSON: it has more than 100 nested brackets',
  );
  assertThrows(
    () => parsedJson(nested(101), "a.json"),
    SyntaxError,
    "more than 100 nested brackets",
  );
  parsedJson(nested(100), "a.json");
  const brackets = { ["[[[[".repeat(50)]: '[[[["'.repeat(50) };
  assertEquals(parsedJson(JSON.stringify(brackets), "a.json"), brackets);
  assertThrows(() => parsedJson('["never ends', "a.json"), SyntaxError, "as JSON: Unterminated");
});

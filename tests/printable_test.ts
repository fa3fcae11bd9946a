import { assert, assertEquals, assertMatch } from "@std/assert";
import { firstNames, markupText, printable } from "ehrloom/printable.ts";

Deno.test("printable() shows what is hidden as escapes", () => {
  const shown: [string, string][] = [
    ["\x1b[31mred\x07\0", String.raw`\x1b[31mred\x07\x00`],
    ["a\nb\r\n\tc\u2028d\u2029", String.raw`a\nb\r\n\tc\u2028d\u2029`],
    ["\x7f\x85\x9b2J", String.raw`\x7f\x85\x9b2J`],
    [
      "\u202eevil\u202c\u2066x\u2069\u200f\u061c",
      String.raw`\u202eevil\u202c\u2066x\u2069\u200f\u061c`,
    ],
    [
      "a\u200bb\u200dc\ufeff\u00ad\u2060\u3164",
      String.raw`a\u200bb\u200dc\ufeff\xad\u2060\u3164`,
    ],
    ["\u{e0041}\ud800", String.raw`\u{e0041}\ud800`],
  ];
  for (const [text, wanted] of shown) assertEquals(printable(text), wanted);
});

Deno.test("printable() leaves letters, signs and spaces of all languages", () => {
  const text = 'é ä 漢字 العربية עברית हिन्दी 👩 葛\u{e0100} ❤\ufe0f "C:\\x" µg/m² – …';
  assertEquals(printable(text), text);
});

Deno.test("printable() leaves out the middle of long texts in quotes, and of long lines", () => {
  const code = "a".repeat(1000) + "z".repeat(1000);
  assertEquals(
    printable(`Cannot use "${code}" of "b"`),
    `Cannot use "${"a".repeat(150)}… 1700 characters …${"z".repeat(150)}" of "b"`,
  );
  const line = printable(`label ${code}: 89 records`);
  assertMatch(line, /^label a{494}… \d+ characters …z+: 89 records$/);
  assert(line.length < 1040);
  // no character is cut in two
  assertEquals(
    printable("😀".repeat(600)),
    "😀".repeat(250) + "… 200 characters …" + "😀".repeat(250),
  );
  assertEquals(printable("x" + "😀".repeat(600)).includes("\\ud83d"), false);
  // bounded, whatever becomes of the characters
  assert(printable("\x1b".repeat(1e6)).length < 4 * 1000 + 40);
});

Deno.test("markupText() leaves nothing that XML cannot hold, and keeps line breaks", () => {
  assertEquals(
    markupText("a\x1bb\0\x85\uffff\ud800\n\t<é>"),
    "a\\x1bb\\x00\\x85\\uffff\ufffd\n\t<é>",
  );
});

Deno.test("firstNames() shows the first names in quotes, and how many more there are", () => {
  assertEquals(firstNames(["a", "b"], 2), '"a", "b"');
  assertEquals(firstNames(["a", "b", "c"], 2), '"a", "b" and 1 more');
  assertEquals(firstNames(["a"], 1, 7), '"a" and 6 more');
});

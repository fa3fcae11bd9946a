// The table of defaults in the guide is the one in the code.
import { assertEquals } from "@std/assert";
import { presets } from "ehrloom/models/interface/preset.ts";

Deno.test("docs/your-own-data.md has the defaults by the number of training visits", () => {
  const text = Deno.readTextFileSync("docs/your-own-data.md");
  const [, rows] = text.match(/^\| training visits .*\n\|[-| ]+\n((?:\|.*\n)+)/m) ?? [];
  const table = rows.trimEnd().split("\n").map((row) =>
    row.split("|").slice(1, -1).map((cell) => cell.trim())
  );
  assertEquals(
    table,
    presets.map(({ visits, width, layers, heads, batch, learningRate, epochs }) => [
      visits === Infinity ? "more" : `up to ${visits.toLocaleString("en")}`,
      ...[width, layers, heads, batch, learningRate, epochs].map(String),
    ]),
  );
});

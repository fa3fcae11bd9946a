import { assertEquals } from "@std/assert";
import { modelSummaries, sources } from "ehrloom";

const readme = Deno.readTextFileSync(new URL("../../README.md", import.meta.url));

/** The first cells of a table's rows, without their code marks. */
function firstCells(heading: string): string[] {
  const [, table] = readme.split(`| ${heading} `);
  return [...table.split("\n\n")[0].matchAll(/^\| `([\w-]+)` +\|/gm)].map(([, name]) => name);
}

Deno.test("README lists every model of the registry", () => {
  assertEquals(firstCells("`--model`").sort(), modelSummaries.map(({ name }) => name));
});

Deno.test("README lists every source", () => {
  assertEquals(firstCells("`--from`").sort(), sources.map(({ name }) => name).sort());
});

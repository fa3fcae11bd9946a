// What is cited: every model, and the version that this is.
import { assertEquals, assertMatch } from "@std/assert";
import { modelSummaries } from "ehrloom";
import workspace from "../../deno.json" with { type: "json" };

const page = (path: string) => Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));

Deno.test("docs/citing.md says of every model what to cite", () => {
  const rows = page("docs/citing.md").matchAll(/^\| (`[^|]*) \|/gm);
  const named = Array.from(rows, ([, cell]) => cell).filter((cell) => !cell.includes("--"))
    .flatMap((cell) => Array.from(cell.matchAll(/`(.*?)`/g), ([, name]) => name));
  assertEquals(named.sort(), modelSummaries.map(({ name }) => name).sort());
});

Deno.test("CITATION.cff, docs/citing.md and CHANGELOG.md know this version", () => {
  const version = workspace.version.replaceAll(".", "\\.");
  assertMatch(page("CITATION.cff"), new RegExp(`^version: ${version}$`, "m"));
  assertMatch(page("docs/citing.md"), new RegExp(`version ${version}\\.`));
  assertMatch(page("CHANGELOG.md"), new RegExp(`^## \\[${version}\\]`, "m"));
});

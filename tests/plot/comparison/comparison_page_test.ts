import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parseHTML } from "linkedom";
import { comparisonHtml } from "ehrloom/plot/comparison/comparison.ts";
import { smallComparison } from "../fixture.ts";

const compared = await smallComparison();
const { document } = parseHTML(comparisonHtml(compared));
const cellsOf = (row: Element) =>
  [...row.querySelectorAll("th, td")].map(({ textContent }) => textContent ?? "");

Deno.test("comparisonHtml() sets floors apart in every table of models, and says why", () => {
  const tables = [...document.querySelectorAll("table")].filter((table) =>
    table.querySelector("thead th")?.textContent === "Model"
  );
  assertEquals(tables.length, 4);
  for (const table of tables) {
    const rows = [...table.querySelectorAll("tbody tr")].map((row) => cellsOf(row)[0]);
    const line = rows.findIndex((name) => name.startsWith("For scale, not ranked"));
    assertEquals(rows[line + 1], "Markov");
    assert(rows.slice(0, line).includes("EVA"));
  }
  assertStringIncludes(
    tables[0].querySelector("tr.apart")?.textContent ?? "",
    "Markov: It knows only which codes follow which: a network should do better.",
  );
});

Deno.test("comparisonHtml() begins with who is ahead, and has the best in bold with a link to its report", () => {
  const sentences = [...document.querySelectorAll("main > section:first-child li")]
    .map(({ textContent }) => textContent);
  // halo and eva have the same figures; eva's loss is a bound, so only halo's is ranked
  const [codes] = sentences;
  const r2 = compared.comparison.models[0].fidelity.unigram.r2?.toFixed(3);
  assertEquals(
    codes,
    `HALO leads in codes (R² ${r2}); the difference from EVA could be sampling variation.`,
  );
  const [table] = document.querySelectorAll("[aria-labelledby=overview] table");
  const bold = [...table.querySelectorAll("tbody tr")].map((row) =>
    row.querySelectorAll("td.strong").length
  );
  assertEquals(bold, [3, 3, 0, 0, 0]); // halo, eva, the line, markov, the ceiling
  const links = [...table.querySelectorAll("a")].map((link) => link.getAttribute("href"));
  assertEquals(links[0], "models/halo/report/report.html");
});

Deno.test("comparisonHtml() has the differences of all pairs of models", () => {
  const pairs = [...document.querySelectorAll("details tbody tr")].map((row) => cellsOf(row)[0]);
  assertEquals(pairs, ["EVA − HALO", "Markov − HALO", "Markov − EVA"]);
  assertEquals(
    document.querySelector("details summary")?.textContent,
    "All 3 pairs of models",
  );
});

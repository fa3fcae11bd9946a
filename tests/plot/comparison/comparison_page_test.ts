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
  assertEquals(tables.length, 7); // with those of use cases, fidelity, and differences in fidelity
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
  const pairs = [...document.querySelectorAll("[aria-labelledby=differences] details tbody tr")]
    .map((row) => cellsOf(row)[0]);
  assertEquals(pairs, ["EVA − HALO", "Markov − HALO", "Markov − EVA"]);
  assertEquals(
    document.querySelector("[aria-labelledby=differences] summary")?.textContent,
    "All 3 pairs of models",
  );
});

Deno.test("comparisonHtml() shows utility and privacy only if they were asked, on their scale", () => {
  const headings = (page: Document) =>
    [...page.querySelectorAll("h2")].map(({ textContent }) => textContent ?? "");
  const has = (page: Document, start: string) =>
    headings(page).some((each) => each.startsWith(start));
  assert(has(document, "Fidelity:") && !has(document, "Utility:") && !has(document, "Privacy:"));
  const summary = document.querySelector("section.summary")?.textContent ?? "";
  assertStringIncludes(summary, "This page says nothing about privacy or usefulness.");

  const share = (value: number) => ({ value, low: value - 0.05, high: value + 0.05 });
  const risk = (value: number) => ({
    linkability: {
      records: 200,
      outcome: {
        guesses: 200,
        control_guesses: 100,
        attack: share(value),
        control: share(0),
        naive: share(0),
        risk: share(value),
        conclusion: "more is found out",
      },
      left_out: [],
    },
  });
  const { comparison } = compared;
  const asked = {
    ...compared,
    comparison: {
      ...comparison,
      models: comparison.models.map((model) => ({ ...model, privacy: risk(0.1) })),
      scale: { ceiling: {}, floor: { privacy: risk(0) }, memoriser: { privacy: risk(0.6) } },
    },
  };
  const page = parseHTML(comparisonHtml(asked)).document;
  assert(has(page, "Privacy:") && !has(page, "Utility:"));
  const rows = [...page.querySelectorAll("[aria-labelledby=privacy] tbody tr")].map(cellsOf);
  assertEquals(rows.map(([name, figure]) => [name, figure]), [
    ["HALO", "0.100 0.050 to 0.150"],
    ["EVA", "0.100 0.050 to 0.150"],
    [rows[2][0], undefined], // the line above those for scale
    ["Markov", "0.100 0.050 to 0.150"],
    ["held-out real (ceiling)", "0.000"],
    ["independent draws (floor)", "0.000 −0.050 to 0.050"],
    ["copies of training records", "0.600 0.550 to 0.650"],
  ]);
  const says = page.querySelector("[aria-labelledby=privacy] li")?.textContent ?? "";
  assert(says.startsWith("Linkability, low is good: how much more often"), says);
});

Deno.test("comparisonHtml() shows each score with its rank, its weights, and why others have none", () => {
  const rows = [...document.querySelectorAll("[aria-labelledby=use-cases] tbody")].map((body) =>
    [...body.querySelectorAll("tr")].map(cellsOf)
  );
  assertEquals(rows.map(({ length }) => length), [4, 2, 1]);
  assertEquals(rows[0].filter(([name]) => name !== "For scale, not ranked"), [
    ["HALO", "rank 1: 0.50 0.40 to 0.60", "not ranked"],
    ["EVA", "rank 2: 0.40 0.30 to 0.50", "not ranked"],
    ["Markov", "0.30 0.20 to 0.40", "none"],
  ]);
  const [within, over] = rows[1];
  assertEquals(within.slice(0, 4), ["Pairs within a visit (R²)", "60%", "0.100", "0.900"]);
  assertEquals(over.slice(4), ["0.50", "0.40", "0.30"]);
  assertEquals(rows[2], [
    ["Linkability (risk)", "100%", "none", "0.000", "left out: not measured"],
  ]);
  const reading = document.querySelector("[aria-labelledby=use-cases] .reading")?.textContent;
  assertEquals(reading, "Release: HALO and EVA are not ranked: privacy was not measured.");
  const summary = document.querySelector("section.summary")?.textContent ?? "";
  assertStringIncludes(summary, "Teaching: HALO scores highest (0.50)");
});

import { assert, assertEquals, assertLess, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { reportHtml, writeReport } from "ehrloom/plot/report/report.ts";
import { evaluate } from "ehrloom/evaluate/evaluate.ts";
import { markup, measuredCohort, smallReport } from "../fixture.ts";

const { report, sources } = await smallReport();

Deno.test("reportHtml() says everything the report holds", () => {
  const { document } = parseHTML(reportHtml(report, sources));
  assertEquals(document.documentElement.getAttribute("lang"), "en");
  assertEquals(document.title, "Synthetic cohort report · Ehrloom");
  const text = document.body.textContent ?? "";
  const unigram = report.fidelity?.unigram.r2.toFixed(3) ?? "missing";
  for (const part of [unigram, "ceiling", "floor", "Codes per visit", "best: epoch", "What made"]) {
    assertStringIncludes(text, part);
  }
  assertStringIncludes(text, "300 records, 7 cut off at the model's longest length");
  assertEquals(text.includes("foresee"), false); // no likelihood was given
  const sections = [...document.querySelectorAll("section")];
  assert(sections.every((section) => section.hasAttribute("aria-labelledby")));
});

Deno.test("reportHtml() keeps texts from the data out of the markup", () => {
  const html = reportHtml(report, sources);
  assertEquals(html.includes("<b>bold"), false);
  assertEquals(html.includes("<script>globalThis"), false);
  const { document } = parseHTML(html);
  assertEquals(document.querySelectorAll("script").length, 3);
  assertEquals(document.querySelectorAll("img, b").length, 0);
  const cells = [...document.querySelectorAll("th")].map(({ textContent }) => textContent);
  assert(cells.includes(markup));
});

Deno.test("reportHtml() has values and days where both cohorts do, else not a word of them", async () => {
  const [real, synthetic] = [measuredCohort(1), measuredCohort(2)];
  const { document } = parseHTML(
    reportHtml(await evaluate(real, synthetic, { resamples: 20 }), { real, synthetic }),
  );
  const section = document.querySelector('section[aria-labelledby="values"]');
  const text = section?.textContent ?? "";
  assertStringIncludes(
    text,
    "Days between visits: 7.00 on average where the real records have 7.00",
  );
  assertStringIncludes(text, "The 2 of 2 codes that are measured most");
  assertEquals(section?.querySelectorAll("figure svg").length, 1);
  assertEquals(section?.querySelectorAll("script, img, b").length, 0);
  const without = parseHTML(reportHtml(report, sources)).document;
  assertEquals(without.querySelector('section[aria-labelledby="values"]'), null);
});

Deno.test("reportHtml() and its SVG files hold no control characters, whatever names are", () => {
  const { about, fidelity } = report;
  if (fidelity === undefined) throw new Error("the fixture has no fidelity");
  const labels = fidelity.label_prevalence.labels.map((label) => ({ ...label, label: "a\x1bb" }));
  const named = { ...fidelity, label_prevalence: { ...fidelity.label_prevalence, labels } };
  const html = reportHtml({ about, fidelity: named }, sources);
  assertEquals(
    /[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]/.test(html),
    false,
  );
  assertStringIncludes(html, "a\\x1bb");
});

Deno.test("reportHtml() makes do with a report that holds no figures", () => {
  const { document } = parseHTML(reportHtml({ about: report.about }, { ...sources, training: [] }));
  assertEquals(document.querySelectorAll(".scatter").length, 3);
  assertEquals((document.body.textContent ?? "").includes("R²"), false);
});

Deno.test("writeReport() writes the page, its figures and the JSON, and never over another", async () => {
  const parent = await Deno.makeTempDir();
  try {
    const folder = join(parent, "out");
    await writeReport(folder, report, sources);
    const names = (at: string) => [...Deno.readDirSync(at)].map(({ name }) => name).sort();
    assertEquals(names(folder), ["figures", "report.html", "report.json"]);
    assertEquals(names(join(folder, "figures")), [
      "codes_per_visit.svg",
      "fidelity_overview.svg",
      "label_prevalence.svg",
      "same_visit_bigram_linear.svg",
      "same_visit_bigram_log.svg",
      "sequential_bigram_linear.svg",
      "sequential_bigram_log.svg",
      "training_curve.svg",
      "unigram_linear.svg",
      "unigram_log.svg",
      "visits_per_record.svg",
    ]);
    assertEquals(JSON.parse(await Deno.readTextFile(join(folder, "report.json"))), report);
    assertLess((await Deno.stat(join(folder, "report.html"))).size, 1_000_000);
    await assertRejects(
      () => writeReport(folder, report, sources),
      Deno.errors.AlreadyExists,
      "pass --force",
    );
    await writeReport(folder, report, { ...sources, force: true });
    assertEquals(names(parent), ["out"]);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});

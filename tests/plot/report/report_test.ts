import { assert, assertEquals, assertLess, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { reportHtml, writeReport } from "ehrloom/plot/report/report.ts";
import { evaluate } from "ehrloom/evaluate/evaluate.ts";
import type { Fidelity } from "ehrloom/evaluate/report.ts";
import { runOf } from "../../evaluate/run_of.ts";
import { markup, measuredCohort, smallCohort, smallLikelihood, smallReport } from "../fixture.ts";

const { report, sources } = await smallReport();

Deno.test("reportHtml() says everything the report holds", () => {
  const { document } = parseHTML(reportHtml(report, sources));
  assertEquals(document.documentElement.getAttribute("lang"), "en");
  assertEquals(document.title, "HiSGT: synthetic cohort report · Ehrloom");
  const text = document.body.textContent ?? "";
  const unigram = report.fidelity?.unigram.r2?.toFixed(3) ?? "missing";
  for (
    const part of [unigram, "ceiling", "floor", "Codes per visit", "best: epoch", "How this report"]
  ) {
    assertStringIncludes(text, part);
  }
  assertStringIncludes(text, "300 records, 7 cut off at the largest length of the model");
  assertEquals(text.includes("predict"), false); // no likelihood was given
  const sections = [...document.querySelectorAll("section")];
  assert(sections.every((section) => section.hasAttribute("aria-labelledby")));
});

Deno.test("reportHtml() names model, cohorts, date, seeds and counts at its head, without a path", async () => {
  const [real, synthetic] = [smallCohort(1), smallCohort(2)];
  const run = runOf(real, { model: "memoriser" });
  const judged = await evaluate(real, synthetic, {
    quick: true,
    seed: 3,
    resamples: 2,
    run,
    names: { real: "hospital" },
    generationSeed: 5,
  });
  const about = { ...judged.about, created: "2026-11-25T23:59:00.000Z" };
  const { document } = parseHTML(reportHtml({ ...judged, about }, sources));
  assertEquals(document.title, "Memoriser on hospital: synthetic cohort report · Ehrloom");
  const [lead, floor] = [...document.querySelectorAll("header p")].map((p) => p.textContent);
  assertEquals(
    lead,
    "300 synthetic records, compared with 200 real training records and 100 held-out real records " +
      `of hospital. 25 November 2026. Random seeds: training 1, generation 5, evaluation 3. Ehrloom ${about.ehrloom}.`,
  );
  assertEquals(
    floor,
    "Memoriser is a floor. It copies training records: its figures are the best there can be, and " +
      "it protects nobody.",
  );
  const { run: _, ...unknown } = about;
  const without = parseHTML(reportHtml({ ...judged, about: unknown }, sources)).document;
  assertEquals(without.title, "hospital: synthetic cohort report · Ehrloom");
  assertStringIncludes(
    without.querySelector("header p")?.textContent ?? "",
    "The model is not known, since no run was given.",
  );
});

/** The cells of the summary's table. */
const summaryCells = (document: Document) =>
  [...document.querySelectorAll('section[aria-labelledby="summary"] tr')]
    .map((row) => [...row.querySelectorAll("th, td")].map(({ textContent }) => textContent));

Deno.test("reportHtml() begins with the summary: sentences, and a row with its verdict for each figure", () => {
  const { document } = parseHTML(reportHtml(report, sources));
  const { sentences = [], rows = [] } = report.summary ?? {};
  const section = document.querySelector("main > section");
  assertEquals(section?.getAttribute("aria-labelledby"), "summary");
  const said = [...section?.querySelectorAll("li") ?? []].map(({ textContent }) => textContent);
  assertEquals(said, sentences);
  assert(said.length >= 4 && said.length <= 9, `${said.length} sentences`);
  const [head, ...cells] = summaryCells(document);
  assertEquals(head.slice(-1), ["Synthetic − ceiling, 100 patients each"]);
  assertEquals(
    cells.map(([name, verdict]) => [name, verdict]),
    rows.map(({ name, quantity, verdict }) => [
      quantity === undefined ? name : `${name} (${quantity})`,
      verdict,
    ]),
  );
  const codes = rows[0];
  assertEquals(cells[0][3], codes.ceiling?.value.toFixed(3));
  assertStringIncludes(
    section?.textContent ?? "",
    "a random sample of 100 of the 300 synthetic records is compared with the 100 held-out ones.",
  );
  for (const link of section?.querySelectorAll("a") ?? []) {
    const id = link.getAttribute("href")?.slice(1) ?? "";
    assert(document.getElementById(id) !== null, `#${id}`);
  }
  const shown = rows.filter(({ synthetic }) => synthetic !== null);
  assertEquals(section?.querySelectorAll("a").length, shown.length); // no link to what is not shown
});

Deno.test("reportHtml() says why there is no verdict, and leaves its column out", async () => {
  const few = { ...smallCohort(1), splits: smallCohort(1).splits?.map((s, i) => i < 220 ? s : 1) };
  const judged = await evaluate({ ...few, splits: few.splits ?? null }, smallCohort(2), {
    quick: true,
    resamples: 5,
  });
  const { document } = parseHTML(reportHtml(judged, sources));
  const [head, first] = summaryCells(document);
  assertEquals(head.length, 5);
  assertEquals(first[1], "not judged");
  assertStringIncludes(
    document.querySelector('[aria-labelledby="summary"] .reading')?.textContent ?? "",
    "There is no verdict (20 held out: too few for a ceiling). With fewer than 100 patients on one",
  );
});

Deno.test("reportHtml() says where the floor lies at the top, and where a figure is above its ceiling", () => {
  const text = (own: number, ceiling: number, floor: number) =>
    textOf('[aria-labelledby="overview"] p', (fidelity) => ({
      ...fidelity,
      unigram: r2Of(0.9),
      same_visit_bigram: r2Of(0.9),
      sequential_bigram: r2Of(own),
      ceiling: {
        ...fidelity.ceiling,
        unigram: r2Of(0.995),
        same_visit_bigram: r2Of(0.984),
        sequential_bigram: r2Of(ceiling),
      },
      floor: {
        ...fidelity.floor,
        unigram: r2Of(0.999),
        same_visit_bigram: r2Of(0.29),
        sequential_bigram: r2Of(floor),
      },
    }));
  const low = text(0.9, 0.97, 0.76);
  assertStringIncludes(
    low,
    "The floor lies at the top for single codes (0.999; ceiling 0.995): these do not tell a good " +
      "model from a poor one. It lies lower for pairs within a visit (0.290; ceiling 0.984) and " +
      "pairs over visits (0.760; ceiling 0.970): here a model should do better.",
  );
  assertEquals(low.includes("above its ceiling"), false);
  assertStringIncludes(
    text(0.98, 0.97, 0.95),
    "and pairs over visits (0.950; ceiling 0.970): these",
  );
  assertStringIncludes(text(0.98, 0.97, 0.76), "Here a figure is above its ceiling: ");
});

Deno.test("reportHtml() says how many labels differ, how many would by chance, and marks them", () => {
  const estimate = (value: number, half: number) => ({
    value,
    low: value - half,
    high: value + half,
  });
  const label = (name: string, difference: number) => ({
    label: name,
    real: estimate(0.2, 0.1),
    synthetic: estimate(0.2 + difference, 0.1),
    difference: estimate(difference, 0.05),
  });
  const change = (...differences: number[]) => (fidelity: Fidelity): Fidelity => ({
    ...fidelity,
    label_prevalence: {
      ...r2Of(0.757),
      labels: differences.map((value, i) => label(`label ${i}`, value)),
    },
    ceiling: { ...fidelity.ceiling, label_prevalence: { ...r2Of(0.955), labels: [] } },
    floor: { ...fidelity.floor, label_prevalence: { ...r2Of(0.965), labels: [] } },
  });
  const said = textOf('[aria-labelledby="labels"] p', change(0.094, -0.06, 0.04, 0.01));
  assertEquals(
    said,
    "2 of 4 labels differ by more than sampling variation explains, which means that the 95% " +
      "interval of the difference excludes 0. By chance alone about 0.2 would. R² over the labels is 0.757 (0.757 " +
      "to 0.757); that of held-out real records is 0.955 (0.955 to 0.955) (the ceiling), that of " +
      "independent draws 0.965 (0.965 to 0.965) (the floor).",
  );
  assertStringIncludes(
    textOf('[aria-labelledby="labels"] p', change(0.01)),
    "None of 1 labels differs by more",
  );
  assertEquals(
    textOf('[aria-labelledby="labels"] td.strong', change(0.01, 0.094)),
    "+9.4 +4.4 to +14.4",
  );
});

/** An R² with figures that no sentence mentions. */
const r2Of = (r2: number) => ({ r2, r2_low: r2, r2_high: r2, r2_median: r2, keys: 5 });

/** The text of an element of the page, with the fixture's figures changed. */
function textOf(selector: string, change: (fidelity: Fidelity) => Fidelity): string {
  if (report.fidelity === undefined) throw new Error("the fixture has no fidelity");
  const html = reportHtml({ about: report.about, fidelity: change(report.fidelity) }, sources);
  return parseHTML(html).document.querySelector(selector)?.textContent ?? "";
}

Deno.test("reportHtml() says how far an R² is on the way from its floor to its ceiling", () => {
  const text = (own: number, ceiling: number, floor: number) =>
    textOf("#unigram .reading", (fidelity) => ({
      ...fidelity,
      unigram: r2Of(own),
      ceiling: { ...fidelity.ceiling, unigram: r2Of(ceiling) },
      floor: { ...fidelity.floor, unigram: r2Of(floor) },
    }));
  // (0.86 − 0.2) / (0.9 − 0.2) = 0.943
  assertStringIncludes(
    text(0.86, 0.9, 0.2),
    "R² is 0.860 (held-out real records 0.900, independent draws 0.200), " +
      "94% of the way from the floor to the ceiling.",
  );
  // (0.1 + 0.5) / (0.7 + 0.5) = 0.5
  assertStringIncludes(text(0.1, 0.7, -0.5), "independent draws −0.500), 50% of the way");
  assertStringIncludes(text(0.95, 0.9, 0.2), "), 100% of the way");
  // below the floor, and where floor and ceiling hardly differ
  for (const said of [text(0.1, 0.9, 0.2), text(0.9, 0.92, 0.88)]) {
    assertEquals(said.includes("of the way"), false);
  }
});

Deno.test("reportHtml() says by which share a mean differs, and whether sampling variation could explain it", () => {
  const text = (difference: { value: number; low: number; high: number }) =>
    textOf('[aria-labelledby="counts"] p', (fidelity) => ({
      ...fidelity,
      aggregate: {
        ...fidelity.aggregate,
        visits_per_record: {
          real_mean: 4,
          synthetic_mean: 4 + difference.value,
          real_sd: 1,
          synthetic_sd: 1,
          difference,
        },
      },
    }));
  const start = "Visits per record: 4.50 on average, 4.00 in the real records (+12.5%); ";
  assertStringIncludes( // 0.5 / 4 = 12.5%
    text({ value: 0.5, low: -0.1, high: 1.1 }),
    start + "sampling variation could explain the difference (its 95% interval includes 0).",
  );
  assertStringIncludes(
    text({ value: 0.5, low: 0.1, high: 0.9 }),
    start +
      "more than sampling variation explains (95% interval of the difference +0.10 to +0.90).",
  );
  assertStringIncludes(
    text({ value: -1, low: -1.5, high: -0.5 }),
    "3.00 on average, 4.00 in the real records (−25.0%); more than sampling variation explains",
  );
});

Deno.test("reportHtml() shows only what was judged", async () => {
  const [real, synthetic] = [measuredCohort(1), measuredCohort(2)];
  const shown = async (...only: string[]) => {
    const judged = await evaluate(real, synthetic, { resamples: 5, only });
    const { document } = parseHTML(reportHtml(judged, { real, synthetic }));
    const headings = [...document.querySelectorAll("main section h2, main section h3")].map((
      each,
    ) => each.textContent);
    return { headings, document };
  };
  const days = await shown("fidelity.gap_days");
  assertEquals(days.headings, [
    "Summary",
    "Do measured values and the times between visits have the right distribution?",
    "How this report was made",
    "How to cite, and methods in two sentences",
  ]);
  assertEquals(days.document.querySelectorAll("figure, .scatter").length, 0);
  const pairs = await shown("fidelity.record_same_visit_bigram");
  assertEquals(pairs.headings, [
    "At a glance",
    "Do codes and pairs of codes occur as often as in real records?",
    "Pairs within a visit",
    "How this report was made",
    "How to cite, and methods in two sentences",
  ]);
  const rows = [...pairs.document.querySelectorAll("tbody th")].map((each) => each.textContent);
  assertEquals(rows, ["Pairs within a visit, per record"]);
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
    reportHtml(await evaluate(real, synthetic, { quick: true, resamples: 20 }), {
      real,
      synthetic,
    }),
  );
  const section = document.querySelector('section[aria-labelledby="values"]');
  const text = section?.textContent ?? "";
  assertStringIncludes(
    text,
    "Days between visits: 7.00 on average, 7.00 in the real records",
  );
  assertStringIncludes(text, "The 2 most frequently measured codes (of 2)");
  assertEquals(section?.querySelectorAll("figure .wide-figure svg").length, 1);
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

Deno.test("the report says when resamples drew groups of patients", () => {
  const resamplesOf = (groups: number | undefined) => {
    const about = { ...report.about, resamples: 1000, resampled_groups: groups };
    const { document } = parseHTML(reportHtml({ about }, sources));
    const name = [...document.querySelectorAll("dt")]
      .find(({ textContent }) => textContent === "Resamples of patients");
    return name?.nextElementSibling?.textContent;
  };
  assertEquals(resamplesOf(undefined), "1,000");
  assertEquals(resamplesOf(1024), "1,000; large cohorts in 1,024 random groups of patients");
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
      ...["codes_per_visit.csv", "codes_per_visit.svg"],
      ...["decile_ladder.csv", "decile_ladder.svg"],
      ...["fidelity_overview.csv", "fidelity_overview.svg"],
      ...["forest.csv", "forest.svg"],
      ...["label_prevalence.csv", "label_prevalence.svg"],
      ...["membership_roc.csv", "membership_roc.svg"],
      ...["same_visit_bigram.csv", "same_visit_bigram_linear.svg", "same_visit_bigram_log.svg"],
      ...["sequential_bigram.csv", "sequential_bigram_linear.svg", "sequential_bigram_log.svg"],
      ...["survival.csv", "survival.svg"],
      ...["training_curve.csv", "training_curve.svg"],
      ...["unigram.csv", "unigram_linear.svg", "unigram_log.svg"],
      ...["visits_per_record.csv", "visits_per_record.svg"],
    ]);
    const written = JSON.parse(await Deno.readTextFile(join(folder, "report.json")));
    assertEquals(written, { $schema: "urn:ehrloom:report:1", ...report });
    assertLess((await Deno.stat(join(folder, "report.html"))).size, 1_000_000);
    await assertRejects(
      () => writeReport(folder, report, sources),
      Deno.errors.AlreadyExists,
      "pass force: true",
    );
    await writeReport(folder, report, { ...sources, force: true });
    assertEquals(names(parent), ["out"]);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});

Deno.test("reportHtml() writes a perplexity of a million or more as a power of ten", () => {
  const likelihood = (loss: number) => ({
    nll_per_visit: loss,
    nll_is_bound: true,
    bce: null,
    f1: null,
    precision: null,
    recall: null,
    accuracy: null,
    perplexity_per_visit: Math.exp(loss),
    perplexity_per_code: 30,
    perplexity_per_cell: null,
    nll_per_visit_low: loss - 1,
    nll_per_visit_high: loss + 1,
    unseen_code_occurrences: 0,
  });
  const perplexity = (loss: number) => {
    const html = reportHtml({ ...report, likelihood: likelihood(loss) }, sources);
    const rows = [...parseHTML(html).document.querySelectorAll("tr")];
    return rows.find(({ textContent }) => textContent?.startsWith("Perplexity per visit"))
      ?.querySelector("td")?.textContent;
  };
  assertEquals(perplexity(6), "≤ 403.43");
  assertEquals(perplexity(29.247), "≤ 5.03 × 10¹²");
});

Deno.test("reportHtml() shows the test loss with unseen codes where there is one, as a bound if it is", () => {
  const likelihood = {
    nll_per_visit: 6,
    nll_per_visit_low: 5,
    nll_per_visit_high: 7,
    nll_is_bound: true,
    nll_per_visit_with_unseen: { value: 8, low: 7.5, high: 9.25 },
    bce: null,
    f1: null,
    precision: null,
    recall: null,
    accuracy: null,
    perplexity_per_visit: Math.exp(6),
    perplexity_per_code: 30,
    perplexity_per_cell: null,
    unseen_code_occurrences: 3,
  };
  const html = reportHtml({ ...report, likelihood }, sources);
  const rows = [...parseHTML(html).document.querySelectorAll("tr")];
  const row = rows.find(({ textContent }) => textContent?.startsWith("Test loss with the codes"));
  assertEquals(row?.querySelector("td")?.textContent, "≤ 8.000 (7.500 to 9.250)");
});

Deno.test("reportHtml() shows the loss of waits where there is one", () => {
  const likelihood = {
    ...smallLikelihood(),
    nll_is_bound: false,
    nll_per_wait: { value: 5, low: 4.5, high: 5.25 },
    nll_per_visit_with_waits: { value: 9, low: 8.5, high: 9.75 },
  };
  const cellsOf = (shown: ReturnType<typeof smallLikelihood>) => {
    const { document } = parseHTML(reportHtml({ ...report, likelihood: shown }, sources));
    return [...document.querySelectorAll("tr")].flatMap((row) => {
      const name = row.querySelector("th")?.textContent ?? "";
      return /waits/.test(name) ? [[name, row.querySelector("td")?.textContent]] : [];
    });
  };
  assertEquals(cellsOf(likelihood), [
    ["Loss of waits (nats per visit after the first)", "5.000 (4.500 to 5.250)"],
    ["Test loss with waits (nats per visit)", "9.000 (8.500 to 9.750)"],
  ]);
  assertEquals(cellsOf(smallLikelihood()), []);
});

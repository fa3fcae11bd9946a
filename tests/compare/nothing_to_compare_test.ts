// Where no pair, label or varying value is there to judge, there is no figure, and nothing says 1.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type Cohort,
  cohortOf,
  compare,
  comparisonFrame,
  differenceFrame,
  evaluate,
  fidelityOverview,
  random,
  reportHtml,
  scatterGrid,
  splitOf,
  useBackend,
  vocabulary,
} from "ehrloom";
import { comparisonHtml, scatterColumns } from "ehrloom/plot/comparison/comparison.ts";
import { parseHTML } from "linkedom";
import { join } from "node:path";
import { inFolder } from "../folder.ts";

await useBackend("cpu");

const none = {
  r2: null,
  r2_low: null,
  r2_high: null,
  r2_median: null,
  r2_noise: null,
  keys: 0,
  interval: "bootstrap" as const,
  pearson: null,
  spearman: null,
  rmse: null,
  log_r2: null,
  total_variation: null,
  jensen_shannon: null,
  largest_gap: null,
};

/** Records of a single visit each, with two labels that none has. */
function singleVisits(records: number, codes = 5, seed = 1): Cohort {
  const draws = random(seed);
  return cohortOf(
    vocabulary(["a", "b", "c", "d", "e"]),
    ["x", "y"],
    Array.from({ length: records }, (_, record) => ({
      visits: [
        Array.from({ length: codes === 1 ? 1 : 1 + draws.integer(3) }, () => draws.integer(5)),
      ],
      labels: [0, 0],
      split: record % 3,
    })),
  );
}

const real = singleVisits(60);
const report = await evaluate(real, real, { quick: true, resamples: 20 });

Deno.test("evaluate() gives null, not 1, where no record has a second visit or a label", () => {
  const { fidelity } = JSON.parse(JSON.stringify(report));
  for (const figures of [fidelity, fidelity.ceiling, fidelity.floor]) {
    assertEquals(figures.sequential_bigram, none);
    assertEquals(figures.record_sequential_bigram, none);
    const { r2, r2_low, r2_high } = figures.label_prevalence;
    assertEquals([r2, r2_low, r2_high], [null, null, null]);
    assert(figures.unigram.r2 !== null && figures.same_visit_bigram.r2 !== null);
  }
});

Deno.test("evaluate() gives null where no visit holds two codes, or values never vary", async () => {
  const single = singleVisits(60, 1);
  const { fidelity } = await evaluate(single, single, { quick: true, resamples: 20 });
  assertEquals(fidelity?.same_visit_bigram, none);
  const constant = cohortOf(
    vocabulary(["a"]),
    [],
    Array.from({ length: 9 }, (_, record) => ({
      visits: [[0]],
      values: [[7]],
      labels: [],
      split: record % 3,
    })),
  );
  const { fidelity: measured } = await evaluate(constant, constant, { quick: true, resamples: 20 });
  assertEquals(measured?.values?.mean_difference, null);
  assertEquals(measured?.values?.means.r2, 1);
});

Deno.test("the report's page and its figures say none where there is nothing to compare", () => {
  const sources = { real: splitOf(real, "train"), synthetic: real };
  const { document } = parseHTML(reportHtml(report, sources));
  const row = [...document.querySelectorAll("tr")].find(({ textContent }) =>
    textContent?.startsWith("Pairs over consecutive visits, per pair")
  );
  const cells = [...row?.querySelectorAll("td") ?? []].map(({ textContent }) => textContent);
  assertEquals(cells, ["none", "none", "none", "0"]);
  const reading = document.querySelector("#sequential_bigram .reading")?.textContent ?? "";
  assertStringIncludes(
    reading,
    "There is no R², since there is nothing to compare. 0 ordered pairs.",
  );
  assert(report.fidelity);
  const svg = fidelityOverview(report.fidelity);
  assertStringIncludes(
    svg.querySelector("desc")?.textContent ?? "",
    "Pairs over consecutive visits: synthetic none, ceiling none, floor none.",
  );
  const texts = [...svg.querySelectorAll("text")].filter(({ textContent }) =>
    textContent === "none"
  );
  assertEquals(texts.length, 3);
  assertEquals(document.querySelector("main")?.textContent?.includes("NaN"), false);
});

/** The JSON of a file, changed. */
function change(path: string, by: (json: Record<string, unknown>) => unknown): void {
  Deno.writeTextFileSync(path, JSON.stringify(by(JSON.parse(Deno.readTextFileSync(path)))));
}

const options = { models: ["independent", "markov"], resamples: 6, minCell: 1 };

Deno.test("compare() says none where models have nothing to be compared by", () =>
  inFolder(async (folder) => {
    const compared = await compare(real, join(folder, "out"), options);
    const { comparison } = compared;
    const text = await Deno.readTextFile(join(folder, "out", "comparison.json"));
    const json = JSON.parse(text);
    assertEquals(json.ceiling.sequential_bigram, none);
    assertEquals(json.models[1].fidelity.sequential_bigram, none);
    assertEquals(json.differences[0].r2.sequential_bigram, null);
    assert(json.differences[0].r2.unigram !== null);
    const frame = comparisonFrame(comparison);
    assertEquals(frame.getColumn("sequential_bigram_r2").toArray().map(String), ["null", "null"]);
    const named = differenceFrame(comparison).getColumn("figure").toArray();
    assertEquals(named.includes("sequential_bigram_r2"), false);
    assert(named.includes("unigram_r2"));
    const { document } = parseHTML(comparisonHtml(compared));
    const cells = [...document.querySelectorAll("table")].flatMap((table) => {
      const heads = [...table.querySelectorAll("thead th")].map(({ textContent }) => textContent);
      const column = heads.indexOf("R², pairs over consecutive visits");
      return [...table.querySelectorAll("tbody tr:not(.apart)")].map((row) =>
        row.children[column]?.textContent
      );
    }).filter((cell) => cell !== undefined);
    // two models and the ceiling, and a difference
    assertEquals(cells, ["none", "none", "none", "none"]);
    const grid = scatterGrid(scatterColumns(compared, "sequential_bigram"));
    assertStringIncludes(grid.querySelector("desc")?.textContent ?? "", "Markov: R² none.");
  }));

Deno.test("compare() judges again what an older version called 1 though nothing was there", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    const { comparison } = await compare(real, out, options);
    const one = { r2: 1, r2_low: 1, r2_high: 1, r2_median: 1, keys: 0 };
    const asOnce = (fidelity: Record<string, unknown>) => ({
      ...fidelity,
      sequential_bigram: one,
      record_sequential_bigram: one,
      label_prevalence: { ...fidelity.label_prevalence as object, r2: 1, r2_low: 1, r2_high: 1 },
    });
    change(join(out, "ceiling.json"), asOnce);
    for (const model of options.models) {
      change(join(out, "models", model, "judgement.json"), (json) => {
        const { figures, nll } = json.resampled as { figures: object; nll: unknown };
        const ones = Array.from({ length: options.resamples + 1 }, () => 1);
        return {
          ...json,
          fidelity: asOnce(json.fidelity as Record<string, unknown>),
          resampled: { figures: { ...figures, "sequential_bigram.r2": ones }, nll },
        };
      });
    }
    const again = await compare(real, out, options);
    assertEquals(again.comparison.ceiling, comparison.ceiling);
    assertEquals(again.comparison.models, comparison.models);
    assertEquals(again.comparison.differences, comparison.differences);
  }));

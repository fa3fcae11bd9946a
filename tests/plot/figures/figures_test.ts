import { assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import type { PairedProbabilities } from "ehrloom/evaluate/fidelity/paired_probabilities.ts";
import { random } from "ehrloom/random.ts";
import { countDistribution } from "ehrloom/plot/figures/count_distribution.ts";
import { fidelityOverview } from "ehrloom/plot/figures/fidelity_overview.ts";
import { figure } from "ehrloom/plot/figures/figure.ts";
import { labelPrevalenceFigure } from "ehrloom/plot/figures/label_prevalence.ts";
import { probabilityScatter } from "ehrloom/plot/figures/probability_scatter.ts";
import { bestEpoch, trainingCurve } from "ehrloom/plot/figures/training_curve.ts";
import { valueDistributions } from "ehrloom/plot/figures/value_distributions.ts";
import { markup, measuredCohort, smallCohort } from "../fixture.ts";

const fidelityOf = (r2: number) => ({
  r2,
  r2_low: r2 - 0.02,
  r2_high: r2 + 0.01,
  r2_median: r2,
  keys: 4,
});
const codes: PairedProbabilities = {
  kind: "unigram",
  first: Uint32Array.of(0, 1, 2, 3),
  second: null,
  real: Float64Array.of(0.4, 0.02, 0, 0.0003),
  synthetic: Float64Array.of(0.3, 0.03, 0.001, 0),
};

for (const axes of ["linear", "log"] as const) {
  Deno.test(`probabilityScatter() draws codes on ${axes} axes`, async (t) => {
    const svg = probabilityScatter(codes, { axes, fidelity: fidelityOf(0.9) });
    assertEquals(svg.querySelectorAll("circle").length, 4);
    assertStringIncludes(svg.outerHTML, "R² = 0.900");
    assertStringIncludes(svg.outerHTML, "95% interval 0.880 to 0.910");
    await t.assertSnapshot(svg.outerHTML);
  });
}

Deno.test("probabilityScatter() puts zeros in their own strip of a log axis", () => {
  const svg = probabilityScatter(codes, { axes: "log" });
  const circles = [...svg.querySelectorAll("circle")];
  const across = circles.map((circle) => Number(circle.getAttribute("cx")));
  assertEquals(Math.min(...across), across[2]);
  const texts = [...svg.querySelectorAll("text")].map(({ textContent }) => textContent);
  assertEquals(texts.filter((text) => text === "0").length, 2);
});

Deno.test("probabilityScatter() bounds the size of a figure and says how many points it drew", () => {
  const draws = random(1);
  const pairs = 60_000;
  const real = Float64Array.from({ length: pairs }, () => 10 ** (-5 * draws.uniform()));
  const svg = probabilityScatter({
    kind: "same_visit_bigram",
    first: new Uint32Array(pairs),
    second: new Uint32Array(pairs),
    real,
    synthetic: real.map((value) => value * (0.5 + draws.uniform())),
  }, { axes: "log" });
  const drawn = svg.querySelectorAll("circle").length;
  assertLess(drawn, 4001);
  assertLess(svg.outerHTML.length, 250_000);
  assertStringIncludes(svg.outerHTML, `${drawn.toLocaleString("en")} of 60,000 pairs shown`);
});

Deno.test("countDistribution() lays real and synthetic shares over each other", async (t) => {
  const real = Uint32Array.of(1, 2, 2, 3);
  const synthetic = Uint32Array.of(1, 1, 2, 5);
  const words = { counted: "visits", holders: "records" };
  const svg = countDistribution(real, synthetic, words);
  assertStringIncludes(svg.outerHTML, "Real, mean 2.00");
  assertStringIncludes(svg.outerHTML, "Synthetic, mean 2.25");
  await t.assertSnapshot(svg.outerHTML);
});

Deno.test("countDistribution() cuts long tails and says so", () => {
  const counts = Uint32Array.from({ length: 1000 }, (_, index) => index < 998 ? index % 10 : 5000);
  const words = { counted: "codes", holders: "visits" };
  const svg = countDistribution(counts, counts.subarray(0, 998), words);
  assertStringIncludes(svg.outerHTML, "Beyond the axis: 0.2% of real, 0.0% of synthetic visits");
});

Deno.test("countDistribution() draws cohorts without anything in them", () => {
  const nothing = new Uint32Array(0);
  countDistribution(nothing, nothing, { counted: "visits", holders: "records" });
});

Deno.test("trainingCurve() marks the best epoch", async (t) => {
  const lines = [3, 2, 2.5].map((loss, index) => ({
    epoch: index + 1,
    train_loss: 3 - index,
    validation_loss: loss,
  }));
  assertEquals(bestEpoch(lines)?.epoch, 2);
  const svg = trainingCurve(lines);
  assertStringIncludes(svg.outerHTML, "best: epoch 2, 2");
  await t.assertSnapshot(svg.outerHTML);
});

Deno.test("trainingCurve() draws a single epoch", () => {
  assertStringIncludes(
    trainingCurve([{ epoch: 1, train_loss: 1, validation_loss: 1 }]).outerHTML,
    "best: epoch 1, 1",
  );
});

Deno.test("labelPrevalenceFigure() shows shares with intervals, names as plain text", async (t) => {
  const estimate = (value: number) => ({ value, low: value - 0.05, high: value + 0.05 });
  const svg = labelPrevalenceFigure({
    r2: 0.9,
    r2_low: 0.8,
    r2_high: 0.95,
    labels: [
      { label: "asthma", real: estimate(0.1), synthetic: estimate(0.2) },
      { label: markup, real: estimate(0.5), synthetic: estimate(0.4) },
    ],
  });
  assertEquals(svg.querySelectorAll("script, img, b").length, 0);
  assertEquals(/<(script|img|b)\b/.test(svg.outerHTML), false);
  await t.assertSnapshot(svg.outerHTML);
});

Deno.test("figure() shows in texts and attributes what XML cannot hold as escapes", () => {
  const share = { value: 0.5, low: 0.4, high: 0.6 };
  const labels = ["a\x1b[31mb", "c\0\ufffe\x85", "d\ud800é漢"].map((label) => ({
    label,
    real: share,
    synthetic: share,
  }));
  const svg = labelPrevalenceFigure({ r2: null, r2_low: null, r2_high: null, labels }).outerHTML;
  assertEquals(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/.test(svg), false);
  for (const shown of ["a\\x1b[31mb", "c\\x00\\ufffe\\x85", "d\ufffdé漢"]) {
    assertStringIncludes(svg, shown);
  }
  const own = figure({ width: 200, height: 100, marks: [] }, {
    title: "a\x07",
    description: "b\x08",
    points: [{ c: "d\x1b" }],
  }).outerHTML;
  assertStringIncludes(own, 'aria-label="a\\x07"');
  assertStringIncludes(own, "<desc>b\\x08</desc>");
});

Deno.test("valueDistributions() draws a panel for each code that both cohorts measure", async (t) => {
  const svg = valueDistributions(measuredCohort(1), measuredCohort(2));
  const texts = [...svg?.querySelectorAll("text") ?? []].map(({ textContent }) => textContent);
  assertEquals(texts, [
    "RealSynthetic", // the legend, two words in one text
    ...["20", "30", "90", "100", "Essential hypertension", "</script></title><script>gl…"],
  ]);
  assertEquals(/<(script|img|b)\b/.test(svg?.outerHTML ?? ""), false);
  await t.assertSnapshot(svg?.outerHTML);
  assertEquals(valueDistributions(measuredCohort(1), smallCohort(1)), undefined);
});

Deno.test("fidelityOverview() shows figures beyond its axis by their number", async (t) => {
  const three = (unigram: number, sameVisit: number, sequential: number) => ({
    unigram: fidelityOf(unigram),
    same_visit_bigram: fidelityOf(sameVisit),
    sequential_bigram: fidelityOf(sequential),
  });
  const fidelity = {
    ...three(0.98, 0.93, 0.9),
    ceiling: three(0.99, 0.98, 0.97),
    floor: three(0.98, -1.25, 0.3),
  };
  const svg = fidelityOverview(fidelity);
  assertStringIncludes(svg.outerHTML, "◂ −1.25");
  await t.assertSnapshot(svg.outerHTML);
});

import { assertEquals } from "@std/assert";
import { comparisonOverview } from "ehrloom/plot/figures/comparison_overview.ts";

const fidelityOf = (r2: number) => ({
  r2,
  r2_low: r2 - 0.05,
  r2_high: r2 + 0.02,
  r2_median: r2,
  keys: 4,
});
const three = (unigram: number, sameVisit: number, sequential: number) => ({
  unigram: fidelityOf(unigram),
  same_visit_bigram: fidelityOf(sameVisit),
  sequential_bigram: fidelityOf(sequential),
});
const texts = (svg: Element) =>
  [...svg.querySelectorAll("text")].map(({ textContent }) => textContent);

Deno.test("comparisonOverview() has a dot for each model and probability", async (t) => {
  const svg = comparisonOverview({
    models: [
      { model: "halo", fidelity: three(0.98, 0.9, 0.8) },
      { model: "gpt", fidelity: three(0.97, 0.85, 0.9) },
    ],
    ceiling: three(0.99, 0.98, 0.97),
  });
  assertEquals(svg.querySelectorAll("circle").length, 6);
  assertEquals(texts(svg).filter((text) => text?.startsWith("◂")), []);
  await t.assertSnapshot(svg.outerHTML);
});

Deno.test("comparisonOverview() has a number instead of a dot for an R² below its axis", async (t) => {
  const svg = comparisonOverview({
    // of these only −0.12 has an interval that reaches into the axis, which begins at −0.1
    models: [{ model: "marginals", fidelity: three(0.9, -0.12, -2.5) }],
    ceiling: three(0.99, 0.98, 0.97),
  });
  assertEquals(svg.querySelectorAll("circle").length, 1);
  assertEquals(texts(svg).filter((text) => text?.startsWith("◂")), ["◂ −0.12", "◂ −2.50"]);
  const rules = '.mark-rule [stroke="#d55e00"] line';
  assertEquals(svg.querySelectorAll(rules).length, 2);
  await t.assertSnapshot(svg.outerHTML);
});

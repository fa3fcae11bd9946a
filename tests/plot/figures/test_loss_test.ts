import { assertEquals, assertStringIncludes } from "@std/assert";
import { testLossFigure } from "ehrloom/plot/figures/test_loss.ts";

const lossOf = (model: string, loss: number, isBound = false) => ({
  model,
  likelihood: {
    nll_per_visit: loss,
    nll_per_visit_low: loss - 0.5,
    nll_per_visit_high: loss + 0.5,
    nll_is_bound: isBound,
  },
});

Deno.test("testLossFigure() has open dots for bounds, and no row without likelihood", async (t) => {
  const svg = testLossFigure({
    models: [
      lossOf("halo", 4),
      { model: "synteg", likelihood: null },
      lossOf("eva", 5, true),
      lossOf("marginals", Infinity),
    ],
  });
  const text = svg?.outerHTML ?? "";
  const dots = [...svg?.querySelectorAll("circle") ?? []].map((dot) => dot.getAttribute("fill"));
  assertEquals(dots, ["#d55e00", "white"]);
  assertEquals(svg?.getAttribute("height"), String(70 + 3 * 26));
  assertStringIncludes(text, "≤ 5.00");
  assertStringIncludes(text, "gives a test record the probability 0");
  assertEquals(text.includes("synteg"), false);
  await t.assertSnapshot(text);
});

Deno.test("testLossFigure() is not drawn where no loss is finite", () => {
  assertEquals(testLossFigure({ models: [lossOf("marginals", Infinity)] }), undefined);
  assertEquals(testLossFigure({ models: [{ model: "synteg", likelihood: null }] }), undefined);
});

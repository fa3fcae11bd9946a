import { assertEquals, assertLess } from "@std/assert";
import {
  logAxis,
  probabilityRange,
  probabilityText,
} from "ehrloom/plot/figures/probability_axes.ts";

Deno.test("probabilityText() writes small numbers as powers of ten", () => {
  assertEquals(
    [0, 1, 0.25, 0.0312, 0.001, 0.0001, 0.000021, 1.5e-12].map((value) => probabilityText(value)),
    ["0", "1", "0.25", "0.031", "0.001", "10⁻⁴", "2.1×10⁻⁵", "1.5×10⁻¹²"],
  );
  assertEquals(probabilityText(0.012345, 3), "0.0123");
});

Deno.test("logAxis() has a place for zero below every probability", () => {
  for (const [lowest, highest] of [[1e-5, 0.4], [0.5, 0.5], [1e-9, 1e-8]]) {
    const { domain: [low, high], zero, edge } = logAxis(lowest, highest);
    const rising = [low, zero, edge, lowest];
    for (let i = 1; i < rising.length; i++) assertLess(rising[i - 1], rising[i]);
    assertLess(highest, high);
  }
});

Deno.test("probabilityRange() leaves out zeros", () => {
  assertEquals(probabilityRange({ real: [0, 0.2], synthetic: [0.7, 0] }), [0.2, 0.7]);
  assertEquals(probabilityRange({ real: [0], synthetic: [0] }), [0.1, 1]);
});

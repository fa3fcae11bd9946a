import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import {
  probabilityRange,
  probabilityScale,
  probabilityText,
} from "ehrloom/plot/figures/probability_axes.ts";

Deno.test("probabilityText() writes small numbers as powers of ten", () => {
  assertEquals(
    [0, 1, 0.25, 0.0312, 0.001, 0.0001, 0.000021, 1.5e-12].map((value) => probabilityText(value)),
    ["0", "1", "0.25", "0.031", "0.001", "10⁻⁴", "2.1×10⁻⁵", "1.5×10⁻¹²"],
  );
  assertEquals(probabilityText(0.012345, 3), "0.0123");
});

Deno.test("probabilityScale() has a place for zero below every probability of a log axis", () => {
  for (const [lowest, highest] of [[1e-5, 0.4], [0.5, 0.5], [1e-9, 1e-8]]) {
    const { domain: [low, high], zero, start, place } = probabilityScale([lowest, highest], "log");
    const rising = [low, zero, start, lowest];
    for (let i = 1; i < rising.length; i++) assertLess(rising[i - 1], rising[i]);
    assertLess(highest, high);
    assertEquals([place(0), place(lowest)], [zero, lowest]);
  }
});

Deno.test("probabilityScale() gives shares of the axis by value, or by logarithm", () => {
  const linear = probabilityScale([0.1, 0.4], "linear");
  assertEquals(linear.domain, [0, 0.4 * 1.05]);
  assertEquals([0, 0.5, 1].map((share) => linear.share(share * linear.domain[1])), [0, 0.5, 1]);
  const log = probabilityScale([0.01, 0.1], "log");
  assertEquals(log.domain.map(log.share), [0, 1]);
  // one power of ten, with 12% of it below and 3% above
  assertAlmostEquals(log.share(0.01), 0.12 / 1.15);
  assertAlmostEquals(log.share(0.1), 1.12 / 1.15);
  assertAlmostEquals(log.share(0), 0.04 / 1.15);
});

Deno.test("probabilityRange() leaves out zeros", () => {
  assertEquals(probabilityRange({ real: [0, 0.2], synthetic: [0.7, 0] }), [0.2, 0.7]);
  assertEquals(probabilityRange({ real: [0], synthetic: [0] }), [0.1, 1]);
});

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { binomialTail, clopperPearson } from "ehrloom/evaluate/binomial.ts";
import { normalQuantile } from "ehrloom/evaluate/normal.ts";
import { wilson } from "ehrloom/evaluate/wilson.ts";

Deno.test("binomialTail() is the sum of the probabilities, by hand", () => {
  assertAlmostEquals(binomialTail(2, 3, 0.5), 4 / 8, 1e-12);
  assertAlmostEquals(binomialTail(1, 4, 0.2), 1 - 0.8 ** 4, 1e-12);
  assertAlmostEquals(binomialTail(20, 20, 0.9), 0.9 ** 20, 1e-12);
  assertEquals([binomialTail(0, 3, 0.1), binomialTail(4, 3, 0.1)], [1, 0]);
  assertEquals([binomialTail(1, 3, 0), binomialTail(3, 3, 1)], [0, 1]);
});

Deno.test("binomialTail() stays exact for many cases: tails from both sides sum to 1", () => {
  for (const k of [1, 700, 3000, 3001, 7499]) {
    const others = binomialTail(7500 - k + 1, 7500, 0.6);
    assertAlmostEquals(binomialTail(k, 7500, 0.4) + others, 1, 1e-9);
  }
});

Deno.test("clopperPearson() is the table's interval, and closed where nothing or everything is", () => {
  const { value, low, high } = clopperPearson(8, 10);
  assertEquals(value, 0.8);
  assertAlmostEquals(low, 0.44390454, 1e-7); // Clopper & Pearson's chart: 0.444 to 0.975
  assertAlmostEquals(high, 0.97478927, 1e-7);
  assertAlmostEquals(clopperPearson(0, 100).high, 1 - 0.025 ** (1 / 100), 1e-9);
  assertAlmostEquals(clopperPearson(100, 100, 0.99).low, 0.005 ** (1 / 100), 1e-9);
});

Deno.test("wilson() mirrors: as many failures as successes give the mirrored interval", () => {
  const [few, many] = [wilson(3, 20), wilson(17, 20)];
  assertAlmostEquals(few.low, 1 - many.high, 1e-12);
  assertAlmostEquals(few.high, 1 - many.low, 1e-12);
});

Deno.test("normalQuantile() is that of the standard table", () => {
  assertAlmostEquals(normalQuantile(0.975), 1.959963984540054, 1e-9);
  assertAlmostEquals(normalQuantile(0.0001), -3.719016485455709, 1e-9);
});

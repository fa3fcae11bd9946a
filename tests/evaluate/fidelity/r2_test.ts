import { assertAlmostEquals, assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import { r2, random } from "ehrloom";

Deno.test("r2() takes the real values as truth: swapped arguments give another figure", () => {
  assertAlmostEquals(r2([0, 1, 2], [0, 1, 1]), 1 - 1 / 2);
  assertAlmostEquals(r2([0, 1, 1], [0, 1, 2]), 1 - 1 / (2 / 3));
});

Deno.test("r2() is 0 for the mean of the real values and counts a slope as error", () => {
  assertEquals(r2([0, 1, 2], [1, 1, 1]), 0);
  assertEquals(r2([0, 1, 2], [0, 2, 4]), 1 - 5 / 2);
});

Deno.test("r2() is 1 or 0 where the real values do not vary", () => {
  assertEquals(r2([0.1, 0.1, 0.1], [0.1, 0.1, 0.1]), 1);
  assertEquals(r2([0.1, 0.1, 0.1], [0.1, 0.1, 0.2]), 0);
});

Deno.test("r2() has no value without keys", () => {
  assertEquals(r2([], []), NaN);
});

Deno.test("r2() is at most 1 and does not depend on the order of keys", () => {
  const draws = random(1);
  for (let run = 0; run < 100; run++) {
    const pairs = Array.from({ length: 20 }, () => [draws.uniform(), draws.uniform()]);
    const of = (rows: number[][]) => r2(rows.map(([a]) => a), rows.map(([, b]) => b));
    const found = of(pairs);
    assertLessOrEqual(found, 1);
    assertAlmostEquals(of(draws.shuffle(pairs)), found, 1e-12); // rounding of sums
  }
});

Deno.test("r2() refuses lists of different lengths", () => {
  assertThrows(() => r2([1], [1, 2]), RangeError, "1 real values with 2 synthetic");
});

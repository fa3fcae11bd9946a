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

/** R² of whole numbers by exact arithmetic: 1 − n Σ(r − s)² / (n Σr² − (Σr)²). */
function exactR2(real: Float64Array, synthetic: Float64Array): number {
  let [sum, squares, residual] = [0n, 0n, 0n];
  for (const [i, each] of real.entries()) {
    const truth = BigInt(each);
    sum += truth;
    squares += truth * truth;
    residual += (truth - BigInt(synthetic[i])) ** 2n;
  }
  const keys = BigInt(real.length);
  const digits = 10n ** 30n;
  return 1 - Number(digits * keys * residual / (keys * squares - sum * sum)) / Number(digits);
}

Deno.test("r2() of a million keys is exact arithmetic's, whatever all of them have in common", () => {
  const draws = random(1);
  for (const offset of [0, 2 ** 30, 2 ** 43]) {
    const real = Float64Array.from({ length: 1e6 }, () => offset + draws.integer(1000));
    const synthetic = real.map((each) => each + draws.integer(200) - 100);
    assertAlmostEquals(r2(real, synthetic), exactR2(real, synthetic), 1e-14, `${offset}`);
  }
});

Deno.test("r2() loses no small keys beside a large one", () => {
  // squares of the first key alone are 2⁵⁴, where a sum moves in steps of 4
  const real = Float64Array.from({ length: 1e6 }, (_, key) => key === 0 ? 2 ** 27 : key % 3);
  const synthetic = real.map((each, key) => key === 0 ? 0 : each + 1);
  const found = r2(real, synthetic);
  assertAlmostEquals(found, exactR2(real, synthetic), 1e-13);
});

Deno.test("r2() refuses lists of different lengths", () => {
  assertThrows(() => r2([1], [1, 2]), RangeError, "1 real values with 2 synthetic");
});

Deno.test("r2() of keys that occur several times is that of as many keys", () => {
  const [real, synthetic] = [[0.1, 0.4, 0.4, 0.4, 0.2, 0.2], [0.2, 0.3, 0.3, 0.3, 0.2, 0.2]];
  const merged = r2([0.1, 0.4, 0.2], [0.2, 0.3, 0.2], [1, 3, 2]);
  assertAlmostEquals(merged, r2(real, synthetic), 1e-12);
});

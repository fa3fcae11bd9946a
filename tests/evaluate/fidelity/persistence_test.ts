import { assertAlmostEquals, assertEquals } from "@std/assert";
import { independentMarginals, r2 } from "ehrloom";
import { persistence } from "ehrloom/evaluate/fidelity/persistence.ts";
import { figuresOf, letters } from "./figures_of.ts";

Deno.test("persistence by hand, at each lag", async () => {
  const real = letters("ab a b a", "a"); // lag 1: ab in first 4 times, back once; lag 2: 3 and 2
  const synthetic = letters("a a", "b"); // lag 1: 1 and 1
  const { lag_1, lag_2, lag_3 } = await figuresOf(persistence, real, synthetic);
  assertEquals([lag_1?.rate.real.value, lag_1?.rate.synthetic.value], [1 / 4, 1]);
  assertEquals(lag_1?.by_code, { r2: null, r2_low: null, r2_high: null, r2_median: null, keys: 0 });
  assertEquals([lag_2, lag_3], [null, null]); // no synthetic record is so long
  const same = await figuresOf(persistence, real, real);
  assertAlmostEquals(same.lag_2?.rate.synthetic.value ?? NaN, 2 / 3, 1e-12); // b, then a, come back
  assertEquals(same.lag_3?.rate.real.value, 1 / 2); // of a and b, a is there at the end
});

Deno.test("persistence compares codes that 30 real pairs of visits have, and says what it left out", async () => {
  const times = (count: number, record: string) => Array(count).fill(record);
  const real = letters(
    ...times(30, "a a"),
    ...times(10, "a b"),
    ...times(15, "b b"),
    ...times(45, "b c"),
    ...times(29, "d d"), // one too few
    ...times(40, "e e"), // never in the synthetic records
  );
  const synthetic = letters("a a", "a b", "b b", "b b", "b a");
  const { lag_1 } = await figuresOf(persistence, real, synthetic);
  assertEquals([lag_1?.by_code.keys, lag_1?.codes_left_out], [2, 1]);
  const expected = r2([30 / 40, 15 / 60], [1 / 2, 2 / 3]);
  assertAlmostEquals(lag_1?.by_code.r2 ?? NaN, expected, 1e-12);
});

Deno.test("independent draws lose persistence, equal cohorts keep it", async () => {
  const real = letters(
    ...Array.from({ length: 60 }, (_, i) => Array(4).fill("abcdef"[i % 6]).join(" ")),
  );
  const drawn = independentMarginals(real, { seed: 5 });
  const broken = await figuresOf(persistence, real, drawn, { resamples: 50 });
  const good = await figuresOf(persistence, real, real, { resamples: 50 });
  for (const lag of ["lag_1", "lag_2", "lag_3"] as const) {
    assertEquals((broken[lag]?.rate.difference.high ?? 0) < 0, true);
    assertEquals(good[lag]?.rate.difference.value, 0);
    assertEquals(good[lag]?.rate.synthetic.value, 1);
  }
});

Deno.test("persistence is the same for a single record, which is read several times in a row", async () => {
  const one = letters("a b a a b b");
  const { lag_1, lag_2, lag_3 } = await figuresOf(persistence, one, one, { resamples: 3 });
  // lag 1: a stays in 1 of 3, b in 1 of 2; lag 2: a in 1 of 3 (first, third), b in 0 of 1
  assertAlmostEquals(lag_1?.rate.real.value ?? NaN, 2 / 5, 1e-12);
  assertAlmostEquals(lag_2?.rate.synthetic.value ?? NaN, 1 / 4, 1e-12);
  assertAlmostEquals(lag_3?.rate.real.value ?? NaN, 2 / 3, 1e-12); // a in the fourth, b in the fifth
  assertEquals(lag_3?.rate.synthetic, { value: 2 / 3, low: 2 / 3, high: 2 / 3 });
});

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { r2 } from "ehrloom";
import { onsets } from "ehrloom/evaluate/fidelity/onsets.ts";
import { figuresOf, letters } from "./figures_of.ts";

Deno.test("onsets by hand: a repeat has an earlier visit with its code, gaps between do not matter", async () => {
  const real = letters("ab a b", "a"); // onsets: a 2, b 1; repeats: a 1, b 1; 4 visits
  const synthetic = letters("a a", "b bc b"); // onsets: a, b, c; repeats: a 1, b 2; 5 visits
  const found = await figuresOf(onsets, real, synthetic);
  const { onsets: first, repeats } = found ?? {};
  assertAlmostEquals(first?.rate.real.value ?? NaN, 3 / 4, 1e-12);
  assertAlmostEquals(first?.rate.synthetic.value ?? NaN, 3 / 5, 1e-12);
  assertAlmostEquals(repeats?.rate.real.value ?? NaN, 2 / 4, 1e-12);
  assertAlmostEquals(repeats?.rate.difference.value ?? NaN, 3 / 5 - 2 / 4, 1e-12);
  const ofOnsets = r2([2 / 4, 1 / 4, 0], [1 / 5, 1 / 5, 1 / 5]);
  assertAlmostEquals(first?.by_code.r2 ?? NaN, ofOnsets, 1e-12);
  assertEquals([first?.by_code.keys, repeats?.by_code.keys], [3, 2]);
});

Deno.test("onsets of equal cohorts are exact; without repeats there is no R² of repeats", async () => {
  const cohort = letters("ab a", "c", "b b b");
  const found = await figuresOf(onsets, cohort, cohort);
  assertEquals([found?.onsets.by_code.r2, found?.repeats.by_code.r2], [1, 1]);
  assertEquals(found?.onsets.rate.difference.value, 0);
  const none = await figuresOf(onsets, letters("a b"), letters("b c"));
  assertEquals([none?.repeats.by_code.r2, none?.repeats.by_code.keys], [null, 0]);
  assertEquals(none?.repeats.rate.real.value, 0);
});

Deno.test("a cohort that only repeats has too few onsets, although each visit has as many codes", async () => {
  const real = letters(
    ...Array.from({ length: 40 }, (_, i) => "ab bc cd de".slice(0, 5 + i % 2 * 6)),
  );
  const stuck = letters(
    ...Array.from({ length: 40 }, (_, i) => "ab ab ab ab".slice(0, 5 + i % 2 * 6)),
  );
  const [broken, good] = [
    await figuresOf(onsets, real, stuck, { resamples: 50 }),
    await figuresOf(onsets, real, real, { resamples: 50 }),
  ];
  assertEquals((broken?.onsets.rate.difference.high ?? 0) < 0, true);
  assertEquals((broken?.repeats.rate.difference.low ?? 0) > 0, true);
  const { low = 1, high = -1 } = good?.onsets.rate.difference ?? {};
  assertEquals(low <= 0 && high >= 0, true);
});

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { coherence } from "ehrloom/evaluate/fidelity/coherence.ts";
import { figuresOf, letters } from "./figures_of.ts";

Deno.test("coherence by hand", async () => {
  // distinct codes 1, 2, 3: of each decile's bin at most one record
  const real = letters("a a", "ab", "a b c");
  const synthetic = letters("a", "b", "a b c", "ab");
  const found = await figuresOf(coherence, real, synthetic);
  // a third each against 2/4, 1/4, 1/4
  assertAlmostEquals(found?.codes_per_patient.value ?? NaN, 1 - (1 / 2 - 1 / 3), 1e-12);
  // patients: a 3, b 2, c 1 against a 3, b 3, c 1
  assertAlmostEquals(found?.patients_per_code.value ?? NaN, 1 - (3 / 7 - 2 / 6), 1e-12);
});

Deno.test("coherence is 1 for equal cohorts; codes beyond the nine most common ones are one", async () => {
  const all = "abcdefghijkl";
  // a in 12 records, b in 11, … l in 1
  const real = letters(...Array.from(all, (_, i) => all.slice(0, 12 - i)));
  const same = await figuresOf(coherence, real, real);
  assertEquals([same?.codes_per_patient.value, same?.patients_per_code.value], [1, 1]);
  const renamed = letters(
    ...Array.from(
      all,
      (_, i) => all.slice(0, 12 - i).replace("j", "x").replace("k", "j").replace("x", "k"),
    ),
  );
  const found = await figuresOf(coherence, real, renamed); // k instead of j: both are of the rest
  assertEquals(found?.patients_per_code.value, 1);
  const empty = await figuresOf(coherence, real, letters("-"));
  assertEquals(empty, null);
});

Deno.test("common codes that are swapped are told apart, although their numbers are equal", async () => {
  const real = letters(...Array(30).fill("ab"), ...Array(30).fill("ac"), ...Array(9).fill("ad"));
  const swapped = letters(...Array(30).fill("db"), ...Array(30).fill("dc"), ...Array(9).fill("ad"));
  const broken = await figuresOf(coherence, real, swapped, { resamples: 50 });
  const good = await figuresOf(coherence, real, real, { resamples: 50 });
  assertEquals((broken?.patients_per_code.high ?? 1) < (good?.patients_per_code.low ?? 0), true);
  assertEquals(broken?.codes_per_patient.value, 1);
});

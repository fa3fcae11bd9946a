import { assertAlmostEquals, assertEquals } from "@std/assert";
import { r2 } from "ehrloom";
import { codeLadder } from "ehrloom/evaluate/fidelity/code_ladder.ts";
import { figuresOf, letters } from "./figures_of.ts";

Deno.test("code_ladder by hand", async () => {
  // records: a 4, b 2, c 1; visits: a 5, b 2, c 1
  const real = letters("a a", "ab", "ab", "ac");
  const synthetic = letters("a", "b", "ab d"); // records: a 2, b 2, d 1; visits the same
  const ladder = await figuresOf(codeLadder, real, synthetic);
  assertEquals(ladder?.rungs.map(({ rung }) => rung), [
    "1st of 3 (most common)",
    "2nd of 3",
    "3rd of 3 (rarest)",
  ]);
  assertEquals(ladder?.rungs.map(({ most_records }) => most_records), [4, 2, 1]);
  assertEquals(ladder?.rungs.map(({ occurring }) => occurring.value), [1, 1, 0]);
  const ratios = ladder?.rungs.map(({ prevalence_ratio }) => prevalence_ratio.value) ?? [];
  [(2 / 3) / 1, (2 / 3) / (1 / 2), 0].forEach((ratio, i) =>
    assertAlmostEquals(ratios[i], ratio, 1e-12)
  );
  assertEquals(ladder?.rungs.map(({ real_share }) => real_share.value), [5 / 8, 2 / 8, 1 / 8]);
  assertEquals(ladder?.rungs.map(({ synthetic_share }) => synthetic_share.value), [
    2 / 5,
    2 / 5,
    0,
  ]);
  // shares of rungs and of what training lacks: 5/8, 2/8, 1/8, 0 against 2/5, 2/5, 0, 1/5
  assertAlmostEquals(ladder?.misplaced_share.value ?? NaN, 2 / 5 - 2 / 8 + 1 / 5, 1e-12);
  // |2/3 − 1| / 1, |2/3 − 1/2| / (1/2), |0 − 1/4| / (1/4)
  const errors = ladder?.rungs.map(({ relative_error }) => relative_error?.value ?? NaN) ?? [];
  [1 / 3, 1 / 3, 1].forEach((error, i) => assertAlmostEquals(errors[i], error, 1e-12));
  assertEquals(ladder?.rungs[0].r2, null); // one code does not vary
  assertEquals(ladder?.rare?.codes, 3);
  assertAlmostEquals(ladder?.rare?.recall.value ?? NaN, 2 / 3, 1e-12);
  const inflation = (2 / 3 + 2 / 3) / (1 + 1 / 2 + 1 / 4);
  assertAlmostEquals(ladder?.rare?.inflation.value ?? NaN, inflation, 1e-12);
});

Deno.test("code_ladder has R² within a rung where equally many records have not each of its codes", async () => {
  // 12 codes on 10 rungs: c and d are the third
  const real = letters("abcdefghijkl", "abcd", "abc", "ab", "a");
  const synthetic = letters("abd", "cd", "a", "a", "a");
  const rungs = (await figuresOf(codeLadder, real, synthetic))?.rungs ?? [];
  assertEquals(rungs.map(({ codes }) => codes), [1, 1, 2, 1, 1, 1, 1, 2, 1, 1]);
  assertAlmostEquals(rungs[2].r2?.value ?? NaN, r2([3 / 5, 2 / 5], [1 / 5, 2 / 5]), 1e-9);
  assertEquals(rungs.filter((rung) => rung.r2 !== null).length, 1);
});

Deno.test("code_ladder of equal cohorts is exact, of disjoint ones as wrong as can be", async () => {
  const cohort = letters("ab c", "a", "b", "c d");
  const same = await figuresOf(codeLadder, cohort, cohort);
  assertAlmostEquals(same?.misplaced_share.value ?? NaN, 0, 1e-12);
  assertEquals([same?.rare?.recall.value, same?.rare?.inflation.value], [1, 1]);
  const other = await figuresOf(codeLadder, cohort, letters("ij", "k"));
  assertEquals(other?.misplaced_share.value, 1);
  assertEquals([other?.rare?.recall.value, other?.rare?.inflation.value], [0, 0]);
  assertEquals(await figuresOf(codeLadder, cohort, letters("- -")), null);
});

Deno.test("code_ladder tells a cohort without rare codes from one that has them", async () => {
  const common = Array.from({ length: 100 }, () => "abcd");
  const rare = [..."efghijkl"].map((code) => `abcd ${code}${code === "l" ? "k" : "l"}`);
  const real = letters(...common, ...rare);
  const [broken, good] = [
    await figuresOf(codeLadder, real, letters(...common), { resamples: 50 }),
    await figuresOf(codeLadder, real, real, { resamples: 50 }),
  ];
  assertEquals(broken?.rare?.recall.value, 0);
  assertEquals((broken?.rare?.recall.high ?? 1) < (good?.rare?.recall.low ?? 0), true);
});

Deno.test("code_ladder does not say how few patients have a code if that is fewer than min_cell", async () => {
  const real = letters("ab", "ab", "a", "ac");
  const ladder = await figuresOf(codeLadder, real, real, { minCell: 2 });
  const records = ladder?.rungs.map(({ most_records, fewest_records }) => [
    most_records,
    fewest_records,
  ]);
  assertEquals(records, [[4, 4], [2, 2], [null, null]]);
});

Deno.test("code_ladder has finite intervals for a code of one patient, whom many resamples lack", async () => {
  const real = letters(...Array(20).fill("a"), "ab");
  const { rare } = await figuresOf(codeLadder, real, real, { resamples: 200 }) ?? {};
  assertEquals(rare?.codes, 1);
  assertEquals(rare?.inflation.value, 1);
  assertEquals(Number.isFinite(rare?.inflation.high), true);
});

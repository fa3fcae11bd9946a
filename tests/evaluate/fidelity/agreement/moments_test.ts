import { assertAlmostEquals, assertEquals } from "@std/assert";
import { random } from "ehrloom";
import {
  Moments,
  type ProbabilityPair,
  slopedFigures,
} from "ehrloom/evaluate/fidelity/agreement/moments.ts";

/** Probabilities of whole counts, of 100 real and 50 synthetic visits. */
function pair(real: number[], synthetic: number[]): ProbabilityPair {
  return {
    real: Float64Array.from(real, (count) => count / 100),
    synthetic: Float64Array.from(synthetic, (count) => count / 50),
    times: new Float64Array(real.length).fill(1),
    isCommon: Uint8Array.from(real, (count) => Number(count >= 5)),
    halves: [0.005, 0.01],
  };
}

/** All figures by name. */
function figuresOf(of: ProbabilityPair) {
  const [r2, pearson, rmse, logR2, variation, jensenShannon, gap] = new Moments(of).values;
  return { r2, pearson, rmse, logR2, variation, jensenShannon, gap };
}

Deno.test("equal probabilities agree in every figure", () => {
  assertEquals(figuresOf(pair([10, 20, 40], [5, 10, 20])), {
    r2: 1,
    pearson: 1,
    rmse: 0,
    logR2: 1,
    variation: 0,
    jensenShannon: 0,
    gap: 0,
  });
});

Deno.test("cohorts without a common key are as far apart as can be", () => {
  const found = figuresOf(pair([10, 30, 0, 0], [0, 0, 10, 5]));
  assertAlmostEquals(found.variation, 1, 1e-12);
  assertAlmostEquals(found.jensenShannon, 1, 1e-12);
  assertAlmostEquals(found.gap, 0.3, 1e-12);
});

Deno.test("figures by hand: 0.1, 0.3 and 0.02 against 0.2, 0 and 0.2", () => {
  const found = figuresOf(pair([10, 30, 2], [10, 0, 10]));
  const [real, synthetic] = [[0.1, 0.3, 0.02], [0.2, 0, 0.2]];
  const squares = 0.1 ** 2 + 0.3 ** 2 + 0.18 ** 2;
  const [a, b] = [0.14, 0.4 / 3]; // means
  const spread = (x: number[], mean: number) =>
    x.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  const product = real.reduce((sum, each, i) => sum + (each - a) * (synthetic[i] - b), 0);
  assertAlmostEquals(found.r2, 1 - squares / spread(real, a), 1e-12);
  assertAlmostEquals(found.rmse, Math.sqrt(squares / 3), 1e-12);
  assertAlmostEquals(found.gap, 0.3, 1e-12);
  assertAlmostEquals(
    found.pearson,
    product / Math.sqrt(spread(real, a) * spread(synthetic, b)),
    1e-12,
  );
  // of 0.42 and of 0.4: 5/21, 15/21, 1/21 against 1/2, 0, 1/2
  const [p, q] = [[5 / 21, 15 / 21, 1 / 21], [1 / 2, 0, 1 / 2]];
  assertAlmostEquals(found.variation, 15 / 21, 1e-12);
  const entropy = (x: number[]) =>
    x.reduce((sum, each) => each === 0 ? sum : sum - each * Math.log2(each), 0);
  const middle = p.map((each, i) => (each + q[i]) / 2);
  assertAlmostEquals(found.jensenShannon, entropy(middle) - (entropy(p) + entropy(q)) / 2, 1e-12);
  // 10 and 30 real occurrences; the synthetic cohort lacks the second: half an occurrence of 50 visits
  const [log1, log3] = [Math.log10(0.1), Math.log10(0.3)];
  const errors = (log1 - Math.log10(0.2)) ** 2 + (log3 - Math.log10(0.01)) ** 2;
  assertAlmostEquals(found.logR2, 1 - errors / ((log3 - log1) ** 2 / 2), 1e-12);
});

Deno.test("figures that have no value are NaN: one key, or a side that is empty", () => {
  const one = figuresOf(pair([10], [3]));
  assertEquals([one.pearson, one.logR2], [NaN, NaN]);
  const empty = figuresOf(pair([10, 20], [0, 0]));
  assertEquals([empty.pearson, empty.variation, empty.jensenShannon], [NaN, NaN, NaN]);
  assertEquals(new Moments(pair([], [])).values.every(Number.isNaN), true);
});

Deno.test("slopes are those of small changes of one probability, in every figure", () => {
  const draws = random(1);
  const counts = (most: number) => Array.from({ length: 12 }, () => 1 + draws.integer(most));
  const base = pair(counts(50), counts(25));
  const moments = new Moments(base);
  const step = 1e-6;
  const moved = (side: "real" | "synthetic", key: number, by: number) => {
    const changed = base[side].slice();
    changed[key] += by;
    return new Moments({ ...base, [side]: changed }).values;
  };
  for (let key = 0; key < 12; key++) {
    for (const side of ["real", "synthetic"] as const) {
      const found = new Float32Array(slopedFigures);
      const { real, synthetic, isCommon } = base;
      const sloped = {
        isLargest: key === moments.largest,
        real: real[key],
        synthetic: synthetic[key],
        isCommon: isCommon[key] === 1,
      };
      if (side === "real") moments.realSlopes(sloped, found);
      else moments.syntheticSlopes(sloped, found);
      const [above, below] = [moved(side, key, step), moved(side, key, -step)];
      found.forEach((slope, figure) => {
        const wanted = (above[figure] - below[figure]) / (2 * step);
        assertAlmostEquals(slope, wanted, 1e-5 * (1 + Math.abs(wanted)), `${side} ${figure}`);
      });
    }
  }
});

Deno.test("keys with equal probabilities may be one entry, in every figure", () => {
  const [real, synthetic] = [[10, 3, 3, 0, 7, 3, 8, 8], [2, 4, 4, 5, 1, 4, 0, 0]];
  const { values, largest, total } = new Moments(pair(real, synthetic));
  const merged = new Moments({
    ...pair([10, 3, 0, 7, 8], [2, 4, 5, 1, 0]),
    times: Float64Array.of(1, 3, 1, 1, 2),
  });
  values.forEach((value, figure) => assertAlmostEquals(merged.values[figure], value, 1e-12));
  assertAlmostEquals(merged.total, total, 1e-12);
  assertEquals([largest, merged.largest], [3, 2]);
});

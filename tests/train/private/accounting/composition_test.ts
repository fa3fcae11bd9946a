import { assertAlmostEquals, assertEquals } from "@std/assert";
import { logBinomial } from "ehrloom/evaluate/binomial.ts";
import { logMomentOfSum, type Part, summed } from "ehrloom/train/private/accounting/composition.ts";

/** Steps with a loss of 1 with some probability, else of -1. */
function coins(probability: number, steps: number): Part {
  const masses = Float64Array.of(1 - probability, 0, probability);
  const losses = { spacing: 1, first: -1, masses, lost: 1e-30 };
  return { losses, logs: masses.map(Math.log), steps };
}

Deno.test("summed() is the binomial distribution for coins, to a relative 1e-10 around the tilt", () => {
  const [steps, probability] = [200, 0.1];
  // odds of 9 : 1 instead of 1 : 9, so 180 of 200 coins
  const window = { tilt: Math.log(9), low: -200, high: 200, above: 0 };
  const { first, masses, lost } = summed([coins(probability, steps)], window);
  assertEquals(first, -200);
  assertAlmostEquals(lost, 200 * 1e-30, 1e-40);
  for (let heads = 165; heads <= 195; heads++) {
    const exact = Math.exp(logBinomial(heads, steps, probability)); // 1e-151 for 180
    assertAlmostEquals(masses[2 * heads] / exact, 1, 1e-10);
  }
});

Deno.test("summed() adds kinds of steps: three and four coins of one kind are seven", () => {
  const window = { tilt: 0, low: -7, high: 7, above: 0 };
  const [apart, together] = [
    summed([coins(0.3, 3), coins(0.3, 4)], window),
    summed([coins(0.3, 7)], window),
  ];
  for (const [i, mass] of together.masses.entries()) {
    assertAlmostEquals(apart.masses[i], mass, 1e-15);
  }
  assertAlmostEquals(together.masses[14], 0.3 ** 7, 1e-15);
});

Deno.test("summed() wraps what is outside the window into it, where it only adds", () => {
  const { first, masses } = summed([coins(0.5, 20)], { tilt: 0, low: -5, high: 5, above: 0 });
  assertEquals([first, masses.length], [-5, 16]);
  const binomial = (sum: number) => Math.exp(logBinomial((sum + 20) / 2, 20, 0.5));
  assertAlmostEquals(masses[4 - first], binomial(4) + binomial(20) + binomial(-12), 1e-14);
});

Deno.test("logMomentOfSum() is exact for coins, where the moment itself would overflow too", () => {
  const log = (rate: number) => 5 * Math.log(0.7 * Math.exp(-rate) + 0.3 * Math.exp(rate));
  assertAlmostEquals(logMomentOfSum([coins(0.3, 5)], 0.4), log(0.4), 1e-13);
  assertAlmostEquals(logMomentOfSum([coins(0.3, 5)], 2000), 5 * (2000 + Math.log(0.3)), 1e-9);
});

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { noiseFor } from "ehrloom/train/private/accounting/noise_for.ts";
import { epsilonSpent } from "ehrloom/train/private/accounting/pld.ts";
import { gaussianEpsilon } from "./gaussian.ts";

Deno.test("noiseFor() is the smallest noise within the budget, to 4 decimals", () => {
  for (
    const [samplingRate, steps, epsilon, delta] of [
      [0.04, 2250, 8, 1e-5],
      [0.01, 1000, 0.5, 1e-6],
      [0.5, 20, 3, 1e-4],
      [1, 3, 40, 1e-5],
    ]
  ) {
    const noise = noiseFor({ samplingRate, steps }, { epsilon, delta });
    const spent = (noiseMultiplier: number) =>
      epsilonSpent([{ samplingRate, noiseMultiplier, steps }], delta);
    assertEquals(noise, Number(noise.toFixed(4)));
    assert(spent(noise) <= epsilon, `${spent(noise)} with ${noise}`);
    assert(spent(noise - 1e-4) >= epsilon, `${spent(noise - 1e-4)} with less than ${noise}`);
  }
});

Deno.test("noiseFor() is at most what Opacus finds, which stops within 1% above", () => {
  const budget = { epsilon: 8, delta: 1e-5 };
  for (const [steps, opacus] of [[2250, 1.34765625], [2000, 1.2915]]) {
    const noise = noiseFor({ samplingRate: 0.04, steps }, budget);
    assert(noise <= opacus && noise > opacus * 0.99, `${noise} for ${opacus}`);
  }
});

Deno.test("noiseFor() of one step without sampling is the analytic Gaussian mechanism's", () => {
  for (const epsilon of [0.1, 1, 5]) {
    const noise = noiseFor({ samplingRate: 1, steps: 1 }, { epsilon, delta: 1e-6 });
    assertAlmostEquals(gaussianEpsilon(1 / noise, 1e-6) / epsilon, 1, 1e-3);
  }
});

Deno.test("noiseFor() names what it cannot do", () => {
  const budget = { epsilon: 1, delta: 1e-5 };
  const planned = { samplingRate: 0.1, steps: 10 };
  assertThrows(() => noiseFor({ ...planned, steps: 0 }, budget), RangeError, "0 steps");
  assertThrows(() => noiseFor({ ...planned, samplingRate: 0 }, budget), RangeError, "rate of 0");
  assertThrows(() => noiseFor(planned, { ...budget, epsilon: 0 }), RangeError, "epsilon of 0");
  assertThrows(() => noiseFor(planned, { ...budget, delta: 1 }), RangeError, "delta of 1");
  assertThrows(
    () => noiseFor({ samplingRate: 1, steps: 1000 }, { epsilon: 1e-9, delta: 1e-12 }),
    RangeError,
    "Cannot keep 1000 steps within an epsilon of 1e-9",
  );
});

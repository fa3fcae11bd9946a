import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { pmse, propensityError } from "ehrloom/evaluate/fidelity/two_sample/pmse.ts";
import { coins, figuresOf, walks } from "./cohorts.ts";

Deno.test("propensityError() is 0 for constant scores and 1/4 for sure ones in equal numbers", () => {
  assertEquals(propensityError([0.5, 0.5, 0.5, 0.5], 0.5), 0);
  assertEquals(propensityError([0.2, 0.2], 0.2), 0);
  assertEquals(propensityError([0, 0, 1, 1], 0.5), 1 / 4);
  assertAlmostEquals(propensityError([0.2, 0.6, 0.7], 0.5), (0.09 + 0.01 + 0.04) / 3, 1e-12);
});

Deno.test("pmse is the closed form between two coins, and far above its expectation", async () => {
  const cohorts = { training: coins(1, 400, 0.3), heldOut: coins(2, 400, 0.3) };
  const apart = await figuresOf(pmse, { ...cohorts, synthetic: coins(3, 400, 0.7) });
  // a record with "a" is synthetic with probability 0.7, one without with 0.3: (0.2)²
  assertAlmostEquals(apart.pmse.value, 0.04, 0.01);
  assert(apart.ratio.low > 5);
  assertEquals(apart.p_value, 1 / 101);
});

Deno.test("pmse of cohorts of the same distribution is about its expectation", async () => {
  const ratios: number[] = [];
  let low = 0;
  for (let run = 0; run < 6; run++) {
    const { ratio, p_value } = await figuresOf(pmse, {
      training: walks(3 * run, 50),
      heldOut: walks(3 * run + 1, 50),
      synthetic: walks(3 * run + 2, 50),
    });
    ratios.push(ratio.value);
    if (p_value < 0.05) low++;
  }
  assert(low <= 2, `${low} of 6 p values below 0.05`);
  const mean = ratios.reduce((sum, ratio) => sum + ratio / 6, 0);
  assert(mean > 0.8 && mean < 1.25, `${mean}`);
});

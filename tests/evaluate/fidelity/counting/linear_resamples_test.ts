import { assertAlmostEquals } from "@std/assert";
import { cohortOf, random, vocabulary } from "ehrloom";
import { mostSingly } from "ehrloom/evaluate/bootstrap.ts";
import { drawnOf } from "ehrloom/evaluate/fidelity/counting/linear_resamples.ts";
import { groups } from "ehrloom/evaluate/fidelity/counting/second_order.ts";

Deno.test("drawnOf() varies as single patients do, also where these are drawn in groups", async () => {
  for (const records of [2000, mostSingly + 100]) {
    const draws = random(1);
    const influences = Float64Array.from({ length: records }, () => draws.normal());
    const mean = influences.reduce((sum, each) => sum + each, 0) / records;
    const own = influences.map((each) => each - mean); // influences have the sum 0
    const visits = Array.from({ length: records }, () => ({ visits: [[0]], labels: [] }));
    const cohort = cohortOf(vocabulary(["a"]), [], visits);
    const asked = { role: "real", cohort } as const;
    const { linear, ofGroups } = await drawnOf(
      asked,
      [own, own],
      { real: asked, others: [], seed: 1, resamples: 1000 },
      () => {},
    );
    const squares = (of: Float64Array) => of.reduce((sum, each) => sum + each * each, 0);
    // standard errors: 4.5% from 1,000 resamples, 4.4% from 1,024 groups
    assertAlmostEquals(squares(linear[0].subarray(1)) / 1000 / squares(own), 1, 4 * 0.063);
    assertAlmostEquals(squares(ofGroups.subarray(groups)) / (1000 * groups), 1, 0.05);
  }
});

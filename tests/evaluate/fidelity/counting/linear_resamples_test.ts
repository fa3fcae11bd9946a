import { assertAlmostEquals } from "@std/assert";
import { cohortOf, random, vocabulary } from "ehrloom";
import { mostSingly, resampleWeights } from "ehrloom/evaluate/bootstrap.ts";
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

Deno.test("drawnOf() sums the influences and the groups of the patients that each resample draws", async () => {
  for (const records of [100, mostSingly + 100]) {
    const draws = random(2);
    const r2 = [0, 1].map(() => Float64Array.from({ length: records }, () => draws.normal()));
    const visits = Array.from({ length: records }, () => ({ visits: [[0]], labels: [] }));
    const cohort = cohortOf(vocabulary(["a"]), [], visits);
    const judged = { role: "held_out", cohort } as const;
    const { linear, ofGroups } = await drawnOf(
      judged,
      [r2[0], r2[1]],
      { real: judged, others: [], seed: 3, resamples: 2 },
      () => {},
    );
    const weights = new Int32Array(records);
    resampleWeights({ role: "held_out", seed: 3 }, 2, weights);
    const sum = (of: ArrayLike<number>) => weights.reduce((sum, each, i) => sum + each * of[i], 0);
    for (const part of [0, 1]) assertAlmostEquals(linear[part][2], sum(r2[part]), 1e-9);
    const size = Math.ceil((records - 5) / groups);
    const drawn = sum(weights.map((_, record) => Number(record % groups === 5)));
    assertAlmostEquals(ofGroups[2 * groups + 5], (drawn - size) / Math.sqrt(size), 1e-9);
  }
});

import { assertAlmostEquals, assertEquals, assertGreater, assertLess } from "@std/assert";
import { fidelityFigures, independentMarginals, labelPrevalence, random } from "ehrloom";
import { listedCohort } from "../random_cohort.ts";

/** Ten codes that come in five fixed pairs: (0, 1), (2, 3), … and, with code 10, always. */
function pairedCodes(seed: number, records: number) {
  const draws = random(seed);
  return listedCohort(
    Array.from({ length: records }, () => ({
      visits: Array.from({ length: 1 + draws.integer(5) }, () => {
        const pair = draws.integer(5) * 2;
        return [pair, pair + 1, 10];
      }),
      labels: [draws.integer(4) === 0 ? 1 : 0, 1],
    })),
    11,
  );
}

Deno.test("independentMarginals() keeps marginals and loses what goes together", async () => {
  const real = pairedCodes(1, 2000);
  const floor = independentMarginals(real, { seed: 2 });
  const [{ unigram, same_visit_bigram, aggregate }] = await fidelityFigures(
    { role: "real", cohort: real },
    [{ role: "floor", cohort: floor }],
    { resamples: 0 },
  );
  assertEquals(floor.recordCount, 2000);
  assertGreater(unigram.r2 ?? NaN, 0.99);
  assertLess(same_visit_bigram.r2 ?? NaN, 0.8);
  // standard error of either mean is about 0.03
  assertLess(Math.abs(aggregate.visits_per_record.difference.value), 0.2);
  assertLess(Math.abs(aggregate.codes_per_visit.difference.value), 0.1);
  const [x, y] = labelPrevalence(floor);
  assertAlmostEquals(x, labelPrevalence(real)[0], 0.05); // 3.5 standard errors of both
  assertEquals(y, 1);
});

Deno.test("independentMarginals() has a same-visit R² near 0 where codes come in pairs", async () => {
  const draws = random(1);
  const real = listedCohort(
    Array.from({ length: 3000 }, () => {
      const pair = draws.integer(10) * 2;
      return { visits: [[pair, pair + 1]], labels: [0, 0] };
    }),
    20,
  );
  const floor = independentMarginals(real, { seed: 1 });
  const [{ same_visit_bigram }] = await fidelityFigures(
    { role: "real", cohort: real },
    [{ role: "floor", cohort: floor }],
    { resamples: 0 },
  );
  assertAlmostEquals(same_visit_bigram.r2 ?? NaN, 0, 0.2); // real pairs at 0.1, independent ones at 0.01
});

Deno.test("independentMarginals() repeats by its seed; codes of every visit stay every visit's", () => {
  const real = pairedCodes(1, 50);
  const floor = independentMarginals(real, { seed: 3 });
  assertEquals(independentMarginals(real, { seed: 3 }).codes, floor.codes);
  assertEquals(floor.codes.filter((code) => code === 10).length, floor.visitCount);
});

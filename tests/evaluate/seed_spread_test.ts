import { assertAlmostEquals, assertEquals } from "@std/assert";
import { spreadsOf } from "ehrloom/evaluate/seed_spread.ts";

Deno.test("spreadsOf() gives mean and standard deviation over the seeds that have a figure", () => {
  const { seeds, figures } = spreadsOf([4, 5, 6], [
    { "unigram.r2": 0.5, loss: 3, rare: 1, infinite: Infinity },
    { "unigram.r2": 0.7, loss: null, rare: null, infinite: Infinity },
    { "unigram.r2": 0.9, loss: 5, infinite: 2 },
  ]);
  assertEquals(seeds, [4, 5, 6]);
  assertEquals(Object.keys(figures), ["unigram.r2", "loss"]);
  const { values, mean, sd } = figures["unigram.r2"];
  assertEquals(values, [0.5, 0.7, 0.9]);
  assertAlmostEquals(mean, 0.7, 1e-12);
  assertAlmostEquals(sd, 0.2, 1e-12); // √((0.04 + 0 + 0.04) / 2)
  assertEquals([figures.loss.values, figures.loss.mean], [[3, null, 5], 4]);
  assertAlmostEquals(figures.loss.sd, Math.SQRT2, 1e-12);
});

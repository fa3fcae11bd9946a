import { assert, assertEquals } from "@std/assert";
import { setSizes, trainingLength } from "ehrloom/evaluate/utility/balanced_sets.ts";

Deno.test("trainingLength() is as published for the published sizes, also for two sets together", () => {
  const sizes = setSizes(10_000, 1000, 3);
  const published = { batch: 512, epochs: 25, learningRate: 0.001 };
  assertEquals([2500, 5000].map((cases) => trainingLength(cases, sizes)), [published, published]);
});

Deno.test("trainingLength() of smaller sets is about 180 steps of at most 64 cases", () => {
  const sizes = setSizes(1684, 468, 3);
  for (const cases of [130, 832, 833, 1514, 3028, 4900]) {
    const { batch, epochs } = trainingLength(cases, sizes);
    const steps = epochs * cases / batch;
    assert(batch <= 64 && epochs <= 14 && steps > 150 && steps < 200, `${cases} cases, ${steps}`);
  }
  assertEquals(trainingLength(130, sizes), { batch: 10, epochs: 14, learningRate: 0.006 });
  assertEquals(trainingLength(1514, sizes), { batch: 64, epochs: 8, learningRate: 0.006 });
});

import { assertAlmostEquals, assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import { random } from "ehrloom/random.ts";
import { thinned } from "ehrloom/plot/figures/thinning.ts";

/** A crowd in the lower left corner and 40 lone points. */
function cloud(): { x: Float64Array; y: Float64Array } {
  const draws = random(5);
  const crowd = 20_000;
  const x = Float64Array.from(
    { length: crowd + 40 },
    (_, i) => i < crowd ? 0.2 * draws.uniform() : 0.5 + (i - crowd) / 90,
  );
  const y = x.map((value, i) => i < crowd ? 0.2 * draws.uniform() : value);
  return { x, y };
}

Deno.test("thinned() keeps every point where there are few", () => {
  const { kept, weights } = thinned([0, 1, 0.5], [0, 1, 0.5], 3);
  assertEquals(kept, Uint32Array.of(0, 1, 2));
  assertEquals(weights, Float32Array.of(1, 1, 1));
});

Deno.test("thinned() keeps lone points and thins the crowd to the limit", () => {
  const { x, y } = cloud();
  const { kept, weights } = thinned(x, y, 4000);
  assertLessOrEqual(kept.length, 4000);
  assertGreater(kept.length, 2000);
  assertEquals(kept.filter((index) => index >= 20_000).length, 40);
  assertEquals(kept.every((index, i) => i === 0 || index > kept[i - 1]), true);
  assertEquals(thinned(x, y, 4000), { kept, weights });
  // Together the points that were kept stand for all.
  assertAlmostEquals(weights.reduce((sum, weight) => sum + weight, 0), x.length, 1e-6 * x.length);
});

Deno.test("thinned() respects any limit, were it 1", () => {
  const { x, y } = cloud();
  for (const limit of [1, 7, 100, 19_999]) {
    const { length } = thinned(x, y, limit).kept;
    assertLessOrEqual(length, limit);
    assertGreater(length, 0);
  }
});

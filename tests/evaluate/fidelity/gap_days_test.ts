import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { cohortOf, fidelityFigures, vocabulary } from "ehrloom";

const names = vocabulary(["a"]);
const timed = (...gaps: number[][]) =>
  cohortOf(
    names,
    ["x", "y"],
    gaps.map((gapDays) => ({ visits: gapDays.map(() => [0]), gapDays, labels: [1, 0] })),
  );

async function gapDays(...gaps: number[][]) {
  const [{ gap_days }] = await fidelityFigures(
    { role: "real", cohort: timed([0, 2, 4], [0, 6], [0]) },
    [{ role: "synthetic", cohort: timed(...gaps) }],
    { seed: 1, resamples: 50 },
  );
  return gap_days;
}

Deno.test("fidelityFigures() compare the days between visits", async () => {
  const found = await gapDays([0, 5], [0, 5], [0, 5]);
  assertEquals([found?.real_mean, found?.synthetic_mean, found?.synthetic_sd], [4, 5, 0]);
  assertAlmostEquals(found?.real_sd ?? NaN, Math.sqrt(8 / 3), 1e-12);
  assertEquals(found?.difference.value, 1);
  assert(found && found.difference.low < 1 && found.difference.high > 1);
});

Deno.test("fidelityFigures() have no days where none pass between visits", async () => {
  assertEquals(await gapDays([0, 0], [0]), null);
});

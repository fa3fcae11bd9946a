import { assertEquals } from "@std/assert";
import { cohortOf, random } from "ehrloom";
import { memberships, prdc } from "ehrloom/evaluate/fidelity/two_sample/prdc.ts";
import { figuresOf, walks } from "./cohorts.ts";

const line = (...coordinates: number[]) => ({
  count: coordinates.length,
  width: 1,
  coordinates: Float32Array.from(coordinates),
});
const mean = (numbers: Float64Array) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

Deno.test("memberships() on a line are those counted by hand", async () => {
  // k = 1. Radii of real records 0, 1, 3, 10: 1, 1, 2, 7. Of synthetic ones 0.5, 2, 4.5, 30: 1.5, 1.5,
  // 2.5, 25.5. Real balls: (-1, 1), (0, 2), (1, 5), (3, 17).
  const found = await memberships(line(0, 1, 3, 10), line(0.5, 2, 4.5, 30), 1);
  assertEquals([...found.precision], [1, 1, 1, 0]);
  assertEquals([...found.density], [2, 1, 2, 0]); // 2 is on the surface of the second ball
  assertEquals([...found.coverage], [1, 1, 1, 1]);
  // synthetic balls: (-1, 2), (0.5, 3.5), (2, 7), (4.5, 55.5)
  assertEquals([...found.recall], [1, 1, 1, 1]);
});

Deno.test("memberships() of equal cohorts are all 1, those of distant ones all 0", async () => {
  const draws = random(1);
  const here = line(...Array.from({ length: 30 }, () => draws.uniform()));
  const same = await memberships(here, here, 5);
  assertEquals([same.precision, same.recall, same.coverage].map(mean), [1, 1, 1]);
  const far = await memberships(here, line(...here.coordinates.map((x) => x + 100)), 5);
  assertEquals(Object.values(far).map(mean), [0, 0, 0, 0]);
});

Deno.test("memberships() tell lost kinds of records from unreal ones", async () => {
  const draws = random(2);
  const blob = (middle: number) => Array.from({ length: 40 }, () => middle + draws.normal());
  const real = line(...blob(0), ...blob(50));
  const lost = await memberships(real, line(...blob(0), ...blob(0)), 5);
  assertEquals(mean(lost.precision) > 0.9, true);
  assertEquals(mean(lost.recall) <= 0.5, true); // the second kind is not there
  assertEquals(mean(lost.coverage) <= 0.5, true);
  const unreal = await memberships(real, line(...blob(0), ...blob(200)), 5);
  assertEquals(mean(unreal.precision) <= 0.5, true);
});

Deno.test("prdc tells records of one kind from held-out ones, with intervals", async () => {
  const cohorts = { training: walks(1, 100), heldOut: walks(2, 100) };
  const good = await figuresOf(prdc, { ...cohorts, synthetic: walks(3, 100) });
  const one = walks(4, 1);
  const same = cohortOf(
    one.vocabulary,
    [],
    Array.from({ length: 100 }, () => ({ visits: [[0, 1, 2]], labels: [] })),
  );
  const poor = await figuresOf(prdc, { ...cohorts, synthetic: same });
  assertEquals(poor.recall.high < good.recall.low, true);
  assertEquals(poor.coverage.high < good.coverage.low, true);
});

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { random } from "ehrloom";
import { nearestIn, neighbourRadii } from "ehrloom/evaluate/fidelity/two_sample/neighbours.ts";

const draws = random(2);
const cloud = (count: number) => ({
  count,
  width: 3,
  coordinates: Float32Array.from({ length: 3 * count }, () => draws.normal()),
});
const [a, b] = [cloud(15), cloud(20)];

/** Squared distance of a point of `a` and one of another list. */
const square = (i: number, to: typeof a, j: number) =>
  [0, 1, 2].reduce(
    (sum, k) => sum + (a.coordinates[3 * i + k] - to.coordinates[3 * j + k]) ** 2,
    0,
  );

Deno.test("neighbourRadii() are the k-th smallest distances to other points", async () => {
  const radii = await neighbourRadii(a, 4);
  radii.forEach((radius, i) => {
    const others = [...Array(15).keys()].filter((j) => j !== i).map((j) => square(i, a, j));
    assertAlmostEquals(radius, others.sort((x, y) => x - y)[3], 1e-9);
  });
});

Deno.test("neighbourRadii() count equal points as neighbours at distance 0", async () => {
  const points = { count: 3, width: 1, coordinates: Float32Array.of(0.1, 0.1, 2) };
  assertEquals((await neighbourRadii(points, 1)).subarray(0, 2), Float64Array.of(0, 0));
});

Deno.test("nearestIn() finds the nearest point, the first one of equal ones", async () => {
  const { indices, squares } = await nearestIn(a, b);
  indices.forEach((nearest, i) => {
    const all = [...Array(20).keys()].map((j) => square(i, b, j));
    assertEquals(nearest, all.indexOf(Math.min(...all)));
    assertAlmostEquals(squares[i], Math.min(...all), 1e-9);
  });
  const same = { ...a, coordinates: new Float32Array(45) };
  assertEquals([...(await nearestIn(same, same)).indices], new Array(15).fill(0));
});

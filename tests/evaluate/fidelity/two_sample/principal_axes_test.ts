import { assertAlmostEquals, assertEquals } from "@std/assert";
import { random } from "ehrloom";
import {
  inPrincipalAxes,
  principalAxes,
} from "ehrloom/evaluate/fidelity/two_sample/principal_axes.ts";

const draws = random(6);
/** Features x, 3x + a little, 7, and one of its own. */
const rows = Array.from({ length: 50 }, () => {
  const x = draws.normal();
  return [x, 3 * x + 0.1 * draws.normal(), 7, 5 * draws.normal()];
});
const points = { count: 50, width: 4, coordinates: Float32Array.from(rows.flat()) };

Deno.test("principalAxes() leave out what does not vary, and the first axis varies most", () => {
  const axes = principalAxes(points);
  assertEquals(axes.features, [0, 1, 3]);
  const { width, coordinates } = inPrincipalAxes(points, axes);
  const products = (i: number, j: number) =>
    rows.reduce((sum, _, r) => sum + coordinates[r * width + i] * coordinates[r * width + j], 0) /
    50;
  assertEquals(products(0, 0) > products(1, 1) && products(1, 1) > products(2, 2), true);
  assertAlmostEquals(products(0, 0) + products(1, 1) + products(2, 2), 3, 1e-5); // of variance 1 each
  for (const [i, j] of [[0, 1], [0, 2], [1, 2]]) assertAlmostEquals(products(i, j), 0, 1e-5);
});

Deno.test("inPrincipalAxes() changes no distance between standardised records", () => {
  const axes = principalAxes(points);
  const turned = inPrincipalAxes(points, axes);
  const square = (of: (k: number) => number) => [0, 1, 2].reduce((sum, k) => sum + of(k) ** 2, 0);
  const before = square((k) =>
    (rows[3][axes.features[k]] - rows[9][axes.features[k]]) / axes.deviations[k]
  );
  const after = square((k) => turned.coordinates[9 + k] - turned.coordinates[27 + k]);
  assertAlmostEquals(after, before, 1e-4);
});

import { assert, assertAlmostEquals } from "@std/assert";
import { type GridLosses, lossOnGrid } from "ehrloom/train/private/accounting/loss_on_grid.ts";
import { addDelta, removeDelta } from "./gaussian.ts";

/** δ at an ε, by its definition. */
function delta({ spacing, first, masses, lost }: GridLosses, epsilon: number): number {
  return masses.reduce(
    (sum, mass, i) => sum + mass * Math.max(0, -Math.expm1(epsilon - (first + i) * spacing)),
    lost,
  );
}

const steps = [[0.02, 0.7], [0.3, 1], [0.9, 4], [0.5, 0.1]];
const directions = [["remove", removeDelta], ["add", addDelta]] as const;

Deno.test("lossOnGrid() has the exact δ at the grid's points, in both directions", () => {
  for (const [q, sigma] of steps) {
    for (const [direction, exact] of directions) {
      const step = { samplingRate: q, noiseMultiplier: sigma };
      const losses = lossOnGrid(step, direction, 0.05, 1e-20);
      for (const points of [-30, -10, -1, 0, 1, 2, 5, 20, 60]) {
        assertAlmostEquals(delta(losses, points * 0.05), exact(q, sigma, points * 0.05), 1e-13);
      }
    }
  }
});

Deno.test("lossOnGrid() has too large a δ between the points, by the square of the spacing", () => {
  for (const [direction, exact] of directions) {
    const excess = [0.1, 0.02].map((spacing) => {
      const step = { samplingRate: 0.3, noiseMultiplier: 1 };
      // midway between two points of both grids
      return delta(lossOnGrid(step, direction, spacing, 1e-20), 0.25) - exact(0.3, 1, 0.25);
    });
    assert(excess[1] > 0);
    assertAlmostEquals(excess[0] / excess[1], 25, 3);
  }
});

Deno.test("lossOnGrid() has a probability of 1 in all, whatever the spacing", () => {
  for (const [q, sigma] of [...steps, [1, 2], [1e-6, 1]]) {
    for (const [direction] of directions) {
      for (const spacing of [0.003, 1, 1000]) {
        const step = { samplingRate: q, noiseMultiplier: sigma };
        const { masses } = lossOnGrid(step, direction, spacing, 1e-20);
        assert(masses.every((mass) => mass >= 0));
        assertAlmostEquals(masses.reduce((sum, mass) => sum + mass, 0), 1, 1e-12);
      }
    }
  }
});

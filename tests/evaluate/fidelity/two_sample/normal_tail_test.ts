import { assertAlmostEquals } from "@std/assert";
import { normalTail } from "ehrloom/evaluate/normal.ts";

Deno.test("normalTail() is the upper tail of the standard normal distribution", () => {
  // Python's math.erfc(z / √2) / 2
  const known = [
    [0, 0.5],
    [1, 0.15865525393145707],
    [1.959963984540054, 0.025],
    [2.999, 0.0013543365337271066],
    [3, 0.0013498980316300945],
    [5, 2.8665157187919333e-7],
    [10, 7.619853024160526e-24],
    [-1, 0.8413447460685429],
  ];
  for (const [z, tail] of known) {
    assertAlmostEquals(normalTail(z) / tail, 1, 1e-11, `${z}`);
  }
});

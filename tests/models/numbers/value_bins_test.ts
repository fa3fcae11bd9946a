import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { binOf, decimalsOf, drawnFromBin, fittedEdges } from "ehrloom/models/numbers/value_bins.ts";
import { random } from "ehrloom/random.ts";
import { golden, largestDifference } from "../../golden.ts";

interface BinGolden {
  fits: {
    name: string;
    values: number[];
    lo: number;
    hi: number;
    bins: number;
    edges: number[];
    encode: [value: number, bin: number][];
  }[];
  heart_rate_reference: { edges: number[]; encode: [value: number, bin: number][] };
}

const { fits, heart_rate_reference } = golden<BinGolden>("synehrgy-tokens-tiny");
const options = { most: 10, by: "width" } as const;

/** The same edges with the first lowered: bin 0 is then open there, as all others are. */
function asPublished(edges: readonly number[]): number[] {
  return edges.map((edge, k) => k > 0 ? edge : edge - 0.001 * (edges[edges.length - 1] - edge));
}

for (const { name, values, lo, hi, bins, edges, encode } of fits) {
  Deno.test(`fittedEdges() and binOf() give the published bins: ${name}`, () => {
    const found = fittedEdges(values, options);
    assertEquals(found.length, bins + 1);
    assert(largestDifference(asPublished(found), edges) < 1e-9);
    assertEquals([found[0], found[bins]], [lo, hi]);
    for (const [value, bin] of encode) assertEquals(binOf(found, value), bin);
  });
}

Deno.test("fittedEdges() gives the published heart rates' bins, outliers on both sides", () => {
  const { edges, encode } = heart_rate_reference;
  const bulk = Array.from({ length: 1000 }, (_, i) => 55 + 71 * i / 999);
  const middle = new Array<number>(100).fill(85);
  // the quantiles of the published fit: 2.5% at 55, 97.5% at 126
  const tails = [...new Array<number>(28).fill(55), ...new Array<number>(28).fill(126)];
  const found = fittedEdges([-88, 11710, ...bulk, ...middle, ...tails], options);
  assert(largestDifference(asPublished(found), edges) < 1e-9, found.join());
  for (const [value, bin] of encode) assertEquals(binOf(found, value), bin);
});

Deno.test("fittedEdges() by quantile fills bins equally, and drops edges that coincide", () => {
  const values = Array.from({ length: 1001 }, (_, i) => (i / 1000) ** 3);
  const edges = fittedEdges(values, { most: 4, by: "quantile" });
  const expected = [0, 0.25 ** 3, 0.5 ** 3, 0.75 ** 3, 1];
  assert(largestDifference(edges, expected) < 1e-9);
  const mostlyZero = [...new Array<number>(900).fill(0), ...values.slice(1)];
  const fewer = fittedEdges(mostlyZero, { most: 4, by: "quantile" });
  assertEquals(fewer.length, 4);
  assertEquals(fewer[0], 0);
});

Deno.test("fittedEdges() makes one bin of one value, and its draws are that value", () => {
  for (const by of ["width", "quantile"] as const) {
    const edges = fittedEdges([7, 7, 7], { most: 10, by });
    assertEquals(edges, [7, 7]);
    assertEquals(binOf(edges, 3), 0);
    assertEquals(drawnFromBin(edges, 0, 0, 0.4), 7);
  }
});

Deno.test("decimalsOf() finds the resolution of float32 numbers", () => {
  assertEquals(decimalsOf(Float32Array.of(37, -12, 0)), 0);
  assertEquals(decimalsOf(Float32Array.of(37, 36.6, 37.1)), 1);
  assertEquals(decimalsOf(Float32Array.of(0.25, 1234.56)), 2);
  assertEquals(decimalsOf(Float32Array.of(Math.PI / 1000)), null);
});

Deno.test("drawnFromBin() lies in its bin and has the decimals of what was measured", () => {
  const draws = random(3);
  for (const decimals of [0, 1, 2, null]) {
    const scale = 10 ** (decimals ?? 9);
    const values = Float32Array.from(
      { length: 400 },
      () => Math.round(scale * (90 + 30 * draws.normal())) / scale,
    );
    const edges = fittedEdges(values, options);
    for (let bin = 0; bin < edges.length - 1; bin++) {
      const found = Float32Array.from(
        { length: 50 },
        () => drawnFromBin(edges, bin, decimals, draws.uniform()),
      );
      assert(found.every((value) => value >= edges[0] && value <= edges[edges.length - 1]));
      for (const value of found) assertEquals(binOf(edges, value), bin);
      assert(decimals === null || (decimalsOf(found) ?? 9) <= decimals);
      assert(new Set(found).size > 3);
    }
  }
});

Deno.test("drawnFromBin() gives any number where none has so few decimals", () => {
  const drawn = drawnFromBin([0.2, 0.8], 0, 0, 0.5);
  assertAlmostEquals(drawn, 0.5, 1e-6);
});

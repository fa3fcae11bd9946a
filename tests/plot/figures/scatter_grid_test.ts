import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { pairedProbabilities, scatterGrid } from "ehrloom";
import { smallCohort } from "../fixture.ts";

const real = smallCohort(1);
const kind = "same_visit_bigram";
const columns = [2, 3].map((seed) => ({
  name: `model ${seed}`,
  pairs: pairedProbabilities(real, smallCohort(seed), kind),
  fidelity: { r2: -seed / 8, r2_low: -1, r2_high: 1, r2_median: 0, keys: 9 },
}));
const texts = (svg: Element) =>
  [...svg.querySelectorAll("text")].map(({ textContent }) => textContent);
/** Where the dots of a drawing stand, from the left of its column's plot. */
const places = (svg: Element) =>
  [...svg.querySelectorAll("circle")].map((dot) => `${dot.getAttribute("cy")}`).sort();

for (const axes of ["linear", "log"] as const) {
  Deno.test(`scatterGrid() has every point, R² and name, on ${axes} axes that all share`, () => {
    const svg = scatterGrid(columns, { axes });
    assertEquals(svg.getAttribute("width"), String(74 + 2 * 168));
    const points = columns[0].pairs.real.length + columns[1].pairs.real.length;
    assertEquals(svg.querySelectorAll("circle").length, points);
    for (const text of ["model 2", "model 3", "R² −0.250", "R² −0.375", "Synthetic"]) {
      assert(texts(svg).includes(text), text);
    }
    // beside another column that does not widen the axes, a column's points keep their heights
    const twice = scatterGrid([columns[0], { ...columns[0], name: "again" }], { axes });
    const once = scatterGrid([columns[0]], { axes });
    assertEquals(places(twice), [...places(once), ...places(once)].sort());
  });
}

Deno.test("scatterGrid() draws no more points than its limit", () => {
  const drawn = scatterGrid(columns, { pointLimit: 40 }).querySelectorAll("circle").length;
  assert(drawn > 40);
  assertLess(drawn, 2 * 40 + 1);
});

Deno.test("scatterGrid() needs a column", () => {
  assertThrows(() => scatterGrid([]), RangeError, "it has 0 columns");
});

Deno.test("scatterGrid() draws a column a model", async (t) => {
  await t.assertSnapshot(scatterGrid(columns, { axes: "log", pointLimit: 30 }).outerHTML);
});

import { assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { cohortOf, countDistribution, valueDistributions, vocabulary } from "ehrloom";
import { recordOfVisits } from "ehrloom/plot/figures/count_distribution.ts";

/** [bars] Ends of the real bars in pixels, and their heights. */
function realBars(svg: SVGSVGElement) {
  const number = (element: Element, name: string) => Number(element.getAttribute(name));
  const [real] = svg.querySelectorAll(".mark-rect");
  return [...real.querySelectorAll("rect")].map((bar) => ({
    from: number(bar, "x"),
    width: number(bar, "width"),
    height: number(bar, "height"),
  }));
}

const words = { counted: "visits", holders: "records" };

Deno.test("countDistribution() joins bins until each has N patients, and keeps their area", () => {
  const counts = Uint32Array.from(
    { length: 20 },
    (_, i) => i < 12 ? 1 : i < 17 ? 2 : i < 19 ? 3 : 4,
  );
  const [alone, joined] = [1, 5].map((minCell) =>
    realBars(countDistribution(counts, counts, { ...words, minCell }))
  );
  assertEquals(alone.length, 4); // 12, 5, 2 and 1 patients
  assertEquals(joined.length, 2); // 12; 5 and the three that are left
  const area = (bars: typeof alone) => bars.reduce((sum, bar) => sum + bar.width * bar.height, 0);
  assertAlmostEquals(area(joined) / area(alone), 1, 1e-3); // coordinates are rounded
});

Deno.test("countDistribution() counts patients, not visits", () => {
  const cohort = cohortOf(vocabulary(["a"]), [], [
    { visits: [[], [], [0]], labels: [] },
    { visits: [[0]], labels: [] },
  ]);
  const patients = recordOfVisits(cohort);
  assertEquals([...patients], [0, 0, 0, 1]);
  const counts = Uint32Array.of(0, 0, 1, 1);
  assertEquals(realBars(countDistribution(counts, counts, { ...words, minCell: 2 })).length, 2);
  const how = { ...words, minCell: 2, patients };
  assertEquals(realBars(countDistribution(counts, counts, how)).length, 1); // visits without codes: one patient's
});

Deno.test("countDistribution() does not say how few real patients are beyond its axis", () => {
  const counts = Uint32Array.from({ length: 1000 }, (_, i) => i < 997 ? i % 10 : 5000);
  const beyond = (minCell: number) =>
    countDistribution(counts, counts, { ...words, minCell }).outerHTML;
  assertStringIncludes(beyond(3), "Beyond the axis: 0.3% of real,");
  assertStringIncludes(beyond(4), "Beyond the axis: fewer than 4 real patients,");
});

/** Ten patients with values 0 to 9, and nine of them with another value. */
const measured = cohortOf(
  vocabulary(["pressure", "rare"]),
  [],
  Array.from({ length: 10 }, (_, i) => ({
    visits: [i < 9 ? [0, 1] : [0]],
    values: [i < 9 ? [i, i] : [i]],
    labels: [],
  })),
);

Deno.test("valueDistributions() draws codes that N patients have, and their range alone", () => {
  const [all, common, none] = [9, 10, 11].map((minCell) =>
    valueDistributions(measured, measured, { minCell })
  );
  assertStringIncludes(all?.outerHTML ?? "", ">rare<");
  assertStringIncludes(common?.outerHTML ?? "", ">pressure<");
  assertEquals(common?.outerHTML.includes("rare"), false);
  assertEquals(none, undefined);
  const [three] = [valueDistributions(measured, measured, { minCell: 3 })];
  const texts = [...three?.querySelectorAll("text") ?? []].map(({ textContent }) => textContent);
  assertEquals(texts.slice(1, 3), ["2", "2"]); // the lower ends: three patients are at or below 2
});

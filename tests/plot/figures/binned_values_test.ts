import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { binnedValues, figureCsv } from "ehrloom";

const glucose = [80, 84, 88, 92, 96, 100, 112, 130, 180, 320];
const quantity = "Glucose, mg/dL";

/** Left end, width and height of the bars of each histogram, in pixels: measured and binned. */
function histograms(svg: SVGSVGElement) {
  const number = (element: Element, name: string) => Number(element.getAttribute(name));
  return [...svg.querySelectorAll(".mark-rect")].map((group) =>
    [...group.querySelectorAll("rect")].map((bar) => ({
      from: number(bar, "x"),
      width: number(bar, "width"),
      area: number(bar, "width") * number(bar, "height"),
    }))
  );
}

Deno.test("binnedValues() draws bars whose areas are the shares of values", () => {
  const svg = binnedValues(glucose, { wide: [80, 128, 176, 224, 272, 320] }, { quantity });
  const [measured, binned] = histograms(svg);
  // 7, 1, 1, 0 and 1 of ten values
  const unit = binned[1].area;
  [7, 1, 1, 0, 1].forEach((count, bin) =>
    assertAlmostEquals(binned[bin].area, count * unit, 0.02 * unit)
  );
  const total = (bars: typeof binned) => bars.reduce((sum, { area }) => sum + area, 0);
  assertAlmostEquals(total(measured), 10 * unit, 0.1 * unit);
  // bins are as wide as eight of the forty cells of the histogram
  assertAlmostEquals(binned[0].width, 8 * measured[0].width, 0.1);
});

Deno.test("binnedValues() has a panel for each way to cut, all on one axis", () => {
  const cuts = { wide: [80, 200, 320], full: [80, 96, 320], "book's": [20, 100, 600] };
  const svg = binnedValues(glucose, cuts, { quantity });
  const texts = [...svg.querySelectorAll("text")].map(({ textContent }) => textContent);
  for (const name of [...Object.keys(cuts), quantity]) assertEquals(texts.includes(name), true);
  const [, binned] = histograms(svg);
  assertEquals(binned.length, 6);
  const [wide, , , full, book] = binned;
  assertEquals(wide.from, binned[2].from);
  // the axis runs from 20 to 600: 120 of 580 units, then 224 and 80
  const pixels = wide.width / 120;
  assertAlmostEquals(full.width, 224 * pixels, 0.1);
  assertAlmostEquals(book.width, 80 * pixels, 0.1);
  assertAlmostEquals(wide.from - book.from, 60 * pixels, 0.1);
});

Deno.test("binnedValues() counts what is on a limit below it, and what lies beyond in the outer bins", () => {
  const svg = binnedValues([1, 2, 3, 4, 9], { cut: [2, 3, 4] }, { quantity: "Dose" });
  const rows = figureCsv(svg).trim().split("\n").slice(1);
  assertEquals(rows, ["cut,2,3,60", "cut,3,4,40"]); // 1, 2 and 3; 4 and 9
});

Deno.test("binnedValues() refuses limits that do not ascend, and values that are all alike", () => {
  const draw = (values: number[], limits: number[]) =>
    binnedValues(values, { mine: limits }, { quantity });
  const message = 'the edges of "mine" are 2, 1, must be two or more ascending numbers';
  assertThrows(() => draw([1, 2], [2, 1]), RangeError, message);
  assertThrows(() => draw([1, 2], [1]), RangeError, "two or more ascending numbers");
  assertThrows(
    () => draw([5, 5], [1, 9]),
    RangeError,
    "there must be two distinct values at least",
  );
});

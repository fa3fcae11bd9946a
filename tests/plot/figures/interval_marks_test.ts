import { assertEquals } from "@std/assert";
import { rowAxis } from "ehrloom/plot/figures/axes.ts";
import { figure } from "ehrloom/plot/figures/figure.ts";
import { type Interval, intervalMarks } from "ehrloom/plot/figures/interval_marks.ts";

/** The figure of rows "a" and "b" on an axis from 0 to 1, 100 pixels long. */
function drawn(intervals: readonly Interval[]) {
  const svg = figure({
    width: 100,
    height: 100,
    marginLeft: 0,
    marginRight: 0,
    x: { domain: [0, 1] },
    y: rowAxis(["a", "b"], 0.5),
    marks: intervalMarks(intervals, { colour: "#123456" }),
  }, { title: "", description: "" });
  const numbers = (selector: string, ...names: string[]) =>
    [...svg.querySelectorAll(selector)].map((element) =>
      names.map((name) => Number(element.getAttribute(name)))
    );
  return {
    rules: numbers(".mark-rule line", "x1", "x2"),
    dots: numbers(".mark-dot circle", "cx"),
  };
}

Deno.test("intervalMarks() draws a dot at the value on a rule from low to high", () => {
  const rows = [
    { row: "a", value: 0.5, low: 0.25, high: 0.75 },
    { row: "b", value: 0, low: 0, high: 1 },
  ];
  assertEquals(drawn(rows), { rules: [[25, 75], [0, 100]], dots: [[50], [0]] });
});

Deno.test("intervalMarks() draws no dot where the value is NaN, no rule where an end is", () => {
  const rows = [
    { row: "a", value: NaN, low: 0, high: 0.5 },
    { row: "b", value: 0.5, low: 0, high: NaN },
  ];
  assertEquals(drawn(rows), { rules: [[0, 50]], dots: [[50]] });
});

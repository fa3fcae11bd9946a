import { assertEquals } from "@std/assert";
import { figure } from "ehrloom/plot/figures/figure.ts";
import { probabilityScale } from "ehrloom/plot/figures/probability_axes.ts";
import { probabilityPlane } from "ehrloom/plot/figures/probability_plane.ts";

/** The tick labels of the horizontal axis of an empty plane. */
function tickLabels(type: "linear" | "log", labels?: number) {
  const scale = probabilityScale([1e-6, 1], type);
  const marks = probabilityPlane(scale, { real: ["Real", 30], synthetic: ["Made", 30], labels });
  const axis = { domain: scale.domain, type };
  const svg = figure({ width: 640, height: 400, x: axis, y: axis, marks }, {
    title: "",
    description: "",
    points: [],
  });
  const texts = svg.querySelectorAll(".mark-x-axis-tick-label text");
  return [...texts].map(({ textContent }) => textContent);
}

Deno.test("probabilityPlane() labels zero and every power of ten of log axes", () => {
  assertEquals(tickLabels("log"), ["0", "1", "0.1", "0.01", "0.001", "10⁻⁴", "10⁻⁵", "10⁻⁶"]);
});

Deno.test("probabilityPlane() leaves out labels evenly where fewer are wanted", () => {
  assertEquals(tickLabels("log", 3), ["0", "1", "0.001", "10⁻⁶"]);
});

Deno.test("probabilityPlane() leaves linear axes to Plot", () => {
  assertEquals(tickLabels("linear").at(0), "0");
  assertEquals(tickLabels("linear").at(-1), "1");
});

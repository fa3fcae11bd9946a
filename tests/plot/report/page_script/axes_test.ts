import { assert, assertEquals } from "@std/assert";
// @ts-types="@types/d3"
import * as d3 from "d3";
import { parseHTML } from "linkedom";
import { probabilityScale } from "ehrloom/plot/figures/probability_axes.ts";
import { axisTicks, drawAxes, makeAxes, resizeAxes } from "ehrloom/plot/report/page_script/axes.ts";
import { firstView, placedPoints } from "ehrloom/plot/report/page_script/scatter.ts";
import { makeZoom } from "ehrloom/plot/report/page_script/zoom.ts";

const points = {
  first: Uint32Array.of(0, 1),
  second: null,
  real: Float32Array.of(0.5, 0),
  synthetic: Float32Array.of(0.25, 0.001),
};

const contents = {
  kind: "unigram",
  points,
  names: ["a", "b"],
  range: [0.001, 0.5] as const,
  vocabulary: { codes: ["a", "b"], descriptions: ["a", "b"] },
};

/** A view of two points, 200 pixels wide, with its axes in a page of their own. */
function drawing() {
  const { document } = parseHTML("<html><body><svg></svg></body></html>");
  const svg = document.querySelector<SVGSVGElement>("svg");
  assert(svg !== null);
  const view = firstView(d3, contents);
  view.size = 200;
  const axes = makeAxes(d3, svg, "unigram");
  resizeAxes(axes, view);
  const labels = (axis: "x" | "y") =>
    [...svg.querySelectorAll(`.${axis}.axis .tick text`)].map(({ textContent }) => textContent);
  return { view, axes, labels, svg };
}

Deno.test("axisTicks() has powers of ten on a wide log axis, and one tick for zero", () => {
  const scale = probabilityScale([1e-6, 1], "log");
  const ticks = axisTicks(d3.scaleLog(scale.domain, [0, 400]), scale);
  assertEquals(ticks[0], scale.zero);
  assertEquals(ticks.slice(1).map((tick) => Math.round(Math.log10(tick))), [
    -6,
    -5,
    -4,
    -3,
    -2,
    -1,
    0,
  ]);
});

Deno.test("axisTicks() has no tick for zero where the strip for zero is out of sight", () => {
  const scale = probabilityScale([1e-6, 1], "log");
  const ticks = axisTicks(d3.scaleLog([0.01, 1], [0, 400]), scale);
  assertEquals(Math.min(...ticks), 0.01);
});

Deno.test("axisTicks() of a linear axis are D3's, from zero", () => {
  const scale = probabilityScale([0.1, 0.4], "linear");
  assertEquals(axisTicks(d3.scaleLinear(scale.domain, [0, 400]), scale), [0, 0.1, 0.2, 0.3, 0.4]);
});

Deno.test("drawAxes() draws what the view shows: linear, logarithmic, zoomed", () => {
  const { view, axes, labels, svg } = drawing();
  drawAxes(d3, axes, view);
  assertEquals(labels("x"), ["0", "0.1", "0.2", "0.3", "0.4", "0.5"]);
  assertEquals(labels("y"), labels("x"));
  assertEquals(svg.querySelector(".zero")?.hasAttribute("hidden"), true);
  view.transform = d3.zoomIdentity.scale(5).translate(0, -160); // the lower left fifth
  drawAxes(d3, axes, view);
  assertEquals(labels("x"), ["0", "0.02", "0.04", "0.06", "0.08", "0.1"]);
  assertEquals(labels("y"), labels("x"));
  Object.assign(view, placedPoints(d3, contents, "log"), { transform: d3.zoomIdentity });
  drawAxes(d3, axes, view);
  assertEquals(labels("x").slice(0, 2), ["0", "0.001"]);
  assertEquals(svg.querySelector(".zero")?.hasAttribute("hidden"), false);
});

Deno.test("drawAxes() puts a ring around the point that is shown", () => {
  const { view, axes, svg } = drawing();
  drawAxes(d3, axes, view);
  const ring = svg.querySelector(".ring");
  assertEquals(ring?.hasAttribute("hidden"), true);
  view.shown = 0;
  drawAxes(d3, axes, view);
  assertEquals(ring?.hasAttribute("hidden"), false);
  // 0.5 and 0.25 on axes that end at 0.525
  const [x, y] = ["cx", "cy"].map((name) => Number(ring?.getAttribute(name)));
  assertEquals([Math.round(x), Math.round(y)], [190, 105]);
});

Deno.test("makeZoom() zooms, moves by tenths of the plot, and resets", () => {
  const { view, axes } = drawing();
  let changes = 0;
  const zoom = makeZoom(d3, axes.catcher, { view, hasFocus: () => true }, () => changes++);
  zoom.fit();
  assertEquals(view.transform.toString(), "translate(0,0) scale(1)");
  zoom.zoomBy(2); // around the middle of the plot
  assertEquals(view.transform.toString(), "translate(-100,-100) scale(2)");
  zoom.moveBy(1, -2);
  assertEquals(view.transform.toString(), "translate(-80,-140) scale(2)");
  zoom.moveBy(9, 9); // no farther than the plot's edges
  assertEquals(view.transform.toString(), "translate(0,0) scale(2)");
  zoom.reset();
  assertEquals(view.transform.toString(), "translate(0,0) scale(1)");
  assertEquals(changes, 5);
});

Deno.test("makeZoom() keeps the same part in view when the plot gets another size", () => {
  const { view, axes } = drawing();
  const zoom = makeZoom(d3, axes.catcher, { view, hasFocus: () => true }, () => {});
  zoom.fit();
  zoom.zoomBy(2);
  view.size = 100; // half of it
  zoom.fit();
  assertEquals(view.transform.toString(), "translate(-50,-50) scale(2)");
});

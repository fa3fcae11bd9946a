import { assertEquals } from "@std/assert";
// @ts-types="@types/d3"
import * as d3 from "d3";
import { litText } from "ehrloom/plot/report/page_script/readout.ts";
import { firstView } from "ehrloom/plot/report/page_script/scatter.ts";
import { nearestPoint, pixelX, pixelY } from "ehrloom/plot/report/page_script/view.ts";

/** Two pairs of two codes on linear axes that end at 0.525, on a plot of 525 pixels. */
function pairView(kind: string) {
  const view = firstView(d3, {
    kind,
    names: ["asthma", "fever"],
    range: [0.125, 0.5],
    vocabulary: { codes: ["1", "2"], descriptions: ["asthma (disorder)", "fever"] },
    points: {
      first: Uint32Array.of(0, 1),
      second: Uint32Array.of(1, 1),
      real: Float32Array.of(0.5, 0.125),
      synthetic: Float32Array.of(0.25, 0),
    },
  });
  view.size = 525;
  return view;
}

Deno.test("a view begins with all points alike, on linear axes, none of them shown", () => {
  const { lit, scale, shown, transform } = pairView("same_visit_bigram");
  assertEquals([lit, scale.type, shown, transform.toString()], [
    null,
    "linear",
    null,
    "translate(0,0) scale(1)",
  ]);
});

Deno.test("a view names ordered pairs by an arrow, others by a plus", () => {
  assertEquals(pairView("sequential_bigram").nameOf(0), "asthma → fever");
  assertEquals(pairView("same_visit_bigram").nameOf(0), "asthma + fever");
});

Deno.test("a view has a line for each code of a point, without its kind of concept", () => {
  assertEquals(pairView("sequential_bigram").linesOf(0), ["asthma", "→ fever"]);
  assertEquals(pairView("same_visit_bigram").linesOf(1), ["fever", "+ fever"]);
});

Deno.test("real probabilities run to the right and synthetic ones up, as zoomed and moved", () => {
  const view = pairView("same_visit_bigram");
  const pixels = () =>
    view.places.map(({ x, y }) => [Math.round(pixelX(view, x)), Math.round(pixelY(view, y))]);
  assertEquals(pixels(), [[500, 275], [125, 525]]);
  view.transform = d3.zoomIdentity.translate(-10, 20).scale(2);
  assertEquals(pixels(), [[990, 570], [240, 1070]]);
});

Deno.test("nearestPoint() finds what lies within 12 pixels on the screen, zoomed or not", () => {
  const view = pairView("same_visit_bigram");
  assertEquals(nearestPoint(view, [500 + 11, 275]), 0);
  assertEquals(nearestPoint(view, [125, 525 - 11]), 1);
  assertEquals(nearestPoint(view, [500 + 13, 275]), null);
  assertEquals(nearestPoint(view, [500 + 13, 275], 28), 0); // a finger
  view.transform = d3.zoomIdentity.scale(4);
  assertEquals(nearestPoint(view, [2000, 1100 - 11]), 0);
  assertEquals(nearestPoint(view, [2000, 1100 - 13]), null);
});

Deno.test("litText() counts the points that match", () => {
  const view = pairView("same_visit_bigram");
  assertEquals(litText(view), "");
  view.lit = Uint8Array.of(0, 1);
  assertEquals(litText(view), "1 of 2 points match");
});

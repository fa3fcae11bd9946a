import { assertEquals } from "@std/assert";
// @ts-types="@types/d3"
import * as d3 from "d3";
import { type Stamped, stampPoints, stampsSeen } from "ehrloom/plot/report/page_script/canvas.ts";
import { firstView } from "ehrloom/plot/report/page_script/scatter.ts";

/** Codes with the same real and synthetic probability, on linear axes of 100 pixels. */
function viewOf(probabilities: readonly number[]) {
  const view = firstView(d3, {
    kind: "unigram",
    names: probabilities.map(String),
    range: [0.1, 1],
    vocabulary: { codes: probabilities.map(String), descriptions: probabilities.map(String) },
    points: {
      first: Uint32Array.from(probabilities.keys()),
      second: null,
      real: Float32Array.from(probabilities),
      synthetic: Float32Array.from(probabilities),
    },
  });
  view.size = 100;
  return view;
}

/** Where stamps of 4 pixels are put on a canvas of 100, from the left. */
function stampedAt(
  probabilities: readonly number[],
  how: { opacity: number; isDrawn: (index: number) => boolean },
): number[] {
  const lefts: number[] = [];
  const context: Stamped<{ width: number }> = {
    canvas: { width: 100, height: 100 },
    globalAlpha: 1,
    drawImage: (_, left) => lefts.push(Math.round(left)),
  };
  stampPoints(context, viewOf(probabilities), { stamp: { width: 4 }, ...how });
  assertEquals(context.globalAlpha, how.opacity);
  return lefts;
}

Deno.test("stampsSeen() by hand: what is left of the ground is less than 1 of 255", () => {
  assertEquals(stampsSeen(0.9), 3); // 0.1³ is a thousandth
  assertEquals(stampsSeen(0.5), 8); // 1/256
});

Deno.test("stampPoints() stamps as often on a pixel as is seen, and every pixel that has a point", () => {
  const crowd = new Array(1000).fill(0.5);
  const isDrawn = () => true;
  const lefts = stampedAt([0.2, ...crowd, 0.8], { opacity: 0.9, isDrawn });
  assertEquals(lefts.length, 1 + 3 + 1);
  assertEquals(new Set(lefts).size, 3);
  assertEquals(stampedAt(crowd, { opacity: 0.5, isDrawn }).length, 8);
});

Deno.test("stampPoints() leaves out points that are not to be drawn, before it counts", () => {
  const isDrawn = (index: number) => index >= 10;
  assertEquals(stampedAt(new Array(11).fill(0.5), { opacity: 0.9, isDrawn }).length, 1);
});

Deno.test("stampPoints() stamps what lies on the edge, and nothing beyond", () => {
  const isDrawn = () => true;
  assertEquals(stampedAt([0], { opacity: 0.9, isDrawn }), [-2]);
  assertEquals(stampedAt([1.2], { opacity: 0.9, isDrawn }), []);
});

/**
 * Histograms of real and synthetic numbers, laid over each other.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { colours } from "./colours.ts";

/** One bar of a histogram. */
export interface Bar {
  /** Its ends on the horizontal axis. */
  readonly x1: number;
  readonly x2: number;
  readonly y: number;
  /** Column and row of its panel, where a figure has several. */
  readonly fx?: number | undefined;
  readonly fy?: number;
}

/**
 * Filled bars and the outline along their tops, in the cohort's colour; synthetic bars are paler.
 *
 * @param bars from the left, panel by panel
 * @param strokeWidth of the outline, in pixels
 */
export function histogramMarks(
  bars: readonly Bar[],
  { cohort, strokeWidth }: { cohort: "real" | "synthetic"; strokeWidth: number },
): Plot.Markish[] {
  const colour = colours[cohort];
  const hasPanels = bars.some(({ fx }) => fx !== undefined);
  const panel = hasPanels ? { fx: "fx", fy: "fy" } : {};
  const corners = bars.flatMap(({ x1, x2, ...bar }) => [{ ...bar, x: x1 }, { ...bar, x: x2 }]);
  return [
    Plot.rectY(bars, {
      ...panel,
      x1: "x1",
      x2: "x2",
      y: "y",
      fill: colour,
      fillOpacity: cohort === "real" ? 0.25 : 0.12,
      insetLeft: 0,
      insetRight: 0,
    }),
    Plot.line(corners, {
      ...panel,
      x: "x",
      y: "y",
      stroke: colour,
      strokeWidth,
      strokeLinejoin: "miter",
    }),
  ];
}

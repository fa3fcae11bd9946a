/**
 * Estimates with their intervals, a row each: a dot on a rule.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";

/** One estimate of a figure. */
export interface Interval {
  /** Its row on the vertical axis. */
  readonly row: string | number;
  /** Its panel, where a figure has several. */
  readonly panel?: string;
  /** On the horizontal axis; not drawn where it is NaN. */
  readonly value: number;
  /** Ends of the interval; not drawn where one is NaN. */
  readonly low: number;
  readonly high: number;
}

/** How intervals look. */
export interface IntervalStyle {
  readonly colour: string;
  /** Width of the rule, in pixels. Default 1.8. */
  readonly strokeWidth?: number;
  /** How the panels stand: side by side (default) or below each other. */
  readonly panels?: "fx" | "fy";
  /** Pixels by which they are moved down in their row. Default 0. */
  readonly dy?: number | undefined;
  /** Size, symbol and fill of the dots. Default a full circle with a radius of 4.5 pixels. */
  readonly dot?: Plot.DotOptions;
}

/** A rule from low to high and a dot at the value for each interval, dots on top. */
export function intervalMarks(
  intervals: readonly Interval[],
  { colour, strokeWidth = 1.8, panels = "fx", dy, dot }: IntervalStyle,
): Plot.Markish[] {
  const place = {
    y: "row",
    ...intervals.some(({ panel }) => panel) && { [panels]: "panel" },
    ...dy !== undefined && { dy },
  };
  return [
    Plot.ruleY(intervals, { ...place, x1: "low", x2: "high", stroke: colour, strokeWidth }),
    Plot.dot(intervals, { ...place, x: "value", fill: colour, r: 4.5, ...dot }),
  ];
}

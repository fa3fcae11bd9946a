/**
 * The axis of figures of R². It begins at 0, or at −0.1 if a figure is negative; values below are
 * written at its edge, since an R² has no lower bound.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import type { ProbabilityFidelity } from "../../evaluate/report.ts";
import { axisTitle } from "./axes.ts";
import { halo } from "./texts.ts";

/** An R² for people; "none" where there is nothing to compare. */
export function r2Text(r2: number | null, digits = 3): string {
  return r2?.toFixed(digits) ?? "none";
}

/** Where the axis begins, given what it shows. */
export function lowestShown(fidelities: readonly ProbabilityFidelity[]): number {
  return fidelities.some(({ r2_low }) => r2_low !== null && r2_low < 0) ? -0.1 : 0;
}

/** The axis, from {@link lowestShown} to 1. */
export function r2Axis(lowest: number, ticks: number) {
  return { ...axisTitle("R² (1 is exact)"), domain: [lowest, 1], ticks };
}

/** The numbers of R² that lie below the axis, and "none" where there is none, at its edge in their rows. */
export function belowAxis(
  rows: readonly { readonly r2: number | null }[],
  { lowest, colour, ...place }: { lowest: number; colour: string } & Plot.TextOptions,
): Plot.Text {
  return Plot.text(rows.filter(({ r2 }) => r2 === null || r2 < lowest), {
    x: lowest,
    y: "row",
    text: ({ r2 }: { r2: number | null }) =>
      (r2 === null ? "" : "◂ ") + r2Text(r2, 2).replace("-", "−"),
    textAnchor: "start",
    fill: colour,
    ...halo(3),
    ...place,
  });
}

/**
 * Where the page's script begins: makes all scatters live, and the controls that they share.
 *
 * @module
 */
// @ts-types="@types/d3"
import type * as D3 from "d3";
import type { PackedPoints } from "../report_points.ts";
import { part } from "./page.ts";
import { unpackPoints } from "./points.ts";
import { type Scatter, startScatter } from "./scatter.ts";
import { codeNames, foundText, matchingCodes } from "./search.ts";

/** What the page carries for its scatters, as JSON. */
export interface ReportPoints {
  /** [codes] Source codes and what they mean; empty for codes that no point has. */
  readonly codes: readonly string[];
  readonly descriptions: readonly string[];
  readonly scatters: readonly PackedPoints[];
}

/** Lets the form above the scatters search the codes, choose the axes and reset everything. */
export function startControls(
  form: HTMLFormElement,
  names: readonly string[],
  scatters: readonly Scatter[],
): void {
  const search = part<HTMLInputElement>(form, "input[type=search]");
  const found = part<HTMLOutputElement>(form, "output");
  const highlight = (codes: ReadonlySet<number> | null) => {
    found.textContent = foundText(codes);
    for (const scatter of scatters) scatter.highlight(codes);
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => {
    const chosen = new FormData(form).get("axes");
    for (const scatter of scatters) scatter.setAxes(chosen === "log" ? "log" : "linear");
  });
  search.addEventListener("change", (event) => {
    event.stopPropagation(); // another search is no change of the axes
  });
  search.addEventListener("input", () => highlight(matchingCodes(names, search.value)));
  form.addEventListener("reset", () => {
    for (const scatter of scatters) scatter.setAxes("linear");
    highlight(null);
  });
}

/** Makes the page live; a page without scatters has nothing to do. */
export async function startReport(d3: typeof D3): Promise<void> {
  const form = document.querySelector<HTMLFormElement>("form.controls");
  if (form === null) return;
  const data: ReportPoints = JSON.parse(part(document, "#report-points").textContent ?? "");
  const names = codeNames(data);
  const scatters = await Promise.all(data.scatters.map(async (packed) => {
    const points = await unpackPoints(packed);
    const root = part<HTMLElement>(document, `#${packed.kind}`);
    return startScatter(d3, root, { kind: packed.kind, points, names });
  }));
  startControls(form, names, scatters);
  document.documentElement.dataset.ready = "yes";
}

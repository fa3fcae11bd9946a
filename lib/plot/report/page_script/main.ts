/**
 * Where the page's script begins: makes all scatters live, the controls that they share, and the
 * buttons that save figures.
 *
 * @module
 */
// @ts-types="@types/d3"
import type * as D3 from "d3";
import { type Probabilities, probabilityRange } from "../../figures/probability_axes.ts";
import type { PagePoints } from "../report_points.ts";
import { afterPause, part } from "./page.ts";
import { unpackPoints } from "./points.ts";
import { startSaving } from "./save.ts";
import { type Scatter, startScatter } from "./scatter.ts";
import { codeNames, foundText, matchingCodes, searchable } from "./search.ts";

/** Milliseconds without a key after which a search begins. */
export const searchPause = 100;

/** Lets the form above the scatters search the codes, choose the axes and reset everything. */
export function startControls(
  form: HTMLFormElement,
  names: readonly string[],
  scatters: readonly Scatter[],
): void {
  const search = part<HTMLInputElement>(form, "input[type=search]");
  const found = part<HTMLOutputElement>(form, "output");
  const texts = searchable(names);
  const highlight = (codes: ReadonlySet<number> | null) => {
    found.textContent = foundText(codes);
    for (const scatter of scatters) scatter.highlight(codes);
  };
  const chosen = () => new FormData(form).get("axes") === "log" ? "log" : "linear";
  const setAxes = (axes: "linear" | "log") => {
    for (const scatter of scatters) scatter.setAxes(axes);
  };
  const first = chosen();
  if (first === "log") setAxes(first);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => setAxes(chosen()));
  search.addEventListener("change", (event) => {
    event.stopPropagation(); // another search is no change of the axes
  });
  const searched = () => highlight(matchingCodes(texts, search.value));
  search.addEventListener("input", afterPause(searchPause, searched));
  form.addEventListener("reset", () => {
    setAxes(first);
    highlight(null);
  });
}

/** One range of probabilities for all scatters of a kind, so that they can be compared. */
export function commonRange(scatters: readonly Probabilities[]): [lowest: number, highest: number] {
  const ranges = scatters.map(probabilityRange);
  return [
    Math.min(...ranges.map(([lowest]) => lowest)),
    Math.max(...ranges.map(([, highest]) => highest)),
  ];
}

/** Makes the page live; a page without scatters only saves figures. */
export async function startPage(d3: typeof D3): Promise<void> {
  startSaving();
  const form = document.querySelector<HTMLFormElement>("form.controls");
  if (form !== null) {
    const data: PagePoints = JSON.parse(part(document, "#page-points").textContent ?? "");
    const names = codeNames(data);
    const unpacked = await Promise.all(data.scatters.map(async (packed) => ({
      ...packed,
      points: await unpackPoints(packed),
    })));
    const scatters = unpacked.map(({ id, kind, points }) => {
      const alike = unpacked.filter((other) => other.kind === kind);
      const range = commonRange(alike.map((other) => other.points));
      const root = part<HTMLElement>(document, `#${id}`);
      return startScatter(d3, root, { kind, points, names, range, vocabulary: data });
    });
    startControls(form, names, scatters);
  }
  document.documentElement.dataset.ready = "yes";
}

/**
 * The texts of a scatter: the point under the mouse, the points farthest from y = x.
 *
 * @module
 */
import { probabilityText } from "../../figures/probability_axes.ts";
import { part } from "./page.ts";
import { farthestPoints, type Points } from "./points.ts";
import { margin, pixelX, pixelY, type View } from "./view.ts";

/** What the list does with a point. */
export interface Pointing {
  /** Shows its name beside it; null for none. */
  show(index: number | null): void;
  /** The same, and brings it into view. */
  reveal(index: number): void;
}

/** "held-out 0.12", "held-out: too few patients"; undefined where the page has no held-out records. */
export function heldOutText(
  { heldOut }: Points,
  index: number,
  digits?: number,
): string | undefined {
  if (heldOut === undefined) return undefined;
  return Number.isNaN(heldOut[index])
    ? "held-out: too few patients"
    : `held-out ${probabilityText(heldOut[index], digits)}`;
}

/** Shows the name and the probabilities of the view's point beside it, or nothing. */
export function showTooltip(root: HTMLElement, view: View): void {
  const tooltip = part<HTMLElement>(root, ".tooltip");
  const { nameOf, places, points, shown, size } = view;
  tooltip.hidden = shown === null;
  if (shown === null) return;
  const [name, real, heldOut, synthetic] = Array.from(tooltip.children);
  name.textContent = nameOf(shown);
  real.textContent = `real ${probabilityText(points.real[shown], 3)}`;
  heldOut.textContent = heldOutText(points, shown, 3) ?? "";
  synthetic.textContent = `synthetic ${probabilityText(points.synthetic[shown], 3)}`;
  // Below a point of the upper half, above one of the lower, and never out of the frame.
  const widest = part<HTMLElement>(root, ".frame").clientWidth - tooltip.offsetWidth;
  const x = margin.left + pixelX(view, places[shown].x) - tooltip.offsetWidth / 2;
  const y = margin.top + pixelY(view, places[shown].y);
  tooltip.style.left = `${Math.max(0, Math.min(x, widest))}px`;
  tooltip.style.top = `${y < size / 2 ? y + 14 : y - tooltip.offsetHeight - 14}px`;
}

/**
 * One entry of the list: a button that shows its point, with a line for each of its codes, and its
 * probabilities.
 */
export function listItem(
  { linesOf, nameOf, points }: View,
  index: number,
  { show, reveal }: Pointing,
): HTMLLIElement {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.title = nameOf(index);
  button.append(
    ...linesOf(index).map((line) => {
      const span = document.createElement("span");
      span.textContent = line;
      return span;
    }),
  );
  for (const event of ["focus", "mouseenter"]) button.addEventListener(event, () => show(index));
  for (const event of ["blur", "mouseleave"]) button.addEventListener(event, () => show(null));
  button.addEventListener("click", () => reveal(index));
  const values = document.createElement("span");
  values.textContent = [
    `real ${probabilityText(points.real[index])}`,
    heldOutText(points, index),
    `synthetic ${probabilityText(points.synthetic[index])}`,
  ].filter((text) => text !== undefined).join(", ");
  item.append(button, values);
  return item;
}

/** Lists the points farthest from y = x; after a search, of the matches. */
export function listPoints(
  root: HTMLElement,
  view: View,
  pointing: Pointing,
): void {
  part(root, ".points-title").textContent = view.lit === null
    ? "Farthest from the line"
    : "Farthest from the line, among the matches";
  const top = farthestPoints(view.points, view.lit, 5);
  part(root, ".points").replaceChildren(...top.map((index) => listItem(view, index, pointing)));
}

/** How many points match; empty where nothing was searched for. */
export function litText({ lit, points }: View): string {
  if (lit === null) return "";
  const found = lit.reduce((sum, bit) => sum + bit, 0);
  const count = points.real.length;
  return `${found.toLocaleString("en")} of ${count.toLocaleString("en")} points match`;
}

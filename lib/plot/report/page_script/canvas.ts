/**
 * The points of a scatter on their two canvases: all of them, and above these the ones that light up.
 * A search draws only the second one again.
 *
 * @module
 */
import { margin, pixelX, pixelY, type View } from "./view.ts";

/** Points below which they are drawn larger and darker. */
export const fewPoints = 1500;

/** The colours of points, as in {@link printedColours}. */
export interface PointColours {
  readonly real: string;
  readonly synthetic: string;
}

/** Colours of points on paper, those of all figures. */
export const printedColours: Readonly<Record<"real" | "synthetic", string>> = {
  real: "#0072b2",
  synthetic: "#d55e00",
};

/** The colours that the page has at the moment. */
export function pageColours(element: Element): PointColours {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return { real: colour("--real"), synthetic: colour("--synthetic") };
}

/**
 * Gives a canvas the view's size.
 *
 * @param ratio of its pixels to those of the page
 */
export function resizeCanvas(canvas: HTMLCanvasElement, { size }: View, ratio: number): void {
  canvas.width = canvas.height = Math.round(size * ratio);
  Object.assign(canvas.style, {
    left: `${margin.left}px`,
    top: `${margin.top}px`,
    width: `${size}px`,
    height: `${size}px`,
  });
}

/** A round dot to stamp, much faster than drawing tens of thousands of arcs. */
export function dotStamp(colour: string, radius: number, ratio: number): HTMLCanvasElement {
  const stamp = document.createElement("canvas");
  stamp.width = stamp.height = Math.ceil(2 * radius * ratio) + 2;
  const context = stamp.getContext("2d");
  if (context === null) throw new Error("Cannot draw: this browser has no canvas");
  context.fillStyle = colour;
  context.arc(stamp.width / 2, stamp.height / 2, radius * ratio, 0, 2 * Math.PI);
  context.fill();
  return stamp;
}

/** Stamps a dot at every point that is to be drawn and lies on the canvas. */
export function stampPoints(
  context: CanvasRenderingContext2D,
  view: View,
  { stamp, isDrawn }: { stamp: HTMLCanvasElement; isDrawn: (index: number) => boolean },
): void {
  const { width, height } = context.canvas;
  const ratio = width / view.size;
  const half = stamp.width / 2;
  for (const { index, x, y } of view.places) {
    if (!isDrawn(index)) continue;
    const left = pixelX(view, x) * ratio;
    const top = pixelY(view, y) * ratio;
    if (left < -half || top < -half || left > width + half || top > height + half) continue;
    context.drawImage(stamp, left - half, top - half);
  }
}

/**
 * Makes one image of what was drawn. Chromium prints a canvas by drawing it again, stamp by stamp: for
 * 100,000 points that is a PDF that nobody can open.
 */
export function flatten(canvas: HTMLCanvasElement): void {
  const context = canvas.getContext("2d");
  const { width, height } = canvas;
  context?.putImageData(context.getImageData(0, 0, width, height), 0, 0);
}

/** Radius of a dot in pixels; a search's are larger. */
export function dotRadius({ places, transform }: View): number {
  const usual = places.length < fewPoints ? 2.6 : 1.8;
  return Math.min(5, usual * Math.sqrt(Math.sqrt(transform.k)));
}

/** Draws all points. */
export function drawAll(canvas: HTMLCanvasElement, view: View, { real }: PointColours): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const stamp = dotStamp(real, dotRadius(view), canvas.width / view.size);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.globalAlpha = view.places.length < fewPoints ? 0.55 : 0.35;
  stampPoints(context, view, { stamp, isDrawn: () => true });
}

/** Draws the points that light up, if any were searched for. */
export function drawLit(canvas: HTMLCanvasElement, view: View, { synthetic }: PointColours): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const { lit } = view;
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (lit === null) return;
  const stamp = dotStamp(synthetic, dotRadius(view) + 1.2, canvas.width / view.size);
  context.globalAlpha = 0.9;
  stampPoints(context, view, { stamp, isDrawn: (index) => lit[index] === 1 });
}

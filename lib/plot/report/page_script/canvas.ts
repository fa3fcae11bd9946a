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

/** What a canvas's context does for {@link stampPoints}. */
export interface Stamped<Stamp> {
  readonly canvas: { readonly width: number; readonly height: number };
  globalAlpha: number;
  drawImage(stamp: Stamp, left: number, top: number): void;
}

/**
 * Stamps of one opacity on one pixel after which a further one would not be seen: what they leave of
 * the ground is less than one of 255 steps.
 */
export function stampsSeen(opacity: number): number {
  return Math.ceil(Math.log(1 / 255) / Math.log(1 - opacity));
}

/**
 * Stamps a dot at every point that is to be drawn and lies on the canvas. Where points are crowded on a
 * pixel, those that would not be seen are not stamped: a search among 177,000 points took 110 to 310 ms
 * without this, and takes less than 50.
 */
export function stampPoints<Stamp extends { readonly width: number }>(
  context: Stamped<Stamp>,
  view: View,
  { stamp, isDrawn, opacity }: {
    stamp: Stamp;
    isDrawn: (index: number) => boolean;
    opacity: number;
  },
): void {
  const { width, height } = context.canvas;
  const ratio = width / view.size;
  const half = stamp.width / 2;
  // the canvas and, around it, the places of which a part of a dot is on it
  const columns = width + 2 * stamp.width;
  const stamps = new Uint8Array(columns * (height + 2 * stamp.width));
  const most = stampsSeen(opacity);
  context.globalAlpha = opacity;
  for (const { index, x, y } of view.places) {
    if (!isDrawn(index)) continue;
    const left = pixelX(view, x) * ratio;
    const top = pixelY(view, y) * ratio;
    if (left < -half || top < -half || left > width + half || top > height + half) continue;
    const pixel = Math.round(top + stamp.width) * columns + Math.round(left + stamp.width);
    if (stamps[pixel]++ < most) context.drawImage(stamp, left - half, top - half);
    else stamps[pixel] = most;
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
  const opacity = view.places.length < fewPoints ? 0.55 : 0.35;
  stampPoints<HTMLCanvasElement>(context, view, { stamp, isDrawn: () => true, opacity });
}

/** Draws the points that light up, if any were searched for. */
export function drawLit(canvas: HTMLCanvasElement, view: View, { synthetic }: PointColours): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const { lit } = view;
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (lit === null) return;
  const stamp = dotStamp(synthetic, dotRadius(view) + 1.2, canvas.width / view.size);
  stampPoints<HTMLCanvasElement>(context, view, {
    stamp,
    isDrawn: (index) => lit[index] === 1,
    opacity: 0.9,
  });
}

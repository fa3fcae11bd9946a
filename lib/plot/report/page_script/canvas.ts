/**
 * The points of a scatter on their canvas.
 *
 * @module
 */
import { margin, pixelX, pixelY, type View } from "./view.ts";

/** Points below which they are drawn larger and darker. */
export const fewPoints = 1500;

/** Gives the canvas the view's size, in the screen's own pixels. */
export function resizeCanvas(canvas: HTMLCanvasElement, { size }: View): void {
  canvas.width = canvas.height = Math.round(size * (globalThis.devicePixelRatio || 1));
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

/** Draws all points, those that light up on top, in the colours of the page. */
export function drawPoints(canvas: HTMLCanvasElement, view: View): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const { lit, places, size, transform } = view;
  const isFew = places.length < fewPoints;
  const ratio = canvas.width / size;
  const style = getComputedStyle(canvas);
  const radius = Math.min(5, (isFew ? 2.6 : 1.8) * Math.sqrt(Math.sqrt(transform.k)));
  const dot = dotStamp(style.getPropertyValue("--real"), radius, ratio);
  const bright = dotStamp(style.getPropertyValue("--synthetic"), radius + 1.2, ratio);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.globalAlpha = (isFew ? 0.55 : 0.35) * (lit === null ? 1 : 0.3);
  stampPoints(context, view, { stamp: dot, isDrawn: (index) => lit?.[index] !== 1 });
  if (lit === null) return;
  context.globalAlpha = 0.9;
  stampPoints(context, view, { stamp: bright, isDrawn: (index) => lit[index] === 1 });
}

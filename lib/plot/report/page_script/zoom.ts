/**
 * Zooming and dragging a scatter. What scrolls a page stays the page's: the wheel zooms with Ctrl or
 * once the scatter has the focus, and one finger scrolls where two zoom.
 *
 * @module
 */
// @ts-types="@types/d3"
import type * as D3 from "d3";
import type { Axes } from "./axes.ts";
import type { View } from "./view.ts";

/** What the reader can do to a view. */
export interface Moves {
  reset(): void;
  /** Enlarges everything by a factor. */
  zoomBy(factor: number): void;
  /** Moves the points right and down, in tenths of the plot's size. */
  moveBy(right: number, down: number): void;
}

/** Moves of a view that changes its size. */
export interface Zoom extends Moves {
  /** Takes over the view's new size; the same part of the plot stays in view. */
  fit(): void;
}

/** Whether the wheel, the mouse or fingers mean the scatter, not the page. */
export function meansScatter(event: Event, hasFocus: boolean): boolean {
  if (event instanceof WheelEvent) return hasFocus || event.ctrlKey || event.metaKey;
  if (event instanceof MouseEvent) return event.button === 0 && !event.ctrlKey;
  return !(globalThis.TouchEvent && event instanceof TouchEvent) || event.touches.length > 1;
}

/** Lets the mouse and fingers zoom and move a view, and calls back after every change. */
export function makeZoom(
  d3: typeof D3,
  catcher: Axes["catcher"],
  { view, hasFocus }: { view: View; hasFocus: () => boolean },
  changed: () => void,
): Zoom {
  const zoom = d3.zoom<SVGRectElement, unknown>().scaleExtent([1, 400])
    .filter((event: Event) => meansScatter(event, hasFocus()))
    .on("zoom", (event) => {
      view.transform = event.transform;
      changed();
    });
  catcher.call(zoom).on("dblclick.zoom", null);
  const reset = () => void catcher.call(zoom.transform, d3.zoomIdentity);
  let sizeBefore = view.size;
  return {
    reset,
    zoomBy: (factor) => void catcher.call(zoom.scaleBy, factor),
    moveBy(right, down) {
      const step = view.size / 10 / view.transform.k;
      catcher.call(zoom.translateBy, right * step, down * step);
    },
    fit() {
      const extent: [[number, number], [number, number]] = [[0, 0], [view.size, view.size]];
      zoom.extent(extent).translateExtent(extent);
      const { k, x, y } = view.transform;
      const grown = view.size / (sizeBefore || view.size);
      sizeBefore = view.size;
      catcher.call(zoom.transform, d3.zoomIdentity.translate(x * grown, y * grown).scale(k));
    },
  };
}

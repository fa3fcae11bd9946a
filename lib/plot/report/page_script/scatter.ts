/**
 * One live scatter: the reader zooms, drags, points and searches, and it is drawn again.
 *
 * @module
 */
// @ts-types="@types/d3"
import type * as D3 from "d3";
import {
  type AxisType,
  probabilityRange,
  probabilityScale,
} from "../../figures/probability_axes.ts";
import { drawAxes, makeAxes, resizeAxes } from "./axes.ts";
import { drawPoints, resizeCanvas } from "./canvas.ts";
import { followKeys } from "./keyboard.ts";
import { onNewWidth, onNextFrame, part } from "./page.ts";
import { pointName, type Points, pointsWith } from "./points.ts";
import { listPoints, litText, showTooltip } from "./readout.ts";
import { margin, nearestPoint, type Place, placesOf, type View } from "./view.ts";
import { makeZoom } from "./zoom.ts";

/** What the controls that all scatters share tell each of them. */
export interface Scatter {
  setAxes(type: AxisType): void;
  /** Lights up the points that hold one of these codes; all points alike when null. */
  highlight(codes: ReadonlySet<number> | null): void;
}

/** What a scatter shows. */
export interface ScatterContents {
  readonly kind: string;
  readonly points: Points;
  /** [codes] Names of all codes. */
  readonly names: readonly string[];
}

/** The points' places on axes of a type, as a view has them. */
export function placedPoints(d3: typeof D3, points: Points, type: AxisType) {
  const scale = probabilityScale(probabilityRange(points), type);
  const places = placesOf(points, scale);
  const tree = d3.quadtree<Place>(places, ({ x }) => x, ({ y }) => y);
  return { scale, places, tree };
}

/** A scatter's view before its reader has done anything. */
export function firstView(d3: typeof D3, { kind, points, names }: ScatterContents): View {
  const joint = kind === "sequential_bigram" ? " → " : " + ";
  return {
    points,
    nameOf: (index) => pointName(points, index, { names, joint }),
    ...placedPoints(d3, points, "linear"),
    size: 0,
    transform: d3.zoomIdentity,
    lit: null,
    shown: null,
  };
}

/** Makes one scatter of the page live. */
export function startScatter(
  d3: typeof D3,
  root: HTMLElement,
  contents: ScatterContents,
): Scatter {
  const frame = part<HTMLElement>(root, ".frame");
  const canvas = part<HTMLCanvasElement>(root, "canvas");
  const axes = makeAxes(d3, part<SVGSVGElement>(root, "svg.axes"), contents.kind);
  const { catcher } = axes;
  const view = firstView(d3, contents);
  const redraw = onNextFrame(() => {
    drawAxes(d3, axes, view);
    drawPoints(canvas, view);
  });
  const show = (index: number | null) => {
    view.shown = index;
    showTooltip(root, view);
    drawAxes(d3, axes, view);
  };
  const zoom = makeZoom(d3, catcher, view, () => {
    view.shown = null;
    showTooltip(root, view);
    redraw();
  });
  const fit = () => {
    view.size = Math.max(160, frame.clientWidth - margin.left - margin.right);
    frame.style.height = `${view.size + margin.top + margin.bottom}px`;
    resizeCanvas(canvas, view);
    resizeAxes(axes, view);
    zoom.fit();
  };
  fit();
  catcher.on("pointermove", (event) => show(nearestPoint(view, d3.pointer(event, catcher.node()))));
  catcher.on("pointerleave", () => show(null));
  part(root, ".reset").addEventListener("click", zoom.reset);
  followKeys(frame, zoom);
  onNewWidth(frame, fit);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  listPoints(root, view, show);
  return {
    setAxes(type) {
      Object.assign(view, placedPoints(d3, view.points, type));
      zoom.reset();
    },
    highlight(codes) {
      view.lit = pointsWith(view.points, codes);
      part(root, ".status").textContent = litText(view);
      listPoints(root, view, show);
      redraw();
    },
  };
}

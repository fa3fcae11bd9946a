/**
 * One live scatter: the reader zooms, drags, points and searches, and it is drawn again.
 *
 * @module
 */
// @ts-types="@types/d3"
import type * as D3 from "d3";
import { type AxisType, probabilityScale } from "../../figures/probability_axes.ts";
import { type Axes, drawAxes, makeAxes, resizeAxes } from "./axes.ts";
import { drawAll, drawLit, flatten, pageColours, printedColours, resizeCanvas } from "./canvas.ts";
import { followKeys } from "./keyboard.ts";
import { onNewWidth, onNextFrame, onPrint, part } from "./page.ts";
import { indexByCode, pointName, pointsWith, shortName } from "./points.ts";
import { listPoints, litText, type Pointing, showTooltip } from "./readout.ts";
import { followSaving, pngScale } from "./save.ts";
import { scatterCsv, scatterSvg } from "./scatter_files.ts";
import {
  margin,
  nearestPoint,
  type Place,
  placesOf,
  type ScatterContents,
  type View,
} from "./view.ts";
import { makeZoom, type Zoom } from "./zoom.ts";

/** What the controls that all scatters share tell each of them. */
export interface Scatter {
  setAxes(type: AxisType): void;
  /** Lights up the points that hold one of these codes; all points alike when null. */
  highlight(codes: ReadonlySet<number> | null): void;
}

/** Width of a scatter on paper, in pixels. */
export const printedWidth = 310;

/** Pixels around a place where a finger finds a point. */
export const fingerReach = 28;

/** The points' places on axes of a type, as a view has them. */
export function placedPoints(
  d3: typeof D3,
  { points, range }: Pick<ScatterContents, "points" | "range">,
  type: AxisType,
) {
  const scale = probabilityScale(range, type);
  const places = placesOf(points, scale);
  const tree = d3.quadtree<Place>(places, ({ x }) => x, ({ y }) => y);
  return { scale, places, tree };
}

/** A scatter's view before its reader has done anything. */
export function firstView(d3: typeof D3, contents: ScatterContents): View {
  const { kind, points, names, vocabulary } = contents;
  const arrow = kind === "sequential_bigram" ? "→ " : "+ ";
  const short = (code: number) => shortName(vocabulary.descriptions[code]);
  return {
    points,
    nameOf: (index) => pointName(points, index, { names, joint: ` ${arrow}` }),
    linesOf: (index) => [
      short(points.first[index]),
      ...(points.second === null ? [] : [arrow + short(points.second[index])]),
    ],
    ...placedPoints(d3, contents, "linear"),
    size: 0,
    transform: d3.zoomIdentity,
    lit: null,
    shown: null,
  };
}

/** Lets mouse and finger show the points' names: a mouse by hovering, a finger by a tap. */
export function followPointing(
  d3: typeof D3,
  { catcher }: Axes,
  view: View,
  { show }: Pointing,
): void {
  const near = (event: PointerEvent, reach?: number) =>
    nearestPoint(view, d3.pointer(event, catcher.node()), reach);
  const isMouse = ({ pointerType }: PointerEvent) => pointerType === "mouse";
  catcher.on("pointermove", (event) => isMouse(event) && show(near(event)));
  catcher.on("pointerleave", (event) => isMouse(event) && show(null));
  catcher.on("click", (event) => isMouse(event) || show(near(event, fingerReach)));
}

/** Lets the buttons of a scatter zoom and reset it, and its keys. */
export function followMoves(root: HTMLElement, zoom: Zoom): void {
  part(root, ".moves").addEventListener("click", ({ target }) => {
    const move = target instanceof HTMLElement ? target.dataset.move : undefined;
    if (move === "in") zoom.zoomBy(1.6);
    else if (move === "out") zoom.zoomBy(1 / 1.6);
    else if (move === "reset") zoom.reset();
  });
  followKeys(part<HTMLElement>(root, ".frame"), zoom);
}

/** A scatter's parts on the page, and how they are drawn. */
export function makeDrawing(d3: typeof D3, root: HTMLElement, view: View, kind: string) {
  const frame = part<HTMLElement>(root, ".frame");
  const [all, lit] = [".all", ".lit"].map((name) => part<HTMLCanvasElement>(root, `canvas${name}`));
  const svg = part<SVGSVGElement>(root, "svg.axes");
  const axes = makeAxes(d3, svg, `${kind}-${root.id}`);
  const draw = (colours = pageColours(root)) => {
    drawAxes(d3, axes, view);
    drawAll(all, view, colours);
    drawLit(lit, view, colours);
  };
  const resize = (width: number, ratio: number) => {
    view.size = Math.max(160, width - margin.left - margin.right);
    frame.style.height = `${view.size + margin.top + margin.bottom}px`;
    for (const canvas of [all, lit]) resizeCanvas(canvas, view, ratio);
    resizeAxes(axes, view);
  };
  const drawSearch = () => drawLit(lit, view, pageColours(root));
  const drawPrint = () => {
    draw(printedColours);
    for (const canvas of [all, lit]) flatten(canvas);
  };
  return { frame, svg, axes, draw, drawSearch, drawPrint, resize };
}

/** Fits a scatter to its frame whenever that gets another width, and to paper while it is printed. */
export function followWidth(
  { frame, drawPrint, resize }: ReturnType<typeof makeDrawing>,
  zoom: Zoom,
  fit: () => void,
): void {
  let isPrinted = false;
  onNewWidth(frame, () => isPrinted || fit());
  onPrint(() => {
    isPrinted = true;
    resize(printedWidth, pngScale);
    zoom.fit();
    drawPrint();
  }, () => {
    isPrinted = false;
    fit();
  });
}

/** Makes one scatter of the page live. */
export function startScatter(
  d3: typeof D3,
  root: HTMLElement,
  contents: ScatterContents,
): Scatter {
  const view = firstView(d3, contents);
  const drawing = makeDrawing(d3, root, view, contents.kind);
  const { frame, svg, axes, draw, drawSearch, resize } = drawing;
  const index = indexByCode(contents.points, contents.names.length);
  const redraw = onNextFrame(() => draw());
  const redrawSearch = onNextFrame(drawSearch);
  const show = (point: number | null) => {
    view.shown = point;
    showTooltip(root, view);
    drawAxes(d3, axes, view);
  };
  const reveal = (point: number) => {
    frame.scrollIntoView({ block: "nearest" });
    show(point);
  };
  const hasFocus = () => frame.contains(document.activeElement);
  const zoom = makeZoom(d3, axes.catcher, { view, hasFocus }, () => {
    view.shown = null;
    showTooltip(root, view);
    redraw();
  });
  const fit = () => {
    resize(frame.clientWidth, globalThis.devicePixelRatio || 1);
    zoom.fit();
  };
  fit();
  followPointing(d3, axes, view, { show, reveal });
  followMoves(root, zoom);
  followSaving(part<HTMLElement>(root, ".save"), {
    svg: () => scatterSvg(svg, view),
    csv: () => scatterCsv(contents),
  });
  followWidth(drawing, zoom, fit);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  listPoints(root, view, { show, reveal });
  return {
    setAxes(type) {
      Object.assign(view, placedPoints(d3, contents, type));
      zoom.reset();
    },
    highlight(codes) {
      view.lit = pointsWith(view.points, index, codes);
      root.classList.toggle("searching", codes !== null);
      part(root, ".status").textContent = litText(view);
      listPoints(root, view, { show, reveal });
      redrawSearch();
    },
  };
}

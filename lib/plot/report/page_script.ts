/**
 * What makes the scatters of `report.html` interactive. These functions run in the reader's browser:
 * the page carries their source, beside D3's, so they use nothing but each other, D3 and the page.
 *
 * @module
 */
// @ts-types="@types/d3"
import type * as D3 from "d3";
import {
  type LogAxis,
  logAxis,
  probabilityRange,
  probabilityText,
} from "../figures/probability_axes.ts";
import { type PackedPoints, type Points, unpackPoints } from "./report_points.ts";

/** What the page carries for its scatters, as JSON. */
export interface ReportPoints {
  /** [codes] Source codes and what they mean. */
  readonly codes: readonly string[];
  readonly descriptions: readonly string[];
  readonly scatters: readonly PackedPoints[];
}

type Axes = "linear" | "log";

/** One scatter of the page, told what to do by the controls that all share. */
interface Scatter {
  setAxes(axes: Axes): void;
  /** Lights up the points that hold one of these codes; all points alike when null. */
  highlight(codes: ReadonlySet<number> | null): void;
  reset(): void;
}

/** A point's places along both axes as shares of the plot, from the lower left corner. */
interface Place {
  readonly index: number;
  readonly x: number;
  readonly y: number;
}

/** The names of a point's codes, joined as its kind asks. */
function pointName(points: Points, index: number, isOrdered: boolean, names: readonly string[]) {
  const first = names[points.first[index]];
  if (points.second === null) return first;
  return `${first}${isOrdered ? " → " : " + "}${names[points.second[index]]}`;
}

/** The few points, among the lit ones if any are, whose two probabilities differ most. */
function farthest({ real, synthetic }: Points, lit: Uint8Array | null, most: number): number[] {
  const gap = (index: number) => Math.abs(real[index] - synthetic[index]);
  const top: number[] = [];
  for (let index = 0; index < real.length; index++) {
    if (lit !== null && lit[index] === 0) continue;
    if (top.length === most && gap(index) <= gap(top[most - 1])) continue;
    top.push(index);
    top.sort((a, b) => gap(b) - gap(a));
    top.length = Math.min(top.length, most);
  }
  return top;
}

/** Where an axis has ticks; a logarithmic one, whose layout is given, has one for zero too. */
function axisTicks(
  scale: D3.ScaleLinear<number, number> | D3.ScaleLogarithmic<number, number>,
  log: LogAxis | null,
): number[] {
  if (log === null) return scale.ticks(4); // may give twice as many, which still have room
  const ticks = scale.ticks(6);
  const powers = ticks.filter((tick) => Number.isInteger(Number(Math.log10(tick).toFixed(6))));
  const [low, high] = scale.domain();
  return [
    ...(low <= log.zero && log.zero <= high ? [log.zero] : []),
    ...(ticks.length > 8 ? powers : ticks).filter((tick) => tick >= log.edge),
  ];
}

/** A round dot to stamp, much faster than drawing tens of thousands of arcs. */
function dotStamp(colour: string, radius: number, ratio: number): HTMLCanvasElement {
  const stamp = document.createElement("canvas");
  stamp.width = stamp.height = Math.ceil(2 * radius * ratio) + 2;
  const context = stamp.getContext("2d");
  if (context === null) throw new Error("Cannot draw: this browser has no canvas");
  context.fillStyle = colour;
  context.arc(stamp.width / 2, stamp.height / 2, radius * ratio, 0, 2 * Math.PI);
  context.fill();
  return stamp;
}

/** The child of the page's scatter that has a class; the page is ours, so it is there. */
function part<E extends Element>(root: ParentNode, selector: string): E {
  const found = root.querySelector<E>(selector);
  if (found === null) throw new Error(`Cannot start the report: no ${selector}`);
  return found;
}

/** Makes one scatter live. */
function startScatter(
  d3: typeof D3,
  root: HTMLElement,
  { points, names, kind }: { points: Points; names: readonly string[]; kind: string },
): Scatter {
  const margin = { top: 10, right: 10, bottom: 48, left: 66 };
  const count = points.real.length;
  const isOrdered = kind === "sequential_bigram";
  const [lowest, highest] = probabilityRange(points);
  const log = logAxis(lowest, highest);
  const frame = part<HTMLElement>(root, ".frame");
  const canvas = part<HTMLCanvasElement>(root, "canvas");
  const tooltip = part<HTMLElement>(root, ".tooltip");
  const status = part<HTMLElement>(root, ".status");
  const list = part<HTMLElement>(root, ".points");
  const listTitle = part<HTMLElement>(root, ".points-title");
  const svg = d3.select(part<SVGSVGElement>(root, "svg.axes"));
  const xAxis = svg.append("g").attr("class", "x axis");
  const yAxis = svg.append("g").attr("class", "y axis");
  const clip = svg.append("clipPath").attr("id", `clip-${kind}`).append("rect");
  const inside = svg.append("g").attr("clip-path", `url(#clip-${kind})`);
  const diagonal = inside.append("line").attr("class", "diagonal");
  const zeroX = inside.append("line").attr("class", "zero");
  const zeroY = inside.append("line").attr("class", "zero");
  const ring = inside.append("circle").attr("class", "ring").attr("r", 6).attr("hidden", true);
  const catcher = svg.append("rect").attr("class", "catcher");

  let axes: Axes = "linear";
  let places: Place[] = [];
  let tree = d3.quadtree<Place>();
  let size = 0; // of the square plot, in pixels
  let transform = d3.zoomIdentity;
  let lit: Uint8Array | null = null;
  let shown: number | null = null;
  let frameRequest = 0;

  const shareOf = (probability: number) =>
    axes === "linear"
      ? probability / (highest * 1.05)
      : Math.log((probability || log.zero) / log.domain[0]) /
        Math.log(log.domain[1] / log.domain[0]);
  const baseScale = (range: [number, number]) =>
    axes === "linear" ? d3.scaleLinear([0, highest * 1.05], range) : d3.scaleLog(log.domain, range);
  const pixelX = (share: number) => transform.applyX(share * size);
  const pixelY = (share: number) => transform.applyY((1 - share) * size);

  function layOut() {
    places = Array.from({ length: count }, (_, index) => ({
      index,
      x: shareOf(points.real[index]),
      y: shareOf(points.synthetic[index]),
    }));
    tree = d3.quadtree<Place>(places, ({ x }) => x, ({ y }) => y);
  }

  function drawAxes() {
    const draw = (group: typeof xAxis, scale: ReturnType<typeof baseScale>, isX: boolean) => {
      const ticks = axisTicks(scale, axes === "log" ? log : null);
      const text = (value: D3.NumberValue) =>
        axes === "log" && Number(value) === log.zero ? "0" : probabilityText(Number(value), 4);
      const axis = (isX ? d3.axisBottom(scale) : d3.axisLeft(scale)).tickValues(ticks)
        .tickFormat(text).tickSize(-size).tickPadding(8);
      group.call(axis);
    };
    draw(xAxis, transform.rescaleX(baseScale([0, size])), true);
    draw(yAxis, transform.rescaleY(baseScale([size, 0])), false);
    const start = axes === "log" ? shareOf(log.edge) : 0;
    diagonal.attr("x1", pixelX(start)).attr("y1", pixelY(start))
      .attr("x2", pixelX(1)).attr("y2", pixelY(1));
    for (const line of [zeroX, zeroY]) line.attr("hidden", axes === "log" ? null : true);
    zeroX.attr("x1", pixelX(start)).attr("x2", pixelX(start)).attr("y1", 0).attr("y2", size);
    zeroY.attr("y1", pixelY(start)).attr("y2", pixelY(start)).attr("x1", 0).attr("x2", size);
    ring.attr("hidden", shown === null ? true : null);
    if (shown !== null) {
      ring.attr("cx", pixelX(places[shown].x)).attr("cy", pixelY(places[shown].y));
    }
  }

  function drawPoints() {
    const context = canvas.getContext("2d");
    if (context === null) return;
    const ratio = canvas.width / size;
    const style = getComputedStyle(root);
    const radius = Math.min(5, (count < 1500 ? 2.6 : 1.8) * Math.sqrt(Math.sqrt(transform.k)));
    const dot = dotStamp(style.getPropertyValue("--real"), radius, ratio);
    const bright = dotStamp(style.getPropertyValue("--synthetic"), radius + 1.2, ratio);
    context.clearRect(0, 0, canvas.width, canvas.height);
    const stampAll = (stamp: HTMLCanvasElement, isDrawn: (index: number) => boolean) => {
      const half = stamp.width / 2;
      for (const { index, x, y } of places) {
        if (!isDrawn(index)) continue;
        const left = pixelX(x) * ratio;
        const top = pixelY(y) * ratio;
        if (
          left < -half || top < -half || left > canvas.width + half || top > canvas.height + half
        ) {
          continue;
        }
        context.drawImage(stamp, left - half, top - half);
      }
    };
    context.globalAlpha = (count < 1500 ? 0.55 : 0.35) * (lit === null ? 1 : 0.3);
    stampAll(dot, (index) => lit?.[index] !== 1);
    context.globalAlpha = 0.9;
    if (lit !== null) stampAll(bright, (index) => lit?.[index] === 1);
  }

  function redraw() {
    cancelAnimationFrame(frameRequest);
    frameRequest = requestAnimationFrame(() => {
      drawAxes();
      drawPoints();
    });
  }

  function show(index: number | null) {
    shown = index;
    tooltip.hidden = index === null;
    if (index !== null) {
      const [name, real, synthetic] = Array.from(tooltip.children);
      name.textContent = pointName(points, index, isOrdered, names);
      real.textContent = `real ${probabilityText(points.real[index], 3)}`;
      synthetic.textContent = `synthetic ${probabilityText(points.synthetic[index], 3)}`;
      // Below a point of the upper half, above one of the lower, and never out of the frame.
      const x = margin.left + pixelX(places[index].x) - tooltip.offsetWidth / 2;
      const y = margin.top + pixelY(places[index].y);
      const isUpper = y < size / 2;
      tooltip.style.left = `${Math.max(0, Math.min(x, frame.clientWidth - tooltip.offsetWidth))}px`;
      tooltip.style.top = `${isUpper ? y + 14 : y - tooltip.offsetHeight - 14}px`;
    }
    drawAxes();
  }

  /** Reads out the points farthest from y = x. */
  function listPoints() {
    const top = farthest(points, lit, 5);
    listTitle.textContent = lit === null
      ? "Farthest from the line"
      : "Farthest from the line, of these";
    list.replaceChildren(...top.map((index) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = pointName(points, index, isOrdered, names);
      for (const event of ["focus", "mouseenter"]) {
        button.addEventListener(event, () => show(index));
      }
      for (const event of ["blur", "mouseleave"]) button.addEventListener(event, () => show(null));
      const values = document.createElement("span");
      const [real, synthetic] = [points.real, points.synthetic].map((of) =>
        probabilityText(of[index])
      );
      values.textContent = `real ${real}, synthetic ${synthetic}`;
      item.append(button, values);
      return item;
    }));
  }

  const zoom = d3.zoom<SVGRectElement, unknown>().scaleExtent([1, 400]).on("zoom", (event) => {
    transform = event.transform;
    shown = null;
    tooltip.hidden = true;
    redraw();
  });

  function nearest(event: PointerEvent): number | null {
    const [x, y] = d3.pointer(event, catcher.node());
    const [atX, atY] = transform.invert([x, y]);
    const reach = 12 / (transform.k * size);
    return tree.find(atX / size, 1 - atY / size, reach)?.index ?? null;
  }

  function resize() {
    size = Math.max(160, frame.clientWidth - margin.left - margin.right);
    const width = size + margin.left + margin.right;
    const height = size + margin.top + margin.bottom;
    const ratio = globalThis.devicePixelRatio || 1;
    frame.style.height = `${height}px`;
    canvas.width = canvas.height = Math.round(size * ratio);
    Object.assign(canvas.style, {
      left: `${margin.left}px`,
      top: `${margin.top}px`,
      width: `${size}px`,
      height: `${size}px`,
    });
    svg.attr("viewBox", [-margin.left, -margin.top, width, height].join(" "))
      .attr("width", width).attr("height", height);
    clip.attr("width", size).attr("height", size);
    catcher.attr("width", size).attr("height", size);
    xAxis.attr("transform", `translate(0,${size})`);
    svg.select(".x.title").attr("x", size / 2).attr("y", size + 40);
    svg.select(".y.title").attr("transform", `translate(-54,${size / 2}) rotate(-90)`);
    zoom.extent([[0, 0], [size, size]]).translateExtent([[0, 0], [size, size]]);
    catcher.call(zoom.transform, d3.zoomIdentity);
  }

  const reset = () => void catcher.call(zoom.transform, d3.zoomIdentity);
  const moves: Record<string, () => void> = {
    "+": () => catcher.call(zoom.scaleBy, 1.5),
    "=": () => catcher.call(zoom.scaleBy, 1.5),
    "-": () => catcher.call(zoom.scaleBy, 1 / 1.5),
    "0": reset,
    Escape: reset,
    ArrowLeft: () => catcher.call(zoom.translateBy, size / 10 / transform.k, 0),
    ArrowRight: () => catcher.call(zoom.translateBy, -size / 10 / transform.k, 0),
    ArrowUp: () => catcher.call(zoom.translateBy, 0, size / 10 / transform.k),
    ArrowDown: () => catcher.call(zoom.translateBy, 0, -size / 10 / transform.k),
  };

  layOut();
  resize();
  catcher.call(zoom).on("dblclick.zoom", null);
  catcher.on("pointermove", (event: PointerEvent) => show(nearest(event)));
  catcher.on("pointerleave", () => show(null));
  part<HTMLButtonElement>(root, ".reset").addEventListener("click", reset);
  frame.addEventListener("keydown", (event) => {
    const move = moves[event.key];
    if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move();
  });
  let width = frame.clientWidth;
  new ResizeObserver(() => {
    if (frame.clientWidth === width) return;
    width = frame.clientWidth;
    resize();
  }).observe(frame);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  listPoints();

  return {
    reset,
    setAxes(chosen) {
      axes = chosen;
      layOut();
      reset();
    },
    highlight(codes) {
      lit = codes === null ? null : Uint8Array.from(
        points.first,
        (code, index) => Number(codes.has(code) || codes.has(points.second?.[index] ?? code)),
      );
      const found = lit?.reduce((sum, bit) => sum + bit, 0);
      status.textContent = found === undefined
        ? ""
        : `${found.toLocaleString("en")} of ${count.toLocaleString("en")} points light up`;
      listPoints();
      redraw();
    },
  };
}

/** Makes all scatters of the page live, and the controls that they share. */
async function startReport(d3: typeof D3): Promise<void> {
  const controls = document.querySelector<HTMLFormElement>("form.controls");
  if (controls === null) return;
  const data: ReportPoints = JSON.parse(part(document, "#report-points").textContent ?? "");
  const names = data.codes.map((code, index) =>
    data.descriptions[index] === code ? code : `${data.descriptions[index]} (${code})`
  );
  const texts = names.map((name) => name.toLowerCase());
  const scatters = await Promise.all(data.scatters.map(async (packed) => {
    const root = part<HTMLElement>(document, `#${packed.kind}`);
    return startScatter(d3, root, { points: await unpackPoints(packed), names, kind: packed.kind });
  }));
  const found = part<HTMLOutputElement>(controls, "output");
  controls.addEventListener("submit", (event) => event.preventDefault());
  controls.addEventListener("change", () => {
    const chosen = new FormData(controls).get("axes");
    for (const scatter of scatters) scatter.setAxes(chosen === "log" ? "log" : "linear");
  });
  part<HTMLInputElement>(controls, "input[type=search]").addEventListener("change", (event) => {
    event.stopPropagation(); // another search is no change of the axes
  });
  part<HTMLInputElement>(controls, "input[type=search]").addEventListener("input", (event) => {
    const words = (event.target as HTMLInputElement).value.toLowerCase().split(/\s+/).filter(
      Boolean,
    );
    const codes = words.length === 0 ? null : new Set(
      texts.keys().filter((code) => words.every((word) => texts[code].includes(word))),
    );
    found.textContent = codes === null
      ? ""
      : codes.size === 1
      ? "1 code"
      : `${codes.size.toLocaleString("en")} codes`;
    for (const scatter of scatters) scatter.highlight(codes);
  });
  controls.addEventListener("reset", () => {
    found.textContent = "";
    for (const scatter of scatters) {
      scatter.setAxes("linear");
      scatter.highlight(null);
    }
  });
  document.documentElement.dataset.ready = "yes";
}

/** The page's script: the functions above as source, and the call that starts them. */
export const reportScript: string = [
  probabilityText,
  logAxis,
  probabilityRange,
  unpackPoints,
  pointName,
  farthest,
  axisTicks,
  dotStamp,
  part,
  startScatter,
  startReport,
].map(String).join("\n") + "\nstartReport(d3);\n";

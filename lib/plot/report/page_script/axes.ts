/**
 * The axes of a scatter as SVG, with the line y = x and the ring around the point that is shown.
 *
 * @module
 */
// @ts-types="@types/d3"
import type * as D3 from "d3";
import { type ProbabilityScale, probabilityText } from "../../figures/probability_axes.ts";
import { margin, pixelX, pixelY, type View } from "./view.ts";

/** An element of the drawing, as D3 holds it. */
type Drawn<E extends SVGElement> = D3.Selection<E, unknown, null, undefined>;

/** What the drawing consists of. */
export interface Axes {
  readonly svg: Drawn<SVGSVGElement>;
  readonly x: Drawn<SVGGElement>;
  readonly y: Drawn<SVGGElement>;
  readonly clip: Drawn<SVGRectElement>;
  readonly diagonal: Drawn<SVGLineElement>;
  /** Edges of the strips for zero. */
  readonly zeroX: Drawn<SVGLineElement>;
  readonly zeroY: Drawn<SVGLineElement>;
  readonly ring: Drawn<SVGCircleElement>;
  /** Lies on top and takes what the mouse does. */
  readonly catcher: Drawn<SVGRectElement>;
}

/** A scale of D3's. */
type Scale = D3.ScaleLinear<number, number> | D3.ScaleLogarithmic<number, number>;

/** Adds the drawing's elements to an SVG element. */
export function makeAxes(d3: typeof D3, root: SVGSVGElement, kind: string): Axes {
  const svg = d3.select(root);
  const x = svg.append("g").attr("class", "x axis");
  const y = svg.append("g").attr("class", "y axis");
  const clip = svg.append("clipPath").attr("id", `clip-${kind}`).append("rect");
  const inside = svg.append("g").attr("clip-path", `url(#clip-${kind})`);
  const diagonal = inside.append("line").attr("class", "diagonal");
  const zeroX = inside.append("line").attr("class", "zero");
  const zeroY = inside.append("line").attr("class", "zero");
  const ring = inside.append("circle").attr("class", "ring").attr("r", 6).attr("hidden", true);
  const catcher = svg.append("rect").attr("class", "catcher");
  return { svg, x, y, clip, diagonal, zeroX, zeroY, ring, catcher };
}

/** Gives the drawing the view's size. */
export function resizeAxes({ svg, x, clip, catcher }: Axes, { size }: View): void {
  const width = size + margin.left + margin.right;
  const height = size + margin.top + margin.bottom;
  svg.attr("viewBox", [-margin.left, -margin.top, width, height].join(" "))
    .attr("width", width).attr("height", height);
  clip.attr("width", size).attr("height", size);
  catcher.attr("width", size).attr("height", size);
  x.attr("transform", `translate(0,${size})`);
  svg.select(".x.title").attr("x", size / 2).attr("y", size + 40);
  svg.select(".y.title").attr("transform", `translate(-54,${size / 2}) rotate(-90)`);
}

/** Where an axis has ticks; a logarithmic one has one for zero too. */
export function axisTicks(shown: Scale, { type, zero, start }: ProbabilityScale): number[] {
  if (type === "linear") return shown.ticks(4); // may give twice as many, which still have room
  const ticks = shown.ticks(6);
  const powers = ticks.filter((tick) => Number.isInteger(Number(Math.log10(tick).toFixed(6))));
  const [low, high] = shown.domain();
  return [
    ...(low <= zero && zero <= high ? [zero] : []),
    ...(ticks.length > 8 ? powers : ticks).filter((tick) => tick >= start),
  ];
}

/** Draws the axes as the view has them. */
export function drawAxes(d3: typeof D3, axes: Axes, view: View): void {
  const { places, scale, shown, size, transform } = view;
  const isLog = scale.type === "log";
  const full = (range: [number, number]): Scale =>
    isLog ? d3.scaleLog(scale.domain, range) : d3.scaleLinear(scale.domain, range);
  const text = (value: D3.NumberValue) =>
    isLog && Number(value) === scale.zero ? "0" : probabilityText(Number(value), 4);
  const draw = (group: Axes["x"], axis: typeof d3.axisLeft, part: Scale) =>
    group.call(
      axis(part).tickValues(axisTicks(part, scale)).tickFormat(text).tickSize(-size).tickPadding(8),
    );
  draw(axes.x, d3.axisBottom, transform.rescaleX(full([0, size])));
  draw(axes.y, d3.axisLeft, transform.rescaleY(full([size, 0])));
  const start = scale.share(scale.start);
  const [startX, startY] = [pixelX(view, start), pixelY(view, start)];
  axes.diagonal.attr("x1", startX).attr("y1", startY)
    .attr("x2", pixelX(view, 1)).attr("y2", pixelY(view, 1));
  for (const line of [axes.zeroX, axes.zeroY]) line.attr("hidden", isLog ? null : true);
  axes.zeroX.attr("x1", startX).attr("x2", startX).attr("y1", 0).attr("y2", size);
  axes.zeroY.attr("y1", startY).attr("y2", startY).attr("x1", 0).attr("x2", size);
  axes.ring.attr("hidden", shown === null ? true : null);
  if (shown === null) return;
  axes.ring.attr("cx", pixelX(view, places[shown].x)).attr("cy", pixelY(view, places[shown].y));
}

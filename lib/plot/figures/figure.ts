/**
 * What all figures share: fonts, title, legend, and an SVG that is complete both in a file and in a
 * page.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { markupText } from "../../printable.ts";
import type { CsvRow } from "./csv_text.ts";
import { type Coloured, wordColours } from "./colours.ts";
import {
  checkFigureOptions,
  checkLabels,
  type FigureOptions,
  relabelled,
} from "./figure_options.ts";
import { storePoints } from "./figure_points.ts";

/** The texts of a figure for readers who cannot see it. */
export interface FigureText {
  /** A short name; the SVG's title. */
  readonly title: string;
  /** What the figure shows, in a sentence or two. */
  readonly description: string;
}

/** What a figure says beside what it draws. */
export interface FigureContents extends FigureText {
  /** The entries of its legend, in order; each in the colour of what it names. Default none. */
  readonly legend?: readonly (readonly [name: string, colour: Coloured])[];
  /** Its points for {@link figureCsv}; scatters, whose points are many, carry none. */
  readonly points?: readonly CsvRow[];
}

const namespace = "http://www.w3.org/2000/svg";
const drawn = ["d", "transform", "x", "x1", "x2", "y", "y1", "y2", "cx", "cy", "r"] as const;
const geometry: ReadonlySet<string> = new Set([...drawn, "width", "height", "points"]);

/** Pixels of a line of the legend, of the title, and about those of a letter of the legend. */
const [legendLine, titleLine, letter] = [17, 22, 6.8];
const legendGap = 16;

/** A text with its numbers rounded to hundredths. */
function rounded(text: string): string {
  return text.replace(/-?\d+\.\d+(e-?\d+)?/g, (n) => String(Math.round(+n * 100) / 100));
}

/** The entries of a legend in lines that are no wider than the figure. */
function legendLines(
  legend: NonNullable<FigureContents["legend"]>,
  width: number,
): (typeof legend)[number][][] {
  const lines: (typeof legend)[number][][] = [];
  let left = 0;
  for (const entry of legend) {
    const length = legendGap + letter * entry[0].length;
    if (lines.length === 0 || left < length) {
      lines.push([]);
      left = width;
    }
    lines[lines.length - 1].push(entry);
    left -= length;
  }
  return lines;
}

/** Title and legend as they stand above the drawing, and the height that they take. */
function headOf(
  document: Document,
  { title, legend, width }: {
    title: string | undefined;
    legend: NonNullable<FigureContents["legend"]>;
    width: number;
  },
): { texts: SVGElement[]; height: number } {
  const element = (name: "text" | "tspan", text: string, attributes: Record<string, string>) => {
    const made = document.createElementNS(namespace, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = markupText(text);
    return made;
  };
  const texts: SVGElement[] = [];
  const bold = { "text-anchor": "start", "font-weight": "600", fill: "currentColor" };
  if (title !== undefined) {
    texts.push(element("text", title, { x: "4", y: "15", ...bold, "font-size": "14" }));
  }
  let height = title === undefined ? 0 : titleLine;
  for (const line of legendLines(legend, width)) {
    const text = element("text", "", {
      x: "4",
      y: String(height + 13),
      ...bold,
      "font-size": "12",
    });
    line.forEach(([name, colour], index) =>
      text.append(
        element("tspan", name, {
          fill: wordColours[colour],
          ...(index > 0 && { dx: String(legendGap) }),
        }),
      )
    );
    texts.push(text);
    height += legendLine;
  }
  return { texts, height };
}

function isSvg(element: Element): element is SVGSVGElement {
  return element.tagName.toLowerCase() === "svg"; // linkedom has no class to ask for
}

/** Plot names its marks for screen readers, which an image may not; they become classes. */
function nameMarks(svg: Element): void {
  for (const mark of svg.querySelectorAll("[aria-label]")) {
    mark.setAttribute("class", `mark-${mark.getAttribute("aria-label")?.replaceAll(" ", "-")}`);
    mark.removeAttribute("aria-label");
  }
}

/** Rounds coordinates, and takes out of all texts what an XML file cannot hold. */
function tidy(svg: Element, labels: NonNullable<FigureOptions["labels"]>): void {
  const texts: string[] = [];
  for (const element of svg.querySelectorAll(":not(style)")) {
    for (const { name, value } of [...element.attributes]) {
      const shown = geometry.has(name) ? rounded(value) : markupText(value);
      if (shown !== value) element.setAttribute(name, shown);
    }
    for (const child of element.childNodes) {
      if (child.nodeType !== child.TEXT_NODE) continue;
      const text = markupText(child.nodeValue ?? "");
      child.nodeValue = relabelled(text, labels);
      texts.push(text);
    }
  }
  checkLabels(labels, texts);
}

/**
 * A figure by Observable Plot as an SVG element that needs nothing around it: namespace, fonts and
 * colours are its own, coordinates are rounded to hundredths of a pixel, and its texts hold nothing
 * that an XML file cannot. It carries its points as metadata, if it is given any.
 *
 * @param plot as for `Plot.plot`; width and height are those of the whole figure
 * @param contents its texts, legend and points
 * @param options what the caller changes
 * @throws {TypeError} If there is no option of a name
 * @throws {RangeError} If a size is out of range, or a word to replace is not in the figure
 */
export function figure(
  plot: Plot.PlotOptions & { readonly width: number; readonly height: number },
  { title, description, legend = [], points = [] }: FigureContents,
  options: FigureOptions = {},
): SVGSVGElement {
  checkFigureOptions(options);
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const { width = plot.width, height = plot.height, labels = {} } = options;
  const head = headOf(document, { title: options.title, legend, width });
  const svg = Plot.plot({
    ...plot,
    width,
    height: height - head.height,
    document,
    style: {
      background: "white",
      color: "#222",
      fontFamily: "Helvetica Neue, Helvetica, Arial, Liberation Sans, sans-serif",
      fontSize: "11px",
      overflow: "visible",
    },
  });
  if (!isSvg(svg)) {
    throw new TypeError("Cannot draw: figures have no legend");
  }
  svg.setAttribute("xmlns", namespace);
  svg.setAttribute("role", "img");
  svg.setAttribute("height", String(height));
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("aria-label", markupText(relabelled(options.title ?? title, labels)));
  const body = document.createElementNS(namespace, "g");
  body.setAttribute("transform", `translate(0,${head.height})`);
  const style = svg.querySelector("style");
  body.append(...[...svg.children].filter((child) => child !== style));
  svg.append(...head.texts, body);
  nameMarks(svg);
  tidy(svg, labels);
  if (points.length > 0) storePoints(svg, points);
  for (const [name, text] of [["desc", description], ["title", options.title ?? title]]) {
    const element = document.createElementNS(namespace, name);
    element.textContent = markupText(relabelled(text, labels));
    svg.insertBefore(element, svg.firstChild);
  }
  return svg;
}

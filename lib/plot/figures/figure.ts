/**
 * What all figures share: colours, fonts, and an SVG that is complete both in a file and in a page.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { markupText } from "../../printable.ts";

/** Colours that can be told apart by colour-blind readers and in grey print (Okabe and Ito 2008). */
export const colours = {
  real: "#0072b2",
  synthetic: "#d55e00",
  ceiling: "#009e73",
  floor: "#767676",
  train: "#009e73",
  validation: "#aa3377",
} as const;

/** The texts of a figure for readers who cannot see it. */
export interface FigureText {
  /** A short name; the SVG's title. */
  readonly title: string;
  /** What the figure shows, in a sentence or two. */
  readonly description: string;
}

const drawn = ["d", "transform", "x", "x1", "x2", "y", "y1", "y2", "cx", "cy", "r"] as const;
const geometry: ReadonlySet<string> = new Set([...drawn, "width", "height", "points"]);

/** A text with its numbers rounded to hundredths. */
function rounded(text: string): string {
  return text.replace(/-?\d+\.\d+(e-?\d+)?/g, (n) => String(Math.round(+n * 100) / 100));
}

/**
 * A figure by Observable Plot as an SVG element that needs nothing around it: namespace, fonts and
 * colours are its own, coordinates are rounded to hundredths of a pixel, and its texts hold nothing
 * that an XML file cannot.
 *
 * @param options as for `Plot.plot`
 */
export function figure(
  options: Plot.PlotOptions,
  { title, description }: FigureText,
): SVGSVGElement {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = Plot.plot({
    ...options,
    document,
    style: {
      background: "white",
      color: "#222",
      fontFamily: "Helvetica Neue, Helvetica, Arial, Liberation Sans, sans-serif",
      fontSize: "11px",
      overflow: "visible",
    },
  });
  if (!(svg.tagName.toLowerCase() === "svg")) {
    throw new TypeError("Cannot draw: figures have no legend");
  }
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", markupText(title));
  for (const element of svg.querySelectorAll("*")) {
    for (const { name, value } of [...element.attributes]) {
      const shown = geometry.has(name) ? rounded(value) : markupText(value);
      if (shown !== value) element.setAttribute(name, shown);
    }
    for (const child of element.childNodes) {
      if (child.nodeType === child.TEXT_NODE) child.nodeValue = markupText(child.nodeValue ?? "");
    }
  }
  const texts = [["title", title], ["desc", description]];
  for (const [name, text] of texts.reverse()) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    element.textContent = markupText(text);
    svg.insertBefore(element, svg.firstChild);
  }
  return svg as SVGSVGElement;
}

/**
 * A scatter as the reader sees it at the moment, as files.
 *
 * @module
 */
import { type CsvRow, csvText } from "../../figures/csv_text.ts";
import { drawAll, drawLit, printedColours } from "./canvas.ts";
import { pngScale } from "./save.ts";
import { margin, type ScatterContents, type View } from "./view.ts";

/** How the parts of a saved scatter look; the page's style does not go with them. */
export const savedStyle = `text { fill: #222; font: 11px Helvetica, Arial, sans-serif; }
.title { text-anchor: middle; }
.axis path, .axis line { stroke: #ddd; }
.diagonal { stroke: #222; stroke-dasharray: 6 4; stroke-opacity: 0.6; }
.zero { stroke: #666; stroke-dasharray: 2 2; }
[hidden] { display: none; }`;

/** Its points as an image, since tens of thousands of circles would choke any program. */
export function pointsImage(view: View): string {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = view.size * pngScale;
  const layer = document.createElement("canvas");
  layer.width = layer.height = canvas.width;
  const context = canvas.getContext("2d");
  drawAll(layer, view, printedColours);
  if (context !== null) {
    context.globalAlpha = view.lit === null ? 1 : 0.3;
    context.drawImage(layer, 0, 0);
    context.globalAlpha = 1;
    drawLit(layer, view, printedColours);
    context.drawImage(layer, 0, 0);
  }
  return canvas.toDataURL("image/png");
}

/** Axes and texts as they are drawn, points as an image, in the colours of print. */
export function scatterSvg(axes: SVGSVGElement, view: View): string {
  const copy = axes.cloneNode(true);
  if (!(copy instanceof SVGSVGElement)) throw new Error("Cannot copy the axes");
  copy.removeAttribute("class");
  copy.removeAttribute("aria-hidden");
  for (const part of Array.from(copy.querySelectorAll(".catcher, .ring"))) part.remove();
  const namespace = "http://www.w3.org/2000/svg";
  const add = (name: string, attributes: Readonly<Record<string, string | number>>) => {
    const element = document.createElementNS(namespace, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    copy.insertBefore(element, copy.firstChild);
    return element;
  };
  const { size } = view;
  add("image", { href: pointsImage(view), x: 0, y: 0, width: size, height: size });
  const sides = size + margin.left + margin.right;
  const height = size + margin.top + margin.bottom;
  add("rect", { x: -margin.left, y: -margin.top, width: sides, height, fill: "white" });
  add("style", {}).textContent = savedStyle;
  return new XMLSerializer().serializeToString(copy);
}

/** All its points with their codes, whether they are in view or not. */
export function scatterCsv({ points, vocabulary }: ScatterContents): string {
  const { codes, descriptions } = vocabulary;
  const { first, second, real, synthetic } = points;
  return csvText(Array.from(real, (probability, index): CsvRow => {
    const [code, then] = [first[index], second?.[index]];
    return {
      ...(then === undefined ? { code: codes[code], description: descriptions[code] } : {
        first: codes[code],
        first_description: descriptions[code],
        second: codes[then],
        second_description: descriptions[then],
      }),
      real: probability,
      synthetic: synthetic[index],
    };
  }));
}

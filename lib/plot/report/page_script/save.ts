/**
 * Saving a figure as SVG, PNG or CSV, from what the page holds: nothing is requested.
 *
 * @module
 */
import { part } from "./page.ts";

/** Pixels of a PNG for each pixel of its figure. */
export const pngScale = 3;

/** Offers a file to the reader. */
export function saveFile(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** A picture of an SVG text, on white. */
export async function pngOf(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth * pngScale;
  canvas.height = image.naturalHeight * pngScale;
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("Cannot draw: this browser has no canvas");
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return await new Promise((resolve, reject) =>
    canvas.toBlob((blob) => blob === null ? reject(new Error("Cannot draw a PNG")) : resolve(blob))
  );
}

/** What can be saved of a figure: its SVG and its points, made when asked for. */
export interface Savable {
  svg(): string;
  csv(): string;
}

/** Lets the buttons below a figure save it. */
export function followSaving(buttons: HTMLElement, figure: Savable): void {
  const name = buttons.dataset.name ?? "figure";
  buttons.addEventListener("click", async ({ target }) => {
    const format = target instanceof HTMLElement ? target.dataset.format : undefined;
    if (format === "svg") {
      saveFile(`${name}.svg`, new Blob([figure.svg()], { type: "image/svg+xml" }));
    } else if (format === "png") {
      saveFile(`${name}.png`, await pngOf(figure.svg()));
    } else if (format === "csv") {
      saveFile(`${name}.csv`, new Blob([figure.csv()], { type: "text/csv" }));
    }
  });
}

/** Lets all figures that are not scatters be saved, in their wide form. */
export function startSaving(): void {
  for (const figure of Array.from(document.querySelectorAll("figure"))) {
    const svg = part<SVGSVGElement>(figure, ".wide-figure svg");
    followSaving(part<HTMLElement>(figure, ".save"), {
      svg: () => new XMLSerializer().serializeToString(svg),
      csv: () => part(svg, "metadata").textContent ?? "",
    });
  }
}

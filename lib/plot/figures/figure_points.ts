/**
 * The points of a figure as CSV, which the SVG carries as its metadata: whoever has the figure can
 * plot it again.
 *
 * @module
 */
import { markupText } from "../../printable.ts";
import { type CsvRow, csvText } from "./csv_text.ts";

/** Stores the points in an SVG element, behind its title and description. */
export function storePoints(svg: SVGSVGElement, points: readonly CsvRow[]): void {
  const metadata = svg.ownerDocument.createElementNS("http://www.w3.org/2000/svg", "metadata");
  metadata.textContent = markupText(csvText(points));
  svg.insertBefore(metadata, svg.firstChild);
}

/** What {@link storePoints} stored; undefined in a figure without points. */
export function storedPoints(svg: SVGSVGElement): string | undefined {
  return svg.querySelector("metadata")?.textContent || undefined;
}

/**
 * The points of a figure as CSV (RFC 4180), as the SVG carries them: a row per point, bar or interval,
 * numbers with six significant digits.
 *
 * @example
 * ```ts
 * import { figureCsv, trainingCurve } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const svg = trainingCurve([{ epoch: 1, train_loss: 3, validation_loss: 2.5 }]);
 * assertEquals(figureCsv(svg), "epoch,train_loss,validation_loss\n1,3,2.5\n");
 * ```
 *
 * @param svg a figure of this library
 * @throws {TypeError} If it carries none: scatters do not, see `probabilityFrame`
 */
export function figureCsv(svg: SVGSVGElement): string {
  const stored = storedPoints(svg);
  if (stored === undefined) {
    throw new TypeError(
      "Cannot give a figure's points: this one carries none; those of a scatter are its " +
        "pairedProbabilities, as a table by probabilityFrame",
    );
  }
  return stored;
}

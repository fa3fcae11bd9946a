/**
 * Numbers as colours, with words that can be read on them.
 *
 * @module
 */
import { interpolateRgb, rgb } from "d3";
import { wordColours } from "./colours.ts";

/** Colours of the largest values above and below 0; 0 is white. */
const hues = { above: wordColours.real, below: wordColours.synthetic };

/** Relative luminance, as in WCAG 2.2. */
function luminance(colour: string): number {
  const { r, g, b } = rgb(colour);
  const [red, green, blue] = [r, g, b].map((of255) => {
    const share = of255 / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** A number's colour on a scale up to the largest, and black or white for what stands in it, whichever has more contrast. */
export function colouring(
  value: number,
  largest: number,
): { backgroundColor: string; color: string } {
  const hue = value < 0 ? hues.below : hues.above;
  const share = largest === 0 ? 0 : Math.abs(value) / largest;
  const backgroundColor = rgb(interpolateRgb("#ffffff", hue)(share)).formatHex();
  // contrast with white is 1.05 / (l + 0.05), with black (l + 0.05) / 0.05
  const isDark = (luminance(backgroundColor) + 0.05) ** 2 < 1.05 * 0.05;
  return { backgroundColor, color: isDark ? "#ffffff" : "#000000" };
}

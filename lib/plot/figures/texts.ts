/**
 * Texts that stand within figures.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";

/** A white edge around a text, which keeps it readable over marks. */
export function halo(width: number): { stroke: string; strokeWidth: number } {
  return { stroke: "white", strokeWidth: width };
}

/**
 * A small remark below the axes, at the left; nothing where it is empty.
 *
 * @param place.dx from the frame's lower left corner, in pixels; negative below the axis's labels
 */
export function remark(text: string, place: { dx: number; dy: number }): Plot.Text {
  return Plot.text([text], {
    frameAnchor: "bottom-left",
    fontSize: 10.5,
    fillOpacity: 0.75,
    ...place,
  });
}

/** A text of at most `longest` characters; an ellipsis replaces the rest. */
export function shortened(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

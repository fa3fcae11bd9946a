/**
 * What one scatter shows at the moment, and where on the screen it stands.
 *
 * @module
 */
// @ts-types="@types/d3"
import type * as D3 from "d3";
import type { ProbabilityScale } from "../../figures/probability_axes.ts";
import type { Points } from "./points.ts";

/** A point's place along both axes as shares of the plot, from the lower left corner. */
export interface Place {
  readonly index: number;
  readonly x: number;
  readonly y: number;
}

/** What a scatter shows. */
export interface ScatterContents {
  readonly kind: string;
  readonly points: Points;
  /** [codes] Names of all codes. */
  readonly names: readonly string[];
  /** The smallest positive and the largest probability on its axes. */
  readonly range: readonly [lowest: number, highest: number];
  readonly vocabulary: {
    readonly codes: readonly string[];
    readonly descriptions: readonly string[];
  };
}

/** Everything that changes while a reader looks at a scatter, beside its points. */
export interface View {
  readonly points: Points;
  /** The name of a point. */
  readonly nameOf: (index: number) => string;
  /** The short names of its codes, a line each. */
  readonly linesOf: (index: number) => string[];
  /** Of both axes. */
  scale: ProbabilityScale;
  /** [points] By `scale`. */
  places: readonly Place[];
  /** Of `places`. */
  tree: D3.Quadtree<Place>;
  /** Width and height of the plot, in pixels. */
  size: number;
  /** What zooming and dragging did to the plot. */
  transform: D3.ZoomTransform;
  /** [points] 1 for each point that lights up; null when none was searched for. */
  lit: Uint8Array | null;
  /** The point whose name is shown. */
  shown: number | null;
}

/** Pixels around the plot, for axes and their titles. */
export const margin = { top: 10, right: 10, bottom: 48, left: 66 };

/** Where the points stand on two axes that are divided alike. */
export function placesOf({ real, synthetic }: Points, { share }: ProbabilityScale): Place[] {
  return Array.from(
    real,
    (probability, index) => ({ index, x: share(probability), y: share(synthetic[index]) }),
  );
}

/** Pixels from the plot's left edge to a share of the horizontal axis. */
export function pixelX({ transform, size }: View, share: number): number {
  return transform.applyX(share * size);
}

/** Pixels from the plot's upper edge down to a share of the vertical axis. */
export function pixelY({ transform, size }: View, share: number): number {
  return transform.applyY((1 - share) * size);
}

/** The point closest to a place on the plot, in pixels; null where none is within reach. */
export function nearestPoint(
  { tree, transform, size }: View,
  pixels: readonly [x: number, y: number],
  reach = 12,
): number | null {
  const [x, y] = transform.invert([pixels[0], pixels[1]]);
  return tree.find(x / size, 1 - y / size, reach / (transform.k * size))?.index ?? null;
}

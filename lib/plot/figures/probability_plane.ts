/**
 * The plane of real against synthetic probabilities: what lies behind the points of a scatter.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { axisTitle } from "./axes.ts";
import { powersOfTen, type ProbabilityScale, probabilityText } from "./probability_axes.ts";

/** The title of one axis, and how far from the frame it stands, in pixels. */
type Title = readonly [text: string, offset: number];

/**
 * Axes with their titles, grid and frame; on logarithmic axes also the edges of the strips for zero.
 *
 * @param scale of both axes
 * @param options.labels most labels of powers of ten along an axis; all when left out
 */
export function probabilityPlane(
  scale: ProbabilityScale,
  { real, synthetic, labels = Infinity }: {
    real: Title;
    synthetic: Title;
    labels?: number | undefined;
  },
): Plot.Markish[] {
  const isLog = scale.type === "log";
  const powers = isLog ? powersOfTen(scale.start, scale.domain[1]) : undefined;
  const step = Math.max(1, Math.ceil((powers?.length ?? 0) / labels));
  const labelled = powers?.filter((_, index) => index % step === 0);
  const ticks = labelled && [scale.zero, ...labelled];
  const text = (value: number) => isLog && value === scale.zero ? "0" : probabilityText(value);
  const titled = ([title, labelOffset]: Title) => ({
    ...axisTitle(title),
    labelOffset,
    // Plot leaves out labels between the powers of a log axis, unless they are given as text
    ...(isLog ? { text } : { tickFormat: text }),
  });
  const edge = { strokeOpacity: 0.35, strokeDasharray: "2,2" };
  return [
    Plot.axisX(ticks, titled(real)),
    Plot.axisY(ticks, titled(synthetic)),
    Plot.gridX(powers),
    Plot.gridY(powers),
    Plot.frame({ strokeOpacity: 0.35 }),
    isLog ? [Plot.ruleX([scale.start], edge), Plot.ruleY([scale.start], edge)] : [],
  ];
}

/**
 * Do codes and pairs of codes occur as often in the synthetic cohort as in the real one? One point
 * per code or pair, as in the figures of Theodorou et al. 2023 (HALO).
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import type { PairedProbabilities } from "../../evaluate/fidelity/paired_probabilities.ts";
import type { ProbabilityFidelity } from "../../evaluate/report.ts";
import { colours } from "./colours.ts";
import { figure } from "./figure.ts";
import type { FigureOptions } from "./figure_options.ts";
import { probabilityRange, type ProbabilityScale, probabilityScale } from "./probability_axes.ts";
import { probabilityPlane } from "./probability_plane.ts";
import { rareRemark, rareSentence } from "../rare_words.ts";
import { r2Text } from "./r2_axis.ts";
import { halo, remark } from "./texts.ts";
import { type Thinned, thinned } from "./thinning.ts";
import { counted } from "../../in_words.ts";

/** Names of each kind of probability, and what it is a share of. */
export const probabilityKinds = {
  unigram: { title: "Codes", points: "codes", per: "per visit" },
  same_visit_bigram: { title: "Pairs within a visit", points: "pairs", per: "per visit" },
  sequential_bigram: {
    title: "Pairs over consecutive visits",
    points: "ordered pairs",
    per: "per visit pair",
  },
} as const satisfies Record<PairedProbabilities["kind"], Record<string, string>>;

/** How to draw a {@link probabilityScatter}. */
export interface ProbabilityScatterOptions extends FigureOptions {
  /** The R² to state in the figure. */
  readonly fidelity?: ProbabilityFidelity | undefined;
  /** Both axes; logarithmic ones have a separate strip for zeros. Default "linear". */
  readonly axes?: "linear" | "log";
  /** Largest number of points to draw; the figure says if it shows fewer than there are. Default 4000. */
  readonly pointLimit?: number;
}

const margins = { marginTop: 14, marginRight: 16, marginBottom: 62, marginLeft: 60 };

/** Dots of the points that are kept; those for more than 1, 4 and 16 are darker and lie on top. */
function pointMarks(
  { real, synthetic }: PairedProbabilities,
  { kept, weights }: Thinned,
  scale: ProbabilityScale,
): Plot.Markish[] {
  const isFew = kept.length < 1500;
  const shades = [[0, isFew ? 0.5 : 0.3], [1, 0.45], [4, 0.7], [16, 0.95]];
  return shades.map(([above, fillOpacity], index) => {
    const upTo = shades[index + 1]?.[0] ?? Infinity;
    const shown = kept.filter((_, i) => weights[i] > above && weights[i] <= upTo);
    return Plot.dot(shown, {
      x: Array.from(shown, (point) => scale.place(real[point])),
      y: Array.from(shown, (point) => scale.place(synthetic[point])),
      r: isFew ? 2.4 : 1.7,
      fill: colours.real,
      fillOpacity,
    });
  });
}

/** What the figure says in its corner. */
function statements(fidelity: ProbabilityFidelity | undefined): string[] {
  if (fidelity === undefined) return [];
  if (fidelity.r2 === null) return ["R²: none"];
  const [r2, low, high] = [fidelity.r2, fidelity.r2_low, fidelity.r2_high].map((n) => r2Text(n));
  return [`R² = ${r2}`, `95% interval ${low} to ${high}`];
}

/**
 * Real against synthetic probabilities with the line y = x, as an SVG element of 380 × 396 pixels
 * unless the options say otherwise. If there are more points than the limit, dense areas are thinned and darker dots stand for several.
 *
 * @example
 * ```ts
 * import { probabilityScatter } from "ehrloom";
 * import { assert } from "@std/assert";
 *
 * const svg = probabilityScatter({
 *   kind: "unigram",
 *   first: Uint32Array.of(0, 1),
 *   second: null,
 *   real: Float64Array.of(0.2, 0.5),
 *   synthetic: Float64Array.of(0.25, 0.45),
 * });
 * assert(svg.querySelectorAll("circle").length === 2);
 * ```
 *
 * @param pairs [points] probabilities in [0, 1], from `pairedProbabilities`
 * @see Theodorou et al. 2023 (HALO)
 */
export function probabilityScatter(
  pairs: PairedProbabilities,
  { fidelity, axes = "linear", pointLimit = 4000, ...look }: ProbabilityScatterOptions = {},
): SVGSVGElement {
  const { title, points, per } = probabilityKinds[pairs.kind];
  const scale = probabilityScale(probabilityRange(pairs), axes);
  const { domain, share, start } = scale;
  const drawn = thinned(pairs.real.map(share), pairs.synthetic.map(share), pointLimit);
  const [kept, count] = [drawn.kept.length, pairs.real.length];
  const stated = statements(fidelity);
  const { rare } = pairs;
  return figure({
    width: 380,
    height: 396,
    ...margins,
    x: { domain, type: axes, ticks: 6 },
    y: { domain, type: axes, ticks: 6 },
    marks: [
      probabilityPlane(scale, {
        real: [`Real (probability ${per})`, 36],
        synthetic: [`Synthetic (probability ${per})`, 52],
      }),
      pointMarks(pairs, drawn, scale),
      Plot.line([start, domain[1]].map((value) => [value, value]), {
        strokeOpacity: 0.7,
        strokeDasharray: "5,3",
      }),
      Plot.text([
        [...stated, `${counted(count)} ${points}`, rareRemark(rare)].join("\n"),
      ], {
        frameAnchor: "top-left",
        dx: 9,
        dy: 9,
        lineHeight: 1.35,
        fontSize: 12,
        fill: "#222",
        ...halo(4),
      }),
      remark(
        kept < count
          ? `${counted(kept)} of ${counted(count)} ${points} shown; ` +
            "darker dots stand for several"
          : "",
        { dx: -52, dy: 58 },
      ),
    ],
  }, {
    title: `${title}: real against synthetic probabilities, ${axes} axes`,
    description: [
      `${count} ${points}, probability ${per}, with the line y = x.`,
      ...stated,
      ...rare === undefined ? [] : [rareSentence(rare, points)],
    ].join(" "),
  }, look);
}

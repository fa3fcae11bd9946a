/**
 * Are codes, and pairs of codes, as frequent in the synthetic cohort as in the real one? One point
 * per code or pair, as in the figures of Theodorou et al. 2023 (HALO).
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import type { PairedProbabilities } from "../../evaluate/fidelity/paired_probabilities.ts";
import type { ProbabilityFidelity } from "../../evaluate/report.ts";
import { colours, figure } from "./figure.ts";
import { logAxis, powersOfTen, probabilityLabels, probabilityRange } from "./probability_axes.ts";
import { thinned } from "./thinning.ts";

/** How each kind of probability is called, and what it is a share of. */
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
export interface ProbabilityScatterOptions {
  /** The R² to state in the figure. */
  readonly fidelity?: ProbabilityFidelity;
  /** Both axes; zeros have a strip of their own on logarithmic ones. Default "linear". */
  readonly axes?: "linear" | "log";
  /** Most points to draw, see `thinned`; the figure says when it drew fewer. Default 4000. */
  readonly pointLimit?: number;
}

/**
 * Real against synthetic probabilities with the line y = x, as an SVG element of 380 × 396 pixels.
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
 */
export function probabilityScatter(
  pairs: PairedProbabilities,
  { fidelity, axes = "linear", pointLimit = 4000 }: ProbabilityScatterOptions = {},
): SVGSVGElement {
  const { title, points, per } = probabilityKinds[pairs.kind];
  const [lowest, highest] = probabilityRange(pairs);
  const log = logAxis(lowest, highest);
  const isLog = axes === "log";
  const domain: [number, number] = isLog ? log.domain : [0, highest * 1.05];
  const place = (probability: number) => isLog && probability === 0 ? log.zero : probability;
  const share = (probability: number) =>
    isLog
      ? Math.log(place(probability) / domain[0]) / Math.log(domain[1] / domain[0])
      : probability / domain[1];
  const { kept, weights } = thinned(pairs.real.map(share), pairs.synthetic.map(share), pointLimit);
  const count = pairs.real.length;
  const note = [
    kept.length < count
      ? `${kept.length.toLocaleString("en")} of ${count.toLocaleString("en")} ${points} drawn, ` +
        "darker ones stand for more"
      : "",
  ];
  const stated = fidelity === undefined ? [] : [
    `R² = ${fidelity.r2.toFixed(3)}`,
    `95% interval ${fidelity.r2_low.toFixed(3)} to ${fidelity.r2_high.toFixed(3)}`,
  ];
  const powers = powersOfTen(log.edge, domain[1]);
  const labelled = (labelOffset: number, cohort: string) =>
    probabilityLabels(`${cohort} (probability ${per})`, labelOffset, isLog ? log : undefined);
  const ticks = isLog ? [log.zero, ...powers] : undefined;
  const isFew = kept.length < 1500;
  // Dots that stand for more than 1, 4 and 16 points are darker and lie on top.
  const shades = [[0, isFew ? 0.5 : 0.3], [1, 0.45], [4, 0.7], [16, 0.95]].map(
    ([above, fillOpacity], index, all) => {
      const upTo = all[index + 1]?.[0] ?? Infinity;
      return {
        fillOpacity,
        shown: kept.filter((_, i) => weights[i] > above && weights[i] <= upTo),
      };
    },
  );
  return figure({
    width: 380,
    height: 396,
    marginTop: 14,
    marginRight: 16,
    marginBottom: 62,
    marginLeft: 60,
    x: { domain, type: axes, ticks: 6 },
    y: { domain, type: axes, ticks: 6 },
    marks: [
      Plot.axisX(ticks, labelled(36, "Real")),
      Plot.axisY(ticks, labelled(52, "Synthetic")),
      Plot.gridX(isLog ? powers : undefined),
      Plot.gridY(isLog ? powers : undefined),
      Plot.frame({ strokeOpacity: 0.35 }),
      isLog
        ? [
          Plot.ruleX([log.edge], { strokeOpacity: 0.35, strokeDasharray: "2,2" }),
          Plot.ruleY([log.edge], { strokeOpacity: 0.35, strokeDasharray: "2,2" }),
        ]
        : [],
      shades.map(({ shown, fillOpacity }) =>
        Plot.dot(shown, {
          x: Array.from(shown, (index) => place(pairs.real[index])),
          y: Array.from(shown, (index) => place(pairs.synthetic[index])),
          r: isFew ? 2.4 : 1.7,
          fill: colours.real,
          fillOpacity,
        })
      ),
      Plot.line([isLog ? log.edge : 0, domain[1]].map((value) => [value, value]), {
        strokeOpacity: 0.7,
        strokeDasharray: "5,3",
      }),
      Plot.text([[...stated, `${count.toLocaleString("en")} ${points}`].join("\n")], {
        frameAnchor: "top-left",
        dx: 9,
        dy: 9,
        lineHeight: 1.35,
        fontSize: 12,
        stroke: "white",
        fill: "#222",
        strokeWidth: 4,
      }),
      Plot.text(note, {
        frameAnchor: "bottom-left",
        dx: -52,
        dy: 58,
        fontSize: 9.5,
        fillOpacity: 0.75,
      }),
    ],
  }, {
    title: `${title}: real against synthetic probabilities, ${axes} axes`,
    description: [`${count} ${points}, probability ${per}, with the line y = x.`, ...stated].join(
      " ",
    ),
  });
}

/**
 * Attacks on membership as ROC curves on logarithmic axes, where it shows whether some members can be
 * told with few false alarms, which an area under the curve hides.
 *
 * @see Carlini et al. 2022, "Membership Inference Attacks From First Principles"
 * @module
 */
import * as Plot from "@observablehq/plot";
import type { AttackFigures, Attacks } from "../../evaluate/report.ts";
import { axisTitle } from "./axes.ts";
import { type Coloured, colours, wordColours } from "./colours.ts";
import { figure, type FigureContents } from "./figure.ts";
import type { FigureOptions } from "./figure_options.ts";
import { remark } from "./texts.ts";

const usual = { width: 480, height: 440 };
/** Pixels below which the names of the axes are short. */
const narrow = 420;
const lowest = 1e-3;
/** False-positive rates at which attacks are compared. */
const rates = [0.1, 0.01, 0.001];

/** The attacks of a {@link membershipRoc}: the same measure on each cohort. */
export interface AttackedCohorts {
  /** On the synthetic records. */
  readonly synthetic: Attacks;
  /** On independent draws. */
  readonly floor?: Attacks | undefined;
  /** On copies of training records. */
  readonly memoriser?: Attacks | undefined;
}

/** The cohorts, in the order in which they are drawn. */
const cohorts = [
  { key: "memoriser", name: "Copies of training records" },
  { key: "floor", name: "Independent draws (floor)" },
  { key: "synthetic", name: "Synthetic" },
] as const satisfies readonly { key: keyof AttackedCohorts & Coloured; name: string }[];

/** A curve: one attack on one cohort. */
interface Curve {
  readonly cohort: typeof cohorts[number];
  readonly attack: string;
  readonly figures: AttackFigures;
  readonly isStrongest: boolean;
}

const inWords = (attack: string) => attack.replaceAll("_", " ");
const percent = (share: number) => `${Number((100 * share).toPrecision(3))}%`;

/** All attacks on the synthetic records, and the strongest one on the other cohorts; it comes last. */
function curvesOf(attacked: AttackedCohorts): Curve[] {
  return cohorts.flatMap((cohort) => {
    const found = attacked[cohort.key];
    if (found === undefined) return [];
    return Object.entries(found.attacks)
      .map(([attack, figures]) => ({
        cohort,
        attack,
        figures,
        isStrongest: attack === found.strongest.attack,
      }))
      .filter(({ isStrongest }) => isStrongest || cohort.key === "synthetic")
      .sort((a, b) => Number(a.isStrongest) - Number(b.isStrongest));
  });
}

function rocContents(curves: readonly Curve[]): FigureContents {
  const strongest = curves.filter(({ isStrongest }) => isStrongest).toReversed();
  const sentences = strongest.map(({ cohort, attack, figures: { auc, tpr_at_fpr } }) => {
    const atRates = tpr_at_fpr.map(({ fpr, tpr }) =>
      `; ${percent(tpr.value)} of members at ${percent(fpr)} false positives`
    );
    return `${cohort.name}: the strongest attack is ${inWords(attack)}, area ${
      auc.value.toFixed(3)
    }${atRates.join("")}.`;
  });
  return {
    title: "Attacks on membership: members found, by false alarms",
    description: sentences.join(" "),
    legend: strongest.map(({ cohort: { key, name }, attack, figures: { auc } }) => [
      `${name}: ${inWords(attack)}, area ${auc.value.toFixed(2)}`,
      key,
    ]),
    points: curves.flatMap(({ cohort: { key }, attack, figures: { roc, tpr_at_fpr } }) => [
      ...(roc?.fpr ?? []).map((fpr, i) => ({
        cohort: key,
        attack,
        false_positive_rate: fpr,
        true_positive_rate: roc?.tpr[i] ?? null,
        low: null,
        high: null,
      })),
      ...tpr_at_fpr.map(({ fpr, tpr }) => ({
        cohort: key,
        attack,
        false_positive_rate: fpr,
        true_positive_rate: tpr.value,
        low: tpr.low,
        high: tpr.high,
      })),
    ]),
  };
}

/** The points of curves on axes that begin at 0.001. */
function pointsOf(curves: readonly Curve[]) {
  return curves.flatMap(({ attack, cohort: { key }, figures: { roc } }) =>
    (roc?.fpr ?? []).map((fpr, i) => ({
      curve: `${key} ${attack}`,
      fpr: Math.max(lowest, fpr),
      tpr: Math.max(lowest, roc?.tpr[i] ?? 0),
    }))
  );
}

/** Curves of one cohort, the strongest attack thick; and its rates where they can be estimated. */
function curveMarks(curves: readonly Curve[]): Plot.Markish[] {
  return cohorts.map(({ key }) => {
    const own = curves.filter(({ cohort }) => cohort.key === key);
    const [strong, weak] = [true, false].map((wanted) =>
      own.filter(({ isStrongest }) => isStrongest === wanted)
    );
    const line = { x: "fpr", y: "tpr", z: "curve", stroke: colours[key] };
    const rows = strong.flatMap(({ figures }) => figures.tpr_at_fpr).map(({ fpr, tpr }) => ({
      fpr,
      value: Math.max(lowest, tpr.value),
      low: Math.max(lowest, tpr.low),
      high: tpr.high,
    }));
    return [
      Plot.line(pointsOf(weak), { ...line, strokeWidth: 1, strokeOpacity: 0.6 }),
      Plot.line(pointsOf(strong), { ...line, strokeWidth: 2.2 }),
      Plot.ruleX(rows, { x: "fpr", y1: "low", y2: "high", stroke: colours[key], strokeWidth: 1.4 }),
      Plot.dot(rows, { x: "fpr", y: "value", r: 4, fill: colours[key] }),
    ];
  });
}

/** What fewer than ten false positives would estimate: shaded, with the reason. */
function notEstimable(nonMembers: number): Plot.Markish[] {
  const least = Math.min(1, 10 / nonMembers);
  if (least <= lowest) return [];
  const place = { x1: lowest, x2: least, y1: lowest, y2: 1 };
  const asked = rates.filter((rate) => rate < least).map(percent).reverse();
  return [
    Plot.rect([place], { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: "#888", fillOpacity: 0.14 }),
    remark(`Shaded: not estimable (${asked.join(", ")}) from ${nonMembers} non-members`, {
      dx: -44,
      dy: 54,
    }),
  ];
}

/**
 * ROC curves of attacks on membership, both axes logarithmic from 0.001 to 1, with the diagonal of
 * guessing: all attacks on the synthetic records (the strongest one thick), and the strongest one on
 * copies of training records and on independent draws. Dots with 95% intervals are at false-positive
 * rates of 10%, 1% and 0.1%; rates of fewer than ten false positives are shaded. An SVG element of
 * 480 × 440 pixels unless the options say otherwise; undefined for figures without curves, as of
 * older reports and of so few non-members that a curve would be a single point.
 *
 * @example
 * ```ts
 * import { membershipRoc } from "ehrloom";
 * import { assert } from "@std/assert";
 *
 * const auc = { value: 0.6, low: 0.5, high: 0.7 };
 * const attack = { auc, advantage: 0.2, tpr_at_fpr: [], roc: { fpr: [0.2, 1], tpr: [0.4, 1] } };
 * const svg = membershipRoc({
 *   synthetic: {
 *     members: 50,
 *     non_members: 50,
 *     attacks: { closest_record: attack },
 *     strongest: { attack: "closest_record", attacks: 1, auc },
 *   },
 * });
 * assert(svg?.outerHTML.includes("Synthetic: closest record, area 0.60"));
 * ```
 *
 * @param attacked the figures `privacy.membership.all`
 */
export function membershipRoc(
  attacked: AttackedCohorts,
  look: FigureOptions = {},
): SVGSVGElement | undefined {
  const curves = curvesOf(attacked);
  if (!curves.some(({ figures: { roc } }) => roc?.fpr.some((fpr) => fpr < 1))) return undefined;
  const isNarrow = (look.width ?? usual.width) < narrow;
  const titles = isNarrow
    ? ["False-positive rate", "True-positive rate"]
    : ["Non-members called members (false-positive rate)", "Members found (true-positive rate)"];
  const axis = { type: "log", domain: [lowest, 1], grid: false, ticks: [] } as const;
  const ticks = { ticks: [0.001, 0.01, 0.1, 1], tickFormat: percent };
  const ends = [{ rate: lowest }, { rate: 1 }];
  return figure(
    {
      ...usual,
      height: isNarrow ? 380 : usual.height,
      marginTop: 12,
      marginRight: 20,
      marginBottom: 60,
      marginLeft: 52,
      x: axis,
      y: axis,
      marks: [
        notEstimable(attacked.synthetic.non_members),
        Plot.gridX([0.01, 0.1, 1]),
        Plot.gridY([0.01, 0.1, 1]),
        Plot.line(ends, { x: "rate", y: "rate", strokeDasharray: "4 4", strokeOpacity: 0.6 }),
        Plot.text([{ rate: 0.004 }], {
          x: "rate",
          y: "rate",
          text: () => "guessing",
          rotate: -45,
          dy: -8,
          dx: -4,
          fontSize: 10.5,
          fill: wordColours.floor,
        }),
        Plot.axisX({ ...axisTitle(titles[0]), ...ticks, labelOffset: 36 }),
        Plot.axisY({ ...axisTitle(titles[1]), ...ticks, labelOffset: 46 }),
        curveMarks(curves),
      ],
    },
    rocContents(curves),
    look,
  );
}

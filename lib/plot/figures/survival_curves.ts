/**
 * How soon conditions begin: Kaplan-Meier curves of real and synthetic patients.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import type { CodeSurvival, Survival } from "../../evaluate/report.ts";
import { capital } from "../../evaluate/summary/words.ts";
import { axisTitle } from "./axes.ts";
import { colours } from "./colours.ts";
import { figure, type FigureContents } from "./figure.ts";
import type { FigureOptions } from "./figure_options.ts";
import { shortened } from "./texts.ts";

const panelHeight = 138;
const usualWidth = 660;
/** Panels side by side, at the usual width and in narrow figures. */
const columnsOf = (width: number) => width < 480 ? 2 : Math.max(3, Math.floor(width / 220));
const margins = { marginTop: 26, marginRight: 14, marginBottom: 44, marginLeft: 40 };
/** Days above which the axis is in years. */
const longDays = 3 * 365.25;
/** Pixels of a letter of a panel's title. */
const letter = 6.4;

/** The two cohorts; the real one is drawn first. */
const cohorts = ["real", "synthetic"] as const;
type Drawn = typeof cohorts[number];

/** What codes mean, by code. */
export type CodeNames = ReadonlyMap<string, string>;

/** A code's curves, and where its panel stands. */
interface Panel {
  readonly title: string;
  readonly code: CodeSurvival;
  readonly fx: number;
  readonly fy: number;
}

/** A curve and its band at one time. */
interface Step {
  readonly fx: number;
  readonly fy: number;
  readonly time: number;
  readonly share: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

function stepsOf({ fx, fy, code: { curve } }: Panel, cohort: Drawn): Step[] {
  const { times, bands } = curve;
  return times.map((time, i) => ({
    fx,
    fy,
    time,
    share: 100 * curve[cohort][i],
    ...bands && { low: 100 * bands[`${cohort}_low`][i], high: 100 * bands[`${cohort}_high`][i] },
  }));
}

function curvesContents(panels: readonly Panel[], unit: string): FigureContents {
  const atEnd = (shares: readonly number[]) => `${(100 * (shares.at(-1) ?? 1)).toFixed(0)}%`;
  const sentences = panels.map(({ title, code: { curve } }) =>
    `${title}: at the end ${atEnd(curve.real)} of real and ${atEnd(curve.synthetic)} of ` +
    "synthetic patients do not have it."
  );
  return {
    title: `Patients without each condition by ${unit} since the first visit, real and synthetic`,
    description: sentences.join(" "),
    legend: [["Real", "real"], ["Synthetic", "synthetic"]],
    points: panels.flatMap(({ title, code: { curve: { times, real, synthetic, bands } } }) =>
      times.map((time, i) => ({
        code: title,
        [unit]: time,
        real: real[i],
        real_low: bands?.real_low[i] ?? null,
        real_high: bands?.real_high[i] ?? null,
        synthetic: synthetic[i],
        synthetic_low: bands?.synthetic_low[i] ?? null,
        synthetic_high: bands?.synthetic_high[i] ?? null,
      }))
    ),
  };
}

/** Band and curve of one cohort in all panels; times are divided by the axis's unit. */
function curveMarks(
  panels: readonly Panel[],
  cohort: Drawn,
  perTick: number,
): Plot.Markish[] {
  const steps = panels.flatMap((panel) => stepsOf(panel, cohort))
    .map((step) => ({ ...step, time: step.time / perTick }));
  const place = { fx: "fx", fy: "fy", x: "time", curve: "step-after" } as const;
  const stroke = { stroke: colours[cohort], strokeWidth: 1.6 };
  return [
    Plot.areaY(steps.filter(({ low }) => low !== undefined), {
      ...place,
      y1: "low",
      y2: "high",
      fill: colours[cohort],
      fillOpacity: 0.16,
    }),
    Plot.line(steps, { ...place, y: "share", ...stroke }),
  ];
}

/**
 * Kaplan-Meier curves of real and synthetic patients with their 95% bands, a panel for each code: the
 * percentage of patients who do not have it yet; many days are shown in years. An SVG element of 660
 * pixels by 138 for each row of panels, unless the options say otherwise; undefined if there are no
 * codes.
 *
 * @example
 * ```ts
 * import { survivalCurves } from "ehrloom";
 * import { assert } from "@std/assert";
 *
 * const gap = { value: 0.1, low: 0, high: 0.2 };
 * const curve = { times: [0, 200, 400], real: [1, 0.9, 0.8], synthetic: [1, 0.8, 0.7] };
 * const codes = [{ code: "ICD10CM//I10", distance: gap, optimism: gap, events: 40, curve }];
 * const figure = survivalCurves({ unit: "days", follow_up: 400, codes });
 * assert(figure?.outerHTML.includes("ICD10CM//I10"));
 * ```
 *
 * @param survival the figures `utility.survival`
 * @param names what codes mean; a code without a name is shown as it is
 */
export function survivalCurves(
  { unit, follow_up, codes }: Pick<Survival, "unit" | "follow_up" | "codes">,
  { names = new Map(), ...look }: FigureOptions & { readonly names?: CodeNames } = {},
): SVGSVGElement | undefined {
  if (codes.length === 0) return undefined;
  const { width = usualWidth } = look;
  const columns = Math.min(codes.length, columnsOf(width));
  const isInYears = unit === "days" && follow_up > longDays;
  const perTick = isInYears ? 365.25 : 1;
  const panels = codes.map((code, i): Panel => ({
    title: names.get(code.code) ?? code.code,
    code,
    fx: i % columns,
    fy: Math.floor(i / columns),
  }));
  const lowest = Math.min(
    ...panels.flatMap((panel) =>
      cohorts.flatMap((cohort) => stepsOf(panel, cohort).map(({ share, low }) => low ?? share))
    ),
  );
  const longest = Math.floor(width / columns / letter) - 4;
  return figure(
    {
      width,
      height: 48 + Math.ceil(panels.length / columns) * panelHeight,
      ...margins,
      fx: { axis: null, padding: 0.1, domain: [...Array(columns).keys()] },
      fy: { axis: null, padding: 0.34 },
      x: { axis: null, domain: [0, follow_up / perTick] },
      y: { domain: [Math.min(90, 10 * Math.floor(lowest / 10)), 100], label: null },
      marks: [
        Plot.gridY({ ticks: 4 }),
        Plot.axisY({ ticks: 4, tickSize: 0, label: null }),
        Plot.axisX({
          ...axisTitle(`${isInYears ? "Years" : capital(unit)} since the first visit`),
          ticks: 3,
          tickSize: 3,
          labelOffset: 34,
        }),
        Plot.frame({ anchor: "bottom", strokeOpacity: 0.6 }),
        cohorts.map((cohort) => curveMarks(panels, cohort, perTick)),
        Plot.text(panels, {
          fx: "fx",
          fy: "fy",
          text: ({ title }: Panel) => shortened(title, longest),
          frameAnchor: "top-left",
          dy: -14,
          fontSize: 10.5,
          fontWeight: 600,
        }),
      ],
    },
    curvesContents(panels, unit),
    look,
  );
}

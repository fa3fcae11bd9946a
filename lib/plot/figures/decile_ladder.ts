/**
 * How well codes are followed, from the most common ones to the rarest.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import type { CodeLadder, Estimate, LadderRung } from "../../evaluate/report.ts";
import { axisTitle } from "./axes.ts";
import { colours } from "./colours.ts";
import { figure, type FigureContents } from "./figure.ts";
import type { FigureOptions } from "./figure_options.ts";

/** Pixels below which the panels stand below each other. */
const narrow = 480;
const usual = { width: 640, height: 300 };

/** The cohorts, drawn beside each other in each decile. */
const cohorts = [
  { key: "ceiling", name: "▲ Held-out real (ceiling)", symbol: "triangle", dx: -5 },
  { key: "synthetic", name: "● Synthetic", symbol: "circle", dx: 0 },
  { key: "floor", name: "■ Independent draws (floor)", symbol: "square", dx: 5 },
] as const;

/** What is drawn of each decile. */
const panels = [
  {
    title: "Codes that occur (%)",
    column: "occurring",
    of: ({ occurring }: LadderRung): Estimate | undefined => occurring,
  },
  {
    title: "Error of prevalence (%)",
    column: "relative_error",
    of: ({ relative_error }: LadderRung): Estimate | undefined => relative_error,
  },
] as const;

/** Most percent that the axis of errors shows. */
const mostError = 200;

/** The ladders of a {@link decileLadder}: the same measure on each cohort. */
export interface Ladders {
  /** Of the synthetic records. */
  readonly synthetic: CodeLadder;
  /** Of held-out real records. */
  readonly ceiling?: CodeLadder | undefined;
  /** Of independent draws. */
  readonly floor?: CodeLadder | undefined;
}

function ladderContents(ladders: Ladders): FigureContents {
  const { rungs } = ladders.synthetic;
  const sentences = rungs.map(({ rung, occurring }) =>
    `${rung}: ${(100 * occurring.value).toFixed(0)}% of the codes occur.`
  );
  return {
    title: "Codes from the most common to the rarest: how many occur, and the error of prevalence",
    description: sentences.join(" "),
    legend: cohorts.filter(({ key }) => ladders[key]).map(({ name, key }) => [name, key]),
    points: cohorts.flatMap(({ key }) =>
      (ladders[key]?.rungs ?? []).flatMap((rung, decile) =>
        panels.flatMap(({ column, of }) => {
          const found = of(rung);
          return found === undefined ? [] : [{
            decile: decile + 1,
            cohort: key,
            figure: column,
            value: found.value,
            low: found.low,
            high: found.high,
          }];
        })
      )
    ),
  };
}

/** Estimates of one cohort, as shares of the axis of their panel; what is beyond stands at its end. */
function estimatesOf(ladder: CodeLadder, tops: Readonly<Record<string, number>>) {
  return panels.flatMap(({ title, of }) =>
    ladder.rungs.flatMap((rung, decile) => {
      const found = of(rung);
      if (found === undefined) return [];
      const [value, low, high] = [found.value, found.low, found.high]
        .map((each) => Math.min(1, 100 * each / tops[title]));
      return [{ panel: title, decile: decile + 1, value, low, high }];
    })
  );
}

/** Where the axis of each panel ends, in percent. */
function topsOf(ladders: Ladders): Record<string, number> {
  const highs = cohorts.flatMap(({ key }) =>
    (ladders[key]?.rungs ?? []).map(({ relative_error }) => 100 * (relative_error?.high ?? 0))
  );
  const steps = Math.ceil(Math.max(...highs) / 50);
  return {
    [panels[0].title]: 100,
    [panels[1].title]: Math.min(mostError, Math.max(100, 50 * steps)),
  };
}

const gridSteps = [0, 0.25, 0.5, 0.75, 1];

/**
 * How many codes of each tenth of the vocabulary occur, and how far their prevalences are off, for
 * synthetic records, held-out real ones and independent draws, with 95% intervals. An SVG element of
 * 640 × 300 pixels unless the options say otherwise; errors over 200% stand at the axis's end.
 *
 * @example
 * ```ts
 * import { decileLadder } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const estimate = { value: 0.9, low: 0.8, high: 1 };
 * const rung = {
 *   rung: "1st of 1 (most common)",
 *   codes: 4,
 *   most_records: 90,
 *   fewest_records: 20,
 *   occurring: estimate,
 *   prevalence_ratio: estimate,
 *   relative_error: estimate,
 *   r2: null,
 *   real_share: estimate,
 *   synthetic_share: estimate,
 * };
 * const svg = decileLadder({ synthetic: { misplaced_share: estimate, rare: null, rungs: [rung] } });
 * assertEquals(svg.getAttribute("width"), "640");
 * ```
 *
 * @param ladders the figures of `fidelity.code_ladder`
 */
export function decileLadder(ladders: Ladders, look: FigureOptions = {}): SVGSVGElement {
  const isNarrow = (look.width ?? usual.width) < narrow;
  const tops = topsOf(ladders);
  const drawn = cohorts.flatMap(({ key, ...style }) => {
    const ladder = ladders[key];
    return ladder === undefined
      ? []
      : [{ ...style, colour: colours[key], estimates: estimatesOf(ladder, tops) }];
  });
  const shown = panels.filter(({ title }) =>
    drawn.some(({ estimates }) => estimates.some(({ panel }) => panel === title))
  ).map(({ title }) => title);
  const facet = isNarrow ? "fy" : "fx";
  const place = { [facet]: "panel", x: "decile" };
  return figure(
    {
      width: usual.width,
      height: isNarrow ? 90 + 190 * shown.length : usual.height,
      marginTop: 30,
      marginRight: 12,
      marginBottom: 44,
      marginLeft: 40,
      [facet]: { domain: shown, axis: null, padding: isNarrow ? 0.24 : 0.16 },
      x: {
        ...axisTitle("Tenth of the codes: 1 most common, 10 rarest"),
        type: "point",
        domain: ladders.synthetic.rungs.map((_, decile) => decile + 1),
        padding: 0.6,
        tickSize: 0,
      },
      y: { axis: null, domain: [0, 1] },
      marks: [
        Plot.gridY(gridSteps),
        Plot.ruleY([0], { strokeOpacity: 0.6 }),
        Plot.text(shown.flatMap((panel) => gridSteps.map((step) => ({ panel, step }))), {
          [facet]: "panel",
          y: "step",
          text: ({ panel, step }: { panel: string; step: number }) => `${step * tops[panel]}`,
          frameAnchor: "left",
          textAnchor: "end",
          dx: -6,
        }),
        Plot.text(shown, {
          [facet]: (title: string) => title,
          text: (title: string) => title,
          frameAnchor: "top-left",
          dy: -18,
          fontWeight: 600,
        }),
        drawn.map(({ estimates, colour, symbol, dx }) => [
          Plot.line(estimates, {
            ...place,
            y: "value",
            z: "panel",
            dx,
            stroke: colour,
            strokeWidth: 1.2,
          }),
          Plot.ruleX(estimates, { ...place, y1: "low", y2: "high", dx, stroke: colour }),
          Plot.dot(estimates, { ...place, y: "value", dx, symbol, r: 3.4, fill: colour }),
        ]),
      ],
    },
    ladderContents(ladders),
    look,
  );
}

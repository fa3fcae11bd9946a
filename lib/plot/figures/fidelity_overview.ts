/**
 * All R² figures at a glance: the synthetic cohort between its floor and its ceiling.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { checkArguments } from "../../arguments.ts";
import { type CodeKind, codeKinds } from "../../evaluate/fidelity/counting/key_rows.ts";
import type { FidelityFigures } from "../../evaluate/report.ts";
import { rowAxis } from "./axes.ts";
import { colours, wordColours } from "./colours.ts";
import { figure, type FigureContents } from "./figure.ts";
import type { FigureOptions } from "./figure_options.ts";
import { intervalMarks } from "./interval_marks.ts";
import { probabilityKinds } from "./probability_scatter.ts";
import { belowAxis, lowestShown, r2Axis, r2Text } from "./r2_axis.ts";

const margins = { marginTop: 8, marginRight: 24, marginBottom: 44 };
/** Pixels below which the names of the rows stand above them instead of at their left. */
const narrow = 480;

/** The three cohorts of the figure, and how each is drawn. */
const sources = [
  { key: "synthetic", name: "● Synthetic", symbol: "circle", r: 5, dy: 0 },
  {
    key: "ceiling",
    name: "▲ Ceiling: held-out real",
    symbol: "triangle",
    r: 4,
    dy: -10,
  },
  {
    key: "floor",
    name: "■ Floor: independent draws",
    symbol: "square",
    r: 4,
    dy: 10,
  },
] as const;

type Source = typeof sources[number]["key"];

function overviewContents(
  judged: Record<Source, Pick<FidelityFigures, CodeKind>>,
): FigureContents {
  const sentences = codeKinds.map((kind) => {
    const [synthetic, ceiling, floor] = [judged.synthetic, judged.ceiling, judged.floor]
      .map((figures) => r2Text(figures[kind].r2));
    return `${probabilityKinds[kind].title}: synthetic ${synthetic}, ceiling ${ceiling}, ` +
      `floor ${floor}.`;
  });
  return {
    title: "R² of the synthetic cohort between its floor and its ceiling",
    description: sentences.join(" "),
    legend: sources.map(({ name, key }) => [name, key]),
    points: codeKinds.flatMap((kind) =>
      sources.map(({ key }) => {
        const { r2, r2_low, r2_high } = judged[key][kind];
        return { of: probabilityKinds[kind].title, cohort: key, r2, r2_low, r2_high };
      })
    ),
  };
}

/**
 * R² of codes, pairs within a visit and pairs over consecutive visits with 95% intervals, for
 * synthetic records, held-out real records (the ceiling) and independent draws (the floor), as an SVG
 * element of 560 × 230 pixels unless the options say otherwise. The axis begins at 0, or at −0.1 if a
 * figure is negative; values below are written at its edge.
 *
 * @example
 * ```ts
 * import { fidelityOverview } from "ehrloom";
 * import { assert } from "@std/assert";
 *
 * const figures = (r2: number) => {
 *   const estimate = { r2, r2_low: r2 - 0.02, r2_high: r2 + 0.01, r2_median: r2, keys: 40 };
 *   return { unigram: estimate, same_visit_bigram: estimate, sequential_bigram: estimate };
 * };
 * const svg = fidelityOverview({ ...figures(0.9), ceiling: figures(0.99), floor: figures(-2) });
 * assert(svg.outerHTML.includes("◂ −2.00"));
 * ```
 *
 * @param fidelity from `fidelity`: R² is at most 1 and has no lower bound
 */
export function fidelityOverview(
  fidelity: Pick<FidelityFigures, CodeKind> & {
    readonly ceiling: Pick<FidelityFigures, CodeKind>;
    readonly floor: Pick<FidelityFigures, CodeKind>;
  },
  look: FigureOptions = {},
): SVGSVGElement {
  checkArguments("fidelityOverview", [fidelity, "fidelity"]);
  const judged = { synthetic: fidelity, ceiling: fidelity.ceiling, floor: fidelity.floor };
  const series = sources.map((source) => ({
    ...source,
    colour: colours[source.key],
    rows: codeKinds.map((kind) => ({
      row: probabilityKinds[kind].title,
      ...judged[source.key][kind],
    })),
  }));
  const lowest = lowestShown(series.flatMap(({ rows }) => rows));
  const shown = (value: number | null) => Math.max(lowest, value ?? NaN);
  const titles = codeKinds.map((kind) => probabilityKinds[kind].title);
  const isNarrow = (look.width ?? 560) < narrow;
  const rowNames = {
    x: lowest,
    y: (title: string) => title,
    textAnchor: "start",
    dy: -24,
  } as const;
  return figure(
    {
      width: 560,
      height: isNarrow ? 290 : 230,
      ...margins,
      marginLeft: isNarrow ? 12 : 168,
      x: r2Axis(lowest, isNarrow ? 4 : 6),
      y: { ...rowAxis(titles, 0.55), ...isNarrow && { axis: null } },
      marks: [
        Plot.gridX({ ticks: 6 }),
        Plot.ruleX([1], { strokeOpacity: 0.5 }),
        isNarrow ? Plot.text(titles, { ...rowNames, text: (title: string) => title }) : [],
        series.map(({ rows, key, colour, symbol, r, dy }) => [
          intervalMarks(
            rows.map(({ row, r2, r2_low, r2_high }) => ({
              row,
              value: shown(r2),
              low: shown(r2_low),
              high: shown(r2_high),
            })),
            { colour, dy, dot: { symbol, r } },
          ),
          belowAxis(rows, { lowest, colour: wordColours[key], dx: 8, dy }),
        ]),
      ],
    },
    overviewContents(judged),
    look,
  );
}

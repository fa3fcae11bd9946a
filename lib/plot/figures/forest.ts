/**
 * All figures that have a floor and a ceiling on one axis: where synthetic records stand between
 * independent draws and real patients.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import type { ScaledRow } from "../../evaluate/summary/scaled_rows.ts";
import { axisTitle } from "./axes.ts";
import { colours, wordColours } from "./colours.ts";
import { figure, type FigureContents } from "./figure.ts";
import type { FigureOptions } from "./figure_options.ts";
import { intervalMarks } from "./interval_marks.ts";
import { halo } from "./texts.ts";

const usual = { width: 680 };
/** Pixels below which the names of the rows stand above them. */
const narrow = 480;
/** Ends of the axis; what is beyond stands there. */
const [lowest, highest] = [-0.5, 1.5];
const rowHeight = { wide: 21, narrow: 33 };

/** A line of the figure: a figure, or the name of the group that begins there. */
interface Line {
  readonly at: number;
  readonly text: string;
  readonly row?: ScaledRow;
}

function linesOf(rows: readonly ScaledRow[]): Line[] {
  const lines: Omit<Line, "at">[] = rows.flatMap((row, i) => [
    ...row.group === rows[i - 1]?.group ? [] : [{ text: row.group }],
    { text: row.name, row },
  ]);
  return lines.map((line, at) => ({ at, ...line }));
}

/** A place on the scale in percent. */
const percent = (place: number) => `${Math.round(100 * place)}%`.replace("-", "−");

function forestContents(rows: readonly ScaledRow[]): FigureContents {
  const sentences = rows.map(({ name, scaled: { value, low, high } }) =>
    `${name}: ${percent(value)} (${percent(low)} to ${percent(high)}).`
  );
  return {
    title: "Synthetic records between independent draws (0%) and real patients (100%)",
    description: sentences.join(" "),
    legend: [
      ["● Synthetic", "synthetic"],
      ...rows.some(({ memoriser }) => memoriser !== null)
        ? [["× Copies of training records", "memoriser"] as const]
        : [],
    ],
    points: rows.map(({ figure, name, scaled, memoriser, synthetic, floor, ceiling }) => ({
      figure,
      name,
      scaled: scaled.value,
      scaled_low: scaled.low,
      scaled_high: scaled.high,
      scaled_memoriser: memoriser,
      synthetic: synthetic.value,
      floor: floor.value,
      ceiling: ceiling.value,
    })),
  };
}

const shown = (place: number) => Math.min(highest, Math.max(lowest, place));

/** The numbers of what is beyond the ends of the axis. */
function beyondMarks(points: readonly { at: number; value: number }[], dy: number): Plot.Markish[] {
  const style = { y: "at", fill: wordColours.synthetic, fontSize: 10.5, dy, ...halo(4) } as const;
  return [
    Plot.text(points.filter(({ value }) => value < lowest), {
      ...style,
      x: lowest,
      text: ({ value }: { value: number }) => `◂ ${percent(value)}`,
      textAnchor: "start",
      dx: 8,
    }),
    Plot.text(points.filter(({ value }) => value > highest), {
      ...style,
      x: highest,
      text: ({ value }: { value: number }) => `${percent(value)} ▸`,
      textAnchor: "end",
      dx: -8,
    }),
  ];
}

/** The floor's and the ceiling's lines with their names above. */
function endMarks(isNarrow: boolean): Plot.Markish[] {
  const names = isNarrow
    ? ["floor", "ceiling"]
    : ["as independent draws (floor)", "as real patients (ceiling)"];
  const name = (x: number, text: string, fill: string) =>
    Plot.text([x], { x: (at: number) => at, text: () => text, frameAnchor: "top", dy: -14, fill });
  return [
    Plot.ruleX([0], { stroke: colours.floor, strokeWidth: 1.6 }),
    Plot.ruleX([1], { stroke: colours.ceiling, strokeWidth: 1.6 }),
    name(0, names[0], wordColours.floor),
    name(1, names[1], wordColours.ceiling),
  ];
}

/** The names of rows and groups: at the left of the axis, or above each row in narrow figures. */
function nameMarks(lines: readonly Line[], isNarrow: boolean): Plot.Markish[] {
  return [true, false].map((isGroup) =>
    Plot.text(lines.filter(({ row }) => (row === undefined) === isGroup), {
      x: lowest,
      y: "at",
      text: "text",
      fill: "currentColor",
      ...isNarrow
        ? { textAnchor: "start", dy: isGroup ? 3 : -8 }
        : { textAnchor: isGroup ? "start" : "end", dx: isGroup ? -marginLeft + 4 : -10 },
      ...isGroup && { fontWeight: 600 },
      ...halo(3),
    })
  );
}

const marginLeft = 250;

/**
 * A forest plot of figures of different kinds: 0% is the floor of each (independent draws), 100% its
 * ceiling (held-out real patients). Left of 0% is worse than independent draws; right of 100% is beyond
 * what other real patients reach, as copies of training records can be. Intervals are those of the
 * figures, with floor and ceiling as they are. An SVG element with a width of 680 pixels unless the
 * options say otherwise; undefined without rows.
 *
 * @example
 * ```ts
 * import { forestPlot } from "ehrloom";
 * import { assert } from "@std/assert";
 *
 * const estimate = (value: number) => ({ value, low: value - 0.1, high: value + 0.1 });
 * const svg = forestPlot([{
 *   figure: "fidelity.unigram.r2",
 *   group: "Codes",
 *   name: "Codes",
 *   scaled: estimate(0.5),
 *   memoriser: 1.1,
 *   synthetic: estimate(0.7),
 *   floor: estimate(0.5),
 *   ceiling: estimate(0.9),
 * }]);
 * assert(svg?.outerHTML.includes("Codes: 50% (40% to 60%)."));
 * ```
 *
 * @param rows from `scaledRows`, group by group
 */
export function forestPlot(
  rows: readonly ScaledRow[],
  look: FigureOptions = {},
): SVGSVGElement | undefined {
  if (rows.length === 0) return undefined;
  const isNarrow = (look.width ?? usual.width) < narrow;
  const lines = linesOf(rows);
  const dy = isNarrow ? 7 : 0;
  const drawn = lines.flatMap(({ at, row }) => row === undefined ? [] : [{ at, ...row }]);
  const points = drawn.map(({ at, scaled }) => ({ at, ...scaled }));
  const copies = drawn.flatMap(({ at, memoriser }) =>
    memoriser === null ? [] : [{ at, place: shown(memoriser) }]
  );
  return figure(
    {
      width: usual.width,
      height: 100 + rowHeight[isNarrow ? "narrow" : "wide"] * lines.length,
      marginTop: 26,
      marginRight: 22,
      marginBottom: 46,
      marginLeft: isNarrow ? 14 : marginLeft,
      x: {
        ...axisTitle(isNarrow ? "% from floor to ceiling" : "% of the way from floor to ceiling"),
        domain: [lowest, highest],
        ticks: isNarrow ? 4 : 8,
        tickFormat: (place: number) => `${Math.round(100 * place)}`.replace("-", "−"),
        labelOffset: 36,
      },
      y: { type: "point", domain: lines.map(({ at }) => at), padding: 0.7, axis: null },
      marks: [
        Plot.gridX({ ticks: 4 }),
        endMarks(isNarrow),
        nameMarks(lines, isNarrow),
        Plot.dot(copies, {
          x: "place",
          y: "at",
          symbol: "times",
          stroke: colours.memoriser,
          strokeWidth: 1.6,
          r: 4,
          dy,
        }),
        intervalMarks(
          points.map(({ at, value, low, high }) => ({
            row: at,
            value: value === shown(value) ? value : NaN,
            low: shown(low),
            high: shown(high),
          })),
          { colour: colours.synthetic, dy, strokeWidth: 1.6, dot: { r: 4 } },
        ),
        beyondMarks(points, dy),
      ],
    },
    forestContents(rows),
    look,
  );
}

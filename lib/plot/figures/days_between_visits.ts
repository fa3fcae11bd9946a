/**
 * How much time passes between visits: cumulative distributions of real, held-out and synthetic records
 * on a logarithmic axis, since hours and years both count.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { checkArguments } from "../../arguments.ts";
import type { Cohort } from "../../cohort/cohort.ts";
import { quantile } from "../../cohort/quantile.ts";
import { gapsOf } from "../../cohort/records.ts";
import {
  isShownCell,
  joinedCells,
  type PatientNumbers,
  recordsByCell,
} from "../../cohort/small_cells.ts";
import { axisTitle } from "./axes.ts";
import { type Coloured, colours } from "./colours.ts";
import { figure, type FigureContents } from "./figure.ts";
import type { FigureOptions } from "./figure_options.ts";

const usual = { width: 520, height: 320 };

/** Cells of the axis: days one by one at first, then wider, each by a tenth. */
const cellEnds: readonly number[] = (() => {
  const ends = [0];
  while (ends[ends.length - 1] < 50 * 366) {
    const last = ends[ends.length - 1];
    ends.push(Math.max(last + 1, Math.round(1.1 * last)));
  }
  return ends;
})();

/** Percent of the visits of all cohorts that the axis holds. */
const mostShown = 99;

/** Days with a name. */
const ticks: ReadonlyMap<number, string> = new Map([
  [0, "0"],
  [1, "1 day"],
  [7, "1 week"],
  [30, "1 month"],
  [365, "1 year"],
  [3650, "10 years"],
]);

/** How to draw {@link daysBetweenVisits}. */
export interface DaysBetweenVisitsOptions extends FigureOptions {
  /** Real records that no model has seen. */
  readonly heldOut?: Cohort | undefined;
  /** Points are joined until as many real patients are between them; default 1. */
  readonly minCell?: number | undefined;
}

const cohorts = [
  { key: "ceiling", name: "Held-out real", dash: "5 3" },
  { key: "real", name: "Real", dash: undefined },
  { key: "synthetic", name: "Synthetic", dash: undefined },
] as const satisfies readonly { key: Coloured; name: string; dash: string | undefined }[];

/** The cumulative distribution of a cohort, at the ends of cells. */
interface Distribution {
  readonly cohort: typeof cohorts[number];
  readonly median: number;
  readonly points: readonly { readonly days: number; readonly share: number }[];
}

/** Days between consecutive visits, and the record that has each of them. */
function gapsIn(cohort: Cohort): PatientNumbers {
  const [numbers, records]: [number[], number[]] = [[], []];
  for (let record = 0; record < cohort.recordCount; record++) {
    for (const days of gapsOf(cohort, record)) {
      numbers.push(days);
      records.push(record);
    }
  }
  return { numbers, records };
}

/** The first cell that ends at N days or later; the last one for longer gaps. */
function cellOf(days: number): number {
  let [low, high] = [0, cellEnds.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cellEnds[middle] >= days) high = middle;
    else low = middle + 1;
  }
  return low;
}

function distributionOf(
  cohort: typeof cohorts[number],
  gaps: PatientNumbers,
  minCell: number,
): Distribution {
  const holders = recordsByCell(gaps, cellEnds.length, cellOf);
  const counts = new Float64Array(cellEnds.length);
  for (let i = 0; i < gaps.numbers.length; i++) counts[cellOf(gaps.numbers[i])]++;
  let [below, from] = [0, 0];
  const points = joinedCells(holders, minCell).map((end) => {
    below += counts.subarray(from, end).reduce((sum, count) => sum + count, 0);
    from = end;
    return { days: cellEnds[end - 1], share: 100 * below / gaps.numbers.length };
  });
  return { cohort, median: quantile(Float64Array.from(gaps.numbers).sort(), 0.5), points };
}

const daysText = (days: number) => `${Math.round(days)} ${Math.round(days) === 1 ? "day" : "days"}`;

function gapContents(distributions: readonly Distribution[]): FigureContents {
  const order: Coloured[] = ["real", "ceiling", "synthetic"];
  const shown = order.flatMap((key) => distributions.filter(({ cohort }) => cohort.key === key));
  return {
    title: "Days between visits, real, held-out and synthetic",
    description: shown.map(({ cohort: { name }, median }) =>
      `${name}: half of the visits follow within ${daysText(median)}.`
    ).join(" "),
    legend: shown.map(({ cohort: { name, key }, median }) => [
      `${name}, median ${daysText(median)}`,
      key,
    ]),
    points: shown.flatMap(({ cohort: { key }, points }) =>
      points.map(({ days, share }) => ({ cohort: key, days, percent_within: share }))
    ),
  };
}

/**
 * Which share of visits follows the one before within N days, as an SVG element of 520 × 320 pixels
 * unless the options say otherwise. The axis holds 99% of the visits of each cohort. The largest
 * vertical distance between two curves is their Kolmogorov-Smirnov distance. Undefined where a cohort
 * has too few visits.
 *
 * @example
 * ```ts
 * import { daysBetweenVisits, syntheaLabsSample } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const sample = await syntheaLabsSample();
 * assertEquals(daysBetweenVisits(sample, sample)?.getAttribute("width"), "520");
 * ```
 *
 * @param real a cohort with days between visits
 * @param synthetic the same
 */
export function daysBetweenVisits(
  real: Cohort,
  synthetic: Cohort,
  { heldOut, minCell = 1, ...look }: DaysBetweenVisitsOptions = {},
): SVGSVGElement | undefined {
  checkArguments("daysBetweenVisits", [real, "cohort"], [synthetic, "cohort"]);
  const gaps = {
    real: gapsIn(real),
    ceiling: heldOut && gapsIn(heldOut),
    synthetic: gapsIn(synthetic),
  };
  const isShown = ({ records }: PatientNumbers) =>
    records.length > 0 && isShownCell(minCell, new Set(Array.from(records)).size);
  if (!isShown(gaps.real) || !isShown(gaps.synthetic)) return undefined;
  const distributions = cohorts.flatMap((cohort) => {
    const own = gaps[cohort.key];
    return own !== undefined && isShown(own)
      ? [distributionOf(cohort, own, cohort.key === "synthetic" ? 1 : minCell)]
      : [];
  });
  const longest = Math.max(
    1,
    ...distributions.map(({ points }) =>
      points.find(({ share }) => share >= mostShown)?.days ?? cellEnds[cellEnds.length - 1]
    ),
  );
  const isNarrow = (look.width ?? usual.width) < usual.width;
  const shownTicks = [...ticks.keys()].filter((days) =>
    days <= longest && !(isNarrow && days === 1)
  );
  return figure(
    {
      ...usual,
      height: isNarrow ? 290 : usual.height,
      marginTop: 12,
      marginRight: 24,
      marginBottom: 44,
      marginLeft: 46,
      x: {
        type: "symlog",
        domain: [0, longest],
        ...axisTitle("Time to the next visit"),
        ticks: shownTicks,
        tickFormat: (days: number) => ticks.get(days) ?? "",
        grid: true,
      },
      y: {
        ...axisTitle("Visits that follow within it (%)"),
        domain: [0, 100],
        grid: true,
        ticks: 5,
      },
      marks: [
        Plot.ruleY([0], { strokeOpacity: 0.6 }),
        distributions.map(({ cohort: { key, dash }, points }) =>
          Plot.line(points.filter(({ days }) => days <= longest), {
            x: "days",
            y: "share",
            stroke: colours[key],
            strokeWidth: 2,
            ...dash !== undefined && { strokeDasharray: dash },
          })
        ),
      ],
    },
    gapContents(distributions),
    look,
  );
}

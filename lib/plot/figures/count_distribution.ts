/**
 * Visits per record and codes per visit: real and synthetic histograms, overlaid.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { checkArguments } from "../../arguments.ts";
import type { Cohort } from "../../cohort/cohort.ts";
import { axisTitle } from "./axes.ts";
import { figure } from "./figure.ts";
import type { FigureOptions } from "./figure_options.ts";
import { type Bar, histogramMarks } from "./histogram_marks.ts";
import { remark } from "./texts.ts";

/** Words for what a {@link countDistribution} counts, and how it looks. */
export interface CountDistributionOptions extends FigureOptions {
  /** What each count is a number of, plural: "visits". */
  readonly counted: string;
  /** What each count belongs to, plural: "records". */
  readonly holders: string;
}

function rowLengths(offsets: Uint32Array): Uint32Array {
  return Uint32Array.from(offsets.subarray(1), (end, row) => end - offsets[row]);
}

/**
 * [records] How many visits each record has.
 *
 * @example
 * ```ts
 * import { cohortOf, visitsPerRecord, vocabulary } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const cohort = cohortOf(vocabulary(["a", "b"]), [], [
 *   { visits: [[0, 1], [1]], labels: [] },
 *   { visits: [[1]], labels: [] },
 * ]);
 * assertEquals(visitsPerRecord(cohort), Uint32Array.of(2, 1));
 * ```
 */
export function visitsPerRecord(source: Cohort): Uint32Array {
  checkArguments("visitsPerRecord", [source, "cohort"]);
  return rowLengths(source.visitOffsets);
}

/**
 * [visits] How many codes each visit has.
 *
 * @example
 * ```ts
 * import { codesPerVisit, cohortOf, vocabulary } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const cohort = cohortOf(vocabulary(["a", "b"]), [], [{ visits: [[0, 1], [1]], labels: [] }]);
 * assertEquals(codesPerVisit(cohort), Uint32Array.of(2, 1));
 * ```
 */
export function codesPerVisit(source: Cohort): Uint32Array {
  checkArguments("codesPerVisit", [source, "cohort"]);
  return rowLengths(source.codeOffsets);
}

const mostBins = 50;
const shownShare = 0.995;
const margins = { marginTop: 12, marginRight: 16, marginBottom: 58, marginLeft: 46 };

/** Bins of equal widths, in whole counts. */
interface Bins {
  /** The lowest count of the first bin. */
  readonly first: number;
  readonly width: number;
  readonly count: number;
}

function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

/** At most 50 bins from the lowest count to the larger 99.5th percentile. */
function binsOf(cohorts: readonly Uint32Array[]): Bins {
  const sorted = cohorts.map((counts) => counts.toSorted());
  const last = Math.max(...sorted.map((counts) => percentile(counts, shownShare)), 1);
  const first = Math.min(...sorted.map((counts) => counts[0] ?? 0));
  const width = Math.ceil((last - first + 1) / mostBins);
  return { first, width, count: Math.ceil((last - first + 1) / width) };
}

/** One cohort's bars in percent, its mean, and the share in [0, 1] of it beyond the last bin. */
function histogram(counts: Uint32Array, { first, width, count }: Bins) {
  const shares = new Float64Array(count);
  const end = first + count * width;
  let sum = 0;
  let beyond = 0;
  for (const value of counts) {
    sum += value;
    if (value < end) shares[Math.floor((value - first) / width)] += 100 / counts.length;
    else beyond++;
  }
  const bars = Array.from(shares, (y, bin): Bar => ({
    x1: first + bin * width - 0.5,
    x2: first + (bin + 1) * width - 0.5,
    y,
  }));
  const mean = counts.length === 0 ? NaN : sum / counts.length;
  return { bars, mean, beyond: beyond / Math.max(1, counts.length) };
}

/**
 * Histograms of two sets of whole counts, as an SVG element of 420 × 290 pixels unless the options
 * say otherwise. The axis ends at the larger 99.5th percentile; the figure states the share beyond.
 *
 * @example
 * ```ts
 * import { countDistribution } from "ehrloom";
 * import { assert } from "@std/assert";
 *
 * const svg = countDistribution(Uint32Array.of(1, 2, 2, 3), Uint32Array.of(1, 1, 2, 5), {
 *   counted: "visits",
 *   holders: "records",
 * });
 * assert(svg.outerHTML.includes("Real, mean 2.00"));
 * ```
 *
 * @param real [holders] counts, whole and at least 0
 * @param synthetic [holders] the same; the two lengths may differ
 * @param options.counted what each count is a number of, plural: "visits"
 * @param options.holders what each count belongs to, plural: "records"
 */
export function countDistribution(
  real: Uint32Array,
  synthetic: Uint32Array,
  { counted, holders, ...look }: CountDistributionOptions,
): SVGSVGElement {
  const bins = binsOf([real, synthetic]);
  const histograms = [
    { cohort: "real", name: "Real", ...histogram(real, bins) },
    { cohort: "synthetic", name: "Synthetic", ...histogram(synthetic, bins) },
  ] as const;
  const beyond = histograms.map(({ beyond }) => (100 * beyond).toFixed(1));
  const note = histograms.some(({ beyond }) => beyond > 0)
    ? `Beyond the axis: ${beyond[0]}% of real, ${beyond[1]}% of synthetic ${holders}`
    : "";
  const title = `${capital(counted)} per ${singular(holders)}`;
  const per = bins.width === 1 ? "(%)" : `(% per ${bins.width} ${counted})`;
  const domain = [bins.first - 0.5, bins.first + bins.count * bins.width - 0.5];
  return figure({
    width: 420,
    height: 290,
    ...margins,
    x: { ...axisTitle(title), domain },
    y: { ...axisTitle(`${capital(holders)} ${per}`), grid: true, ticks: 5 },
    marks: [
      Plot.axisX({ ...axisTitle(title), labelOffset: 36, tickFormat: "d", ticks: 8 }),
      histograms.map(({ cohort, bars }) => histogramMarks(bars, { cohort, strokeWidth: 1.6 })),
      Plot.ruleY([0], { strokeOpacity: 0.6 }),
      remark(note, { dx: -38, dy: 54 }),
    ],
  }, {
    title: `${title}, real and synthetic`,
    description: histograms.map(({ name, mean }) => `${name}: mean ${mean.toFixed(2)}.`).join(" "),
    legend: histograms.map(({ cohort, name, mean }) => [
      `${name}, mean ${mean.toFixed(2)}`,
      cohort,
    ]),
    points: histograms[0].bars.map(({ y }, bin) => ({
      from: bins.first + bin * bins.width,
      to: bins.first + (bin + 1) * bins.width - 1,
      real_percent: y,
      synthetic_percent: histograms[1].bars[bin].y,
    })),
  }, look);
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function singular(word: string): string {
  return word.replace(/s$/, "");
}

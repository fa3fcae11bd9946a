/**
 * Visits per record and codes per visit: real and synthetic histograms, overlaid.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { checkArguments } from "../../arguments.ts";
import type { Cohort } from "../../cohort/cohort.ts";
import {
  isShownCell,
  joinedCells,
  type PatientNumbers,
  recordsByCell,
  sharedRange,
} from "../../cohort/small_cells.ts";
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
  /** Bins are joined until each has as many real patients; default 1. */
  readonly minCell?: number | undefined;
  /** [holders] The patient of each real count, ascending; default: each has its own. */
  readonly patients?: Uint32Array | undefined;
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

/** [visits] The record of each visit. */
export function recordOfVisits({ visitOffsets, visitCount }: Cohort): Uint32Array {
  const records = new Uint32Array(visitCount);
  for (let record = 0; record + 1 < visitOffsets.length; record++) {
    records.fill(record, visitOffsets[record], visitOffsets[record + 1]);
  }
  return records;
}

const mostBins = 50;
const shownShare = 0.995;
const margins = { marginTop: 12, marginRight: 16, marginBottom: 58, marginLeft: 46 };

/** Bins of equal widths, in whole counts, as far as they are not joined. */
interface Bins {
  /** The lowest count of the first bin. */
  readonly first: number;
  readonly width: number;
  readonly count: number;
  /** The last bin of each group of joined ones, plus one. */
  readonly ends: readonly number[];
  /** Real patients with a count beyond the last bin. */
  readonly patientsBeyond: number;
}

function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

/** At most 50 bins from the lowest count to the larger 99.5th percentile, as far as real ones go. */
function binsOf(real: PatientNumbers, synthetic: Uint32Array, minCell: number): Bins {
  const [own, other] = [Uint32Array.from(real.numbers), synthetic].map((each) => each.toSorted());
  const [low, high] = sharedRange(real, minCell) ?? [Infinity, 0];
  const longest = Math.min(high, percentile(own, shownShare));
  const last = Math.max(longest, percentile(other, shownShare), 1);
  const first = Math.min(low, other[0] ?? 0);
  const width = Math.ceil((last - first + 1) / mostBins);
  const count = Math.ceil((last - first + 1) / width);
  const cellOf = (value: number) =>
    Math.min(count, Math.max(0, Math.floor((value - first) / width)));
  const holders = recordsByCell(real, count + 1, cellOf);
  const ends = joinedCells(holders.slice(0, count), minCell);
  return { first, width, count, ends, patientsBeyond: holders[count].length };
}

/**
 * One cohort's bars in percent per bin, its mean, and the share in [0, 1] of it beyond the last bin.
 * What lies before the first bin is counted in it.
 */
function histogram(counts: Uint32Array, { first, width, count, ends }: Bins) {
  const shares = new Float64Array(count);
  const end = first + count * width;
  let sum = 0;
  let beyond = 0;
  for (const value of counts) {
    sum += value;
    const bin = Math.max(0, Math.floor((value - first) / width));
    if (value < end) shares[bin] += 100 / counts.length;
    else beyond++;
  }
  const bars = ends.map((end, group): Bar => {
    const from = ends[group - 1] ?? 0;
    const joined = shares.subarray(from, end);
    return {
      x1: first + from * width - 0.5,
      x2: first + end * width - 0.5,
      y: joined.reduce((sum, share) => sum + share, 0) / joined.length,
    };
  });
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
 * @param options.minCell bins are joined until each has as many real patients; default 1
 * @param options.patients [holders] the patient of each real count, ascending; default: each its own
 */
export function countDistribution(
  real: Uint32Array,
  synthetic: Uint32Array,
  { counted, holders, minCell = 1, patients, ...look }: CountDistributionOptions,
): SVGSVGElement {
  const records = patients ?? Uint32Array.from(real.keys());
  const bins = binsOf({ numbers: real, records }, synthetic, minCell);
  const histograms = [
    { cohort: "real", name: "Real", ...histogram(real, bins) },
    { cohort: "synthetic", name: "Synthetic", ...histogram(synthetic, bins) },
  ] as const;
  const beyond = histograms.map(({ beyond }) => `${(100 * beyond).toFixed(1)}%`);
  const realBeyond = isShownCell(minCell, bins.patientsBeyond)
    ? `${beyond[0]} of real`
    : `fewer than ${minCell} real patients`;
  const note = histograms.some(({ beyond }) => beyond > 0)
    ? `Beyond the axis: ${realBeyond}, ${beyond[1]} of synthetic ${holders}`
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
    points: bins.ends.map((end, group) => {
      const from = bins.ends[group - 1] ?? 0;
      const [real_percent, synthetic_percent] = histograms
        .map(({ bars }) => bars[group].y * (end - from));
      return {
        from: bins.first + from * bins.width,
        to: bins.first + end * bins.width - 1,
        real_percent,
        synthetic_percent,
      };
    }),
  }, look);
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function singular(word: string): string {
  return word.replace(/s$/, "");
}

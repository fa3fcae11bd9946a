/**
 * How many visits records have, how many codes visits have: real and synthetic laid over each other.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import type { Cohort } from "../../cohort/cohort.ts";
import { colours, figure } from "./figure.ts";

/** Words for what a {@link countDistribution} counts. */
export interface CountDistributionOptions {
  /** What each count is a number of, plural: "visits". */
  readonly counted: string;
  /** What has that many of them, plural: "records". */
  readonly holders: string;
}

function rowLengths(offsets: Uint32Array): Uint32Array {
  return Uint32Array.from(offsets.subarray(1), (end, row) => end - offsets[row]);
}

/** [records] How many visits each record has. */
export function visitsPerRecord({ visitOffsets }: Cohort): Uint32Array {
  return rowLengths(visitOffsets);
}

/** [visits] How many codes each visit has. */
export function codesPerVisit({ codeOffsets }: Cohort): Uint32Array {
  return rowLengths(codeOffsets);
}

const mostBins = 50;
const shownShare = 0.995;

function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

/**
 * Histograms of two sets of whole counts, as an SVG element of 420 × 290 pixels. The axis ends at
 * the larger 99.5th percentile; the figure says what share lies beyond.
 *
 * @param real [holders] counts, whole and at least 0
 * @param synthetic [holders] likewise; the two lengths may differ
 */
export function countDistribution(
  real: Uint32Array,
  synthetic: Uint32Array,
  { counted, holders }: CountDistributionOptions,
): SVGSVGElement {
  const cohorts = [["Real", real, colours.real], [
    "Synthetic",
    synthetic,
    colours.synthetic,
  ]] as const;
  const sorted = cohorts.map(([, counts]) => counts.toSorted());
  const last = Math.max(...sorted.map((counts) => percentile(counts, shownShare)), 1);
  const first = Math.min(...sorted.map((counts) => counts[0] ?? 0));
  const width = Math.ceil((last - first + 1) / mostBins);
  const bins = Math.ceil((last - first + 1) / width);
  const end = first + bins * width;
  const title = `${capital(counted)} per ${singular(holders)}`;
  const histograms = cohorts.map(([name, counts, colour]) => {
    const shares = new Float64Array(bins);
    let sum = 0;
    let beyond = 0;
    for (const count of counts) {
      sum += count;
      if (count < end) shares[Math.floor((count - first) / width)] += 100 / counts.length;
      else beyond++;
    }
    const steps = Array.from(shares, (share, bin) => ({
      x1: first + bin * width - 0.5,
      x2: first + (bin + 1) * width - 0.5,
      share,
    }));
    const outline = steps.flatMap(({ x1, x2, share }) => [[x1, share], [x2, share]]);
    const mean = counts.length === 0 ? NaN : sum / counts.length;
    return { name, colour, steps, outline, mean, beyond: beyond / Math.max(1, counts.length) };
  });
  const beyond = histograms.map(({ beyond }) => (100 * beyond).toFixed(1));
  const note = histograms.some(({ beyond }) => beyond > 0)
    ? `Beyond the axis: ${beyond[0]}% of real, ${beyond[1]}% of synthetic ${holders}`
    : "";
  return figure({
    width: 420,
    height: 290,
    marginTop: 44,
    marginRight: 16,
    marginBottom: 58,
    marginLeft: 46,
    x: {
      label: title,
      labelAnchor: "center",
      labelArrow: "none",
      domain: [first - 0.5, end - 0.5],
    },
    y: {
      label: capital(holders) + (width === 1 ? " (%)" : ` (% per ${width} ${counted})`),
      labelAnchor: "center",
      labelArrow: "none",
      grid: true,
      ticks: 5,
    },
    marks: [
      Plot.axisX({
        labelAnchor: "center",
        labelArrow: "none",
        labelOffset: 36,
        tickFormat: "d",
        ticks: 8,
      }),
      histograms.map(({ colour, steps, outline }, index) => [
        Plot.rectY(steps, {
          x1: "x1",
          x2: "x2",
          y: "share",
          fill: colour,
          fillOpacity: index === 0 ? 0.25 : 0.12,
          insetLeft: 0,
          insetRight: 0,
        }),
        Plot.line(outline, { stroke: colour, strokeWidth: 1.6, strokeLinejoin: "miter" }),
      ]),
      Plot.ruleY([0], { strokeOpacity: 0.6 }),
      histograms.map(({ name, colour, mean }, index) =>
        Plot.text([`${name}, mean ${mean.toFixed(2)}`], {
          frameAnchor: "top-right",
          dx: -4,
          dy: -38 + 15 * index,
          fill: colour,
          stroke: "white",
          strokeWidth: 4,
          fontWeight: 600,
          fontSize: 12,
        })
      ),
      Plot.text([note], {
        frameAnchor: "bottom-left",
        dx: -38,
        dy: 54,
        fontSize: 9.5,
        fillOpacity: 0.75,
      }),
    ],
  }, {
    title: `${title}, real and synthetic`,
    description: histograms.map(({ name, mean }) => `${name}: mean ${mean.toFixed(2)}.`).join(" "),
  });
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function singular(word: string): string {
  return word.replace(/s$/, "");
}

/**
 * The density of waits that are told in bins, so that bins can be compared with models that give waits a
 * density of their own (`waits/`).
 *
 * @see docs/specs/continuous.md section 4
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { gapsOf } from "../../cohort/records.ts";
import type { BlockLikelihood, WaitLikelihood } from "../interface/model.ts";
import { binOf } from "./value_bins.ts";

/** Far less than a step: what rounding may have moved an edge by. */
const slack = 1e-6;

/**
 * The days that a bin holds: those of the whole steps in it, and at least one step, since a bin narrower
 * than that is there for one time that is common.
 *
 * @param edges in days; a bin ends with its upper edge
 * @param step in which records tell times, in days
 */
export function daysInBin(edges: readonly number[], bin: number, step: number): number {
  const [before, last] = [edges[bin], edges[bin + 1]].map((edge) =>
    Math.floor(edge / step + slack)
  );
  return step * Math.max(1, last - before + Number(bin === 0));
}

/**
 * The likelihood of a record's waits as a density: the probability of each one's bin, divided by the days
 * in it.
 *
 * @param block the likelihood of the columns of its bins
 */
export function binnedWaits(
  cohort: Cohort,
  record: number,
  { edges, step, block }: {
    readonly edges: readonly number[];
    readonly step: number;
    readonly block: BlockLikelihood;
  },
): WaitLikelihood {
  const gaps = gapsOf(cohort, record);
  const logDays = gaps.reduce(
    (sum, gap) => sum + Math.log(daysInBin(edges, binOf(edges, gap), step)),
    0,
  );
  return {
    count: gaps.length,
    logDensity: block.logFirst - logDays,
    inCells: block.inCells,
  };
}

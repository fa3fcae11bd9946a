/**
 * Where is a synthetic cohort on the scale from its floor (records drawn from independent marginals)
 * to its ceiling (held-out real records)?
 *
 * @module
 */
import type { Cohort } from "../cohort/cohort.ts";
import { independentMarginals } from "./fidelity/independent_marginals.ts";
import { judge, type JudgeOptions } from "./judge.ts";
import type { FiguresOf, Judged, Measure } from "./measure.ts";
import type { Scale } from "./report.ts";
import { withoutEmptyRecords } from "./without_empty_records.ts";

/** The cohorts of a scale, all without records that have no visits. */
export interface ScaledCohorts {
  /** The training records. */
  readonly real: Judged;
  /** Synthetic, held-out and floor. */
  readonly others: readonly Judged[];
  /** The held-out records. */
  readonly heldOut: Cohort;
  /** Synthetic records that were left out. */
  readonly recordsWithoutVisits: number;
}

/**
 * The cohorts of a scale. Records without visits are left out, real ones too.
 *
 * @param cohorts.train the training records
 * @param cohorts.heldOut real records that it never saw, for the ceiling
 * @param cohorts.synthetic about as many records as `train`
 * @param seed random seed of the floor
 */
export function scaledCohorts(
  cohorts: { train: Cohort; heldOut: Cohort; synthetic: Cohort },
  seed: number,
): ScaledCohorts {
  const train = withoutEmptyRecords(cohorts.train);
  const heldOut = withoutEmptyRecords(cohorts.heldOut);
  const synthetic = withoutEmptyRecords(cohorts.synthetic);
  return {
    real: { role: "real", cohort: train },
    others: [
      { role: "synthetic", cohort: synthetic },
      { role: "held_out", cohort: heldOut },
      { role: "floor", cohort: independentMarginals(train, { seed }) },
    ],
    heldOut,
    recordsWithoutVisits: cohorts.synthetic.recordCount - synthetic.recordCount,
  };
}

/**
 * The figures of a synthetic cohort, with its ceiling and its floor.
 *
 * @throws {RangeError} As {@link judge}
 */
export async function onScale<Measures extends readonly Measure[]>(
  measures: Measures,
  { real, others, heldOut }: ScaledCohorts,
  options: Omit<JudgeOptions, "real" | "others" | "heldOut">,
): Promise<FiguresOf<Measures> & Scale<FiguresOf<Measures>>> {
  const [own, ceiling, floor] = await judge(measures, { ...options, real, others, heldOut });
  return { ...own.figures, ceiling: ceiling.figures, floor: floor.figures };
}

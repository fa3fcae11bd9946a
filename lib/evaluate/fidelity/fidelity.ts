/**
 * How closely a synthetic cohort follows the training records, between its floor (records drawn from
 * independent marginals) and its ceiling (held-out real records).
 *
 * @module
 */
import { checkArguments, checkCohorts, checkOptions } from "../../arguments.ts";
import type { Cohort } from "../../cohort/cohort.ts";
import { longWork, type LongWorkOptions } from "../../long_work.ts";
import { judge } from "../judge.ts";
import type { Judged, Measure } from "../measure.ts";
import type { Fidelity } from "../report.ts";
import { judgeScale, onScale, scaledCohorts } from "../scale.ts";
import { type FidelityFigures, fidelityMeasures } from "./mod.ts";

/** Thorough measures are asked by {@link evaluate}. */
const quickMeasures = fidelityMeasures.filter(({ effort }: Measure) => effort === undefined);

/** How to compute fidelity. */
export interface FidelityOptions extends LongWorkOptions {
  /** Random seed of the resamples and the floor; a whole number, at least 0; default 0. */
  readonly seed?: number | undefined;
  /** Resamples of patients behind each interval; default 1,000; 0: no intervals. */
  readonly resamples?: number | undefined;
}

const optionNames = Object.keys(
  { seed: 0, resamples: 0, onProgress: 0, signal: 0 } satisfies Record<keyof FidelityOptions, 0>,
);

/**
 * The fidelity figures of several cohorts against one real cohort, all against the same resamples
 * of it.
 *
 * @example
 * ```ts
 * import { fidelityFigures, splitOf, syntheaSample } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const cohort = splitOf(await syntheaSample(), "test");
 * const [{ aggregate }] = await fidelityFigures(
 *   { role: "real", cohort },
 *   [{ role: "synthetic", cohort }],
 *   { resamples: 0 },
 * );
 * assertEquals(aggregate.visits_per_record.difference.value, 0);
 * ```
 *
 * @returns one entry for each of `others`
 * @throws {RangeError} If vocabularies or labels differ, a cohort is empty, or an option is out of
 *   range
 */
export async function fidelityFigures(
  real: Judged,
  others: readonly Judged[],
  options: FidelityOptions = {},
): Promise<FidelityFigures[]> {
  const judgements = await judge(quickMeasures, { ...options, real, others });
  return judgements.map(({ figures }) => figures);
}

/**
 * The fidelity of a synthetic cohort to the training records, with its ceiling and its floor.
 * Records without visits are left out, real ones too; the report counts the synthetic ones.
 *
 * @example Held-out records instead of synthetic ones are at the ceiling
 * ```ts
 * import { fidelity, splitOf, syntheaSample } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const real = await syntheaSample();
 * const [train, heldOut] = [splitOf(real, "train"), splitOf(real, "test")];
 * const found = await fidelity({ train, heldOut, synthetic: heldOut }, { resamples: 0 });
 * assertEquals(found.unigram, found.ceiling.unigram);
 * ```
 *
 * @param cohorts.train the training records
 * @param cohorts.heldOut real records that it never saw, for the ceiling
 * @param cohorts.synthetic about as many records as `train`
 * @throws {RangeError} As {@link fidelityFigures}
 */
export async function fidelity(
  cohorts: { train: Cohort; heldOut: Cohort; synthetic: Cohort },
  options: FidelityOptions = {},
): Promise<Fidelity> {
  checkArguments("fidelity", [cohorts, "cohorts"]);
  checkCohorts("fidelity", cohorts);
  checkOptions("fidelity", options, optionNames);
  const scaled = scaledCohorts(cohorts, options.seed ?? 0);
  const judgements = await longWork(
    options,
    () => "Evaluation stopped by you; no figures are kept",
    ({ onProgress }) => judgeScale(quickMeasures, scaled, { ...options, onProgress }),
  );
  const { figures } = onScale(quickMeasures, scaled, judgements);
  return {
    ...figures,
    records_without_visits: scaled.recordsWithoutVisits,
  };
}

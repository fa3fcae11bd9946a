/**
 * The evaluation of a synthetic cohort, as one report.
 *
 * @module
 */
import { type Cohort, splitOf } from "../cohort/cohort.ts";
import { usualMinCell } from "../cohort/small_cells.ts";
import { backendVersions } from "../nn/backend.ts";
import type { OnProgress } from "../progress.ts";
import type { Run, RunConfig } from "../train/run_folder.ts";
import { version } from "../version.ts";
import { alignedCohorts, differencesInWords, type NameDifferences } from "./align.ts";
import { measuresOf, misnamed } from "./measures.ts";
import type { Likelihood, PartialReport, Report, ReportAbout } from "./report.ts";
import { onScale, type ScaledCohorts, scaledCohorts } from "./scale.ts";

/** How to evaluate, and what to note in the report. */
export interface EvaluateOptions {
  /**
   * What to evaluate: kinds ("fidelity") or single measures ("fidelity.gap_days"); default every
   * measure.
   */
  readonly only?: readonly string[];
  /** Random seed of the resamples and the floor; default 0. Equal seeds give equal figures. */
  readonly seed?: number | undefined;
  /** Resamples of patients behind each interval; default 1,000; 0: no intervals. */
  readonly resamples?: number | undefined;
  /**
   * Labels and measured codes that fewer real patients have are counted, and neither named nor listed;
   * `writeReport` treats codes and pairs alike. Default 10; at most 1 lists everything, for use
   * inside the owner of the data.
   */
  readonly minCell?: number | undefined;
  /** Test metrics of the model that generated the synthetic cohort, see {@link likelihoodMetrics}. */
  readonly likelihood?: Likelihood | undefined;
  /** The run that generated the synthetic cohort. */
  readonly run?: Run | undefined;
  /** Synthetic records that reached the largest length of the model without an end, from `generate`. */
  readonly cutOff?: number | undefined;
  /** Draws under clinical rules, and those that the rules changed, from `generate`. */
  readonly ruled?: { readonly draws: number; readonly touched: number } | undefined;
  /** Called with a line about each way in which codes or labels of the cohorts differ. */
  readonly onDifference?: ((what: string) => void) | undefined;
  /** Called after every block of resamples. */
  readonly onProgress?: OnProgress | undefined;
}

/**
 * The splits of a real cohort with which others are compared.
 *
 * @throws {RangeError} If there are none, or one of them has no visits
 */
export function checkReal(real: Cohort): { train: Cohort; heldOut: Cohort } {
  if (real.splits === null) throw new RangeError("Cannot evaluate: the real cohort has no splits");
  const train = splitOf(real, "train");
  const heldOut = splitOf(real, "test");
  for (const [split, cohort] of Object.entries({ train, test: heldOut })) {
    if (cohort.visitCount === 0) {
      throw new RangeError(`Cannot evaluate: the ${split} split of the real cohort has no visits`);
    }
  }
  return { train, heldOut };
}

/** A run's config without bins that end at values of fewer patients. */
function sharedConfig({ schema, ...config }: RunConfig, minCell: number): RunConfig {
  const ofPatients = config.config.published === true ? 1 : config.training.minCell;
  return { ...config, ...schema && ofPatients >= minCell && { schema } };
}

function aboutOf(
  { real, train, heldOut, synthetic }: Record<"real" | "train" | "heldOut" | "synthetic", Cohort>,
  { seed = 0, resamples = 1000, minCell = usualMinCell, run, cutOff, ruled }: EvaluateOptions,
  { differences, seconds }: { differences: NameDifferences; seconds: number },
): ReportAbout {
  return {
    ehrloom: version,
    created: new Date().toISOString(),
    seed,
    resamples,
    min_cell: minCell,
    real: {
      records: real.recordCount,
      train: train.recordCount,
      test: heldOut.recordCount,
      codes: real.vocabulary.codes.length,
      labels: real.labelNames.length,
    },
    synthetic: {
      records: synthetic.recordCount,
      ...(cutOff === undefined ? {} : { cut_off: cutOff }),
      ...(ruled === undefined ? {} : { rules: { ...ruled } }),
      ...differences,
    },
    ...(run === undefined ? {} : { run: sharedConfig(run.runConfig, minCell) }),
    versions: { ...Deno.version, ...backendVersions() },
    seconds,
  };
}

/** The figures of each kind of measure of which some are asked. */
async function figuresOf(
  cohorts: ScaledCohorts,
  { only, seed, resamples, minCell = usualMinCell, run, onProgress }: EvaluateOptions,
): Promise<Pick<PartialReport, "fidelity" | "utility" | "privacy">> {
  const how = { seed, resamples, minCell, run, onProgress };
  const [fidelity, utility, privacy] = [
    measuresOf("fidelity", only),
    measuresOf("utility", only),
    measuresOf("privacy", only),
  ];
  const { recordsWithoutVisits: records_without_visits } = cohorts;
  return {
    ...fidelity.length > 0 &&
      { fidelity: { ...await onScale(fidelity, cohorts, how), records_without_visits } },
    ...utility.length > 0 && { utility: await onScale(utility, cohorts, how) },
    ...privacy.length > 0 && { privacy: await onScale(privacy, cohorts, how) },
  };
}

/**
 * Compares a synthetic cohort with the real cohort that its model was trained on.
 *
 * The synthetic cohort is compared with the train split; the test split gives the ceiling. Codes and
 * labels are matched by name, see {@link alignedCohorts}.
 *
 * @example One measure alone
 * ```ts
 * import { evaluate, splitOf, syntheaSample } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const real = await syntheaSample();
 * const only = ["fidelity.unigram"];
 * const { fidelity } = await evaluate(real, splitOf(real, "train"), { only, resamples: 0 });
 * assertEquals(fidelity?.unigram?.r2, 1); // the real training records themselves
 * ```
 *
 * @param real with splits; neither train nor test may be empty
 * @param synthetic its own splits are ignored
 * @throws {RangeError} If one of the cohorts has no visits, or an option is out of range
 */
export async function evaluate(
  real: Cohort,
  synthetic: Cohort,
  options?: EvaluateOptions & { readonly only?: undefined },
): Promise<Report>;
/** The same with the measures in `options.only`. */
export async function evaluate(
  real: Cohort,
  synthetic: Cohort,
  options?: EvaluateOptions,
): Promise<PartialReport>;
export async function evaluate(
  real: Cohort,
  synthetic: Cohort,
  options: EvaluateOptions = {},
): Promise<PartialReport> {
  const { only, seed = 0, likelihood, onDifference } = options;
  const start = performance.now();
  const problem = only && misnamed(only);
  if (problem !== undefined) throw new RangeError(`Cannot evaluate: "only" names ${problem}`);
  const aligned = alignedCohorts(real, synthetic);
  const { differences } = aligned;
  for (const line of differencesInWords(differences)) onDifference?.(line);
  const { train, heldOut } = checkReal(aligned.real);
  if (synthetic.visitCount === 0) {
    throw new RangeError(
      `Cannot evaluate: none of the ${synthetic.recordCount} synthetic records has a visit`,
    );
  }
  const cohorts = scaledCohorts({ train, heldOut, synthetic: aligned.synthetic }, seed);
  const figures = await figuresOf(cohorts, options);
  const seconds = (performance.now() - start) / 1000;
  return {
    about: aboutOf({ real, train, heldOut, synthetic }, options, { differences, seconds }),
    ...(likelihood === undefined ? {} : { likelihood }),
    ...figures,
  };
}

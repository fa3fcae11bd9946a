/**
 * The judgement of a synthetic cohort, as one report.
 *
 * @module
 */
import { type Cohort, splitOf } from "../cohort/cohort.ts";
import { backendVersions } from "../nn/backend.ts";
import type { OnProgress } from "../progress.ts";
import type { RunConfig } from "../train/run_folder.ts";
import { version } from "../version.ts";
import { fidelity } from "./fidelity/fidelity.ts";
import { checkVocabularies } from "./vocabularies.ts";
import type { Likelihood, Report } from "./report.ts";

/** How to judge, and what to note in the report. */
export interface EvaluateOptions {
  /** Names the resamples and the floor; 0 when left out. Equal seeds give equal figures. */
  readonly seed?: number;
  /** Resamples of patients behind each interval; 1,000 when left out, 0 for none. */
  readonly resamples?: number;
  /** Test metrics of the model that drew the synthetic cohort, see {@link likelihoodMetrics}. */
  readonly likelihood?: Likelihood;
  /** config.json of the run that drew the synthetic cohort. */
  readonly run?: RunConfig;
  /** Synthetic records that reached the model's longest length without an end, as `generate` says. */
  readonly cutOff?: number;
  /** Draws under clinical rules, and those that the rules changed, as `generate` says. */
  readonly ruled?: { readonly draws: number; readonly touched: number };
  /** Told of every block of resamples. */
  readonly onProgress?: OnProgress;
}

/**
 * The splits of a real cohort that others are judged by.
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

/**
 * Judges a synthetic cohort against the real one that its generator learned from.
 *
 * The synthetic cohort is compared with the train split; the test split stands as its ceiling.
 *
 * @param real with splits; neither train nor test may be empty
 * @param synthetic over the same codes and labels in the same order; its own splits are ignored
 * @throws {RangeError} If the cohorts cannot be compared, or an option is out of range
 */
export async function evaluate(
  real: Cohort,
  synthetic: Cohort,
  options: EvaluateOptions = {},
): Promise<Report> {
  const { seed = 0, resamples = 1000, likelihood, run, cutOff, ruled, onProgress } = options;
  const start = performance.now();
  checkVocabularies(real, synthetic);
  const { train, heldOut } = checkReal(real);
  if (synthetic.visitCount === 0) {
    throw new RangeError(
      `Cannot evaluate: none of the ${synthetic.recordCount} synthetic records has a visit`,
    );
  }
  const judged = await fidelity({ train, heldOut, synthetic }, { seed, resamples, onProgress });
  return {
    about: {
      ehrloom: version,
      created: new Date().toISOString(),
      seed,
      resamples,
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
      },
      ...(run === undefined ? {} : { run }),
      versions: { ...Deno.version, ...backendVersions() },
      seconds: (performance.now() - start) / 1000,
    },
    ...(likelihood === undefined ? {} : { likelihood }),
    fidelity: judged,
  };
}

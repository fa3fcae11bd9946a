/**
 * The evaluation of a synthetic cohort, as one report.
 *
 * @module
 */
import { checkArguments, checkOptions } from "../arguments.ts";
import type { Cohort } from "../cohort/cohort.ts";
import { orderOnly } from "../cohort/meds/names.ts";
import { groupsBy } from "../cohort/groups.ts";
import { isOrderOnly } from "../cohort/order_only.ts";
import { usualMinCell } from "../cohort/small_cells.ts";
import { longWork, type LongWorkOptions } from "../long_work.ts";
import { backendVersions } from "../nn/backend.ts";
import { runFingerprint } from "../train/run_fingerprint.ts";
import type { Run, RunConfig } from "../train/run_folder.ts";
import { ownCommit } from "../commit.ts";
import { version } from "../version.ts";
import { alignedCohorts, alignedLike, differencesInWords, type NameDifferences } from "./align.ts";
import { groupCount, isDrawnInGroups } from "./bootstrap.ts";
import { checkThreads } from "./judge.ts";
import { measuresOf, misnamed, type Selection } from "./measures.ts";
import type { Likelihood, PartialReport, Report, ReportAbout } from "./report.ts";
import { checkedSplits, type RealSplits, realSplits } from "./real_splits.ts";
import { judgeScale, type OnScale, onScale, type ScaledCohorts, scaledCohorts } from "./scale.ts";
import { checkSensitive } from "./sensitive_codes.ts";
import { subgroupsOf } from "./subgroups.ts";
import { summaryOf } from "./summary/mod.ts";
import { threadCount } from "./threads/thread_count.ts";

/** How to evaluate, and what to note in the report. */
export interface EvaluateOptions extends LongWorkOptions {
  /**
   * What to evaluate: kinds ("fidelity") or single measures ("fidelity.gap_days"); default every
   * measure. With a kind, records that are identical to a training record are counted too.
   */
  readonly only?: readonly string[];
  /**
   * Leaves out measures that take more than seconds, unless `only` names them singly, and uses the
   * smaller settings of others; default false.
   */
  readonly quick?: boolean | undefined;
  /**
   * Also gives the headline figures of fidelity for groups of patients, by "sex", by "age" at the first
   * visit (0–17, 18–39, 40–64, 65+), by "race" or by "label:NAME"; each against the real records of the same group.
   */
  readonly by?: string | undefined;
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
  /**
   * Codes that are sensitive in your setting, such as those of HIV or of addiction, by name; measures
   * of privacy judge each of them. Default none.
   */
  readonly sensitive?: readonly string[] | undefined;
  /** Test metrics of the model that generated the synthetic cohort, see {@link likelihoodMetrics}. */
  readonly likelihood?: Likelihood | undefined;
  /** The run that generated the synthetic cohort. */
  readonly run?: Run | undefined;
  /** Names of the cohorts for people, such as those of their folders. */
  readonly names?: { readonly real?: string; readonly synthetic?: string } | undefined;
  /** Random seed with which the synthetic cohort was generated. */
  readonly generationSeed?: number | undefined;
  /** Synthetic records that reached the largest length of the model without an end, from `generate`. */
  readonly cutOff?: number | undefined;
  /** Draws under clinical rules, and those that the rules changed, from `generate`. */
  readonly ruled?: { readonly draws: number; readonly touched: number } | undefined;
  /** What was left out when the real cohort was prepared, in sentences; see {@link qualityInWords}. */
  readonly cuts?: readonly string[] | undefined;
  /**
   * Threads that ask measures, at least 1; default: as many as the machine has processor cores, if
   * the cohorts are large enough and memory is. The figures are the same for any number.
   */
  readonly workers?: number | undefined;
  /** Called with a line about each way in which codes or labels of the cohorts differ. */
  readonly onDifference?: ((what: string) => void) | undefined;
}

const optionNames = Object.keys(
  {
    only: 0,
    quick: 0,
    by: 0,
    seed: 0,
    resamples: 0,
    minCell: 0,
    sensitive: 0,
    likelihood: 0,
    run: 0,
    names: 0,
    generationSeed: 0,
    cutOff: 0,
    ruled: 0,
    cuts: 0,
    workers: 0,
    onDifference: 0,
    onProgress: 0,
    signal: 0,
  } satisfies Record<keyof EvaluateOptions, 0>,
);

/** Makes sure, before the work begins, that there is something to say of groups. */
function checkBy(by: string, selection: Selection, { labelNames }: Cohort): void {
  groupsBy(by, labelNames);
  if (measuresOf("fidelity", selection).length > 0) return;
  throw new RangeError(`Cannot evaluate by "${by}": "only" names no measure of fidelity`);
}

/** Makes sure, before the work begins, that sensitive codes are known and will be judged. */
function checkNamed(sensitive: readonly string[], selection: Selection, real: Cohort): void {
  if (sensitive.length === 0) return;
  checkSensitive(sensitive, real.vocabulary);
  const judging = measuresOf("privacy", selection).filter(({ key }) => key !== "identical_records");
  if (judging.length > 0) return;
  throw new RangeError('Cannot evaluate sensitive codes: "only" names no measure of privacy');
}

/** A run's config without bins that end at values of fewer patients. */
function sharedConfig({ schema, ...config }: RunConfig, minCell: number): RunConfig {
  const ofPatients = config.config.published === true ? 1 : config.training.minCell;
  return { ...config, ...schema && ofPatients >= minCell && { schema } };
}

/** How long a run was trained, which epoch it kept, and what it spent of a privacy budget. */
function trainingOf({ training }: Run): ReportAbout["training"] {
  const best = training.findLast(({ best }) => best)?.epoch ?? 0;
  const epsilon = training.at(-1)?.epsilon;
  return { epochs: training.length, best_epoch: best, ...epsilon !== undefined && { epsilon } };
}

async function aboutOf(
  { train, heldOut, whole }: RealSplits,
  synthetic: Cohort,
  {
    quick = false,
    seed = 0,
    resamples = 1000,
    minCell = usualMinCell,
    sensitive = [],
    run,
    names = {},
    generationSeed,
    cutOff,
    ruled,
    cuts = [],
  }: EvaluateOptions,
  { differences, seconds }: { differences: NameDifferences; seconds: number },
): Promise<ReportAbout> {
  return {
    ehrloom: version,
    ...ownCommit(),
    created: new Date().toISOString(),
    seed,
    resamples,
    ...[train, heldOut, synthetic].some(isDrawnInGroups) && { resampled_groups: groupCount },
    min_cell: minCell,
    ...quick && { quick },
    ...sensitive.length > 0 && { sensitive },
    real: {
      ...names.real !== undefined && { name: names.real },
      records: whole.records,
      train: train.recordCount,
      test: heldOut.recordCount,
      codes: train.vocabulary.codes.length,
      train_codes: new Set(train.codes).size,
      labels: train.labelNames.length,
      ...whole.isOrderOnly && orderOnly,
      ...cuts.length > 0 && { cuts },
    },
    synthetic: {
      ...names.synthetic !== undefined && { name: names.synthetic },
      records: synthetic.recordCount,
      ...generationSeed !== undefined && { seed: generationSeed },
      ...(cutOff === undefined ? {} : { cut_off: cutOff }),
      ...(ruled === undefined ? {} : { rules: { ...ruled } }),
      ...isOrderOnly(synthetic) && orderOnly,
      ...differences,
    },
    ...(run === undefined ? {} : { run: sharedConfig(run.runConfig, minCell) }),
    fingerprints: {
      cohort: whole.fingerprint,
      ...run !== undefined && { run: await runFingerprint(run) },
    },
    ...run !== undefined && run.training.length > 0 && { training: trainingOf(run) },
    versions: { ...Deno.version, ...backendVersions() },
    seconds,
  };
}

/** The figures of each kind of measure of which some are asked, and distances from the ceiling. */
async function figuresOf(
  cohorts: ScaledCohorts,
  options: EvaluateOptions,
): Promise<
  & { figures: Pick<PartialReport, "fidelity" | "utility" | "privacy" | "subgroups"> }
  & Pick<OnScale<unknown>, "fromCeiling" | "resampled">
> {
  const { only, quick, by, seed, resamples, minCell = usualMinCell, sensitive, run } = options;
  const { workers = threadCount(cohorts), onProgress } = options;
  const how = { quick, seed, resamples, minCell, sensitive, run, onProgress };
  const selection = { only, quick };
  const [fidelity, utility, privacy] = [
    measuresOf("fidelity", selection),
    measuresOf("utility", selection),
    measuresOf("privacy", selection),
  ];
  const { real, others, heldOut, recordsWithoutVisits: records_without_visits } = cohorts;
  const whole = { train: real.cohort, heldOut, synthetic: others[0].cohort };
  const judgements = await judgeScale([...fidelity, ...utility, ...privacy], cohorts, {
    ...how,
    workers,
  });
  const resembling = onScale(fidelity, cohorts, judgements);
  const useful = onScale(utility, cohorts, judgements);
  const disclosing = onScale(privacy, cohorts, judgements);
  return {
    fromCeiling: {
      ...resembling.fromCeiling,
      differences: {
        ...resembling.fromCeiling.differences,
        ...useful.fromCeiling.differences,
      },
    },
    resampled: { ...resembling.resampled, ...useful.resampled, ...disclosing.resampled },
    figures: {
      ...fidelity.length > 0 && { fidelity: { ...resembling.figures, records_without_visits } },
      ...utility.length > 0 && { utility: useful.figures },
      ...privacy.length > 0 && { privacy: disclosing.figures },
      ...by !== undefined && { subgroups: await subgroupsOf(by, fidelity, whole, how) },
    },
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
 * @param real with splits, or {@link realSplits} of it; neither train nor test may be empty
 * @param synthetic its own splits are ignored
 * @throws {RangeError} If one of the cohorts has no visits, or an option is out of range
 * @throws the reason of `signal`, once it is aborted
 */
export async function evaluate(
  real: Cohort | RealSplits,
  synthetic: Cohort,
  options?: EvaluateOptions & { readonly only?: undefined },
): Promise<Report>;
/** The same with the measures in `options.only`. */
export async function evaluate(
  real: Cohort | RealSplits,
  synthetic: Cohort,
  options?: EvaluateOptions,
): Promise<PartialReport>;
export async function evaluate(
  real: Cohort | RealSplits,
  synthetic: Cohort,
  options: EvaluateOptions = {},
): Promise<PartialReport> {
  checkArguments("evaluate", [real, "real"], [synthetic, "cohort"]);
  checkOptions("evaluate", options, optionNames);
  const evaluated = await longWork(
    options,
    () => "Evaluation stopped by you; no figures are kept",
    (watched) => evaluateWithResamples(real, synthetic, { ...options, ...watched }),
  );
  return evaluated.report;
}

/**
 * As {@link evaluate}, with the figures of every resample.
 *
 * @returns also [resamples + 1] of each headline figure, by `measure.path`
 */
export async function evaluateWithResamples(
  real: Cohort | RealSplits,
  synthetic: Cohort,
  options: EvaluateOptions = {},
): Promise<{ report: PartialReport; resampled: Readonly<Record<string, Float64Array>> }> {
  const { only, by, seed = 0, likelihood, onDifference } = options;
  const start = performance.now();
  const problem = only && misnamed(only);
  if (problem !== undefined) throw new RangeError(`Cannot evaluate: "only" names ${problem}`);
  if (options.workers !== undefined) checkThreads(options.workers);
  const splits = "whole" in real ? checkedSplits(real) : await realSplits(real);
  const aligned = alignedCohorts(splits.train, synthetic);
  const { differences, real: train } = aligned;
  for (const line of differencesInWords(differences)) onDifference?.(line);
  if (synthetic.visitCount === 0) {
    throw new RangeError(
      `Cannot evaluate: none of the ${synthetic.recordCount} synthetic records has a visit`,
    );
  }
  if (by !== undefined) checkBy(by, options, train);
  checkNamed(options.sensitive ?? [], options, splits.train);
  const heldOut = alignedLike(splits.heldOut, train);
  const cohorts = scaledCohorts({ train, heldOut, synthetic: aligned.synthetic }, seed);
  const { figures, fromCeiling, resampled } = await figuresOf(cohorts, options);
  const seconds = (performance.now() - start) / 1000;
  const report = {
    about: await aboutOf(splits, synthetic, options, { differences, seconds }),
    ...(likelihood === undefined ? {} : { likelihood }),
    ...figures,
  };
  const summary = summaryOf(report, fromCeiling);
  return { report: { ...report, ...summary && { summary } }, resampled };
}

/**
 * One model of a comparison: it is trained, generates as many records as there are training records and
 * is evaluated.
 *
 * Its folder holds `run/`, `synthetic/`, `report/` and `judgement.json`, which is written last: if it
 * exists, the model is finished. An interrupted training is resumed. With several random seeds, each
 * further one has such a folder in `seeds/SEED/`.
 *
 * @module
 */
import { join } from "node:path";
import { type Cohort, splitOf } from "../cohort/cohort.ts";
import { readMeds } from "../cohort/meds/read.ts";
import { writeMeds } from "../cohort/meds/write.ts";
import { type JudgedModel, toJson } from "../evaluate/comparison.ts";
import { evaluateWithResamples } from "../evaluate/evaluate.ts";
import { likelihoodMetrics, resampledNll } from "../evaluate/likelihood/likelihood.ts";
import { hasLikelihood, testLikelihoods } from "../evaluate/likelihood/run_likelihood.ts";
import type { Likelihood, Scale } from "../evaluate/report.ts";
import { isThere } from "../files/is_there.ts";
import { replaceText } from "../files/output.ts";
import { generate } from "../generate/generate.ts";
import type { LongWorkOptions } from "../long_work.ts";
import { presetFor } from "../models/interface/preset.ts";
import { formOf } from "../models/mod.ts";
import { writeReport } from "../plot/report/report.ts";
import { parameterCount } from "../train/parameter_count.ts";
import { readRun } from "../train/read_run.ts";
import type { Run } from "../train/run_folder.ts";
import { train, type TrainOptions } from "../train/train.ts";
import { askedNames, type FiguresByKind, isWhole, knownNames } from "./judging.ts";
import type { Entry } from "./plan.ts";
import { type KeptJudgement, type Plan, readJudgement } from "./read_comparison.ts";

/** One model's job: where it works, and under which plan. */
export interface Job extends LongWorkOptions {
  readonly entry: Entry;
  /** The model's own folder. */
  readonly folder: string;
  readonly plan: Plan;
  /** Random seed of training and generation; resamples have that of the plan. */
  readonly seed: number;
  /** Kinds and measures that were named, see {@link CompareOptions}. */
  readonly measures?: readonly string[] | undefined;
  /** Name of the real cohort for people. */
  readonly names?: { readonly real?: string } | undefined;
  /** The real records, with splits. */
  readonly cohort: Cohort;
  readonly onStart?: TrainOptions["onStart"];
}

/** The model's run, begun or continued, and the seconds that learning took. */
async function trained(
  { entry, folder, plan, seed, cohort, onStart, onProgress, signal }: Job,
): Promise<{ run: Run; seconds: number }> {
  const path = join(folder, "run");
  const { learningRate, ...training } = plan.training;
  const isDefault = learningRate === presetFor(cohort).learningRate; // which a model may not bear
  const isBegun = await isThere(join(path, "config.json"));
  const began = performance.now();
  const run = await train(cohort, path, {
    ...training,
    ...!isDefault && { learningRate },
    seed,
    model: entry.family,
    settings: entry.settings,
    knowledge: entry.knowledge,
    ...(isBegun ? { resume: true } : { force: true }),
    acceptLoss: true, // the plan has checked it
    onStart,
    onProgress,
    signal,
  });
  const lines = run.training;
  const seconds = lines.length > 0
    ? lines[lines.length - 1].seconds + (run.calibration?.seconds ?? 0)
    : (performance.now() - began) / 1000;
  return { run, seconds };
}

/** The records that a run generates, stored in the model's folder. */
async function written(run: Run, job: Job) {
  const { entry: { name }, folder, seed, cohort, onProgress, signal } = job;
  const began = performance.now();
  const found = await generate(run, {
    count: splitOf(cohort, "train").recordCount,
    seed,
    onProgress,
    signal,
  });
  const seconds = (performance.now() - began) / 1000;
  if (found.cohort.visitCount === 0) {
    throw new RangeError(`Cannot evaluate "${name}": none of its records has a visit`);
  }
  await writeMeds(join(folder, "synthetic"), found.cohort, {
    name: `ehrloom-${name}`,
    force: true,
  });
  return { ...found, seconds };
}

/** The test metrics of a run, and the test loss of each resample; null without likelihood. */
async function testLoss(run: Run, { plan, cohort, onProgress }: Job) {
  if (!hasLikelihood(run, cohort)) return { likelihood: null, nll: null };
  const { perRecord, cells, ...about } = await testLikelihoods(run, cohort, { onProgress });
  const how = { seed: plan.training.seed, resamples: plan.resamples };
  return {
    likelihood: likelihoodMetrics(perRecord, cells, { ...how, ...about }),
    nll: [...resampledNll(perRecord, how)],
  };
}

/** Plain numbers of each series, as JSON has them. */
function listed(resampled: Readonly<Record<string, Float64Array>>): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(resampled).map(([name, figures]) => [name, [...figures]]),
  );
}

/** What a model's report shows. */
interface Shown {
  readonly run: Run;
  readonly synthetic: Cohort;
  readonly likelihood: Likelihood | null;
  readonly cutOff: number;
}

/** Figures of the synthetic records alone. */
function withoutScale<F extends Scale<unknown>>(
  figures: F | undefined,
): Partial<Omit<F, keyof Scale<unknown>>> {
  if (figures === undefined) return {};
  const { ceiling: _, floor: __, memoriser: ___, ...own } = figures;
  return own;
}

/**
 * Evaluates a model's records and writes its report; the figures, and those of every resample.
 *
 * @param known figures that the report must show again
 */
async function reported(
  job: Job,
  { run, synthetic, likelihood, cutOff }: Shown,
  known: FiguresByKind = {},
) {
  const { folder, plan, seed, cohort, measures, names, onProgress } = job;
  const { report, resampled } = await evaluateWithResamples(cohort, synthetic, {
    only: [...askedNames(measures), ...knownNames(known)],
    quick: measures === undefined,
    seed: plan.training.seed,
    resamples: plan.resamples,
    minCell: plan.training.minCell,
    likelihood: likelihood ?? undefined,
    run,
    names,
    generationSeed: seed,
    cutOff,
    onProgress,
  });
  await writeReport(join(folder, "report"), report, {
    real: splitOf(cohort, "train"),
    synthetic,
    heldOut: splitOf(cohort, "test"),
    training: run.training,
    force: true,
  });
  const { records_without_visits = 0, ...fidelity } = withoutScale(report.fidelity);
  if (!isWhole(fidelity)) throw new Error(`The report of "${folder}" lacks a measure`);
  const [utility, privacy] = [withoutScale(report.utility), withoutScale(report.privacy)];
  return { fidelity, utility, privacy, records_without_visits, resampled };
}

/** Trains, generates and evaluates. */
async function judgedModel(job: Job): Promise<JudgedModel> {
  const { entry: { name, family } } = job;
  const { run, seconds } = await trained(job);
  const made = await written(run, job);
  const { likelihood, nll } = await testLoss(run, job);
  const { resampled, ...figures } = await reported(job, {
    run,
    synthetic: made.cohort,
    likelihood,
    cutOff: made.cutOff,
  });
  return {
    model: name,
    form: formOf(family, run.runConfig.config),
    config: run.runConfig.config,
    ...run.runConfig.sources && { sources: run.runConfig.sources },
    ...run.runConfig.coverage && { coverage: run.runConfig.coverage },
    parameters: parameterCount(run),
    epochs: run.training.length,
    best_epoch: run.training.findLast(({ best }) => best)?.epoch ?? 0,
    training_seconds: seconds,
    generation_seconds: made.seconds,
    records_cut_off: made.cutOff,
    likelihood,
    ...figures,
    resampled: { figures: listed(resampled), nll },
  };
}

/**
 * Evaluates a model that was judged before reports were there, or before a measure was, and writes its
 * report.
 */
async function reportedAgain(job: Job, judged: KeptJudgement, synthetic: Cohort) {
  const run = await readRun(join(job.folder, "run"));
  const { likelihood, records_cut_off: cutOff } = judged;
  return await reported(job, { run, synthetic, likelihood, cutOff }, judged);
}

/** A stored judgement, with the figures of measures that were added since. */
function completed(
  kept: KeptJudgement,
  { fidelity, utility, privacy, resampled }: Awaited<ReturnType<typeof reported>>,
): JudgedModel {
  const known = knownNames(kept).map((name) => name.split(".")[1]); // "kind.measure"
  const added = Object.entries(resampled)
    .filter(([name]) => !known.includes(name.split(".")[0])); // "measure.path"
  const figures = { ...kept.resampled.figures, ...listed(Object.fromEntries(added)) };
  return {
    ...kept,
    fidelity: { ...fidelity, ...kept.fidelity },
    utility: { ...utility, ...kept.utility },
    privacy: { ...privacy, ...kept.privacy },
    resampled: { ...kept.resampled, figures },
  };
}

/**
 * A model's judgement and the records that it generated. What is finished is kept; a judgement that is
 * older than a measure is completed by that measure.
 */
export async function oneModel(job: Job): Promise<{ judged: JudgedModel; synthetic: Cohort }> {
  const { entry: { name }, folder, plan, measures } = job;
  const path = join(folder, "judgement.json");
  const kept = await readJudgement(path, name, plan.resamples);
  if (kept === undefined) {
    const judged = await judgedModel(job);
    await replaceText(path, toJson(judged));
    return { judged, synthetic: await readMeds(join(folder, "synthetic")) };
  }
  const synthetic = await readMeds(join(folder, "synthetic"));
  const known = knownNames(kept);
  if (isWhole(kept.fidelity) && askedNames(measures).every((name) => known.includes(name))) {
    if (!await isThere(join(folder, "report", "report.json"))) {
      await reportedAgain(job, kept, synthetic);
    }
    return { judged: { ...kept, fidelity: kept.fidelity }, synthetic };
  }
  const judged = completed(kept, await reportedAgain(job, kept, synthetic));
  await replaceText(path, toJson(judged));
  return { judged, synthetic };
}

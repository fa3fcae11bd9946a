/**
 * The likelihood-ratio attack on membership, LiRA (Carlini et al. 2022): is a record's log-probability
 * under a model rather that under models which have learned the record, or under others? How it is
 * under these is seen from shadow models. The strongest known attack for whoever can train models like
 * the one under attack; it takes as many trainings, so no report includes it; `deno task lira` does it.
 *
 * @module
 */
import { type Cohort, splitNames, subset } from "../../../cohort/cohort.ts";
import { useDefaultBackend } from "../../../nn/backend.ts";
import type { Run } from "../../../train/run_folder.ts";
import { modelOf } from "../../../train/run_folder.ts";
import { rankedCases } from "../../classification/ranked_cases.ts";
import { likelihoodsOf } from "../../likelihood/record_likelihoods.ts";
import type { LeftOut } from "../../not_measured.ts";
import { ratesLeftOut } from "../low_rates.ts";
import { readable } from "../membership_by_likelihood.ts";
import { type AttackFigures, attackFigures } from "./attack_figures.ts";
import { checkAttacked } from "./lira_plan.ts";
import { shadowModels, type ShadowOptions } from "./shadow_models.ts";

/** How to attack by shadow models. */
export interface LiraOptions extends ShadowOptions {
  /**
   * The run under attack, trained on the train split of the cohort; default: the first shadow model,
   * which is then attacked by all but its own pair.
   */
  readonly run?: Run | undefined;
}

/** What the attack finds out. */
export interface Lira {
  /** Shadow models by which records are judged. */
  shadows: number;
  /** Records in training. */
  members: number;
  /** Other records. */
  non_members: number;
  /** With models that have learned the record, and models that have not. */
  online: AttackFigures;
  /** With models that have not learned the record: they can be trained before it is known. */
  offline: AttackFigures;
  /** What is not there, and why. */
  left_out: LeftOut[];
}

/** Shadow models from which on each record has variances of its own (Carlini et al. 2022). */
const manyShadows = 64;

const [trainSplit, validationSplit] = splitNames.keys();

/** [records] Nats per row under a run. */
async function scoresUnder(run: Run, scored: Cohort): Promise<Float64Array> {
  const model = modelOf(run.runConfig);
  if (model.likelihoods === undefined) {
    throw new RangeError(`Cannot attack "${model.family}": it gives records no likelihood`);
  }
  if (!("learn" in model)) await useDefaultBackend();
  const found = await likelihoodsOf(model, run, scored);
  return Float64Array.from(found, ({ logProbability, visits }) => logProbability / visits);
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}

/** Sum of squared deviations from the mean. */
function spread(numbers: readonly number[]): number {
  const middle = mean(numbers);
  return numbers.reduce((sum, each) => sum + (each - middle) ** 2, 0);
}

/** A variance above 0, from sums of squares and degrees of freedom. */
function variance(squares: number, freedom: number): number {
  return Math.max(squares / freedom, 1e-12);
}

/** [records][] The scores of a record under some of the shadow models. */
type ByRecord = readonly (readonly number[])[];

/** [records] The variance of each record's scores; over all records where there are few models. */
function variancesOf(scores: ByRecord, isOwn: boolean): number[] {
  if (isOwn) return scores.map((own) => variance(spread(own), own.length - 1));
  const squares = scores.reduce((sum, own) => sum + spread(own), 0);
  const freedom = scores.reduce((sum, own) => sum + own.length - 1, 0);
  return scores.map(() => variance(squares, freedom));
}

/** Log density of a normal distribution, without its constant. */
function logNormal(x: number, middle: number, of: number): number {
  return -((x - middle) ** 2) / (2 * of) - Math.log(of) / 2;
}

/**
 * The two scores of each record, higher for likelier members.
 *
 * @param target [records] under the model under attack
 * @param within [records] under shadow models that have learned the record; at least two of each
 * @param without [records] under the others; at least two of each
 */
export function liraScores(
  target: ArrayLike<number>,
  within: ByRecord,
  without: ByRecord,
): { online: Float64Array; offline: Float64Array } {
  const isOwn = within.every((own) => own.length * 2 >= manyShadows);
  const [inVariances, outVariances] = [within, without].map((each) => variancesOf(each, isOwn));
  const [inMeans, outMeans] = [within, without].map((each) => each.map(mean));
  const online = Float64Array.from(
    target,
    (x, i) => logNormal(x, inMeans[i], inVariances[i]) - logNormal(x, outMeans[i], outVariances[i]),
  );
  const offline = Float64Array.from(
    target,
    (x, i) => (x - outMeans[i]) / Math.sqrt(outVariances[i]),
  );
  return { online, offline };
}

/**
 * Attacks a run by shadow models: LiRA, online and offline.
 *
 * Takes as long as training so many models. It can be interrupted: what is trained stays in the folder.
 *
 * @example A chain that has its training records by heart
 * ```ts
 * import { lira, subset, syntheaSample } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const records = Array.from({ length: 120 }, (_, record) => record);
 * const cohort = subset(await syntheaSample(), records);
 * const folder = await Deno.makeTempDir();
 * const training = { model: "markov", settings: { smoothing: 0.001 } };
 * const { online } = await lira(cohort, folder, { shadows: 6, training });
 * assertEquals(online.auc.low > 0.5, true);
 * ```
 *
 * @param cohort with splits; shadow models are trained on halves of its train and test records
 * @param folder of the shadow models, see {@link shadowModels}
 * @throws {RangeError} If the run was trained on another cohort, gives no likelihood, or there are
 *   fewer than four shadow models beside it
 */
export async function lira(
  cohort: Cohort,
  folder: string,
  options: LiraOptions = {},
): Promise<Lira> {
  const { run, shadows = 16 } = options;
  if (run === undefined && shadows < 6) {
    throw new RangeError(`Cannot attack one of ${shadows} shadow models: at least 6 are needed`);
  }
  if (run !== undefined) await checkAttacked(run, cohort);
  const all = await shadowModels(cohort, folder, options);
  const target = run === undefined ? all[0] : {
    run,
    isIn: Uint8Array.from(cohort.splits ?? [], (split) => Number(split === trainSplit)),
  };
  const others = run === undefined ? all.slice(2) : all;
  const records = [...cohort.subjectIds.keys()]
    .filter((record) => cohort.splits?.[record] !== validationSplit);
  const scored = readable(modelOf(target.run.runConfig), subset(cohort, records));
  const places = new Map(cohort.subjectIds.entries().map(([record, subject]) => [subject, record]));
  const placeOf = (subject: bigint) => places.get(subject) ?? 0;
  const own = await scoresUnder(target.run, scored);
  const within: number[][] = Array.from(own, () => []);
  const without: number[][] = Array.from(own, () => []);
  for (const [done, { run: shadow, isIn }] of others.entries()) {
    const stage = "reading records with shadow models";
    options.onProgress?.({ stage, done, total: others.length });
    for (const [i, score] of (await scoresUnder(shadow, scored)).entries()) {
      (isIn[placeOf(scored.subjectIds[i])] === 1 ? within : without)[i].push(score);
    }
  }
  const isMember = Uint8Array.from(own, (_, i) => target.isIn[placeOf(scored.subjectIds[i])]);
  const { online, offline } = liraScores(own, within, without);
  const members = isMember.reduce((sum, each) => sum + each, 0);
  return {
    shadows: others.length,
    members,
    non_members: isMember.length - members,
    online: attackFigures(rankedCases(online, isMember)),
    offline: attackFigures(rankedCases(offline, isMember)),
    left_out: ratesLeftOut(isMember.length - members),
  };
}

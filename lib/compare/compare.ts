/**
 * Models side by side on one cohort: each is trained, generates as many records as there are training
 * records and is evaluated, all with the same training options, random seed and resamples of the real
 * records.
 *
 * The folder holds `plan.json` (what was asked for), `ceiling.json` and, for each model,
 * `models/NAME/`, see one_model.ts. Further random seeds are not part of the plan: as models can, they
 * can be added to a folder later.
 *
 * @module
 */
import { join } from "node:path";
import { checkArguments, checkOptions } from "../arguments.ts";
import { type Cohort, splitOf } from "../cohort/cohort.ts";
import { fingerprint } from "../cohort/fingerprint.ts";
import { checkResamples } from "../evaluate/bootstrap.ts";
import {
  allDifferencesOf,
  type ComparedModel,
  type Comparison,
  differencesOf,
  type JudgedModel,
  toJson,
} from "../evaluate/comparison.ts";
import { checkReal } from "../evaluate/real_splits.ts";
import type { FidelityFigures } from "../evaluate/fidelity/mod.ts";
import type { CohortFigures } from "../evaluate/key_figures.ts";
import { misnamed } from "../evaluate/measures.ts";
import type { Scale } from "../evaluate/report.ts";
import { spreadsOf } from "../evaluate/seed_spread.ts";
import { useCaseRankings } from "../evaluate/use_case_scores.ts";
import { type UseCases, weighedUseCases } from "../evaluate/use_cases.ts";
import { withoutEmptyRecords } from "../evaluate/without_empty_records.ts";
import { growFolder, type GrowingFolder, grownFolder } from "../files/growing_folder.ts";
import { isThere } from "../files/is_there.ts";
import { claimed, replaceText } from "../files/output.ts";
import { backendVersions } from "../nn/backend.ts";
import { type Compared, writeComparison } from "../plot/comparison/comparison.ts";
import { type LongWork, longWork } from "../long_work.ts";
import type { OnProgress } from "../progress.ts";
import { checkTraining, givenTraining, trainingFor } from "../train/options.ts";
import { checkSplits } from "../train/train.ts";
import { ownCommit } from "../commit.ts";
import { version } from "../version.ts";
import { isWhole, judgementOf, missingMeasures } from "./judging.ts";
import { oneModel } from "./one_model.ts";
import { type ComparedPart, takeParts } from "./parts.ts";
import {
  checkBegun,
  compareOptionNames,
  type CompareOptions,
  entriesOf,
  type Entry,
  isBegunWith,
  modelFolder,
  seedsOf,
} from "./plan.ts";
import { type Plan, readCeiling, readPlan } from "./read_comparison.ts";
import { readScale } from "./read_scale.ts";

/** What a comparison compares, and under which plan. */
interface Contest {
  readonly cohort: Cohort;
  readonly plan: Plan;
  /** Random seeds of training and generation; the first is the plan's. */
  readonly seeds: readonly number[];
  readonly entries: readonly Entry[];
  readonly measures: CompareOptions["measures"];
  readonly useCases: UseCases;
  readonly png: CompareOptions["png"];
  readonly names: CompareOptions["names"];
  readonly parts: CompareOptions["parts"];
  readonly onStart?: CompareOptions["onStart"];
  readonly watched: LongWork;
}

/**
 * Held-out records against training records, on the same resamples of these. Figures stored earlier are
 * completed by measures that were added since, and stored again.
 */
async function ceilingOf(
  { cohort, plan, watched: { onProgress } }: Contest,
  path: string,
): Promise<FidelityFigures> {
  const known = await readCeiling(path) ?? {};
  if (isWhole(known)) return known;
  const { figures } = await judgementOf(
    missingMeasures(known),
    { role: "held_out", cohort: withoutEmptyRecords(splitOf(cohort, "test")) },
    { plan, cohort, onProgress: prefixed("ceiling", onProgress) },
  );
  const ceiling = { ...known, ...figures };
  await replaceText(path, toJson(ceiling));
  return ceiling;
}

function prefixed(name: string, onProgress: OnProgress): OnProgress {
  return (progress) => onProgress({ ...progress, stage: `${name}: ${progress.stage}` });
}

/** The part of an evaluated model that the table shows. */
function withoutResamples({ resampled: _, ...compared }: JudgedModel): ComparedModel {
  return compared;
}

/**
 * Trains models on a cohort, generates as many records with each as there are training records, and
 * evaluates them on the same resamples of the real records. Writes `comparison.html`,
 * `comparison.json`, `figures/` and each model's run and synthetic records into the folder.
 *
 * An interrupted comparison continues where it stopped: finished models are kept, and an interrupted
 * training is resumed. So models can be added later: call it again with more models.
 *
 * @param cohort with splits, none of them empty; the backend must have been chosen
 * @param folder of the comparison; may hold one to be continued
 * @example
 * ```ts
 * import { compare, differenceFrame, syntheaSample, useBackend } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * await useBackend("wasm");
 * const folder = await Deno.makeTempDir();
 * const { comparison } = await compare(await syntheaSample(), `${folder}/comparison`, {
 *   models: ["markov", "independent"],
 *   resamples: 10,
 * });
 * const figures = differenceFrame(comparison).getColumn("figure").toArray();
 * assertEquals(figures[0], "unigram_r2");
 * ```
 *
 * @throws {RangeError} If a model or a setting is unknown, an option out of range, the cohort does
 * not fit or is too long for a model and `acceptLoss` is not set, or the folder was started with
 * other options
 * @throws the reason of `signal`, once it is aborted
 * @throws {Deno.errors.AlreadyExists} If the folder holds something else and `force` is not set
 */
export async function compare(
  cohort: Cohort,
  folder: string,
  options: CompareOptions,
): Promise<Compared> {
  const contest = await contestOf("compare", cohort, folder, options);
  return await judgedIn(folder, options, contest, judgedAll);
}

/**
 * One model of a comparison with one of its random seeds, in a folder of its own, for one of several
 * processes. `compare` with the same options, and `parts` set to the folder that holds these folders,
 * makes the comparison of them: the same as without parts, but for the seconds in it.
 *
 * @param cohort as for {@link compare}
 * @param folder of the part; may hold one to be continued
 * @param which the model and the seed
 * @example A comparison of two parts
 * ```ts
 * import { compare, comparePart, syntheaSample, useBackend } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * await useBackend("wasm");
 * const folder = await Deno.makeTempDir();
 * const [cohort, options] = [await syntheaSample(), { models: ["markov", "independent"], resamples: 0 }];
 * for (const model of options.models) {
 *   await comparePart(cohort, `${folder}/parts/${model}`, { model }, options);
 * }
 * const { comparison } = await compare(cohort, `${folder}/comparison`, {
 *   ...options,
 *   parts: `${folder}/parts`,
 * });
 * assertEquals(comparison.models.map(({ model }) => model), options.models);
 * ```
 *
 * @param options those of the whole comparison
 * @throws {RangeError} If the comparison has no such model or seed, and what {@link compare} throws
 */
export async function comparePart(
  cohort: Cohort,
  folder: string,
  which: ComparedPart,
  options: CompareOptions,
): Promise<void> {
  const contest = await contestOf("comparePart", cohort, folder, options);
  const { entries, seeds } = contest;
  const { model, seed = seeds[0] } = which;
  const entry = entries.find(({ name }) => name === model);
  if (entry === undefined) {
    const known = entries.map(({ name }) => name).join(", ");
    throw new RangeError(`Cannot compare part "${model}": the models are ${known}`);
  }
  if (!seeds.includes(seed)) {
    throw new RangeError(
      `Cannot compare part "${model}" with seed ${seed}: the seeds are ${seeds.join(", ")}`,
    );
  }
  await judgedIn(
    folder,
    options,
    contest,
    (watched, growing) => judgedWith(watched, { entry, seed, folder: growing }),
  );
}

/** What the options ask for, checked. */
async function contestOf(
  caller: string,
  cohort: Cohort,
  folder: string,
  options: CompareOptions,
): Promise<Omit<Contest, "watched">> {
  checkArguments(caller, [cohort, "cohort"], [folder, "folder"], [options, "options"]);
  checkOptions(caller, options, compareOptionNames);
  const { resamples = 1000, force = false, measures, png, names, parts, onStart } = options;
  const problem = measures && misnamed(measures);
  if (problem !== undefined) throw new RangeError(`Cannot compare: "measures" names ${problem}`);
  const useCases = weighedUseCases(options.weights);
  const begun = force ? undefined : await readPlan(join(folder, "plan.json"));
  const otherwise = begun === undefined ? trainingFor(cohort, options) : begun.training;
  const seeds = seedsOf(options, otherwise.seed);
  const training = { ...otherwise, ...givenTraining(options), seed: seeds[0] };
  for (const seed of seeds) checkTraining({ ...training, seed });
  checkSplits(cohort);
  checkResamples(resamples, cohort.labelNames.length);
  const entries = entriesOf(options, cohort, training);
  checkReal(cohort);
  const plan: Plan = { cohort: await fingerprint(cohort), training, resamples };
  return { cohort, plan, seeds, entries, measures, useCases, png, names, parts, onStart };
}

/** Runs the long work of a comparison. */
function watchedWork<T>(
  options: CompareOptions,
  work: (watched: LongWork) => Promise<T>,
): Promise<T> {
  const again = `call compare again${options.force ? " without force" : ""} to continue`;
  return longWork(options, () => `Comparison stopped by you; ${again}`, work);
}

/** Judges models of a contest in a folder, until a signal stops it. */
async function judgedIn<T>(
  folder: string,
  options: CompareOptions,
  contest: Omit<Contest, "watched">,
  judge: (contest: Contest, growing: GrowingFolder) => Promise<T>,
): Promise<T> {
  return await watchedWork(
    options,
    (watched) =>
      inComparison(
        folder,
        options,
        contest,
        (growing) => judge({ ...contest, watched }, growing),
      ),
  );
}

/** Works in the folder of a comparison, which is continued unless `force` is set. */
async function inComparison<T>(
  folder: string,
  { force = false }: CompareOptions,
  { plan, entries, seeds }: Pick<Contest, "plan" | "entries" | "seeds">,
  work: (folder: GrowingFolder) => Promise<T>,
): Promise<T> {
  const advice = "pass force: true to start over";
  return await claimed(folder, { force, goesOn: !force }, async (place) => {
    if (!force && await isBegunWith(place, plan, advice)) {
      for (const entry of entries) {
        for (const [i, seed] of seeds.entries()) {
          await checkBegun(place, entry, advice, i === 0 ? undefined : seed);
        }
      }
      return await work(grownFolder(place));
    }
    const done: T[] = [];
    await growFolder(place, {
      async begin(begun) {
        await Deno.mkdir(begun);
        await replaceText(join(begun, "plan.json"), toJson(plan));
      },
      async run(growing) {
        done.push(await work(growing));
      },
      isWorthKeeping: (begun) => isThere(join(begun, "models")),
    });
    return done[0];
  });
}

/** A model's figures with each random seed, by name. */
function figuresBySeed({ likelihood, resampled }: JudgedModel): Record<string, number | null> {
  const headlines = Object.entries(resampled.figures).map(([name, [figure]]) => [name, figure]);
  return { nll_per_visit: likelihood?.nll_per_visit ?? null, ...Object.fromEntries(headlines) };
}

/** A model with one of the random seeds. */
async function judgedWith(
  { cohort, plan, seeds, measures, names, onStart, watched: { onProgress, signal } }: Contest,
  { entry, seed, folder }: {
    readonly entry: Entry;
    readonly seed: number;
    readonly folder: GrowingFolder;
  },
): Promise<{ judged: JudgedModel; synthetic: Cohort }> {
  const isFirst = seed === seeds[0];
  const path = modelFolder(folder.path, entry, isFirst ? undefined : seed);
  const stage = isFirst ? entry.name : `${entry.name}, seed ${seed}`;
  const job = { entry, folder: path, plan, measures, names, seed, cohort, onStart, signal };
  const found = await oneModel({ ...job, onProgress: prefixed(stage, onProgress) });
  await folder.shown();
  return found;
}

/** A model with every random seed: its judgement with the first one, and the spread over all. */
async function withAllSeeds(
  contest: Contest,
  entry: Entry,
  folder: GrowingFolder,
): Promise<{ judged: JudgedModel; synthetic: Cohort }> {
  const [first, ...others] = contest.seeds;
  const { judged, synthetic } = await judgedWith(contest, { entry, seed: first, folder });
  if (others.length === 0) return { judged, synthetic };
  const figures = [figuresBySeed(judged)];
  for (const seed of others) {
    const found = await judgedWith(contest, { entry, seed, folder });
    figures.push(figuresBySeed(found.judged));
  }
  return { judged: { ...judged, spread: spreadsOf(contest.seeds, figures) }, synthetic };
}

/** Evaluates all models that are not finished, and writes the table and the page. */
async function judgedAll(contest: Contest, folder: GrowingFolder): Promise<Compared> {
  const { cohort, entries, png, parts } = contest;
  if (parts !== undefined) await takeParts(parts, folder.path, contest);
  const ceiling = await ceilingOf(contest, join(folder.path, "ceiling.json"));
  const found: JudgedModel[] = [];
  const synthetic = new Map<string, Cohort>();
  for (const entry of entries) {
    const { judged, synthetic: written } = await withAllSeeds(contest, entry, folder);
    found.push(judged);
    synthetic.set(entry.name, written);
  }
  const { ceiling: { utility, privacy }, ...rest } = await readScale(
    modelFolder(folder.path, entries[0]),
  );
  const scale = { ceiling: { fidelity: ceiling, utility, privacy }, ...rest };
  const comparison = comparisonOf(contest, scale, found);
  const compared = { comparison, real: splitOf(cohort, "train"), synthetic };
  await writeComparison(folder.path, compared, { png });
  return compared;
}

/** The scale on which all models stand. */
interface WholeScale extends Scale<CohortFigures> {
  readonly ceiling: CohortFigures & { readonly fidelity: FidelityFigures };
}

function comparisonOf(
  { cohort, plan: { training, resamples }, names, useCases }: Contest,
  scale: WholeScale,
  found: readonly JudgedModel[],
): Comparison {
  const { train: real, heldOut } = checkReal(cohort);
  return {
    about: {
      ehrloom: version,
      ...ownCommit(),
      created: new Date().toISOString(),
      seed: training.seed,
      resamples,
      min_cell: training.minCell,
      training,
      real: {
        ...names?.real !== undefined && { name: names.real },
        records: cohort.recordCount,
        train: real.recordCount,
        test: heldOut.recordCount,
        codes: cohort.vocabulary.codes.length,
        labels: cohort.labelNames.length,
      },
      versions: { ...Deno.version, ...backendVersions() },
    },
    ceiling: scale.ceiling.fidelity,
    scale,
    models: found.map(withoutResamples),
    differences: differencesOf(found),
    pairs: allDifferencesOf(found),
    use_cases: useCaseRankings(useCases, { models: found, scale, resamples }),
  };
}

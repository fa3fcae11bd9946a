/**
 * Models side by side on one cohort: each is trained, generates as many records as there are training
 * records and is evaluated, all with the same training options, random seed and resamples of the real
 * records.
 *
 * The folder holds `plan.json` (what was asked for), `ceiling.json` and, for each model,
 * `models/NAME/`, see one_model.ts.
 *
 * @module
 */
import { join } from "node:path";
import { type Cohort, splitOf } from "../cohort/cohort.ts";
import { fingerprint } from "../cohort/fingerprint.ts";
import { checkResamples } from "../evaluate/bootstrap.ts";
import {
  type ComparedModel,
  type Comparison,
  differencesOf,
  type JudgedModel,
  toJson,
} from "../evaluate/comparison.ts";
import { checkReal } from "../evaluate/evaluate.ts";
import type { FidelityFigures } from "../evaluate/fidelity/mod.ts";
import { withoutEmptyRecords } from "../evaluate/without_empty_records.ts";
import { growFolder, type GrowingFolder, grownFolder } from "../files/growing_folder.ts";
import { isThere } from "../files/is_there.ts";
import { claimed, replaceText } from "../files/output.ts";
import { backendVersions } from "../nn/backend.ts";
import { type Compared, writeComparison } from "../plot/comparison/comparison.ts";
import type { OnProgress } from "../progress.ts";
import { checkTraining, givenTraining, trainingDefaults } from "../train/options.ts";
import { checkSplits } from "../train/train.ts";
import { version } from "../version.ts";
import { isWhole, judgementOf, missingMeasures } from "./judging.ts";
import { oneModel } from "./one_model.ts";
import { checkBegun, type CompareOptions, entriesOf, type Entry, isBegunWith } from "./plan.ts";
import { type Plan, readCeiling } from "./read_comparison.ts";

/** What a comparison compares, and under which plan. */
interface Contest {
  readonly cohort: Cohort;
  readonly plan: Plan;
  readonly entries: readonly Entry[];
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Held-out records against training records, on the same resamples of these. Figures stored earlier are
 * completed by measures that were added since, and stored again.
 */
async function ceilingOf(
  { cohort, plan, onProgress }: Contest,
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

function prefixed(name: string, onProgress?: OnProgress): OnProgress | undefined {
  return onProgress &&
    ((progress) => onProgress({ ...progress, stage: `${name}: ${progress.stage}` }));
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
 * not fit, or the folder was started with other options
 * @throws {Deno.errors.AlreadyExists} If the folder holds something else and `force` is not set
 */
export async function compare(
  cohort: Cohort,
  folder: string,
  options: CompareOptions,
): Promise<Compared> {
  const { resamples = 1000, force = false, onProgress } = options;
  const training = { ...trainingDefaults, ...givenTraining(options) };
  checkTraining(training);
  checkSplits(cohort);
  checkResamples(resamples, cohort.labelNames.length);
  const entries = entriesOf(options, cohort, training);
  checkReal(cohort);
  const plan: Plan = { cohort: await fingerprint(cohort), training, resamples };
  const contest: Contest = { cohort, plan, entries, onProgress };
  return await claimed(folder, { force, goesOn: !force }, async (place) => {
    if (!force && await isBegunWith(place, plan)) {
      for (const entry of entries) await checkBegun(place, entry);
      return await judgedAll(contest, grownFolder(place));
    }
    const compared: Compared[] = [];
    await growFolder(place, {
      async begin(begun) {
        await Deno.mkdir(begun);
        await replaceText(join(begun, "plan.json"), toJson(plan));
      },
      async run(growing) {
        compared.push(await judgedAll(contest, growing));
      },
      isWorthKeeping: (begun) => isThere(join(begun, "models")),
    });
    return compared[0];
  });
}

/** Evaluates all models that are not finished, and writes the table and the page. */
async function judgedAll(contest: Contest, folder: GrowingFolder): Promise<Compared> {
  const { cohort, plan, entries, onProgress } = contest;
  const ceiling = await ceilingOf(contest, join(folder.path, "ceiling.json"));
  const found: JudgedModel[] = [];
  const synthetic = new Map<string, Cohort>();
  for (const entry of entries) {
    const { name } = entry;
    const own = join(folder.path, "models", name);
    const job = { entry, folder: own, plan, cohort, onProgress: prefixed(name, onProgress) };
    const { judged, synthetic: written } = await oneModel(job);
    found.push(judged);
    synthetic.set(name, written);
    await folder.shown();
  }
  const comparison = comparisonOf(contest, ceiling, found);
  const compared = { comparison, real: splitOf(cohort, "train"), synthetic };
  await writeComparison(folder.path, compared);
  return compared;
}

function comparisonOf(
  { cohort, plan: { training, resamples } }: Contest,
  ceiling: FidelityFigures,
  found: readonly JudgedModel[],
): Comparison {
  const { train: real, heldOut } = checkReal(cohort);
  return {
    about: {
      ehrloom: version,
      created: new Date().toISOString(),
      seed: training.seed,
      resamples,
      min_cell: training.minCell,
      training,
      real: {
        records: cohort.recordCount,
        train: real.recordCount,
        test: heldOut.recordCount,
        codes: cohort.vocabulary.codes.length,
        labels: cohort.labelNames.length,
      },
      versions: { ...Deno.version, ...backendVersions() },
    },
    ceiling,
    models: found.map(withoutResamples),
    differences: differencesOf(found),
  };
}

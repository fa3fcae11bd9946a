/**
 * Shadow models: trained as the model under attack is, each on a random half of the same records, so
 * that an attacker sees how records look to models that have learned them and to others.
 *
 * @module
 */
import { join } from "node:path";
import { type Cohort, cohort as cohortFrom, splitNames } from "../../../cohort/cohort.ts";
import { isThere } from "../../../files/is_there.ts";
import { longWork, type LongWorkOptions } from "../../../long_work.ts";
import { stream } from "../../../random.ts";
import { train, type TrainOptions } from "../../../train/train.ts";
import type { Run } from "../../../train/run_folder.ts";

/** A shadow model and whom it was trained on. */
export interface Shadow {
  /** Its run. */
  readonly run: Run;
  /** [records of the cohort] 1 for those in its training split. */
  readonly isIn: Uint8Array;
}

/** How to train shadow models. */
export interface ShadowOptions extends LongWorkOptions {
  /** How many; an even number, default 16. Carlini et al. (2022) use 16 to 256. */
  readonly shadows?: number | undefined;
  /** How each is trained; its seed is that of the first one, and the next ones count on from it. */
  readonly training?: Omit<TrainOptions, "resume" | "force"> | undefined;
  /** Random seed of the halves; default 0. */
  readonly seed?: number | undefined;
}

const [trainSplit, validationSplit, testSplit] = splitNames.keys();

/**
 * The records of a half, and then of the other one: shadow models come in pairs, so that each record is
 * in half of them.
 */
function halfOf({ splits, recordCount }: Cohort, shadow: number, seed: number): Uint8Array {
  const all = Uint32Array.from({ length: recordCount }, (_, record) => record)
    .filter((record) => splits?.[record] !== validationSplit);
  const order = stream("shadows", seed, shadow >> 1).shuffle(all);
  const middle = all.length >> 1;
  const isIn = new Uint8Array(recordCount);
  for (const record of shadow % 2 === 0 ? order.subarray(0, middle) : order.subarray(middle)) {
    isIn[record] = 1;
  }
  return isIn;
}

/** The same records with a half of them, without validation records, as training split. */
function trainedOn(source: Cohort, isIn: Uint8Array): Cohort {
  const splits = Uint8Array.from(
    isIn,
    (own, record) =>
      source.splits?.[record] === validationSplit
        ? validationSplit
        : own === 1
        ? trainSplit
        : testSplit,
  );
  return cohortFrom({ ...source, splits });
}

/**
 * Trains one shadow model in a run folder; one that is there is read, or continued if it is unfinished.
 *
 * @param cohort with splits, as for {@link shadowModels}
 * @param folder of the run
 * @param shadow its number, from 0
 */
export async function shadowModel(
  cohort: Cohort,
  folder: string,
  shadow: number,
  { training = {}, seed = 0, signal, onProgress }: Omit<ShadowOptions, "shadows"> = {},
): Promise<Shadow> {
  const isIn = halfOf(cohort, shadow, seed);
  const run = await train(trainedOn(cohort, isIn), folder, {
    ...training,
    seed: (training.seed ?? 1) + shadow,
    resume: await isThere(folder),
    signal,
    onProgress,
  });
  return { run, isIn };
}

/** Checks a number of shadow models: they come in pairs. */
function checkShadows(shadows: number): void {
  if (Number.isSafeInteger(shadows) && shadows >= 4 && shadows % 2 === 0) return;
  throw new RangeError(
    `Cannot train ${shadows} shadow models: must be an even number, at least 4`,
  );
}

/**
 * Trains shadow models, one run folder each, in `folder/1`, `folder/2`, …; those that are there are
 * read, and an interrupted one is continued. More can be added later by a larger number.
 *
 * @param cohort with splits; train and test records are divided, validation records stay what they are
 * @throws {RangeError} If the number is not even or below 4, or what `train` throws
 */
export async function shadowModels(
  cohort: Cohort,
  folder: string,
  { shadows = 16, ...options }: ShadowOptions = {},
): Promise<Shadow[]> {
  checkShadows(shadows);
  const { signal, onProgress, ...how } = options;
  return await longWork(
    { signal, onProgress },
    () => "Shadow models stopped by you; those that are trained are kept",
    async ({ onProgress, signal }) => {
      const found: Shadow[] = [];
      await Deno.mkdir(folder, { recursive: true });
      const tell = (done: number) =>
        onProgress({ stage: "training shadow models", done, total: shadows });
      for (let shadow = 0; shadow < shadows; shadow++) {
        const watched = { signal, onProgress: () => tell(shadow) };
        found.push(
          await shadowModel(cohort, join(folder, String(shadow + 1)), shadow, {
            ...how,
            ...watched,
          }),
        );
        tell(shadow + 1);
      }
      return found;
    },
  );
}

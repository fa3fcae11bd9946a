/**
 * An attack by shadow models in parts: one shadow model each, in a folder of its own, so that several
 * processes can share the work.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { checkArguments } from "../../../arguments.ts";
import type { Cohort } from "../../../cohort/cohort.ts";
import { object, readCheckedJson, whole } from "../../../files/checked_json.ts";
import { isThere } from "../../../files/is_there.ts";
import { replaceText, replaceWhole } from "../../../files/output.ts";
import { copy, partFolders } from "../../../files/parts.ts";
import type { LongWorkOptions } from "../../../long_work.ts";
import type { CodeKnowledge } from "../../../models/interface/model.ts";
import type { Run } from "../../../train/run_folder.ts";
import { unfinishedRun } from "../../../train/unfinished.ts";
import { attacked, type AttackPlan, isBegunWith, planOf, trainingOf } from "./lira_plan.ts";
import { shadowModel } from "./shadow_models.ts";

/** Which shadow model to train, and how. */
export interface LiraPartOptions extends LongWorkOptions {
  /** Its number, from 1. */
  readonly shadow: number;
  /** Random seed of the halves; default 0. */
  readonly seed?: number | undefined;
  /** What is known about the codes, if the run was trained with it. */
  readonly knowledge?: CodeKnowledge | undefined;
}

/** The file by which a finished part is known. */
const partFile = "part.json";
const partSchema = object({ shadow: whole(1) });

/**
 * One shadow model of an attack, in a folder of its own, for one of several processes.
 * `attackByShadows` with `parts` set to the folder that holds these folders takes it over.
 *
 * @example An attack in four parts
 * ```ts
 * import { attackByShadows, attackPart, subset, syntheaSample, train } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const records = Array.from({ length: 120 }, (_, record) => record);
 * const cohort = subset(await syntheaSample(), records);
 * const folder = await Deno.makeTempDir();
 * const run = await train(cohort, `${folder}/run`, { model: "markov" });
 * for (const shadow of [1, 2, 3, 4]) {
 *   await attackPart(run, cohort, `${folder}/parts/${shadow}`, { shadow });
 * }
 * const { lira } = await attackByShadows(run, cohort, `${folder}/lira`, {
 *   shadows: 4,
 *   parts: `${folder}/parts`,
 * });
 * assertEquals(lira.shadows, 4);
 * ```
 *
 * @param cohort as for `attackByShadows`
 * @param folder of the part; may hold one to be continued
 * @param options those of the whole attack, and the number of the shadow model, from 1
 * @throws {RangeError} If the run was trained on another cohort, there is no such number, or the folder
 *   was begun with another one, another run, cohort or seed
 * @throws {Deno.errors.AlreadyExists} If the folder holds something else
 */
export async function attackPart(
  run: Run,
  cohort: Cohort,
  folder: string,
  { shadow, seed = 0, knowledge, signal, onProgress }: LiraPartOptions,
): Promise<void> {
  checkArguments("attackPart", [run, "run"], [cohort, "cohort"], [folder, "folder"]);
  if (!Number.isSafeInteger(shadow) || shadow < 1) {
    throw new RangeError(`Cannot train shadow model ${shadow}: must be a whole number, at least 1`);
  }
  const training = trainingOf(run, cohort, knowledge);
  const plan = await planOf(run, cohort, seed);
  await Deno.mkdir(dirname(folder), { recursive: true });
  const advice = "choose another folder, or remove this one";
  await attacked(folder, { plan, advice }, async (at) => {
    const made = await isThere(join(at, partFile)) ? await numberOf(at) : shadow;
    if (made !== shadow) {
      throw new RangeError(
        `Cannot train shadow model ${shadow} in "${folder}": it holds shadow model ${made}; ` +
          "choose another folder",
      );
    }
    const own = join(at, "shadows", String(shadow));
    await Deno.mkdir(dirname(own), { recursive: true });
    await shadowModel(cohort, own, shadow - 1, { training, seed, signal, onProgress });
    await replaceText(join(at, partFile), JSON.stringify({ shadow }) + "\n");
  });
}

/** The number of the shadow model that a finished part holds. */
async function numberOf(part: string): Promise<number> {
  const path = join(part, partFile);
  return (await readCheckedJson(path, partSchema, "a part of an attack")).shadow;
}

/**
 * Copies shadow models that are finished in parts, and not yet in the folder of their attack: one that is begun
 * there is replaced.
 */
export async function takeShadows(parts: string, folder: string, plan: AttackPlan): Promise<void> {
  for (const part of await partFolders(parts, partFile)) {
    await isBegunWith(part, plan, "remove this part, or choose another folder of parts");
    const shadow = await numberOf(part);
    const [from, to] = [part, folder].map((each) => join(each, "shadows", String(shadow)));
    if (await isThere(to) && await unfinishedRun(to) === undefined) continue;
    await Deno.mkdir(dirname(to), { recursive: true });
    await replaceWhole(to, (temporary) => copy(from, temporary));
  }
}

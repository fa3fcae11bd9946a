/**
 * What an attack by shadow models is begun with, and the folder that it grows in: it is continued under
 * the same plan alone.
 *
 * @module
 */
import { join } from "node:path";
import * as v from "valibot";
import { type Cohort, splitSize } from "../../../cohort/cohort.ts";
import { fingerprint } from "../../../cohort/fingerprint.ts";
import { object, readCheckedJson, text, whole } from "../../../files/checked_json.ts";
import { growFolder, grownFolder } from "../../../files/growing_folder.ts";
import { isThere } from "../../../files/is_there.ts";
import { claimed, replaceText } from "../../../files/output.ts";
import type { CodeKnowledge } from "../../../models/interface/model.ts";
import { trainingRecords } from "../../../models/interface/preset.ts";
import { batchCount } from "../../../train/batches.ts";
import { trainOptionsOf } from "../../../train/from_run.ts";
import { runFingerprint } from "../../../train/run_fingerprint.ts";
import type { Run } from "../../../train/run_folder.ts";
import type { TrainOptions } from "../../../train/train.ts";
import { checkTrainedOn } from "../../trained_on.ts";

/** What decides the figures of all shadow models; a folder is continued only under the same plan. */
const planSchema = object({
  attack: v.literal("lira"),
  cohort: text,
  run: text,
  seed: whole(0),
});

/** Its content. */
export type AttackPlan = v.InferOutput<typeof planSchema>;

/**
 * Whether a folder holds an attack that can be continued; throws if it was begun otherwise.
 *
 * @param advice what to do then
 */
export async function isBegunWith(
  folder: string,
  plan: AttackPlan,
  advice: string,
): Promise<boolean> {
  if (!await isThere(folder)) return false;
  const path = join(folder, "plan.json");
  if (!await isThere(path)) {
    throw new Deno.errors.AlreadyExists(
      `Cannot attack into "${folder}": it exists already, and holds no attack to continue`,
    );
  }
  const begun = await readCheckedJson(path, planSchema, "the plan of an attack");
  const other = (["cohort", "run", "seed"] as const).find((name) => begun[name] !== plan[name]);
  if (other === undefined) return true;
  throw new RangeError(
    `Cannot continue the attack in "${folder}": it was begun with another ${other}; ${advice}`,
  );
}

/**
 * How the shadow models of a run are trained: as the run was. A half has other numbers of batches than the
 * run's training records, so where an epoch is a number of steps, this follows them, at least 1: each
 * record comes as often.
 *
 * @param cohort that the run was trained on
 */
export function trainingOf(
  { runConfig }: Run,
  cohort: Cohort,
  knowledge: CodeKnowledge | undefined,
): TrainOptions {
  const { steps = 0, batch } = runConfig.training;
  const half = (splitSize(cohort, "train") + splitSize(cohort, "test")) >> 1;
  const share = batchCount(half, batch) / batchCount(trainingRecords(cohort), batch);
  return {
    ...trainOptionsOf(runConfig),
    ...steps > 0 && { steps: Math.max(1, Math.round(steps * share)) },
    knowledge,
    acceptLoss: true,
  };
}

/** Makes sure that the patients of a cohort are those that a run was trained on, or not. */
export function checkAttacked(run: Run, cohort: Cohort): Promise<void> {
  const [purpose, why] = ["Cannot attack", "so nobody knows who was in training"];
  return checkTrainedOn(run, cohort, { purpose, why });
}

/**
 * The plan of an attack.
 *
 * @throws {RangeError} If the run was trained on another cohort
 */
export async function planOf(run: Run, cohort: Cohort, seed: number): Promise<AttackPlan> {
  await checkAttacked(run, cohort);
  return {
    attack: "lira",
    cohort: await fingerprint(cohort),
    run: await runFingerprint(run),
    seed,
  };
}

/**
 * Works in the folder of an attack, begun or new.
 *
 * @param options.advice what to do if it was begun otherwise
 * @param options.force start over; default false
 */
export async function attacked<T>(
  folder: string,
  { plan, advice, force = false }: {
    readonly plan: AttackPlan;
    readonly advice: string;
    readonly force?: boolean;
  },
  attack: (at: string) => Promise<T>,
): Promise<T> {
  return await claimed(folder, { force, goesOn: !force }, async (place) => {
    if (!force && await isBegunWith(place, plan, advice)) {
      return await attack(grownFolder(place).path);
    }
    const results: T[] = [];
    await growFolder(place, {
      async begin(begun) {
        await Deno.mkdir(begun);
        await replaceText(join(begun, "plan.json"), JSON.stringify(plan, null, 2) + "\n");
      },
      async run(growing) {
        results.push(await attack(growing.path));
        await growing.shown();
      },
      isWorthKeeping: (begun) => isThere(join(begun, "shadows")),
    });
    return results[0];
  });
}

/**
 * On which run and cohort an attack by shadow models was begun: their fingerprints.
 *
 * @param folder of the attack
 * @throws {SyntaxError} If its `plan.json` holds something else
 * @throws {Deno.errors.NotFound} If there is none
 */
export function readLiraPlan(
  folder: string,
): Promise<{ readonly cohort: string; readonly run: string }> {
  return readCheckedJson(join(folder, "plan.json"), planSchema, "the plan of an attack");
}

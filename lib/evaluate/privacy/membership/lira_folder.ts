/**
 * An attack by shadow models that takes hours: a folder with its plan, its shadow models and, at the
 * end, its figures. An interrupted attack continues where it stopped.
 *
 * @module
 */
import { join } from "node:path";
import * as v from "valibot";
import { checkArguments } from "../../../arguments.ts";
import type { Cohort } from "../../../cohort/cohort.ts";
import { fingerprint } from "../../../cohort/fingerprint.ts";
import { ownCommit } from "../../../commit.ts";
import {
  named,
  object,
  readCheckedJson,
  type Schema,
  text,
  whole,
} from "../../../files/checked_json.ts";
import { growFolder, grownFolder } from "../../../files/growing_folder.ts";
import { isThere } from "../../../files/is_there.ts";
import { claimed, replaceText } from "../../../files/output.ts";
import type { CodeKnowledge } from "../../../models/interface/model.ts";
import { backendVersions } from "../../../nn/backend.ts";
import { trainOptionsOf } from "../../../train/from_run.ts";
import { runFingerprint } from "../../../train/run_fingerprint.ts";
import type { Run } from "../../../train/run_folder.ts";
import { version } from "../../../version.ts";
import { leftOutSchema } from "../../not_measured.ts";
import { attackFiguresSchema } from "./attack_figures.ts";
import { type Lira, lira, type LiraOptions } from "./lira.ts";

/** What decides the figures of all shadow models; a folder is continued only under the same plan. */
const planSchema = object({
  attack: v.literal("lira"),
  cohort: text,
  run: text,
  seed: whole(0),
});

/** The content of `lira.json`. */
export interface LiraReport {
  /** What was attacked and how. */
  about: {
    /** Version of Ehrloom. */
    ehrloom: string;
    /** Its commit, if it ran from a checkout. */
    commit?: string | undefined;
    /** When, as an ISO 8601 time. */
    created: string;
    /** Kind of the model under attack. */
    model: string;
    /** Random seed of the halves on which shadow models are trained. */
    seed: number;
    /** The versions of Deno and of the engine. */
    versions: Record<string, string>;
  };
  /** What the attack finds out. */
  lira: Lira;
}

const reportSchema: Schema<LiraReport> = object({
  about: object({
    ehrloom: text,
    commit: v.optional(text),
    created: text,
    model: text,
    seed: whole(0),
    versions: named(text),
  }),
  lira: object({
    shadows: whole(1),
    members: whole(0),
    non_members: whole(0),
    online: attackFiguresSchema,
    offline: attackFiguresSchema,
    left_out: leftOutSchema,
  }),
});

/** Where and how to attack. */
export interface LiraFolderOptions extends Omit<LiraOptions, "run" | "training"> {
  /** What is known about the codes, if the run was trained with it. */
  readonly knowledge?: CodeKnowledge | undefined;
  /** Start over instead of continuing what is in the folder. */
  readonly force?: boolean | undefined;
}

/** Whether a folder holds an attack that can be continued; throws if it was begun otherwise. */
async function isBegunWith(folder: string, plan: v.InferOutput<typeof planSchema>) {
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
    `Cannot continue the attack in "${folder}": it was begun with another ${other}; ` +
      "choose another folder, or pass force: true",
  );
}

/**
 * Attacks a run by shadow models ({@link lira}), and writes `lira.json` into a folder, beside the shadow models.
 * These are trained as the run was. An interrupted attack is continued by the same call, and a larger
 * number of shadow models adds to those that are there.
 *
 * @example
 * ```ts
 * import { attackByShadows, readLira, subset, syntheaSample, train } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const records = Array.from({ length: 120 }, (_, record) => record);
 * const cohort = subset(await syntheaSample(), records);
 * const folder = await Deno.makeTempDir();
 * const run = await train(cohort, `${folder}/run`, { model: "markov" });
 * const report = await attackByShadows(run, cohort, `${folder}/lira`, { shadows: 4 });
 * assertEquals(await readLira(`${folder}/lira`), JSON.parse(JSON.stringify(report)));
 * ```
 *
 * @param cohort that the run was trained on, with its splits
 * @param folder of the attack; may hold one to be continued
 * @throws {RangeError} If the folder was begun with another run, cohort or seed, or what {@link lira} throws
 * @throws {Deno.errors.AlreadyExists} If the folder holds something else and `force` is not set
 */
export async function attackByShadows(
  run: Run,
  cohort: Cohort,
  folder: string,
  { force = false, knowledge, ...options }: LiraFolderOptions = {},
): Promise<LiraReport> {
  checkArguments("attackByShadows", [run, "run"], [cohort, "cohort"], [folder, "folder"]);
  const { seed = 0 } = options;
  const training = { ...trainOptionsOf(run.runConfig), knowledge, acceptLoss: true };
  const plan = {
    attack: "lira",
    cohort: await fingerprint(cohort),
    run: await runFingerprint(run),
    seed,
  } as const;
  const attack = async (at: string): Promise<LiraReport> => {
    const found = await lira(cohort, join(at, "shadows"), { ...options, run, training });
    const report: LiraReport = {
      about: {
        ehrloom: version,
        ...ownCommit(),
        created: new Date().toISOString(),
        model: run.runConfig.model,
        seed,
        versions: { ...Deno.version, ...backendVersions() },
      },
      lira: found,
    };
    await replaceText(join(at, "lira.json"), JSON.stringify(report, null, 2) + "\n");
    return report;
  };
  return await claimed(folder, { force, goesOn: !force }, async (place) => {
    if (!force && await isBegunWith(place, plan)) return await attack(grownFolder(place).path);
    const reports: LiraReport[] = [];
    await growFolder(place, {
      async begin(begun) {
        await Deno.mkdir(begun);
        await replaceText(join(begun, "plan.json"), JSON.stringify(plan, null, 2) + "\n");
      },
      async run(growing) {
        reports.push(await attack(growing.path));
        await growing.shown();
      },
      isWorthKeeping: (begun) => isThere(join(begun, "shadows")),
    });
    return reports[0];
  });
}

/**
 * The figures of an attack by shadow models.
 *
 * @param folder that {@link attackByShadows} wrote
 * @throws {SyntaxError} If its `lira.json` holds something else
 * @throws {Deno.errors.NotFound} If there is none
 */
export function readLira(folder: string): Promise<LiraReport> {
  return readCheckedJson(join(folder, "lira.json"), reportSchema, "an attack by shadow models");
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

/** An attack's result in a sentence for each form. */
export function liraInWords(
  { lira: { shadows, members, non_members, ...forms } }: LiraReport,
): string[] {
  return (["online", "offline"] as const).map((form) => {
    const { value, low, high } = forms[form].auc;
    const [area, from, to] = [value, low, high].map((each) => each.toFixed(3));
    return `${form === "online" ? "Online" : "Offline"} attack by ${shadows} shadow models: ` +
      `area under the ROC curve ${area} (95% interval ${from} to ${to}), ${members} training ` +
      `against ${non_members} other records; ` +
      (low > 0.5
        ? "training records are told from others better than by guessing"
        : "training records are not told from others better than by guessing");
  });
}

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
import { ownCommit } from "../../../commit.ts";
import {
  named,
  object,
  readCheckedJson,
  type Schema,
  text,
  whole,
} from "../../../files/checked_json.ts";
import { replaceText } from "../../../files/output.ts";
import type { CodeKnowledge } from "../../../models/interface/model.ts";
import { backendVersions } from "../../../nn/backend.ts";
import type { Run } from "../../../train/run_folder.ts";
import { version } from "../../../version.ts";
import { leftOutSchema } from "../../not_measured.ts";
import { attackFiguresSchema } from "./attack_figures.ts";
import { type Lira, lira, type LiraOptions } from "./lira.ts";
import { takeShadows } from "./lira_parts.ts";
import { attacked, planOf, trainingOf } from "./lira_plan.ts";

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
  /** Folder that holds parts of this attack, each made by `attackPart`: take them over. */
  readonly parts?: string | undefined;
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
  { force = false, knowledge, parts, ...options }: LiraFolderOptions = {},
): Promise<LiraReport> {
  checkArguments("attackByShadows", [run, "run"], [cohort, "cohort"], [folder, "folder"]);
  const { seed = 0 } = options;
  const training = trainingOf(run, cohort, knowledge);
  const plan = await planOf(run, cohort, seed);
  const attack = async (at: string): Promise<LiraReport> => {
    if (parts !== undefined) await takeShadows(parts, at, plan);
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
  const advice = "choose another folder, or pass force: true";
  return await attacked(folder, { plan, advice, force }, attack);
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

import { join } from "node:path";
import { type Cohort, splitSize } from "../cohort/cohort.ts";
import { isThere } from "../files/is_there.ts";
import { courseOf, readProgress } from "./read_progress.ts";
import { epochsWithin } from "./private/privacy.ts";
import { modelOf, type RunConfig } from "./run_folder.ts";

/**
 * The config of a run that is resumed with more epochs than it was started with. The learning rate
 * starts again after the epochs that are finished, see schedule.ts; a run that has stored nothing
 * yet simply has more epochs.
 *
 * @param epochs all of them, with those that are finished
 * @throws {RangeError} If they are fewer than planned, the model has no epochs, or its second stage
 * of training, which builds on the first, has begun
 */
export async function extended(
  folder: string,
  cohort: Cohort,
  stored: RunConfig,
  epochs: number,
): Promise<RunConfig> {
  const { epochs: planned } = stored.training;
  if (epochs === planned) return stored;
  const refuse = (why: string) =>
    new RangeError(`Cannot resume "${folder}" with epochs ${epochs}: ${why}`);
  const model = modelOf(stored);
  if ("learn" in model) throw refuse(`"${model.family}" counts its records once`);
  if (epochs < planned) {
    throw refuse(`it was started with ${planned}; more epochs are possible, fewer are not`);
  }
  if (await isThere(join(folder, "adversary.jsonl"))) {
    throw refuse("its second stage of training has begun, which needs the first as it is");
  }
  const { restarts = [], privacy } = stored;
  const allowed = privacy && epochsWithin(privacy, { ...stored.training, epochs });
  if (privacy !== undefined && allowed === privacy.epochs) {
    throw refuse(
      `its privacy budget, an epsilon of ${privacy.epsilon}, allows ${allowed} with its noise`,
    );
  }
  const course = courseOf(splitSize(cohort, "train"), { ...stored.training, privacy });
  const progress = await readProgress(folder, model, course);
  const restart = progress && { after: progress.checkpoint.epoch, planned };
  return {
    ...stored,
    training: { ...stored.training, epochs },
    ...privacy && allowed !== undefined && { privacy: { ...privacy, epochs: allowed } },
    ...restart && { restarts: [...restarts, restart] },
  };
}

/** What a person should know about a run that was given more epochs. */
export function restartInWords({ training, restarts }: RunConfig): string {
  const last = restarts?.at(-1);
  return last === undefined
    ? `${training.epochs} epochs are planned now`
    : `${training.epochs} epochs are planned now instead of ${last.planned}; ` +
      `the learning rate starts again after epoch ${last.after}`;
}

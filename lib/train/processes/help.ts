import type { Cohort } from "../../cohort/cohort.ts";
import { fingerprint } from "../../cohort/fingerprint.ts";
import { joinedBy } from "../canaries.ts";
import { fit } from "../fit.ts";
import { modelOf, stageTraining } from "../run_folder.ts";
import { checkCanTrain } from "../train.ts";
import { announcedRun } from "./announcement.ts";
import type { ProcessGroup } from "./process_group.ts";

/**
 * Trains together with the first process of a group, which calls {@link train} with `processes`. All that
 * this process needs is the cohort: it gets the options and the parameters from the first one, which alone
 * writes the run. Returns when the epochs are done.
 *
 * @example
 * ```ts ignore
 * import { helpTrain, joinMpi, readMeds, train, useBackend } from "ehrloom";
 *
 * const processes = joinMpi();
 * await useBackend();
 * const cohort = await readMeds("runs/cohort");
 * if (processes.rank === 0) await train(cohort, "runs/halo", { processes });
 * else await helpTrain(cohort, processes);
 * await processes.leave();
 * ```
 *
 * @param cohort the same as that of the first process
 * @param processes of which this is not the first
 * @throws {RangeError} If the cohort is another one, the model does not fit here, or the loss is no longer
 * finite
 */
export async function helpTrain(cohort: Cohort, processes: ProcessGroup): Promise<void> {
  const { runConfig, canaries } = await announcedRun(processes, cohort);
  if (await fingerprint(cohort) !== runConfig.cohort) {
    throw new RangeError(
      "Cannot train together: the cohort here is not the one that the first process has",
    );
  }
  const model = modelOf(runConfig);
  if ("learn" in model) throw new TypeError("Models that count are trained by one process");
  const whole = canaries === undefined ? cohort : joinedBy(cohort, canaries);
  const training = stageTraining(runConfig);
  checkCanTrain(model, whole, training);
  await fit(model, whole, undefined, training, { processes });
}

/**
 * Whether a cohort is the one that a run was trained on.
 *
 * @module
 */
import type { Cohort } from "../cohort/cohort.ts";
import { fingerprint } from "../cohort/fingerprint.ts";
import type { Run } from "../train/run_folder.ts";
import { differenceOfNames } from "./vocabularies.ts";

/**
 * Makes sure that a cohort is the one that a run was trained on, with the same splits. A run that does
 * not say what it was trained on only needs the same codes and labels.
 *
 * @param purpose begins the message: "Cannot compute the test loss on this cohort"
 * @param why ends it, where the cohort is another one: "so …"
 * @throws {RangeError} If it is not
 */
export async function checkTrainedOn(
  run: Run,
  real: Cohort,
  { purpose, why }: { readonly purpose: string; readonly why: string },
): Promise<void> {
  const difference = differenceOfNames(
    [real.vocabulary.codes, "real cohort"],
    [run.vocabulary.codes, "run"],
  ) ?? differenceOfNames([real.labelNames, "real cohort"], [run.labelNames, "run"]);
  if (difference !== undefined) throw new RangeError(`${purpose}: ${difference}`);
  const { cohort: trainedOn } = run.runConfig;
  if (trainedOn !== "" && trainedOn !== await fingerprint(real)) {
    throw new RangeError(
      `${purpose}: the run was trained on another cohort or other splits, ${why}`,
    );
  }
}

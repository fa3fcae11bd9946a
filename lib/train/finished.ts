/**
 * `finished.json`: the last file of a run, for schedulers and other programs that wait for a training.
 *
 * @module
 */
import { join } from "node:path";
import { isThere } from "../files/is_there.ts";
import { replaceText } from "../files/output.ts";
import type { Ending } from "./ending.ts";

/** The file that says that a training has ended, and nothing of it is left to do. */
function finishedPath(folder: string): string {
  return join(folder, "finished.json");
}

/** How a stage of training ended. */
export interface FinishedStage {
  /** Its epochs; 0 of a model that counts its records once. */
  readonly epochs: number;
  /** What ended it. */
  readonly ended_by: Ending;
}

/** How a training ended: its first stage, and the second one of a model that has two. */
export interface FinishedTraining extends FinishedStage {
  /** Of networks against each other; absent if the model has none. */
  readonly second_stage?: FinishedStage | undefined;
}

/** Says that a training has ended. */
export function writeFinished(folder: string, finished: FinishedTraining): Promise<void> {
  return replaceText(finishedPath(folder), JSON.stringify(finished) + "\n");
}

/** Says that a training continues. */
export async function removeFinished(folder: string): Promise<void> {
  if (await isThere(finishedPath(folder))) await Deno.remove(finishedPath(folder));
}

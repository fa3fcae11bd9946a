import { isThere } from "../files/is_there.ts";
import { join } from "node:path";
import { endingOf, standingOf } from "./ending.ts";
import { lacksSecondStage, readBest } from "./read_parameters.ts";
import { readTraining } from "./read_progress.ts";
import { readRunConfig } from "./read_run.ts";
import { modelOf, stageTraining } from "./run_folder.ts";
import { scheduleOf } from "./schedule.ts";

/** As {@link unfinishedRun}, but throws if the run cannot be read. */
async function unfinishedPart(folder: string): Promise<string | undefined> {
  const runConfig = await readRunConfig(folder);
  const model = modelOf(runConfig);
  if ("learn" in model) {
    const isWhole = await isThere(join(folder, "model.safetensors"));
    return isWhole ? undefined : "an unfinished run";
  }
  const lines = await readTraining(folder);
  const schedule = scheduleOf(stageTraining(runConfig), lines);
  if (endingOf(schedule, standingOf(lines)) === undefined) {
    return `an unfinished run (${lines.length} of ${schedule.epochs} epochs)`;
  }
  const { parameters, calibration } = await readBest(folder, model);
  if (lacksSecondStage(model, parameters)) {
    return "an unfinished run (its second stage of training)";
  }
  const isToCalibrate = model.outputBiases !== undefined && calibration === undefined;
  return isToCalibrate ? "an unfinished run (its calibration)" : undefined;
}

/**
 * What of a run in a folder `train` could resume: "an unfinished run (9 of 50 epochs)".
 *
 * @param folder of a run, or anything else
 * @returns undefined if it is finished, or no run that can be read
 */
export async function unfinishedRun(folder: string): Promise<string | undefined> {
  try {
    return await unfinishedPart(folder);
  } catch (_) {
    return undefined; // what cannot be read cannot be resumed
  }
}

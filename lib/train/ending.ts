/**
 * When training ends: after all epochs, when the validation loss no longer falls, when the time is over,
 * or before a privacy budget is overspent.
 *
 * @module
 */
import type { FinishedEpoch } from "../progress.ts";
import type { TrainingLine } from "./run_folder.ts";
import { type Schedule, spentShare } from "./schedule.ts";

/** What ended a training: its number of epochs, its patience, its minutes or its privacy budget. */
export type Ending = "epochs" | "patience" | "minutes" | "privacy";

/** A position in training. */
export interface Standing {
  /** Epochs finished. */
  readonly epoch: number;
  /** Lowest validation loss so far and the epoch that had it; 0 before the first. */
  readonly best: { readonly loss: number; readonly epoch: number };
  /** Seconds spent. */
  readonly seconds: number;
}

/** Where a run stands by its lines of training. */
export function standingOf(lines: readonly TrainingLine[]): Standing {
  const best = lines.findLast(({ best }) => best);
  return {
    epoch: lines.length,
    best: { loss: best?.validation_loss ?? Infinity, epoch: best?.epoch ?? 0 },
    seconds: lines.at(-1)?.seconds ?? 0,
  };
}

/** What ends a training here; undefined if it continues. */
export function endingOf(
  schedule: Schedule,
  { epoch, best, seconds }: Standing,
): Ending | undefined {
  const { epochs, patience, since, privacy } = schedule;
  if (epoch >= epochs) return "epochs";
  if (epoch >= (privacy?.epochs ?? Infinity)) return "privacy";
  if (epoch - Math.max(best.epoch, since.epoch) >= patience) return "patience";
  if (epoch > since.epoch && spentShare(schedule, seconds) >= 1) return "minutes";
  return undefined;
}

/**
 * How a training stopped before its last epoch: the end of a sentence that begins with "training".
 *
 * @returns undefined if it had all of its epochs, or continues
 */
export function endingInWords(schedule: Schedule, standing: Standing): string | undefined {
  const ending = endingOf(schedule, standing);
  if (ending === undefined || ending === "epochs") return undefined;
  const { epochs, patience, minutes, privacy } = schedule;
  const why = {
    privacy: `one more would spend more than the privacy budget's epsilon of ${privacy?.epsilon}`,
    patience: `no lower validation loss for ${patience} epochs`,
    minutes: `the limit of ${minutes} minutes is reached`,
  };
  const { epoch, best } = standing;
  return `stopped after ${epoch} of ${epochs} epochs: ${why[ending]}; ` +
    (privacy === undefined ? `best epoch ${best.epoch}` : "the last epoch is kept");
}

/** What is known when an epoch has finished, the last of these lines. */
export function finishedEpoch(schedule: Schedule, lines: readonly TrainingLine[]): FinishedEpoch {
  const { epochs, minutes, since, privacy } = schedule;
  const most = Math.min(epochs, privacy?.epochs ?? Infinity);
  const { epoch, best, seconds } = standingOf(lines);
  const { train_loss, validation_loss, epsilon } = lines[lines.length - 1];
  const limit = minutes === 0 ? Infinity : Math.max(0, 60 * minutes - (seconds - since.seconds));
  return {
    epochs,
    trainLoss: train_loss,
    validationLoss: validation_loss,
    ...epsilon !== undefined && { epsilon },
    best,
    seconds,
    secondsLeft: Math.min((most - epoch) * seconds / epoch, limit),
  };
}

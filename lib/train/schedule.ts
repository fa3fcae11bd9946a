/**
 * The learning rate over a training, and where it starts again.
 *
 * A run that is given more epochs than it was started with gets a warm restart (Loshchilov & Hutter
 * 2017, SGDR): the rate is back at its full value, without warmup, and a cosine falls to zero over
 * the remaining epochs. Parameters and Adam's moments are kept. With a constant rate, such a run is
 * the same as one that had the larger number of epochs from the start.
 *
 * @module
 */
import type { Extras } from "../models/room/needs.ts";
import { rateShare, timeShare, type Training } from "./options.ts";
import type { Privacy } from "./private/privacy.ts";

/** Where a run was given more epochs. */
export interface Restart {
  /** Epochs that were finished; the learning rate starts again after them. */
  readonly after: number;
  /** Epochs that were planned until then. */
  readonly planned: number;
}

/** Training options, the restarts of a run, and what it promises its patients. */
export type RestartedTraining = Training & {
  readonly restarts?: readonly Restart[] | undefined;
  readonly privacy?: Privacy | undefined;
};

/** What a training keeps beside what every one does. */
export function extrasOf({ averageWeights, privacy }: RestartedTraining): Required<Extras> {
  return { isAveraged: averageWeights > 0, isPrivate: privacy !== undefined };
}

/** Training options with the position from which rate, patience and minutes count. */
export type Schedule = Omit<RestartedTraining, "restarts"> & {
  readonly since: { readonly epoch: number; readonly seconds: number };
};

/** The schedule of a run with these finished epochs, and the seconds of training after each. */
export function scheduleOf(
  { restarts = [], ...training }: RestartedTraining,
  lines: readonly { readonly seconds: number }[],
): Schedule {
  const epoch = restarts.at(-1)?.after ?? 0;
  return { ...training, since: { epoch, seconds: lines[epoch - 1]?.seconds ?? 0 } };
}

/** The share of the minutes that are spent; 0 where there is no limit. */
export function spentShare(schedule: Schedule, seconds: number): number {
  return timeShare(schedule, seconds - schedule.since.seconds);
}

/**
 * The learning rate of a step.
 *
 * @param step counted from 0, over all epochs
 * @param batches of an epoch
 * @param seconds of training so far; time may be ahead of the steps
 */
export function rateAt(
  schedule: Schedule,
  step: number,
  batches: number,
  seconds: number,
): number {
  const { learningRate, warmup, epochs, since } = schedule;
  if (step < warmup) return learningRate * (step + 1) / warmup;
  const first = Math.max(warmup, since.epoch * batches);
  const done = (step - first) / (epochs * batches - first);
  return learningRate * rateShare(schedule, Math.max(done, spentShare(schedule, seconds)));
}

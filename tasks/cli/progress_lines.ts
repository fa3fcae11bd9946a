/**
 * Progress where no terminal is, as in the log of a job: a line with time and losses for each epoch
 * of training, and at most one line a minute for anything else.
 *
 * @module
 */
import type { FinishedEpoch, OnProgress } from "ehrloom";
import { duration } from "./duration.ts";

/** Milliseconds between two lines of the same or of other stages. */
const lineInterval = 60_000;

/** What is said of an epoch. */
function epochLine(stage: string, epoch: number, finished: FinishedEpoch): string {
  const { epochs, trainLoss, validationLoss, epsilon, best, seconds, secondsLeft } = finished;
  const own = [
    ...trainLoss === null ? [] : [`training loss ${trainLoss.toFixed(3)}`],
    `validation loss ${validationLoss.toFixed(3)}`,
    epsilon === undefined
      ? `best ${best.loss.toFixed(3)} in epoch ${best.epoch}`
      : `ε ${epsilon.toFixed(3)} spent`,
  ];
  return `${stage}: epoch ${epoch} of ${epochs}, ${own.join(", ")}, ` +
    `${duration(seconds)} elapsed, at most ${duration(secondsLeft)} left`;
}

/**
 * Makes lines of progress; each begins with the time in ISO 8601.
 *
 * @param write gets each line
 * @param now the time in milliseconds since 1970
 */
export function progressLines(
  write: (line: string) => void,
  now: () => number = Date.now,
): OnProgress {
  let last = now();
  const put = (text: string) => {
    last = now();
    write(`${new Date(last).toISOString().replace(/\.\d+Z$/, "Z")} ${text.trimEnd()}`);
  };
  return ({ stage, done, total, note = "", epoch, finished, ended }) => {
    if (ended !== undefined) put(`${stage} ${ended}`);
    else if (epoch !== undefined && finished !== undefined) put(epochLine(stage, epoch, finished));
    else if (epoch === undefined && done < total && now() - last >= lineInterval) {
      put(`${stage}: ${done} of ${total} ${note}`);
    }
  };
}

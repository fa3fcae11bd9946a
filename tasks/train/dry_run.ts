import {
  type Cohort,
  coverageInWords,
  estimateTraining,
  privacyInWords,
  type TrainOptions,
} from "ehrloom";
import { type Result, say } from "../cli/command.ts";
import { duration } from "../cli/duration.ts";

/** Says what a training would take, and returns what `--json` shows. */
export async function dryRun(
  cohort: Cohort,
  options: TrainOptions,
  backend: string,
): Promise<Result> {
  const { model, records, descent, coverage, privacy } = await estimateTraining(cohort, options);
  coverageInWords(model, coverage).forEach(say);
  if (descent === null) {
    say(`${model} counts ${records} records in one pass`);
    return { dry_run: true, model, backend, records };
  }
  if (privacy !== undefined) privacyInWords(privacy).forEach(say);
  const { parameters, bytes, epochs, steps, rows, secondsPerEpoch, timedSteps } = descent;
  const whole = (count: number) => count.toLocaleString("en");
  say(
    `${model}: ${whole(parameters)} parameters, about ${
      whole(Math.ceil(bytes / 1e6))
    } MB of memory`,
  );
  say(`${whole(records)} training records; an epoch: ${whole(rows)} rows in ${whole(steps)} steps`);
  say(
    `about ${duration(secondsPerEpoch)} an epoch on ${backend}, measured on ${timedSteps} ` +
      `step${timedSteps === 1 ? "" : "s"}; ` +
      `${epochs} epochs take at most ${duration(epochs * secondsPerEpoch)}`,
  );
  if (descent.hasSecondStage) {
    say("a second stage of training follows, whose time is not estimated");
  }
  say("Nothing was written");
  return {
    dry_run: true,
    model,
    backend,
    records,
    parameters,
    bytes,
    rows,
    steps,
    epochs,
    seconds_per_epoch: secondsPerEpoch,
    has_second_stage: descent.hasSecondStage,
  };
}

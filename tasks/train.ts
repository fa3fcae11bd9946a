import {
  againstPreset,
  type Calibration,
  namedPreset,
  parameterCount,
  readMeds,
  type Run,
  startInWords,
  train,
  type TrainingStart,
  unfinishedRun,
} from "ehrloom";
import { startBackend } from "./cli/backend_option.ts";
import { freePath, type Result, runCommand, say, shellPath } from "./cli/command.ts";
import { sayLeftOut } from "./cli/left_out.ts";
import { presetText } from "./cli/preset_text.ts";
import { askedTraining, knowledgeOf } from "./train/asked.ts";
import { trainCommand } from "./train/command.ts";
import { dryRun } from "./train/dry_run.ts";
import { help, processesOf } from "./train/together.ts";

/** What the last step of training did. */
function calibrationText({ kept, validation_before, validation_after }: Calibration): string {
  if (validation_before === null || validation_after === null) {
    return "Output biases left as trained: all validation records are longer than the context";
  }
  const losses = "negative log-likelihood of the validation records " +
    `${validation_before.toFixed(3)} → ${validation_after.toFixed(3)} nats per visit`;
  return kept
    ? `Output biases calibrated: ${losses}`
    : `Output biases left as trained: calibrated, they would be worse (${losses})`;
}

/** What `--json` shows of a run. */
function runJson(out: string, run: Run): Result {
  const { runConfig, training, calibration } = run;
  const best = training.findLast(({ best }) => best);
  return {
    out,
    model: runConfig.model,
    parameters: parameterCount(run),
    epochs: training.length,
    planned_epochs: runConfig.training.epochs,
    best_epoch: best?.epoch ?? null,
    validation_loss: best?.validation_loss ?? null,
    seconds: training.at(-1)?.seconds ?? null,
    calibration: calibration ?? null,
    privacy: runConfig.privacy === undefined ? null : {
      epsilon: runConfig.privacy.epsilon,
      delta: runConfig.privacy.delta,
      epsilon_spent: training.at(-1)?.epsilon ?? null,
    },
    coverage: runConfig.coverage ?? null,
  };
}

await runCommand(trainCommand, async (args, onProgress) => {
  const processes = processesOf(args);
  if (processes !== undefined && processes.rank > 0) return await help(args, processes);
  const options = await askedTraining(args);
  if (args.has("dry-run")) {
    const backend = await startBackend(args);
    return await dryRun(await readMeds(args.path("cohort"), sayLeftOut), options, backend);
  }
  return await args.claim("out", async (out) => {
    await startBackend(args);
    const cohort = await readMeds(args.path("cohort"), sayLeftOut);
    if (!options.resume) {
      const given = { settings: options.settings ?? {}, training: options };
      const preset = presetText(cohort, options.model ?? "halo", given);
      if (preset !== undefined) say(preset);
    }
    const knowledge = await knowledgeOf(args, cohort);
    const onStart = (start: TrainingStart) => startInWords(start).forEach(say);
    const run = await train(cohort, out, {
      ...options,
      knowledge,
      processes,
      onNote: say,
      onStart,
      onProgress,
    });
    await processes?.leave();
    for (const [name, remark] of Object.entries(run.runConfig.remarks ?? {})) {
      say(`${name}: ${remark}`);
    }
    const best = run.training.findLast(({ best }) => best);
    if (best !== undefined) { // a floor counts its records once and has no epochs
      const loss = best.validation_loss.toFixed(3);
      const { privacy } = run.runConfig;
      say(
        `${privacy === undefined ? "Best" : "Last"} epoch ${best.epoch}: ` +
          `validation loss ${loss} nats per visit`,
      );
      if (privacy !== undefined && best.epsilon !== undefined) {
        say(
          `Spent an ε of ${
            best.epsilon.toFixed(4)
          } of ${privacy.epsilon}, at a δ of ${privacy.delta}`,
        );
      }
    }
    if (run.calibration !== undefined) say(calibrationText(run.calibration));
    const preset = args.maybe("preset");
    if (preset !== undefined) say(againstPreset(namedPreset(preset), run));
    const path = shellPath(args.text("out"));
    const next = shellPath(freePath("runs/synthetic"));
    say(`Next: deno task generate --run ${path} --count 1000 --out ${next}`);
    return runJson(out, run);
  }, { goesOn: options.resume, unfinished: unfinishedRun });
});

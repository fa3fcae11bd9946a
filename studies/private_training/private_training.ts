/**
 * What private training costs: HALO with several ε on one cohort, judged by fidelity, utility and
 * privacy, between independent draws and held-out records. The same settings for all, so that only the
 * noise differs. Each ε is stored as soon as it is judged; called again, the study continues.
 *
 * The commands that led to docs/results.md are there.
 *
 * @module
 */
import {
  type Cohort,
  generate,
  parseSettings,
  readMeds,
  type Run,
  splitOf,
  train,
  type TrainOptions,
} from "ehrloom";
import { basename, join } from "node:path";
import { isThere } from "../../lib/files/is_there.ts";
import { replaceText } from "../../lib/files/output.ts";
import { backendOption, startBackend } from "../../tasks/cli/backend_option.ts";
import { type Arguments, runCommand, say, UsageError } from "../../tasks/cli/command.ts";
import { type Judged, judgedEnds, judgedSynthetic } from "./judged.ts";
import { readResult, type Result, type Row } from "./result.ts";

/** What is the same for every ε. */
type Settings = Pick<
  TrainOptions,
  "epochs" | "batch" | "learningRate" | "schedule" | "averageWeights" | "settings" | "seed"
>;

/** "1,8,infinity" as numbers. */
function epsilonsOf(list: string): number[] {
  return list.split(",").map((text) => {
    const epsilon = text === "infinity" ? Infinity : Number(text);
    if (epsilon > 0) return epsilon;
    throw new UsageError(`--epsilons has "${text}": must be a number above 0, or infinity`);
  });
}

/** Trains a run, or continues one that was interrupted. */
async function trained(
  cohort: Cohort,
  folder: string,
  settings: Settings,
  { epsilon, delta, clip }: { epsilon: number; delta: number; clip: number },
): Promise<Run> {
  return await train(cohort, folder, {
    ...settings,
    model: "halo",
    warmup: 0,
    ...epsilon < Infinity && { privacy: { epsilon, delta, clip } },
    resume: await isThere(join(folder, "config.json")),
    onNote: say,
  });
}

/** The row of a run. */
async function rowOf(
  name: string,
  cohort: Cohort,
  run: Run,
  resamples: number,
): Promise<Row> {
  const { recordCount: patients } = splitOf(cohort, "train");
  const { cohort: records } = await generate(run, { count: patients, seed: 1 });
  const { privacy } = run.runConfig;
  return {
    cohort: name,
    patients,
    records: privacy === undefined ? "plain" : "private",
    epsilon: privacy?.epsilon ?? null,
    noise: privacy?.noiseMultiplier ?? null,
    ...await judgedSynthetic(records, run, { real: cohort, resamples }),
  };
}

/** The rows of the ends of the scale. */
async function endRows(name: string, real: Cohort, resamples: number): Promise<Row[]> {
  const { independent, heldOut } = await judgedEnds({ real, resamples });
  const row = (records: Row["records"], judged: Judged): Row => ({
    cohort: name,
    patients: splitOf(real, "train").recordCount,
    records,
    epsilon: null,
    noise: null,
    ...judged,
  });
  return [row("independent", independent), row("held out", heldOut)];
}

function settingsOf(args: Arguments): Settings {
  return {
    epochs: args.integer("epochs", { min: 1 }),
    batch: args.integer("batch", { min: 1 }),
    learningRate: args.number("lr", { min: 0 }),
    schedule: args.choice("schedule", ["constant", "cosine"]),
    averageWeights: args.number("average-weights", { min: 0, max: 1 }),
    seed: args.integer("seed", { min: 0 }),
    settings: parseSettings("halo", args.text("set").split(",")),
  };
}

/** The same, with what is private, in words: a result is continued under the same only. */
function inWords(
  { epochs, batch, learningRate, schedule, averageWeights, seed }: Settings,
  { set, delta, clip }: { set: string; delta: number; clip: number },
): string {
  return `HALO, ${set}, ${epochs} epochs, batch ${batch}, learning rate ${learningRate} ` +
    `(${schedule}), ${
      averageWeights ? `weights averaged by ${averageWeights}, ` : ""
    }δ ${delta}, ` +
    `clipped to ${clip}, random seed ${seed}`;
}

await runCommand({
  name: "private_training",
  summary: "Train HALO on a cohort with several epsilons, and judge each.",
  options: {
    cohort: { value: "DIR", help: "Cohort folder, with splits and labels", required: true },
    runs: { value: "DIR", help: "Folder for the runs", required: true },
    out: {
      value: "FILE",
      help: "JSON file of results; one that is there is continued",
      required: true,
    },
    epsilons: { value: "LIST", help: "Comma-separated", default: "1,2,4,8,16,infinity" },
    delta: { value: "X", help: "δ (default a tenth of 1 / number of training patients)" },
    clip: { value: "X", help: "The most that a patient's gradient may be long", default: "1" },
    set: {
      value: "LIST",
      help: "Settings of HALO, comma-separated",
      default: "width=32,layers=1,heads=4",
    },
    epochs: { value: "N", help: "Epochs", default: "20" },
    batch: { value: "N", help: "Patients per batch, on average", default: "256" },
    lr: { value: "X", help: "Learning rate", default: "0.02" },
    schedule: { value: "NAME", help: "constant or cosine", default: "cosine" },
    "average-weights": {
      value: "R",
      help: "The most that each step keeps of averaged weights; 0: none",
      default: "0",
    },
    seed: { value: "N", help: "Random seed of the trainings", default: "1" },
    resamples: { value: "N", help: "Resamples behind each interval", default: "200" },
    ...backendOption,
  },
  examples: [
    "deno run -A studies/private_training/private_training.ts --cohort runs/cohort --runs runs/private --out private.json",
  ],
}, async (args) => {
  const [folder, out] = [args.path("cohort"), args.path("out")];
  const epsilons = epsilonsOf(args.text("epsilons"));
  const settings = settingsOf(args);
  await startBackend(args);
  const cohort = await readMeds(folder);
  const delta = args.maybeNumber("delta", { min: 0, max: 1 }) ??
    0.1 / splitOf(cohort, "train").recordCount;
  const privacy = { delta, clip: args.number("clip", { min: 1e-9 }) };
  const training = inWords(settings, { set: args.text("set"), ...privacy });
  const known = await readResult(out);
  if (known !== undefined && known.training !== training) {
    throw new RangeError(`"${args.text("out")}" was trained otherwise: ${known.training}`);
  }
  const rows = [...known?.rows ?? []];
  const resamples = args.integer("resamples", { min: 1 });
  const add = async (...more: Row[]) => {
    rows.push(...more);
    const result: Result = { training, rows };
    await replaceText(out, JSON.stringify(result, null, 1) + "\n");
  };
  const name = basename(folder);
  if (rows.length === 0) await add(...await endRows(name, cohort, resamples));
  for (const epsilon of epsilons) {
    const known = epsilon === Infinity ? "plain" : epsilon;
    if (rows.some(({ records, epsilon }) => known === (epsilon ?? records))) continue;
    const run = await trained(cohort, join(args.path("runs"), `epsilon-${epsilon}`), settings, {
      ...privacy,
      epsilon,
    });
    await add(await rowOf(name, cohort, run, resamples));
    say(`ε ${epsilon}: ${JSON.stringify(rows.at(-1)?.figures)}`);
  }
  return { out };
});

// Time and memory of each step from source to report, by the number of patients: 34.16 visits of 3.52
// codes of 9,882 and 100 topics. Each step is a process of its own, so that its memory is its own.
//
//   deno run -A tests/bench/growth.ts FOLDER 10000 100000 929268
import process from "node:process";
import {
  evaluate,
  prepare,
  type Progress,
  readMeds,
  realSplits,
  sharedCohort,
  splitOf,
  train,
  useBackend,
  writeMeds,
  writeReport,
  writeSimulated,
} from "ehrloom";
import { onePass } from "ehrloom/evaluate/fidelity/counting/one_pass.ts";
import { say, tell } from "../../tasks/cli/command.ts";
import { taskCommand } from "../../tasks/submit/task_command.ts";

const sizes = { seed: 1, codes: 9882, topics: 100, visitsMean: 34.16, codesMean: 3.52 };

/** How long a step took, and what it held. */
interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly gib: number;
}

/** The steps, in their order; each reads what those before have written. */
const steps: Readonly<Record<string, (folder: string, patients: number) => Promise<unknown>>> = {
  simulate: (folder, patients) =>
    writeSimulated(`${folder}/source`, { ...sizes, patients, force: true }),
  "simulate others": (folder, patients) =>
    // stand for synthetic records of a perfect model
    writeSimulated(`${folder}/others`, { ...sizes, patients, first: patients, force: true }),
  prepare: async (folder) =>
    await writeMeds(`${folder}/cohort`, await prepare("meds", `${folder}/source`, { seed: 4 }), {
      force: true,
    }),
  "read and split": async (folder) => splitOf(await readMeds(`${folder}/cohort`), "train"),
  "train 20 steps": trained,
  "pairs over visits": counted,
  "evaluate codes and pairs": (folder) =>
    evaluated(
      folder,
      ["unigram", "same_visit_bigram", "sequential_bigram"].map((name) => `fidelity.${name}`),
    ),
  "evaluate fidelity": (folder) => evaluated(folder, ["fidelity"]),
  "evaluate quick": (folder) => evaluated(folder),
};

/** The first steps of an epoch; without its validation, whose time grows with the cohort. */
async function trained(folder: string): Promise<void> {
  await useBackend("tensorflow");
  const enough = new AbortController();
  const cohort = await readMeds(`${folder}/cohort`);
  const isEnough = await train(cohort, `${folder}/run`, {
    model: "halo-coarse",
    settings: { width: 64, layers: 1, heads: 2 },
    batch: 48,
    steps: 1000,
    force: true,
    signal: enough.signal,
    onProgress: ({ done }) => {
      if (done === 1) say(`     first step after ${(performance.now() / 1000).toFixed(1)} s`);
      if (done === 20) enough.abort();
    },
  }).catch(() => enough.signal.aborted);
  if (isEnough !== true) throw new Error("Training ended before 20 steps");
}

/** The part of `evaluate` that takes most memory, alone. */
async function counted(folder: string): Promise<void> {
  const real = splitOf(await readMeds(`${folder}/cohort`), "train");
  const others = await readMeds(`${folder}/others`);
  await onePass("sequential_bigram", {
    real: { role: "real", cohort: real },
    others: [{ role: "synthetic", cohort: others }],
    seed: 1,
    resamples: 1000,
  }, true);
}

async function evaluated(folder: string, only?: readonly string[]): Promise<void> {
  await useBackend("wasm");
  const real = await realSplits(await readMeds(`${folder}/cohort`));
  const synthetic = sharedCohort(await readMeds(`${folder}/others`));
  const how = { quick: true, onProgress: shown() };
  const report = await evaluate(real, synthetic, only === undefined ? how : { ...how, only });
  await writeReport(`${folder}/report`, report, { real: real.train, synthetic, force: true });
}

/** Says on stderr when each stage begins, with seconds of processor time since the start. */
function shown() {
  const begun = new Set<string>();
  return ({ stage, note = "" }: Progress) => {
    const what = `${stage} ${note}`;
    if (begun.has(what)) return;
    begun.add(what);
    say(`${cpuSeconds().toFixed(0).padStart(6)} s ${gib().toFixed(2)} GiB ${what}`);
  };
}

const gib = () => process.resourceUsage().maxRSS / 2 ** 20;

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Does a step in this process. */
async function cost(step: string, folder: string, patients: number): Promise<Cost> {
  await steps[step](folder, patients);
  return { seconds: performance.now() / 1000, cpuSeconds: cpuSeconds(), gib: gib() };
}

/** Does a step in a process of its own. */
async function costOfProcess(step: string, folder: string, patients: number): Promise<Cost> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      import.meta.filename ?? "",
      "--step",
      step,
      folder,
      `${patients}`,
    ],
    // as the tasks have it; prepare's is that of evaluate
    env: /^(simulate|train)/.test(step) ? {} : taskCommand("evaluate").environment,
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`${step} of ${patients} patients failed`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

if (Deno.args[0] === "--step") {
  const [, step, folder, patients] = Deno.args;
  tell(JSON.stringify(await cost(step, folder, Number(patients))));
  Deno.exit();
}
const [folder, ...given] = Deno.args;
const wanted = given.filter((text) => text in steps);
for (const patients of given.map(Number).filter((count) => count > 0)) {
  for (const step of wanted.length > 0 ? wanted : Object.keys(steps)) {
    const { seconds, cpuSeconds, gib } = await costOfProcess(
      step,
      `${folder}/${patients}`,
      patients,
    );
    tell(
      `| ${patients.toLocaleString("en")} | ${step} | ${seconds.toFixed(0)} s | ` +
        `${cpuSeconds.toFixed(0)} s | ${gib.toFixed(2)} GiB |`,
    );
  }
}

import {
  evaluate,
  hasLikelihood,
  readGenerationNotes,
  readMeds,
  readRun,
  runLikelihood,
  splitOf,
  writeReport,
} from "ehrloom";
import { join } from "node:path";
import { backendOption, startBackend } from "./cli/backend_option.ts";
import { runCommand, say, shellPath, UsageError } from "./cli/command.ts";

const judgements = ["fidelity", "utility", "privacy"];
const finished = ["fidelity"];

await runCommand({
  name: "evaluate",
  summary: "Judge a synthetic cohort against the real one; write report.html and report.json.",
  options: {
    real: { value: "DIR", help: "Real cohort folder, with splits", required: true, reads: true },
    synthetic: { value: "DIR", help: "Synthetic cohort folder", required: true, reads: true },
    run: {
      value: "RUN",
      help: "Run folder that drew it, for the likelihood of test records",
      reads: true,
    },
    out: { value: "DIR", help: "Folder for the report and its figures", required: true },
    only: { value: "LIST", help: "What to judge, parted by commas", default: finished.join() },
    seed: { value: "N", help: "Names the resamples of patients and the floor", default: "0" },
    resamples: { value: "N", help: "Resamples behind each interval, 0 for none", default: "1000" },
    ...backendOption,
    force: { help: "Replace an older result at --out" },
  },
  examples: [
    "deno task evaluate --real runs/cohort --synthetic runs/synthetic --out runs/report",
    "deno task evaluate --real runs/cohort --synthetic runs/synthetic --run runs/halo --out runs/report",
  ],
}, async (args, onProgress) => {
  checkJudgements(args.text("only"));
  const seed = args.integer("seed", { min: 0 });
  const resamples = args.integer("resamples", { min: 0 });
  const force = args.has("force");
  await args.claim("out", async (out) => {
    const real = await readMeds(args.path("real"), { onProgress });
    const synthetic = await readMeds(args.path("synthetic"), { onProgress });
    const run = args.maybe("run") === undefined ? undefined : await readRun(args.path("run"));
    if (run !== undefined) await startBackend(args);
    const likelihood = run && hasLikelihood(run)
      ? await runLikelihood(run, real, { seed, resamples, onProgress })
      : undefined;
    const report = await evaluate(real, synthetic, {
      seed,
      resamples,
      likelihood,
      run: run && { ...run.runConfig },
      ...await readGenerationNotes(args.path("synthetic")),
      onProgress,
    });
    const train = splitOf(real, "train");
    await writeReport(out, report, { real: train, synthetic, training: run?.training, force });
    const { unigram, same_visit_bigram, sequential_bigram } = report.fidelity ?? {};
    const r2 = [unigram, same_visit_bigram, sequential_bigram].map((each) => each?.r2.toFixed(3));
    say(`R² of codes ${r2[0]}, of pairs in a visit ${r2[1]}, of pairs over visits ${r2[2]}`);
    if (likelihood !== undefined) {
      const { nll_per_visit, nll_is_bound } = likelihood;
      say(`NLL per visit ${nll_is_bound ? "at most " : ""}${nll_per_visit.toFixed(3)} nats`);
    }
    say(`Next: open ${shellPath(join(args.text("out"), "report.html"))}`);
  });
});

function checkJudgements(only: string): void {
  for (const name of only.split(",")) {
    if (!judgements.includes(name)) {
      throw new UsageError(`--only names "${name}", known are ${judgements.join(", ")}`);
    }
    if (!finished.includes(name)) {
      throw new UsageError(`--only names "${name}", which cannot be judged yet; fidelity can`);
    }
  }
}

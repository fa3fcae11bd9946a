import {
  claimed,
  evaluate,
  generate,
  runLikelihood,
  splitOf,
  startInWords,
  syntheaSample,
  train,
  writeMeds,
  writeReportFiles,
  writeWhole,
} from "ehrloom";
import { join } from "node:path";
import { backendOption, startBackend } from "./cli/backend_option.ts";
import { freePath, type Result, runCommand, say, shellPath } from "./cli/command.ts";
import { headline } from "./cli/headline.ts";

await runCommand({
  name: "demo",
  summary:
    "Train on 288 sample patients, generate as many new ones, evaluate them; write a report.",
  options: {
    out: { value: "DIR", help: "Output folder", default: "runs/demo" },
    seed: { value: "N", help: "Random seed; equal seeds give equal results", default: "1" },
    backend: { ...backendOption.backend, default: "wasm" },
    force: { help: "Replace an older result at --out" },
  },
  examples: ["deno task demo", "deno task demo --seed 2 --out runs/demo-2"],
}, async (args, onProgress) => {
  const began = performance.now();
  const out = args.maybe("out") === "runs/demo" ? "runs/demo" : args.path("out");
  const force = args.has("force");
  const seed = args.integer("seed", { min: 0 });
  const figures = await claimed(out, { force }, async () => {
    const backend = await startBackend(args);
    const cohort = await syntheaSample();
    const real = splitOf(cohort, "train");
    say(
      `${cohort.recordCount} Synthea patients with ${cohort.vocabulary.codes.length} codes; ` +
        `${real.recordCount} for training; codes that fewer than 5 patients have are left out here, ` +
        "so that the demo is short (prepare keeps them)",
    );
    let figures: Result = {};
    await writeWhole(out, async (folder) => {
      const run = await train(cohort, join(folder, "run"), {
        workers: backend === "wasm" ? 2 : 1,
        seed,
        onStart: (start) => startInWords(start).forEach(say),
        onProgress,
      });
      const { cohort: synthetic, cutOff } = await generate(run, {
        count: real.recordCount,
        seed,
        onProgress,
      });
      const likelihood = await runLikelihood(run, cohort, { seed, onProgress });
      const report = await evaluate(cohort, synthetic, {
        quick: true,
        seed,
        likelihood,
        run,
        names: { real: "the Synthea sample" },
        generationSeed: seed,
        cutOff,
        onProgress,
      });
      await writeReportFiles(folder, report, {
        real,
        synthetic,
        heldOut: splitOf(cohort, "test"),
        training: run.training,
      });
      await Deno.writeTextFile(
        join(folder, "demo.json"),
        JSON.stringify({ ehrloom: report.about.ehrloom, seed, backend }) + "\n",
      );
      await writeMeds(join(folder, "cohort"), cohort);
      await writeMeds(join(folder, "synthetic"), synthetic);
      figures = headline(report.fidelity, likelihood);
      const { unigram, same_visit_bigram, sequential_bigram } = report.fidelity ?? {};
      say(
        `Fidelity, R²: codes ${unigram?.r2?.toFixed(3)}, pairs within a visit ` +
          `${same_visit_bigram?.r2?.toFixed(3)}, pairs over visits ${
            sequential_bigram?.r2?.toFixed(3)
          }; test loss ${likelihood.nll_per_visit.toFixed(3)} nats per visit`,
      );
    }, { force });
    return figures;
  });
  const seconds = (performance.now() - began) / 1000;
  const page = join(out, "report.html");
  say(`Done in ${seconds.toFixed(0)} s. Open ${page}`);
  sayNext();
  return { out, page, ...figures, seconds };
});

/** The next command, on the sample's own files. */
function sayNext(): void {
  say("Give the folder of your own files as --input; this is the sample's:");
  say(
    "Next: deno task prepare --from synthea --input data-fixtures/synthea-ma-sample " +
      "--labels data-fixtures/synthea-ma-sample/phenotypes.json " +
      `--out ${shellPath(freePath("runs/cohort"))}`,
  );
}

/**
 * Do synthetic records with a label help a classifier where few real patients have it? For each label of
 * a cohort that enough patients have: none, synthetic and perfect augmentation, as JSON.
 *
 * `deno run -A studies/rare_condition.ts --cohort cohorts/mine --run runs/halo --out rare.json`
 *
 * @module
 */
import { type RareCondition, rareCondition, readMeds, readRun, writeWhole } from "ehrloom";
import { backendOption, startBackend } from "../tasks/cli/backend_option.ts";
import { runCommand, say } from "../tasks/cli/command.ts";

await runCommand({
  name: "rare_condition",
  summary: "Measure what synthetic records with a label add where few real patients have it.",
  options: {
    cohort: { value: "DIR", help: "Cohort that the run was trained on", required: true },
    run: { value: "DIR", help: "Run of a model with the cohort's labels", required: true },
    out: { value: "FILE", help: "JSON file to write", required: true },
    repetitions: { value: "N", help: "Repetitions with other draws", default: "3" },
    ...backendOption,
  },
  examples: [
    "deno run -A studies/rare_condition.ts --cohort cohorts/mine --run runs/halo --out rare.json",
  ],
}, async (args, onProgress) => {
  const out = args.path("out");
  await startBackend(args);
  const cohort = await readMeds(args.path("cohort"));
  const run = await readRun(args.path("run"));
  const repetitions = args.integer("repetitions", { min: 1 });
  const found: RareCondition[] = [];
  for (const label of cohort.labelNames) {
    try {
      found.push(await rareCondition(cohort, run, { label, repetitions, onProgress }));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      say(error.message);
    }
  }
  await writeWhole(out, (path) => Deno.writeTextFile(path, JSON.stringify(found, null, 2) + "\n"));
  for (const { label, none, synthetic, perfect } of found) {
    const areas = [none, synthetic, perfect].map(({ auroc }) => auroc?.value.toFixed(3));
    say(
      `${label}: AUROC ${areas[0]} alone, ${areas[1]} with synthetic, ${
        areas[2]
      } with real records`,
    );
  }
  return { out };
});

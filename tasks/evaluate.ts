import {
  checkSensitive,
  type Cohort,
  evaluate,
  hasLikelihood,
  misnamed,
  type OnProgress,
  type PartialReport,
  qualityInWords,
  readCodeNames,
  readMeds,
  readQuality,
  readRun,
  readSynthetic,
  realSplits,
  type Run,
  runFingerprint,
  runLikelihood,
  sharedCohort,
  tooLongInWords,
  writeReport,
} from "ehrloom";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { startBackend } from "./cli/backend_option.ts";
import {
  type Arguments,
  resolvePath,
  runCommand,
  say,
  shellPath,
  UsageError,
} from "./cli/command.ts";
import { headline } from "./cli/headline.ts";
import { sayLeftOut } from "./cli/left_out.ts";
import { evaluateCommand } from "./evaluate/command.ts";

await runCommand(evaluateCommand, async (args, onProgress) => {
  const only = args.text("only").split(",");
  const problem = misnamed(only);
  if (problem !== undefined) throw new UsageError(`--only names ${problem}`);
  const seed = args.integer("seed", { min: 0 });
  const resamples = args.integer("resamples", { min: 0 });
  const minCell = args.integer("min-cell", { min: 0 });
  const workers = args.maybeInteger("workers", { min: 1 });
  const force = args.has("force");
  return await args.claim("out", async (out) => {
    let cohort: Cohort | undefined = await readMeds(args.path("real"), {
      ...sayLeftOut,
      onProgress,
    });
    const sensitive = await sensitiveCodes(args.maybe("sensitive"));
    checkSensitive(sensitive, cohort.vocabulary);
    const { synthetic, notes, runFingerprint: generatedBy } = await syntheticOf(
      args.path("synthetic"),
      onProgress,
    );
    const run = args.maybe("run") === undefined ? undefined : await readRun(args.path("run"));
    if (run !== undefined) await checkGenerated(args, run, generatedBy);
    if (run !== undefined) await startBackend(args);
    const likelihood = run && hasLikelihood(run, cohort)
      ? await runLikelihood(run, cohort, { seed, resamples, onProgress })
      : undefined;
    const real = await realSplits(cohort);
    cohort = undefined; // its memory is free before the work begins
    const report = await evaluate(real, synthetic, {
      only,
      quick: args.has("quick"),
      by: args.maybe("by"),
      seed,
      resamples,
      minCell,
      sensitive,
      likelihood,
      run,
      workers,
      names: { real: basename(args.path("real")), synthetic: basename(args.path("synthetic")) },
      ...notes,
      cuts: await cutsOf(args.path("real"), minCell),
      onDifference: say,
      onProgress,
    });
    await writeReport(out, report, {
      real: real.train,
      synthetic,
      heldOut: real.heldOut,
      training: run?.training,
      csv: args.has("csv"),
      png: args.has("png"),
      force,
    });
    sayFigures(report);
    say(`Next: open ${shellPath(join(args.text("out"), "report.html"))}`);
    return {
      out,
      report: join(out, "report.json"),
      page: join(out, "report.html"),
      ...headline(report.fidelity, likelihood),
    };
  });
});

/** The synthetic records in memory that threads share: only this copy stays. */
async function syntheticOf(folder: string, onProgress: OnProgress) {
  const { cohort, ...found } = await readSynthetic(folder, { ...sayLeftOut, onProgress });
  return { ...found, synthetic: sharedCohort(cohort) };
}

/** Refuses a run that did not generate the synthetic cohort: its figures are of another model. */
async function checkGenerated(
  args: Arguments,
  run: Run,
  generatedBy: string | undefined,
): Promise<void> {
  if (generatedBy === undefined || generatedBy === await runFingerprint(run)) return;
  throw new RangeError(
    `Cannot evaluate "${args.path("synthetic")}" with the run "${args.path("run")}": ` +
      "another run generated it, or this one before it was trained further",
  );
}

/** Codes by name: the lines of a file, if the text is the path of one. */
async function sensitiveCodes(text = ""): Promise<string[]> {
  const path = resolvePath(text);
  if (text !== "" && existsSync(path)) return await readCodeNames(path);
  return text.split(",").map((name) => name.trim()).filter((name) => name !== "");
}

/** What was cut when a cohort was prepared, in sentences. */
async function cutsOf(folder: string, minCell: number): Promise<string[]> {
  const quality = await readQuality(folder);
  return quality === undefined ? [] : qualityInWords(quality, { minCell });
}

/** Says what fits into a line or two. */
function sayFigures({ fidelity, likelihood, privacy }: PartialReport): void {
  const { unigram, same_visit_bigram, sequential_bigram } = fidelity ?? {};
  const named = {
    codes: unigram,
    "pairs in a visit": same_visit_bigram,
    "pairs over visits": sequential_bigram,
  };
  const r2 = Object.entries(named).flatMap(([name, figures]) =>
    figures === undefined ? [] : `of ${name} ${figures.r2?.toFixed(3) ?? "none"}`
  );
  if (r2.length > 0) say(`R² ${r2.join(", ")}`);
  if (likelihood !== undefined) {
    const { nll_per_visit, nll_is_bound, too_long } = likelihood;
    say(`Test loss ${nll_is_bound ? "at most " : ""}${nll_per_visit.toFixed(3)} nats per visit`);
    if (too_long !== undefined) say(tooLongInWords(too_long));
  }
  const conclusion = privacy?.audit?.conclusion;
  if (conclusion !== undefined) say(`Audit: ${conclusion}`);
}

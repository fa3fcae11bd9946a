import { attackByShadows, attackPart, liraInWords, readMeds, readRun } from "ehrloom";
import { join } from "node:path";
import { startBackend } from "./cli/backend_option.ts";
import { runCommand, say, UsageError } from "./cli/command.ts";
import { sayLeftOut } from "./cli/left_out.ts";
import { liraCommand, shadowsOf } from "./lira/command.ts";
import { knowledgeOf } from "./train/asked.ts";

await runCommand(liraCommand, async (args, onProgress) => {
  const shadows = shadowsOf(args);
  const seed = args.integer("seed", { min: 0 });
  const shadow = args.maybeInteger("shadow", { min: 1 });
  if (shadow !== undefined && (args.has("force") || args.maybe("parts") !== undefined)) {
    throw new UsageError("--shadow makes a part of an attack, without --parts and --force");
  }
  return await args.claim("out", async (out) => {
    const run = await readRun(args.path("run"));
    const cohort = await readMeds(args.path("cohort"), { ...sayLeftOut, onProgress });
    await startBackend(args);
    const knowledge = await knowledgeOf(args, cohort);
    if (shadow !== undefined) {
      await attackPart(run, cohort, out, { shadow, seed, knowledge, onProgress });
      return { out, shadow };
    }
    const report = await attackByShadows(run, cohort, out, {
      shadows,
      seed,
      knowledge,
      parts: args.maybe("parts") === undefined ? undefined : args.path("parts"),
      force: args.has("force"),
      onProgress,
    });
    liraInWords(report).forEach(say);
    const { online, offline } = report.lira;
    return { out, report: join(out, "lira.json"), online: online.auc, offline: offline.auc };
  }, { goesOn: !args.has("force") });
});

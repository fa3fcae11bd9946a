import {
  askedDigest,
  asWritten,
  type Cohort,
  coverageInWords,
  type Generated,
  generateParts,
  needsEngine,
  notesJson,
  readDescriptions,
  readMeds,
  readRules,
  readRun,
  repeatedLabels,
  type RuleTally,
  type Run,
  runFingerprint,
  type Shard,
  type ShardNotes,
  shardOf,
  trimmed,
  useBackend,
  writeMeds,
  writesOrderOnly,
} from "ehrloom";
import { chosenBackend } from "./cli/backend_option.ts";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import {
  type Arguments,
  freePath,
  resolvePath,
  type Result,
  runCommand,
  say,
  shellPath,
  UsageError,
} from "./cli/command.ts";
import { sayLeftOut } from "./cli/left_out.ts";
import { generateCommand } from "./generate/command.ts";

await runCommand(generateCommand, async (args, onProgress) => {
  const asked = askedOf(args);
  const backend = chosenBackend(args);
  return await args.claim("out", async (out) => {
    const run = await readRun(args.path("run"));
    if (needsEngine(run)) await useBackend(backend);
    const fingerprint = await runFingerprint(run);
    notLearned(run).forEach(say);
    const options = { ...asked, ...await givenOf(args, asked, run), onProgress };
    const shard = await shardNotesOf(args, options);
    const counts = { cutOff: 0, empty: 0, ruled: { draws: 0, touched: 0 } };
    await writeMeds(out, asWritten(counted(generateParts(run, options), counts)), {
      name: "ehrloom-synthetic",
      isOrderOnly: writesOrderOnly(run.runConfig),
      continues: options.prefixes,
      notes: () => ({ ...notesOf(args, { run, fingerprint, counts }), shard }),
      force: args.has("force"),
    });
    sayCounts(args, asked.count, counts);
    if (options.prefixes !== undefined) sayContinuations(args, run, options.prefixes, asked);
    say(
      `Next: deno task evaluate --real ${shellPath(await realCohort(args, run))} ` +
        `--synthetic ${shellPath(args.text("out"))} --run ${shellPath(args.text("run"))} ` +
        `--out ${shellPath(freePath("runs/report"))}`,
    );
    return { out, ...countsJson(args, asked.count, counts) };
  });
});

/** What the options ask for, before anything is read. */
function askedOf(args: Arguments) {
  const shard = partOf(args.maybe("shard"), args.integer("count", { min: 1 }));
  const labels = labelsOf(args.all("label"));
  const hasLabels = Object.keys(labels).length > 0;
  const hasLabelsFrom = args.maybe("labels-from") !== undefined;
  if (hasLabelsFrom && hasLabels) {
    throw new UsageError("use either --label or --labels-from");
  }
  const hasPrefixes = args.maybe("continue") !== undefined;
  if (hasPrefixes && (hasLabelsFrom || hasLabels)) {
    throw new UsageError("--continue takes no --label or --labels-from: its records have labels");
  }
  const [sex, ages] = [args.choice("sex", ["female", "male"]), agesOf(args.maybe("age"))];
  const race = args.maybe("race");
  if (hasPrefixes && (sex ?? race ?? ages) !== undefined) {
    throw new UsageError("--continue takes no --sex, --race or --age: its patients have their own");
  }
  if (!hasPrefixes && args.maybe("visits") !== undefined) {
    throw new UsageError("--visits needs --continue");
  }
  maxVisitsOf(args);
  return {
    ...shard,
    labels,
    sex,
    race,
    ages,
    seed: args.integer("seed", { min: 0 }),
    batch: args.integer("batch", { min: 1 }),
    sampler: args.choice("sampler", ["fixed-point", "block-order"]),
  };
}

/** Visits that are given of each record to continue; undefined for all. */
function maxVisitsOf(args: Arguments): number | undefined {
  return args.maybe("visits") === undefined ? undefined : args.integer("visits", { min: 1 });
}

/** The files that the options name. */
async function givenOf(args: Arguments, shard: Shard, run: Run) {
  const isGiven = (name: string) => args.maybe(name) !== undefined;
  const labelsFrom = isGiven("labels-from")
    ? await readMeds(args.path("labels-from"), sayLeftOut)
    : undefined;
  const labelRows = labelsFrom && repeatedLabels(labelsFrom, run.labelNames, shard);
  const prefixes = isGiven("continue")
    ? trimmed(await readMeds(args.path("continue"), sayLeftOut), { maxVisits: maxVisitsOf(args) })
    : undefined;
  const rules = isGiven("rules") ? await readRules(args.path("rules"), run) : undefined;
  return { labelsFrom, labelRows, prefixes, rules };
}

/** What is counted while records are written. */
interface Counts {
  cutOff: number;
  empty: number;
  readonly ruled: RuleTally;
}

/** The cohorts of parts, counted. */
async function* counted(parts: AsyncIterable<Generated>, counts: Counts): AsyncGenerator<Cohort> {
  for await (const { cohort, cutOff, ruled } of parts) {
    counts.cutOff += cutOff;
    counts.ruled.draws += ruled?.draws ?? 0;
    counts.ruled.touched += ruled?.touched ?? 0;
    counts.empty += cohort.visitOffsets.subarray(1)
      .filter((end, record) => end === cohort.visitOffsets[record]).length;
    yield cohort;
  }
}

/**
 * The folder of the real cohort, for the next command: the first one beside the run that has splits
 * and the run's codes; the README's if there is none.
 */
async function realCohort(args: Arguments, { vocabulary: { codes } }: Run): Promise<string> {
  const beside = join(args.text("run"), "..");
  const names = Array.from(Deno.readDirSync(resolvePath(beside)), ({ name }) => name).sort();
  for (const name of names) {
    const folder = join(beside, name);
    if (!existsSync(join(resolvePath(folder), "metadata", "subject_splits.parquet"))) continue;
    // a damaged folder beside the run is no concern of this task
    const own = await readDescriptions(resolvePath(folder)).catch(() => undefined);
    if (own?.vocabulary.codes.join("\n") === codes.join("\n")) return folder;
  }
  return "runs/cohort";
}

/** What the run's model did not learn of its training records, in sentences. */
function notLearned({ runConfig: { model, coverage } }: Run): string[] {
  return coverage === undefined ? [] : coverageInWords(model, coverage);
}

/**
 * What the cohort folder says about how it was generated. It names folders and files, but not where
 * they are, since synthetic records are meant to be passed on.
 */
function notesOf(
  args: Arguments,
  { run, fingerprint, counts: { cutOff, ruled } }: {
    run: Run;
    fingerprint: string;
    counts: Counts;
  },
) {
  const hasRules = args.maybe("rules") !== undefined;
  return {
    run: basename(args.path("run")),
    run_fingerprint: fingerprint,
    ...notesJson({
      generationSeed: args.integer("seed", { min: 0 }),
      cutOff,
      ruled: hasRules ? ruled : undefined,
    }),
    not_learned: notLearned(run),
    ...args.maybe("continue") !== undefined && {
      continues: { cohort: basename(args.path("continue")), visits: maxVisitsOf(args) ?? "all" },
    },
    ...hasRules && { rules_file: basename(args.path("rules")) },
  };
}

/** What `--json` shows. */
function countsJson(args: Arguments, count: number, { cutOff, empty, ruled }: Counts): Result {
  return {
    records: count,
    records_cut_off: cutOff,
    records_without_visits: empty,
    ...args.maybe("rules") !== undefined && {
      rules: { draws: ruled.draws, changed: ruled.touched },
    },
  };
}

function sayCounts(args: Arguments, count: number, { cutOff, empty, ruled }: Counts): void {
  say(`${count.toLocaleString("en")} records written to ${args.text("out")}`);
  if (cutOff > 0) {
    const those = cutOff === 1 ? "1 of them was" : `${cutOff.toLocaleString("en")} of them were`;
    say(`${those} cut off at the largest length of the model`);
  }
  if (empty > 0) say(empty === 1 ? "1 record has no visits" : `${empty} records have no visits`);
  if (args.maybe("rules") !== undefined) {
    const share = ruled.draws === 0 ? 0 : 100 * ruled.touched / ruled.draws;
    say(`Rules changed ${ruled.touched} of ${ruled.draws} draws (${share.toFixed(2)}%)`);
  }
}

/** Where the continuations are, and which file has not all patients. */
function sayContinuations(
  args: Arguments,
  { runConfig }: Run,
  { recordCount }: Cohort,
  { first, count }: Shard,
): void {
  if (writesOrderOnly(runConfig)) {
    say("No continuations are written, since the model writes no times (see --set numbers)");
    return;
  }
  say(`Continuations for meds-trajectory-evaluation: ${args.text("out")}/continuations`);
  if (first % recordCount === 0 && count % recordCount === 0) return;
  say(
    `Not every file there has all ${recordCount.toLocaleString("en")} patients, as that program ` +
      "needs: for that, --count must be a multiple of their number",
  );
}

/** Which part of the whole is asked for. */
function whichPart(text: string): { part: number; parts: number } {
  const [, part, parts] = text.match(/^(\d+)\/(\d+)$/)?.map(Number) ?? [];
  if (part >= 1 && part <= parts) return { part, parts };
  throw new UsageError(`--shard is ${text}, must be I/N with I between 1 and N`);
}

/** What a shard says of itself; undefined for a whole. */
async function shardNotesOf(
  args: Arguments,
  asked: Parameters<typeof askedDigest>[0],
): Promise<ShardNotes | undefined> {
  const text = args.maybe("shard");
  if (text === undefined) return undefined;
  const records = args.integer("count", { min: 1 });
  return { ...whichPart(text), records, asked: await askedDigest(asked) };
}

/** The part of the records that is asked for. */
function partOf(text: string | undefined, total: number): Shard {
  const shard = shardOf(total, whichPart(text ?? "1/1"));
  if (shard.count === 0) throw new UsageError(`--shard ${text} of ${total} records is empty`);
  return shard;
}

/** Ages at the first visit in years, from and below, that are asked for in whole years. */
function agesOf(text: string | undefined): [number, number] | undefined {
  if (text === undefined) return undefined;
  const [, from, to = from] = text.match(/^(\d+)(?:-(\d+))?$/) ?? [];
  if (from === undefined || Number(to) < Number(from)) {
    throw new UsageError(`--age is ${text}, must be whole years, such as 40-64 or 70`);
  }
  return [Number(from), Number(to) + 1];
}

function labelsOf(texts: readonly string[]): Record<string, 0 | 1> {
  return Object.fromEntries(texts.map((text) => {
    const [, name, value] = text.match(/^(.+)=([01])$/) ?? [];
    if (name === undefined) throw new UsageError(`--label is ${text}, must be NAME=0 or NAME=1`);
    return [name, value === "1" ? 1 : 0];
  }));
}

/**
 * Tasks to be troubled, with what each leaves when nothing comes between.
 *
 * @module
 */
import { random, writeMeds } from "ehrloom";
import { isThere } from "ehrloom/files/is_there.ts";
import { temporaryPattern } from "ehrloom/files/temporary.ts";
import { readSafetensors } from "ehrloom/nn/safetensors.ts";
import { createHash } from "node:crypto";
import { join, relative } from "node:path";
import { taskArguments, tinyCohort } from "../tiny.ts";

const root = new URL("../../", import.meta.url).pathname;
const network = ["width=8", "layers=1", "heads=2"].flatMap((text) => ["--set", text]);
const backend = ["--backend", "cpu"];
const files = ["--run", "run", "--report", "report"];
const learning = ["--cohort", "cohort", ...network, ...backend, "--epochs", "3", "--batch", "8"];

/** A task with its arguments; paths are from a folder of its own. */
export interface Scenario {
  readonly name: string;
  readonly task: string;
  readonly args: readonly string[];
  /** What is at `--out` before, as another scenario makes it. */
  readonly older?: readonly string[];
  /** The switch that goes on with what a killed one left, where the same command does not. */
  readonly resume?: string;
}

const scenario = (name: string, task: string, args: string[], more = {}): Scenario => ({
  name,
  task,
  args: [...args, "--out", "out"],
  ...more,
});

/** In the order in which they need each other's results; `inputs` makes what they read. */
export const scenarios: readonly Scenario[] = [
  scenario("prepare", "prepare", ["--from", "meds", "--input", "cohort"]),
  scenario("prepare --force", "prepare", ["--from", "meds", "--input", "cohort", "--force"], {
    older: ["prepare", "--from", "meds", "--input", "cohort", "--max-visits", "1"],
  }),
  scenario("simulate", "simulate", ["--patients", "30", "--codes", "20"]),
  scenario("simulate --force", "simulate", ["--patients", "30", "--codes", "20", "--force"], {
    older: ["simulate", "--patients", "10", "--codes", "30"],
  }),
  scenario("train", "train", [...learning, "--canaries", "12"], { resume: "--resume" }),
  scenario("train --force", "train", [...learning, "--force"], {
    older: ["train", ...learning, "--seed", "2"],
    resume: "--resume",
  }),
  scenario("generate", "generate", ["--run", "run", "--count", "6", ...backend]),
  scenario(
    "generate --force",
    "generate",
    ["--run", "run", "--count", "6", "--force", ...backend],
    {
      older: ["generate", "--run", "run", "--count", "3", ...backend],
    },
  ),
  scenario("merge", "merge", ["--shards", "shards"]),
  scenario("evaluate", "evaluate", [
    ...["--real", "cohort", "--synthetic", "cohort", "--run", "run"],
    ...["--resamples", "3", ...backend],
  ]),
  scenario("compare", "compare", [...learning, "--models", "halo,markov", "--resamples", "3"]),
  scenario("compare --force", "compare", [
    ...[...learning, "--models", "halo", "--resamples", "3", "--force"],
  ], { older: ["compare", ...learning, "--models", "halo", "--resamples", "3", "--seed", "2"] }),
  scenario("lira", "lira", [
    ...["--run", "run", "--cohort", "cohort", "--shadows", "4", ...backend],
  ]),
  scenario("lira --shadow", "lira", [
    ...["--run", "run", "--cohort", "cohort", "--shadow", "2", ...backend],
  ]),
  scenario("rules --force", "rules", ["--cohort", "cohort", "--expected", "0.1", "--force"], {
    older: ["rules", "--cohort", "cohort", "--expected", "2"],
  }),
  scenario("play", "play", ["--run", "run", "--cohort", "cohort"]),
  scenario("play --force", "play", ["--run", "run", "--cohort", "cohort", "--force"], {
    older: ["play", "--run", "run"],
  }),
  scenario("dossier", "dossier", [...files, "--cohort", "cohort"]),
  scenario("dossier --force", "dossier", [...files, "--cohort", "cohort", "--force"], {
    older: ["dossier", ...files],
  }),
];

/** Trouble for a task, see trouble.ts. */
export interface Trouble {
  readonly kind?: "kill" | "full";
  readonly at?: number;
  readonly countFile?: string;
}

/** How a task ended. */
export interface Ending {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly lines: readonly string[];
}

/** Begins a task in a folder. */
export function begin(
  folder: string,
  task: string,
  args: readonly string[],
  { kind, at, countFile }: Trouble = {},
): Deno.ChildProcess {
  const isTroubled = kind !== undefined || countFile !== undefined;
  const [run, ...own] = taskArguments(task);
  // who kills itself needs a permission more
  const preload = isTroubled ? ["--allow-run", "--preload", "tests/reliability/trouble.ts"] : [];
  return new Deno.Command(Deno.execPath(), {
    args: [run, ...preload, ...own, ...args],
    cwd: root,
    env: {
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
      INIT_CWD: folder,
      ...kind && { EHRLOOM_TROUBLE: kind, EHRLOOM_TROUBLE_AT: String(at) },
      ...countFile && { EHRLOOM_TROUBLE_COUNT: countFile },
    },
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

/** Waits until a task has ended. */
export async function ending(task: Deno.ChildProcess): Promise<Ending> {
  const { code, signal, stderr } = await task.output();
  const text = new TextDecoder().decode(stderr).trimEnd();
  return { code, signal, lines: text === "" ? [] : text.split("\n") };
}

/** Runs a task in a folder to its end; throws where it ends otherwise than by exit 0. */
export async function succeed(folder: string, task: string, args: readonly string[]) {
  const { code, lines } = await ending(begin(folder, task, args));
  if (code !== 0) throw new Error(`${task} ${args.join(" ")}: ${lines.join("\n")}`);
}

/** What {@link makeInputs} makes, by name. */
export const inputNames = ["cohort", "report", "run", "shards"];

/** The same with what a scenario leaves. */
export const namesWithOut = [...inputNames, "out"].sort();

/** Makes the cohort, the run and the report that scenarios read. */
export async function makeInputs(folder: string): Promise<void> {
  await writeMeds(join(folder, "cohort"), tinyCohort(40));
  await succeed(folder, "train", [...learning, "--out", "run"]);
  await succeed(folder, "evaluate", [
    ...["--real", "cohort", "--synthetic", "cohort", "--run", "run", ...backend],
    ...["--only", "privacy.identical_records", "--resamples", "3", "--out", "report"],
  ]);
  for (const part of [1, 2]) {
    const own = ["--shard", `${part}/2`, "--out", `shards/${part}`];
    await succeed(folder, "generate", ["--run", "run", "--count", "6", ...own, ...backend]);
  }
}

/** Copies a folder with all that is in it. */
export function copy(from: string, to: string): void {
  if (!Deno.statSync(from).isDirectory) return Deno.copyFileSync(from, to);
  Deno.mkdirSync(to);
  for (const { name } of Deno.readDirSync(from)) copy(join(from, name), join(to, name));
}

/** All files below a path, in order. */
export function filesOf(path: string): string[] {
  if (!Deno.statSync(path).isDirectory) return [path];
  return Array.from(Deno.readDirSync(path), ({ name }) => name).sort()
    .flatMap((name) => filesOf(join(path, name)));
}

/** What a clock says. */
const clock =
  /"(created|created_at|seconds|training_seconds|generation_seconds)":\s*("[^"]*"|[\d.e-]+)/g;

/** A whole path as a text. */
const path = /"\/[^"\n]*\/([^"/\n]*)"/g;

/** What a file says, without its clock and with the last names of paths; of numbers a digest. */
async function textOf(file: string): Promise<string> {
  const digest = createHash("sha256");
  const plain = (text: string) => text.replaceAll(clock, "").replaceAll(path, '"$1"');
  if (file.endsWith(".safetensors") && !temporaryPattern.test(file)) { // whole, unlike unfinished ones
    const { tensors, metadata } = await readSafetensors(file);
    for (const [name, { shape, numbers }] of Object.entries(tensors)) {
      digest.update(`${name} ${shape}`).update(new Uint8Array(numbers.buffer));
    }
    return plain(String(metadata.standing)) + digest.digest("hex");
  }
  const bytes = Deno.readFileSync(file);
  if (file.endsWith(".parquet")) return digest.update(bytes).digest("hex");
  return plain(new TextDecoder().decode(bytes));
}

/**
 * A result's files by their paths, without what a clock says; undefined where nothing is. Pages are
 * left out: they show the rest, and seconds among it.
 */
export async function contents(path: string): Promise<Record<string, string> | undefined> {
  if (!await isThere(path)) return undefined;
  const kept = filesOf(path).filter((file) => !file.endsWith(".html"));
  const texts = await Promise.all(kept.map(textOf));
  return Object.fromEntries(kept.map((file, index) => [relative(path, file), texts[index]]));
}

/** Some of the whole numbers from 1 to `most`, rising; all where there are no more. */
export function chosen(most: number, count: number, seed: number): number[] {
  const all = Int32Array.from({ length: most }, (_, i) => i + 1);
  return [...random(seed).shuffle(all).subarray(0, count)].sort((a, b) => a - b);
}

/** The factor by which to try more than CI does. */
export const effort = Number(Deno.env.get("EHRLOOM_RELIABILITY") ?? 1);

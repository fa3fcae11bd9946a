import { claimed, playPage, readMeds, readRun, trainingDefaults, writeWhole } from "ehrloom";
import { backendOption, startBackend } from "./cli/backend_option.ts";
import { type Arguments, type Command, runCommand, say, UsageError } from "./cli/command.ts";
import { sayLeftOut } from "./cli/left_out.ts";
import { playProgram } from "./play/bundle.ts";
import { samplePage } from "./play/sample_page.ts";

/** In the project's folder, where the task stands. */
const samplePath = "site/play.html";

const command: Command = {
  name: "play",
  summary: "Write a page on which everybody can play with a small HALO: by default one that is " +
    "trained now, on 288 simulated patients (12 seconds).",
  options: {
    out: { value: "FILE", help: `The page, one file (default: ${samplePath}; with --run: none)` },
    seed: { value: "N", help: "Random seed of the training (default: 1)" },
    backend: { ...backendOption.backend, default: "wasm" },
    force: { help: "Replace an older page at --out" },
  },
  groups: {
    "Your own run": {
      run: {
        value: "RUN",
        help: "Run folder of a HALO over codes alone, instead of the sample's. The page then " +
          "contains this model",
        reads: true,
      },
      cohort: {
        value: "DIR",
        help: "The cohort that it was trained on, to compare drawn patients with. The page gets " +
          "which share of its training patients has each code",
        reads: true,
      },
      "min-cell": {
        value: "N",
        help: "Codes of fewer than N training patients get no share; 1: all do",
        default: `${trainingDefaults.minCell}`,
      },
    },
  },
  details: [
    "A page of your own run contains the model, and the names of all its codes and labels. Protect " +
    "it like the run; docs/before-you-share.md says why. It contains no patient's record.",
  ],
  examples: [
    "deno task play",
    "deno task play --seed 2 --out runs/play-2.html",
    "deno task play --run runs/halo --cohort runs/cohort --out runs/play-halo.html",
  ],
};

/** The page of the user's run. */
async function ownPage(args: Arguments): Promise<string> {
  const minCell = args.integer("min-cell", { min: 0 });
  const run = await readRun(args.path("run"));
  const hasCohort = args.maybe("cohort") !== undefined;
  const real = hasCohort ? await readMeds(args.path("cohort"), sayLeftOut) : undefined;
  return await playPage(run, await playProgram(), { real, minCell });
}

/** Whether the page is of the user's run; throws a usage error where options contradict each other. */
function isOwn(args: Arguments): boolean {
  const given = (name: string) => args.maybe(name) !== undefined;
  if (!given("run")) {
    if (given("cohort")) throw new UsageError("--cohort needs --run");
    return false;
  }
  if (given("seed")) throw new UsageError("--seed is for training; --run is trained already");
  args.text("out"); // must be given: the book must not get the user's model unasked
  return true;
}

await runCommand(command, async (args, onProgress) => {
  const own = isOwn(args);
  const seed = args.maybeInteger("seed", { min: 0 }) ?? 1;
  const out = args.maybe("out") === undefined ? samplePath : args.path("out");
  const force = args.has("force");
  return await claimed(out, { force, inputs: args.inputs() }, async () => {
    if (!own) await startBackend(args);
    const page = own ? await ownPage(args) : await samplePage(seed, onProgress);
    await writeWhole(out, (path) => Deno.writeTextFile(path, page), { force });
    say(`Open ${out} in a browser; it needs no network`);
    if (own) say("The page contains the model: protect it like the run");
    return { out, bytes: new TextEncoder().encode(page).length };
  });
});

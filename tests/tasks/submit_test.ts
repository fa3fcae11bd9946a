import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { train, useBackend, writeMeds } from "ehrloom";
import { isThere } from "ehrloom/files/is_there.ts";
import { join } from "node:path";
import { jobsOf } from "../../tasks/submit/jobs.ts";
import { taskCommand } from "../../tasks/submit/task_command.ts";
import { inFolder } from "../folder.ts";
import { begin, contents, ending, succeed } from "../reliability/scenarios.ts";
import { answerOf, taskArguments, tinyCohort, tinySettings } from "../tiny.ts";

await useBackend("wasm");

const cohort = tinyCohort(40);
const generation = ["generate", "--run", "run", "--count", "41", "--backend", "wasm"];
const how = ["--set", "width=8", "--set", "layers=1", "--set", "heads=2", "--epochs", "2"];
const comparison = [
  ...["compare", "--cohort", "cohort", "--models", "halo,markov", "--seeds", "3,4"],
  ...[...how, "--batch", "8", "--resamples", "3", "--backend", "wasm"],
];

/** A folder with a cohort and a run. */
function withRun(test: (folder: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    await train(cohort, join(folder, "run"), { settings: tinySettings, epochs: 2, batch: 8 });
    await writeMeds(join(folder, "cohort"), cohort);
    await test(folder);
  });
}

/** The process that writes to a path, as soon as there is one; jobs are submitted in the meantime. */
async function writerOf(folder: string, name: string, submitted: Deno.ChildProcess) {
  const lock = join(folder, `.${name}.ehrloom-lock`);
  const ended = submitted.status.then(() => true);
  const pause = () => new Promise<false>((done) => setTimeout(() => done(false), 5));
  do {
    const text = await Deno.readTextFile(lock).catch(() => "");
    if (text.endsWith("\n")) return Number(JSON.parse(text).process);
  } while (!await Promise.race([ended, pause()]));
  throw new Error(`Nobody has written to ${name}`);
}

/** How far the jobs of a folder are, as `--json` says. */
async function statusOf(jobs: string): Promise<Record<string, unknown>> {
  const { stdout } = await answerOf("status", "--jobs", jobs, "--json");
  return JSON.parse(stdout);
}

Deno.test("a job that is killed in the middle is started again, and the result is that of one process", () =>
  withRun(async (folder) => {
    await succeed(folder, "generate", [...generation.slice(1), "--out", "whole"]);
    const submitted = begin(folder, "submit", [
      "--array",
      "2",
      "--",
      ...generation,
      "--out",
      "out",
    ]);
    const writer = await writerOf(join(folder, "out-jobs", "shards"), "2", submitted);
    Deno.kill(writer, "SIGKILL");
    const { code, lines } = await ending(submitted);
    assertEquals(code, 0, lines.join("\n"));
    assertEquals(lines.toSorted(), [
      `2 jobs in ${folder}/out-jobs, 0 of them done`,
      `The result is in ${folder}/out; what the jobs said, in ${folder}/out-jobs/logs`,
      "merge: done",
      "shard 1/2: done",
      "shard 2/2: done",
      "shard 2/2: ended by SIGKILL, is started again",
    ]);
    assertEquals(await contents(join(folder, "out")), await contents(join(folder, "whole")));
    const { done, failed, merge } = await statusOf(join(folder, "out-jobs"));
    assertEquals([done, failed, merge], [2, 0, "done"]);
  }));

Deno.test("jobs that were interrupted are continued by the same command", () =>
  withRun(async (folder) => {
    await succeed(folder, "generate", [...generation.slice(1), "--out", "whole"]);
    const args = ["--array", "3", "--at-once", "1", "--", ...generation, "--out", "out"];
    const submitted = begin(folder, "submit", args);
    const shards = join(folder, "out-jobs", "shards");
    const writer = await writerOf(shards, "2", submitted);
    submitted.kill("SIGTERM");
    const { code, lines } = await ending(submitted);
    assertEquals(code, 143);
    assertMatch(
      lines.at(-1) ?? "",
      /^Stopped.*; continue with: deno task submit --array 3 --at-once/,
    );
    while (await isThere(`/proc/${writer}`)) await new Promise((done) => setTimeout(done, 5));
    assertEquals(await isThere(join(shards, "1", "metadata", "dataset.json")), true);
    assertEquals(await isThere(join(shards, "2")), false);
    const before = await statusOf(join(folder, "out-jobs"));
    assertEquals([before.done, before.failed, before.not_started], [1, 1, 1]);
    await succeed(folder, "submit", args);
    assertEquals(await contents(join(folder, "out")), await contents(join(folder, "whole")));
  }));

Deno.test("a comparison is divided into its models and random seeds", () =>
  withRun(async (folder) => {
    await succeed(folder, "compare", [...comparison.slice(1), "--out", "whole"]);
    await succeed(folder, "submit", ["--jobs", "jobs", "--", ...comparison, "--out", "out"]);
    const parts = Array.from(Deno.readDirSync(join(folder, "jobs", "parts")), ({ name }) => name);
    assertEquals(parts.sort(), ["halo-seed-3", "halo-seed-4", "markov-seed-3", "markov-seed-4"]);
    const said = await Deno.readTextFile(join(folder, "jobs", "logs", "local_merge.log"));
    assertEquals(said.includes("epoch"), false, said); // no model is trained again
    assertEquals(await contents(join(folder, "out")), await contents(join(folder, "whole")));

    // another random seed is a job for each model more
    const more = comparison.slice(1).map((word) => word === "3,4" ? "3,4,5" : word);
    await succeed(folder, "compare", [...more, "--out", "whole"]);
    const submit = ["--jobs", "jobs", "--", "compare", ...more, "--out", "out"];
    const { code, lines } = await ending(begin(folder, "submit", submit));
    assertEquals([code, lines[0]], [0, `6 jobs in ${folder}/jobs, 4 of them done`]);
    assertEquals(await contents(join(folder, "out")), await contents(join(folder, "whole")));
  }));

Deno.test("an attack is divided into its shadow models", () =>
  withRun(async (folder) => {
    const attack = ["--run", "run", "--cohort", "cohort", "--shadows", "4", "--backend", "wasm"];
    await succeed(folder, "lira", [...attack, "--out", "whole"]);
    const submit = ["--", "lira", ...attack, "--out", "out"];
    await succeed(folder, "submit", submit);
    const parts = Array.from(Deno.readDirSync(join(folder, "out-jobs", "parts")), (each) =>
      each.name);
    assertEquals(parts.sort(), ["1", "2", "3", "4"]);
    assertEquals(await contents(join(folder, "out")), await contents(join(folder, "whole")));
    const { done, merge } = await statusOf(join(folder, "out-jobs"));
    assertEquals([done, merge], [4, "done"]);

    // with more shadow models, those that are there are not trained again
    const more = ["--run", "run", "--cohort", "cohort", "--shadows", "6", "--backend", "wasm"];
    const first = join(folder, "out-jobs", "logs", "local_1.log");
    const before = await Deno.readTextFile(first);
    const report = await Deno.readTextFile(join(folder, "out", "lira.json"));
    const said = await ending(begin(folder, "submit", ["--", "lira", ...more, "--out", "out"]));
    assertStringIncludes(said.lines.join("\n"), "6 jobs in");
    assertStringIncludes(said.lines.join("\n"), "4 of them done");
    assertEquals(await Deno.readTextFile(first), before);
    const kept = join(folder, "out-jobs", "before-lira.json");
    assertEquals(await Deno.readTextFile(kept), report);
    await succeed(folder, "lira", [...more, "--out", "whole six"]);
    assertEquals(await contents(join(folder, "out")), await contents(join(folder, "whole six")));
    const fewer = await ending(begin(folder, "submit", submit));
    assertMatch(
      fewer.lines.at(-1) ?? "",
      /^error: Cannot continue .* started with other arguments/,
    );
  }));

Deno.test("a training that is killed is continued, with each random seed, to the run of one process", () =>
  withRun(async (folder) => {
    const training = ["--cohort", "cohort", ...how, "--batch", "8", "--backend", "wasm"];
    const often = [...training, "--checkpoint-minutes", "0"];
    await succeed(folder, "train", [...training, "--seed", "5", "--out", "whole"]);
    const args = ["--seeds", "4,5", "--", "train", ...often, "--out", "runs/all"];
    const submitted = begin(folder, "submit", args);
    const run = join(folder, "runs", "all", "5");
    const writer = await writerOf(join(folder, "runs", "all"), "5", submitted);
    const log = join(run, "training.jsonl");
    while (!await isThere(log)) await new Promise((done) => setTimeout(done, 5));
    Deno.kill(writer, "SIGKILL");
    const { code, lines } = await ending(submitted);
    assertEquals(code, 0, lines.join("\n"));
    assertEquals(lines.toSorted(), [
      `2 jobs in ${folder}/runs/all-jobs, 0 of them done`,
      "The result is in " + join(folder, "runs/all") +
      `; what the jobs said, in ${folder}/runs/all-jobs/logs`,
      "seed 4: done",
      "seed 5: done",
      "seed 5: ended by SIGKILL, is started again",
    ]);
    assertEquals(await contents(run), await contents(join(folder, "whole")));
    assertEquals(JSON.parse(await Deno.readTextFile(join(run, "finished.json"))), {
      epochs: 2,
      ended_by: "epochs",
    });
    const status = await statusOf(join(folder, "runs", "all-jobs"));
    assertEquals([status.done, status.failed, status.merge], [2, 0, null]);
    const said = await answerOf("status", "--jobs", join(folder, "runs", "all-jobs"));
    assertEquals(said.stdout, "2 of 2 jobs done\n");

    // another random seed is one more job
    const further = args.with(1, "4,5,6");
    const found = await ending(begin(folder, "submit", further));
    assertEquals([found.code, found.lines[0]], [
      0,
      `3 jobs in ${folder}/runs/all-jobs, 2 of them done`,
    ]);
    assertEquals(await isThere(join(folder, "runs", "all", "6", "finished.json")), true);
  }));

Deno.test("an evaluation is one job, whose report is that of the task", () =>
  withRun(async (folder) => {
    await succeed(folder, "generate", [...generation.slice(1), "--out", "synthetic"]);
    const evaluation = [
      "--real",
      "cohort",
      "--synthetic",
      "synthetic",
      "--only",
      "fidelity.unigram",
    ];
    await succeed(folder, "evaluate", [...evaluation, "--out", "whole"]);
    await succeed(folder, "submit", ["--", "evaluate", ...evaluation, "--out", "out"]);
    assertEquals(await contents(join(folder, "out")), await contents(join(folder, "whole")));
  }));

/** Puts a program of Slurm's in a folder: a shell script. */
function slurmProgram(folder: string, name: string, script: string): Promise<void> {
  return Deno.writeTextFile(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

Deno.test({
  name: "jobs that Slurm has are noted even if it refuses the merge, and no engine runs them again",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withRun(async (folder) => {
      const programs = join(folder, "programs");
      await Deno.mkdir(programs);
      const submitted = async (...how: string[]) => {
        const { code, stderr } = await new Deno.Command(Deno.execPath(), {
          args: [...taskArguments("submit"), ...how, "--array", "2", "--", ...generation]
            .concat("--out", "out"),
          cwd: new URL("../../", import.meta.url).pathname,
          env: { NO_COLOR: "1", INIT_CWD: folder, PATH: programs },
        }).output();
        return [code, new TextDecoder().decode(stderr).trimEnd().split("\n").at(-1) ?? ""] as const;
      };
      const onKubernetes = ["--engine", "kubernetes", "--image", "x", "--volume", `data=${folder}`];
      await slurmProgram(
        programs,
        "sbatch",
        'case "$*" in *merge*) echo no >&2; exit 1; esac; echo 17',
      );
      assertEquals(await submitted("--engine", "slurm"), [1, "error: Cannot use Slurm: no"]);
      await slurmProgram(programs, "squeue", 'echo "17 17 1 RUNNING"; echo "18 17 2 PENDING"');
      const script = join(folder, "out-jobs", "element.sh");
      const before = await Deno.readTextFile(script);
      for (const how of [[], ["--engine", "slurm"], onKubernetes]) {
        const [code, said] = await submitted(...how);
        assertEquals(code, 1);
        assertStringIncludes(said, `out-jobs": 2 of its jobs are in Slurm's queue; wait for them`);
      }
      assertEquals(await Deno.readTextFile(script), before);
      await Deno.remove(join(programs, "squeue"));
      assertEquals(await submitted(), [
        1,
        `error: Cannot find squeue: Slurm is not on this machine; "${folder}/out-jobs" was submitted ` +
        "to it: repeat this where it is or, if it has none of these jobs, remove slurm.json from that " +
        "folder",
      ]);
      await slurmProgram(programs, "squeue", "");
      assertEquals((await submitted(...onKubernetes))[0], 0);
    }),
});

Deno.test("deno task submit says in one line what is wrong", () =>
  withRun(async (folder) => {
    await Deno.writeTextFile(join(folder, "rules.json"), "{");
    const generate = [...generation, "--out", "out"];
    const cases: [args: string[], code: number, message: string][] = [
      [["--time", "1:00", "--", ...generate], 2, "--time needs --engine slurm"],
      [
        ["--engine", "kubernetes", "--image", "x", "--volume", "data=/data", "--", ...generate],
        2,
        `${folder}/out-jobs is on no volume: give --volume CLAIM=PATH with a folder above it`,
      ],
      [
        ["--array", "2", "--", ...generate, "--rules", "rules.json"],
        1,
        `Cannot finish: 2 of 2 jobs failed, such as shard 1/2: Cannot read "${folder}/rules.json"`,
      ],
      [["--", ...generate], 1, `Cannot continue "${folder}/out-jobs": it was started with other`],
    ];
    for (const [args, code, message] of cases) {
      const found = await ending(begin(folder, "submit", args));
      assertEquals(found.code, code, `${args}: ${found.lines}`);
      const errors = found.lines.filter((line) => line.startsWith("error: "));
      assertEquals(errors.length, 1, `${args}: ${found.lines}`);
      assertStringIncludes(errors[0], message);
    }
    const { failed } = await statusOf(join(folder, "out-jobs"));
    assertEquals(failed, 2);
  }));

Deno.test("jobsOf() refuses what cannot be divided, and what one process alone can be asked", () =>
  inFolder(async (folder) => {
    for (const name of ["run", "cohort"]) await Deno.mkdir(join(folder, name));
    const [run, cohort, out] = ["run", "cohort", "out"].map((name) => join(folder, name));
    const generate = ["generate", "--run", run, "--count", "41"];
    const compare = ["compare", "--cohort", cohort, "--out", out];
    const train = ["train", "--cohort", cohort, "--out", out];
    const lira = ["lira", "--run", run, "--cohort", cohort, "--out", out];
    const cases: [words: string[], array: number | undefined, message: string][] = [
      [
        [],
        undefined,
        "no task is given: end with -- generate, compare, lira, train or evaluate and its options",
      ],
      [
        ["merge"],
        2,
        'merge cannot be submitted: behind "--" must be generate, compare, lira, train',
      ],
      [generate, 2, "--out DIR is required"],
      [[...lira, "--shadows", "5"], undefined, "--shadows is 5, must be an even number"],
      [lira, 2, "--array is for generate; lira has an element for each shadow model"],
      [
        [...lira, "--shadow", "1"],
        undefined,
        '--shadow cannot stand behind "--": lira runs in jobs',
      ],
      [
        [...generate, "--cuont", "3", "--out", out],
        2,
        "unknown argument --cuont; did you mean --c",
      ],
      [[...generate, "--out", out, "--shard=1/2"], 2, '--shard cannot stand behind "--": generate'],
      [[...generate, "--out", out, "--json"], 2, '--json cannot stand behind "--": generate runs'],
      [[...generate, "--out", out, "-h"], 2, "deno task generate --help shows what generate takes"],
      [[...generate, "--out", out], 42, "--array is 42, must be at most the number of records, 41"],
      [compare, 2, "--array is for generate; compare has an element for each model and seed"],
      [[...train, "--resume"], undefined, '--resume cannot stand behind "--": train runs in jobs'],
      [[...train, "--mpi"], undefined, '--mpi cannot stand behind "--": train runs in jobs'],
      [
        [...compare, "--parts", cohort],
        undefined,
        '--parts cannot stand behind "--": compare runs',
      ],
      [[...generate, "--out", out, "--rules", "/none"], 2, 'Cannot read "/none": no such file or'],
    ];
    for (const [words, array, message] of cases) {
      const error = assertThrows(() => jobsOf(words, { jobs: undefined, array }), Error);
      assertStringIncludes(error.message, message);
    }
    const seeded: [words: string[], seeds: number[], message: string][] = [
      [[...train, "--seed", "1"], [1, 2], "use either --seed or --seeds"],
      [train, [1, 2, 1], "--seeds has 1 twice"],
      [compare, [1, 2], "--seeds is for train; compare has an element for each model and seed"],
    ];
    for (const [words, seeds, message] of seeded) {
      assertThrows(() => jobsOf(words, { seeds }), Error, message);
    }
    const { jobs, jobList } = jobsOf([...generate, `--out=${out}`], { jobs: undefined, array: 2 });
    assertEquals(jobs, `${out}-jobs`);
    const { elements: [first, second], merge } = jobList;
    const asked = ["--run", run, "--count", "41"];
    const own = join(jobs, "shards", "1");
    assertEquals(first.arguments, [...asked, "--shard", "1/2", "--out", own]);
    assertEquals([first.out, second.name], [own, "shard 2/2"]);
    assertEquals(merge?.arguments, ["--shards", join(jobs, "shards"), "--out", out]);
  }));

Deno.test("a job gets the variables of its task, and the arguments with its permissions", () => {
  const { environment, arguments: args } = taskCommand("evaluate");
  assertEquals(environment, {
    DENO_NO_UPDATE_CHECK: "1",
    MALLOC_MMAP_THRESHOLD_: "1048576",
  });
  assertEquals([args[0], args.at(-1)], ["run", "tasks/evaluate.ts"]);
  assertEquals(taskCommand("generate").environment, { DENO_NO_UPDATE_CHECK: "1" });
});

import { assertEquals, assertRejects } from "@std/assert";
import {
  beginJobs,
  isDone,
  type Job,
  openElements,
  readJobList,
} from "ehrloom/cluster/job_list.ts";
import { jobStates } from "ehrloom/cluster/job_states.ts";
import { tryLock } from "ehrloom/files/lock.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";

/** Five jobs and a merge, whose results are below a folder. */
function jobsBelow(folder: string) {
  const job = (name: string): Job => ({
    name: `job ${name}`,
    task: "generate",
    arguments: ["--count", name],
    out: join(folder, "parts", name),
    done: "done.json",
  });
  return { folder, elements: ["a", "b", "c", "d", "e"].map(job), merge: job("all") };
}

Deno.test("a list of jobs is read as it was written, and only the same one is continued", () =>
  inFolder(async (folder) => {
    const [jobs, list] = [join(folder, "jobs"), jobsBelow(folder)];
    await assertRejects(() => readJobList(jobs), Deno.errors.NotFound, "it holds no jobs.json");
    await beginJobs(jobs, list);
    assertEquals(await readJobList(jobs), list);
    await beginJobs(jobs, list);
    await assertRejects(
      () => beginJobs(jobs, { ...list, elements: list.elements.slice(1) }),
      RangeError,
      `Cannot continue "${jobs}": it was started with other arguments`,
    );
    await Deno.mkdir(join(folder, "other"));
    await Deno.writeTextFile(join(folder, "other", "letter.txt"), "dear");
    await assertRejects(
      () => beginJobs(join(folder, "other"), list),
      Deno.errors.AlreadyExists,
      "it exists already and holds no jobs",
    );
    const further = { ...list, elements: [...list.elements, { ...list.elements[0], name: "f" }] };
    await Deno.mkdir(list.merge.out, { recursive: true });
    await Deno.writeTextFile(join(list.merge.out, "done.json"), "of five");
    await beginJobs(jobs, further);
    assertEquals(await readJobList(jobs), further);
    assertEquals(await Deno.readTextFile(join(jobs, "before-done.json")), "of five");
    assertEquals(await isDone(list.merge), false); // it is to be made again
    await assertRejects(
      () => beginJobs(join(folder, "more"), list),
      Deno.errors.AlreadyExists,
      `Cannot write "${list.merge.out}": it exists already`,
    );
    const { merge: _, ...elements } = list;
    await Deno.mkdir(list.elements[1].out, { recursive: true });
    await assertRejects(
      () => beginJobs(join(folder, "more"), elements),
      Deno.errors.AlreadyExists,
      `Cannot write "${list.elements[1].out}": it exists already`,
    );
    await Deno.writeTextFile(join(jobs, "jobs.json"), '{ "folder": "/", "elements": [] }');
    await assertRejects(() => readJobList(jobs), SyntaxError, "must be a list of at least one job");
  }));

Deno.test("a list that grows takes over nothing that is where a new job writes", () =>
  inFolder(async (folder) => {
    const { merge: _, ...all } = jobsBelow(folder);
    const [jobs, begun] = [join(folder, "jobs"), { ...all, elements: all.elements.slice(0, 2) }];
    await beginJobs(jobs, begun);
    await Deno.mkdir(all.elements[0].out, { recursive: true }); // of its own
    await Deno.mkdir(all.elements[3].out);
    await assertRejects(
      () => beginJobs(jobs, all),
      Deno.errors.AlreadyExists,
      `Cannot write "${all.elements[3].out}": it exists already`,
    );
    assertEquals(await readJobList(jobs), begun);
    await Deno.remove(all.elements[3].out);
    await beginJobs(jobs, all);
    assertEquals(await readJobList(jobs), all);
  }));

Deno.test("jobStates() tells done, running, waiting, failed and not started jobs apart", () =>
  inFolder(async (folder) => {
    const [jobs, list] = [join(folder, "jobs"), jobsBelow(folder)];
    await beginJobs(jobs, list);
    const [a, b] = list.elements;
    await Deno.mkdir(a.out, { recursive: true });
    await Deno.writeTextFile(join(a.out, a.done), "{}");
    assertEquals(await openElements(list), [2, 3, 4, 5]);
    const log = (name: string, text: string) =>
      Deno.writeTextFile(join(jobs, "logs", `${name}.log`), text);
    await log("local_2", "error: of before\n");
    await log("local_3", "error: of before\n");
    await log("17_3", "a line\nerror: no space left\n\n");
    await Deno.utime(join(jobs, "logs", "local_3.log"), 1, 1);
    await log("local_13", "of another job");
    const held = Deno.build.os === "windows" ? undefined : await heldByAnother(b.out);
    const states = await jobStates(jobs, list, [{ job: "4", state: "PENDING" }]);
    held?.kill("SIGKILL");
    await held?.status;
    assertEquals(states.map(({ job, state, said }) => [job, state, said]), [
      ["1", "done", undefined],
      ["2", "running", undefined],
      ["3", "failed", "error: no space left"],
      ["4", "waiting", undefined],
      ["5", "not started", undefined],
      ["merge", "not started", undefined],
    ]);
    const [, after] = await jobStates(jobs, list);
    assertEquals([after.state, after.said], ["failed", "error: of before"]);
    (await tryLock(b.out))?.release();
  }));

/** A process that holds the lock of a path. */
async function heldByAnother(path: string): Promise<Deno.ChildProcess> {
  const module = new URL("../../lib/files/lock.ts", import.meta.url).href;
  const program = `import { lock } from "${module}"; await lock(${JSON.stringify(path)});
    console.log("held"); await new Promise((done) => setTimeout(done, 60_000));`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `data:text/typescript,${encodeURIComponent(program)}`],
    cwd: new URL("../../", import.meta.url).pathname,
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  reader.releaseLock();
  await child.stdout.cancel();
  return child;
}

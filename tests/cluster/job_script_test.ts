import { assertEquals } from "@std/assert";
import { jobScript } from "ehrloom/cluster/job_script.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";

Deno.test({
  name: "the script runs each job by its number, with its arguments as they are, unless it is done",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      const job = (name: string) => ({
        name,
        task: "generate",
        arguments: ["--label", `it's "${name}" $HOME;`, ""],
        out: join(folder, name),
        done: "done.json",
      });
      const path = join(folder, "element.sh");
      const list = { folder, elements: ["a b", "c"].map(job), merge: job("all") };
      const script = jobScript(list, {
        deno: "printf",
        project: folder,
        taskCommand: (task) => ({ arguments: ["%s|", task], environment: {} }),
      });
      await Deno.writeTextFile(path, script);
      const run = async (...args: string[]) => {
        const { code, stdout } = await new Deno.Command("sh", { args: [path, ...args] }).output();
        return [code, new TextDecoder().decode(stdout)];
      };
      assertEquals(await run("1"), [0, `generate|--label|it's "a b" $HOME;||`]);
      assertEquals(await run("merge"), [0, `generate|--label|it's "all" $HOME;||`]);
      assertEquals(await run("1", "is-done"), [1, ""]);
      assertEquals(await run("1", "has-trained", path), [1, ""]);
      await Deno.mkdir(join(folder, "a b"));
      await Deno.writeTextFile(join(folder, "a b", "done.json"), "{}");
      assertEquals(await run("1"), [0, ""]);
      const begun = join(folder, "a b", "resume.safetensors"); // a run has it before any checkpoint
      await Deno.writeTextFile(begun, "");
      await Deno.utime(path, 5, 5);
      await Deno.utime(begun, 6, 6);
      assertEquals(await run("1", "has-trained", path), [1, ""]);
      for (const name of ["training.jsonl", "adversary.jsonl"]) {
        const log = join(folder, "a b", name);
        await Deno.writeTextFile(log, "");
        await Deno.utime(log, 4, 4);
        assertEquals(await run("1", "has-trained", path), [1, ""]);
        await Deno.utime(log, 6, 6);
        assertEquals(await run("1", "has-trained", path), [0, ""]);
        await Deno.remove(log);
      }
      assertEquals(await run("1", "is-done"), [0, ""]);
      assertEquals(await run("2"), [0, `generate|--label|it's "c" $HOME;||`]);
      assertEquals(await run("3"), [2, ""]);
    }),
});

Deno.test({
  name: "each job has its folder and the variables of its task in its environment",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      const job = { name: "one", task: "evaluate", arguments: [], out: folder, done: "done.json" };
      const script = jobScript({ folder, elements: [job] }, {
        deno: "printenv",
        project: folder,
        taskCommand: () => ({ arguments: ["INIT_CWD", "SIZE"], environment: { SIZE: "1 MB" } }),
      });
      const path = join(folder, "element.sh");
      await Deno.writeTextFile(path, script);
      const { stdout } = await new Deno.Command("sh", { args: [path, "1"] }).output();
      assertEquals(new TextDecoder().decode(stdout), `${folder}\n1 MB\n`);
    }),
});

// Codes, labels and paths come from others: no line of a task may carry out what is written in them.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Cohort, writeMeds } from "ehrloom";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { runTask, tinyCohort } from "../tiny.ts";
import { vocabulary } from "ehrloom/cohort/vocabulary.ts";

/** Clears the screen, rings, turns the direction of writing and begins a line of its own. */
const hostile = "\x1b[2J\x07\u202e\nwrote runs\r\x9b\x85";
const shown = String.raw`\x1b[2J\x07\u202e\nwrote runs\r\x9b\x85`;

/** A cohort whose codes, descriptions and labels are all hostile. */
function hostileCohort(records: number, prefix: string): Cohort {
  const plain = tinyCohort(records);
  const names = plain.vocabulary.codes.map((code) => `${prefix}${code}${hostile}`);
  return {
    ...plain,
    vocabulary: vocabulary(names),
    labelNames: plain.labelNames.map((name) => prefix + name + hostile),
  };
}

Deno.test("no task lets through what hides in codes, labels and paths", () =>
  inFolder(async (folder) => {
    const place = (name: string) => join(folder, name + hostile);
    await writeMeds(place("real"), hostileCohort(40, "a"));
    await writeMeds(place("other"), hostileCohort(40, "b"));
    const out = (name: string) => ["--out", place(name)];
    const model = ["--model", "markov", "--backend", "cpu"];
    const judged = ["--real", place("real"), "--synthetic", place("other"), "--resamples", "2"];
    const calls: [name: string, args: string[], code: number][] = [
      ["prepare", ["--from", "meds", "--input", place("real"), ...out("again")], 0],
      ["train", ["--cohort", place("real"), ...out("run"), ...model], 0],
      ["train", ["--cohort", place("real"), ...out("run"), ...model], 1],
      ["train", ["--cohort", place("none"), ...out("no"), ...model], 1],
      ["train", ["--cohort", place("real"), ...out("no"), "--model", hostile], 1],
      ["train", ["--cohort", place("real"), ...out("no"), "--set", `a${hostile}=1`], 1],
      ["generate", ["--run", place("run"), "--count", "9", ...out("synthetic")], 0],
      ["generate", ["--run", place("run"), "--count", "9", ...out("no"), "--label", hostile], 2],
      ["evaluate", [...judged, ...out("report")], 0],
      ["evaluate", [...judged, ...out("no"), "--only", hostile], 2],
      ["evaluate", [...judged, ...out("no"), `--un${hostile}`], 2],
    ];
    for (const [name, args, wanted] of calls) {
      const { code, lines } = await runTask(name, ...args);
      const text = lines.join("\n");
      assertEquals(code, wanted, text);
      assertStringIncludes(text, shown);
      assertEquals(text.match(/[^\P{C}\n]/gu), null, text);
      assert(!lines.some((line) => line.startsWith("wrote runs")), text);
    }
  }));

Deno.test("a progress bar on a terminal shows hidden characters as escapes", async () => {
  const probe = await Deno.makeTempFile({
    dir: new URL(".", import.meta.url).pathname,
    prefix: ".probe",
    suffix: ".ts",
  });
  try {
    const text = JSON.stringify(hostile);
    await Deno.writeTextFile(
      probe,
      `import process from "node:process";
       import { progressDisplay } from "../../tasks/cli/progress.ts";
       Object.defineProperty(process.stderr, "isTTY", { value: true });
       const { onProgress, stop } = progressDisplay();
       onProgress({ stage: ${text}, done: 0, total: 3 });
       onProgress({ stage: ${text}, done: 1, total: 3, note: ${text} });
       stop();`,
    );
    const { stderr } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", probe] })
      .output();
    const bar = new TextDecoder().decode(stderr);
    assertEquals(bar.split(shown).length > 2, true, bar);
    for (const hidden of ["\x1b[2J", "\x07", "\u202e", "\x9b", "\x85", "\nwrote"]) {
      assertEquals(bar.includes(hidden), false);
    }
  } finally {
    await Deno.remove(probe);
  }
});

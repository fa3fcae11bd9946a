import { assertEquals, assertStringIncludes } from "@std/assert";
import { evaluate, splitOf, train, writeMeds, writeReport } from "ehrloom";
import { inFolder } from "../folder.ts";
import { runTask, tinyCohort } from "../tiny.ts";

const real = tinyCohort(40);

/** Writes a cohort, a run and a report on it. */
async function made(folder: string): Promise<void> {
  await writeMeds(`${folder}/cohort`, real);
  const run = await train(real, `${folder}/run`, { model: "markov" });
  const synthetic = splitOf(real, "test");
  const report = await evaluate(real, synthetic, { run, quick: true, resamples: 3 });
  await writeReport(`${folder}/report`, report, { real: splitOf(real, "train"), synthetic });
}

/** The options of a dossier, with other names of folders where they are given. */
function options(folder: string, { run = "run", cohort = "cohort" } = {}): string[] {
  return [
    ...["--run", `${folder}/${run}`, "--report", `${folder}/report`],
    ...["--cohort", `${folder}/${cohort}`, "--out", `${folder}/dossier.html`],
  ];
}

Deno.test("deno task dossier writes one page, and replaces it only when asked", () =>
  inFolder(async (folder) => {
    await made(folder);
    const first = await runTask("dossier", ...options(folder));
    assertEquals([first.code, ...first.lines], [
      0,
      `Next: open ${folder}/dossier.html and print it; fill in the blank lines`,
    ]);
    const page = await Deno.readTextFile(`${folder}/dossier.html`);
    assertStringIncludes(page, "Markov learned from the records of 20 patients");
    assertStringIncludes(page, "10 other patients were held out");
    const second = await runTask("dossier", ...options(folder));
    assertEquals([second.code, ...second.lines], [
      1,
      `error: Cannot write "${folder}/dossier.html": it exists already; pass --force to replace it`,
    ]);
    assertEquals((await runTask("dossier", ...options(folder), "--force")).code, 0);
  }));

Deno.test("deno task dossier refuses in one line what does not belong together", () =>
  inFolder(async (folder) => {
    await made(folder);
    await train(real, `${folder}/other`, { model: "independent" });
    const { code, lines } = await runTask("dossier", ...options(folder, { run: "other" }));
    assertEquals([code, ...lines], [
      1,
      `error: Cannot make a dossier of "${folder}/report": it is about another run than ` +
      `"${folder}/other", or about this one before it was trained further`,
    ]);
    await writeMeds(`${folder}/stranger`, tinyCohort(40, 2));
    const refused = await runTask("dossier", ...options(folder, { cohort: "stranger" }));
    assertEquals([refused.code, ...refused.lines], [
      1,
      `error: Cannot make a dossier with the cohort "${folder}/stranger": "${folder}/run" was ` +
      "trained on another cohort or other splits",
    ]);
    const unasked = await runTask("dossier", ...options(folder).slice(2));
    assertEquals([unasked.code, unasked.lines[0]], [2, "error: --run RUN is required"]);
  }));

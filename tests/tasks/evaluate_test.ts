import { assertEquals, assertStringIncludes } from "@std/assert";
import { notesJson, type RecordLists, runFingerprint, train, writeMeds } from "ehrloom";
import { listedCohort, randomRecords } from "../evaluate/random_cohort.ts";
import { taskArguments } from "../tiny.ts";

const split = (records: RecordLists[]) => records.map((each, i) => ({ ...each, split: i % 3 }));

/** Runs `deno task evaluate` in a folder that holds cohorts. */
async function evaluateTask(
  folder: string,
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...taskArguments("evaluate"), ...args],
    cwd: new URL("../../", import.meta.url).pathname,
    env: { INIT_CWD: folder },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replaceAll(folder, "FOLDER");
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Calls `test` with a folder of cohorts: real, synthetic, other (one more code), unsplit. */
async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await writeMeds(`${folder}/real`, listedCohort(split(randomRecords(1, 60, 6)), 6));
    await writeMeds(`${folder}/synthetic`, listedCohort(randomRecords(2, 20, 6), 6), {
      notes: () => notesJson({ generationSeed: 6, cutOff: 4, ruled: { draws: 70, touched: 5 } }),
    });
    await writeMeds(`${folder}/other`, listedCohort(randomRecords(3, 20, 7), 7));
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const cohorts = ["--real", "real", "--synthetic", "synthetic"];

Deno.test("deno task evaluate writes report.json, report.html and figures", async () => {
  await inFolder(async (folder) => {
    const args = [...cohorts, "--out", "report", "--resamples", "20", "--seed", "3"];
    const { code, stderr } = await evaluateTask(folder, ...args);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, "Next: open report/report.html");
    const report = JSON.parse(await Deno.readTextFile(`${folder}/report/report.json`));
    assertEquals(report.about.real.name, "real");
    assertEquals(report.about.synthetic, {
      name: "synthetic",
      records: 20,
      seed: 6,
      cut_off: 4,
      rules: { draws: 70, touched: 5 },
      times: "order only",
    });
    assertEquals([report.about.seed, report.about.resamples], [3, 20]);
    for (const figures of [report.fidelity, report.fidelity.ceiling, report.fidelity.floor]) {
      for (const kind of ["unigram", "same_visit_bigram", "sequential_bigram"]) {
        const { r2, r2_low, r2_high } = figures[kind];
        assertEquals([r2_low <= r2, r2 <= r2_high], [true, true], kind);
      }
      for (const length of ["visits_per_record", "codes_per_visit"]) {
        const { real_mean, synthetic_mean, real_sd, synthetic_sd } = figures.aggregate[length];
        assertEquals(
          [real_mean, synthetic_mean, real_sd, synthetic_sd].every(Number.isFinite),
          true,
        );
      }
    }
    const page = await Deno.readTextFile(`${folder}/report/report.html`);
    assertStringIncludes(page, "<!doctype html>");
    assertStringIncludes(page, report.summary.sentences.at(-1));
    assertStringIncludes(page, "clinical rules changed 5 of 70 draws");
    assertEquals((await Deno.stat(`${folder}/report/figures`)).isDirectory, true);
  });
});

Deno.test("deno task evaluate refuses a run that did not generate the records", async () => {
  await inFolder(async (folder) => {
    const real = listedCohort(split(randomRecords(1, 60, 6)), 6);
    const own = await train(real, `${folder}/own`, { model: "independent" });
    await train(real, `${folder}/foreign`, { model: "markov" });
    const run_fingerprint = await runFingerprint(own);
    await writeMeds(`${folder}/generated`, listedCohort(randomRecords(2, 20, 6), 6), {
      notes: () => ({ run_fingerprint }),
    });
    const args = ["--real", "real", "--synthetic", "generated", "--resamples", "5"];
    const refused = await evaluateTask(folder, ...args, "--run", "foreign", "--out", "report");
    assertEquals(refused.code, 1);
    assertStringIncludes(refused.stderr, "another run generated it");
    const { code, stderr } = await evaluateTask(folder, ...args, "--run", "own", "--out", "report");
    assertEquals(code, 0, stderr);
  });
});

Deno.test("deno task evaluate --only writes the figures of a single measure", async () => {
  await inFolder(async (folder) => {
    const only = ["--only", "fidelity.aggregate", "--resamples", "5"];
    const { code, stderr } = await evaluateTask(folder, ...cohorts, "--out", "report", ...only);
    assertEquals(code, 0, stderr);
    const { fidelity } = JSON.parse(await Deno.readTextFile(`${folder}/report/report.json`));
    assertEquals(Object.keys(fidelity), [
      "aggregate",
      "ceiling",
      "floor",
      "memoriser",
      "records_without_visits",
    ]);
    for (const part of [fidelity.ceiling, fidelity.floor, fidelity.memoriser]) {
      assertEquals(Object.keys(part), ["aggregate"]);
    }
    assertEquals(stderr.includes("R²"), false);
    const figures = [...Deno.readDirSync(`${folder}/report/figures`)].map(({ name }) => name);
    assertEquals(figures.sort(), [
      ...["codes_per_visit.csv", "codes_per_visit.svg"],
      ...["visits_per_record.csv", "visits_per_record.svg"],
    ]);
  });
});

Deno.test("deno task evaluate counts codes that the real cohort does not know as wrong, and says so", async () => {
  await inFolder(async (folder) => {
    const args = ["--real", "real", "--synthetic", "other", "--out", "report", "--resamples", "5"];
    const { code, stderr } = await evaluateTask(folder, ...args);
    assertEquals(code, 0, stderr);
    const { about } = JSON.parse(await Deno.readTextFile(`${folder}/report/report.json`));
    const { codes, occurrences, examples } = about.synthetic.unknown_codes;
    assertEquals([codes, examples], [1, ["c6"]]);
    const line = "codes that the real cohort does not know, counted as wrong: 1, with " +
      `${occurrences} occurrences ("c6")`;
    assertStringIncludes(stderr, line);
    const page = await Deno.readTextFile(`${folder}/report/report.html`);
    assertStringIncludes(page, line.replaceAll('"', "&quot;"));
  });
});

Deno.test("deno task evaluate says in one line what is wrong, and writes nothing", async (t) => {
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/empty`);
    const cases: [string, number, string, string[]][] = [
      ["a missing folder", 1, "no such folder", ["--real", "none", "--synthetic", "synthetic"]],
      ["a folder without data", 1, "has no data/", ["--real", "real", "--synthetic", "empty"]],
      ["no splits", 1, "has no splits", ["--real", "synthetic", "--synthetic", "synthetic"]],
      ["a missing run", 1, "none", [...cohorts, "--run", "none"]],
      ["a foreign run", 1, "config.json", [...cohorts, "--run", "real"]],
      ["an unknown figure", 2, "known: fidelity", [...cohorts, "--only", "fidelity,speed"]],
      [
        "an unknown measure",
        2,
        '--only names "fidelity.gap"; known: fidelity, fidelity.unigram, ',
        [...cohorts, "--only", "fidelity.gap"],
      ],
      ["a negative number", 2, "--resamples is -1", [...cohorts, "--resamples=-1"]],
      ["no real cohort", 2, "--real DIR is required", ["--synthetic", "synthetic"]],
    ];
    for (const [name, wanted, message, args] of cases) {
      await t.step(name, async () => {
        const { code, stderr } = await evaluateTask(folder, ...args, "--out", "report");
        const lines = stderr.trim().split("\n").filter((line) => !line.startsWith("See deno task"));
        assertEquals(code, wanted, stderr);
        assertStringIncludes(lines.at(-1) ?? "", "error: ");
        assertStringIncludes(lines.at(-1) ?? "", message);
        assertEquals(stderr.includes("    at "), false, "a stack");
      });
    }
    await t.step("an output folder that exists", async () => {
      const { code, stderr } = await evaluateTask(folder, ...cohorts, "--out", "empty");
      assertEquals(code, 1);
      assertStringIncludes(stderr, "exists already; pass --force");
    });
    const left = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assertEquals(left, ["empty", "other", "real", "synthetic"]);
  });
});

Deno.test("deno task evaluate lists labels of few patients only if --min-cell allows it", async () => {
  await inFolder(async (folder) => {
    for (const [minCell, labels, rare] of [["6", 2, undefined], ["8", 0, 2]] as const) {
      const args = [...cohorts, "--out", `of-${minCell}`, "--resamples", "0"];
      const { code, stderr } = await evaluateTask(folder, ...args, "--min-cell", minCell);
      assertEquals(code, 0, stderr);
      const path = `${folder}/of-${minCell}/report.json`;
      const { about, fidelity } = JSON.parse(await Deno.readTextFile(path));
      assertEquals(about.min_cell, Number(minCell));
      const { label_prevalence: found } = fidelity;
      assertEquals([found.labels.length, found.rare_labels], [labels, rare]);
    }
  });
});

Deno.test("deno task evaluate --by writes the fidelity of each group, and refuses what is no group", async () => {
  await inFolder(async (folder) => {
    const records = split(randomRecords(5, 200, 6));
    await writeMeds(`${folder}/labelled`, listedCohort(records, 6));
    const args = ["--real", "labelled", "--synthetic", "labelled", "--only", "fidelity.unigram"];
    const by = (what: string, out: string) =>
      evaluateTask(folder, ...args, "--resamples", "5", "--by", what, "--out", out);
    const { code, stderr } = await by("label:x", "report");
    assertEquals(code, 0, stderr);
    const { subgroups } = JSON.parse(await Deno.readTextFile(`${folder}/report/report.json`));
    assertEquals(subgroups.by, "label:x");
    assertEquals(subgroups.groups.map(({ group }: { group: string }) => group), ["x", "not x"]);
    const refused = await by("region", "other-report");
    assertEquals(refused.code, 1);
    assertStringIncludes(refused.stderr, 'Cannot divide records by "region"; known: sex, age');
  });
});

Deno.test("deno task evaluate judges sensitive codes, from a list or a file, and names unknown ones", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/codes.txt`, "c1\n\nc2\n");
    const args = [...cohorts, "--only", "privacy.inference,privacy.attribute_inference"];
    const rows = async (sensitive: string) => {
      const out = ["--out", "report", "--force", "--min-cell", "1", "--sensitive", sensitive];
      const { code, stderr } = await evaluateTask(folder, ...args, ...out);
      assertEquals(code, 0, stderr);
      const { about, privacy } = JSON.parse(
        await Deno.readTextFile(`${folder}/report/report.json`),
      );
      assertEquals(about.sensitive, ["c1", "c2"]);
      const { inference, attribute_inference } = privacy;
      return [inference, attribute_inference].map(({ by_code, left_out }) => [by_code, left_out]);
    };
    assertEquals(await rows("c1, c2"), await rows("codes.txt"));
    const { code, stderr } = await evaluateTask(
      folder,
      ...args,
      ...["--out", "unknown", "--sensitive", "c1,c22,zebra"],
    );
    assertEquals(code, 1);
    assertStringIncludes(
      stderr,
      'the real cohort has no sensitive code "c22"; did you mean c2? and no "zebra"',
    );
  });
});

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { join } from "node:path";
import { readMeds, readTruth, simulate, splitOf, testLossOfTruth, truthOf } from "ehrloom";
import { inFolder } from "../folder.ts";
import { answerOf, runTask } from "../tiny.ts";

Deno.test("deno task simulate writes the cohort of a random seed with its truth, for train", () =>
  inFolder(async (folder) => {
    const out = join(folder, "student-17");
    const { code, lines, stdout } = await answerOf("simulate", "--seed", "17", "--out", out);
    assertEquals(code, 0, lines.join("\n"));
    const cohort = simulate({ seed: 17 });
    assertEquals(await readMeds(out), cohort);
    const truth = await readTruth(out);
    assertEquals(truth, truthOf({ seed: 17 }));
    const visits = (cohort.visitCount / 400).toFixed(2);
    const loss = testLossOfTruth(truth, splitOf(cohort, "test"));
    const said = stdout.trimEnd().split("\n");
    assertEquals(said[0], "400 records (288 train, 32 validation, 80 test)");
    const count = cohort.visitCount.toLocaleString("en");
    assertEquals(said[1], `${count} visits, ${visits} a record (truth 8)`);
    assertEquals(
      said[said.length - 1],
      `test loss of the truth: ${loss.toFixed(3)} nats per visit; no model can expect less`,
    );
    assert(lines.includes(`The truth is in ${out}/truth.json`), lines.join("\n"));

    const run = join(folder, "run");
    const learned = await runTask("train", "--cohort", out, "--model", "markov", "--out", run);
    assertEquals(learned.code, 0, learned.lines.join("\n"));
    const again = await runTask("simulate", "--seed", "18", "--out", out);
    assertEquals(again, {
      code: 1,
      lines: [`error: Cannot write "${out}": it exists already; pass --force to replace it`],
    });
    const forced = await runTask("simulate", "--seed", "18", "--out", out, "--force");
    assertEquals(forced.code, 0, forced.lines.join("\n"));
    assertEquals((await readTruth(out)).about.seed, 18);
  }));

Deno.test("deno task simulate takes all sizes, and prints one object with --json", () =>
  inFolder(async (folder) => {
    const sizes = ["--patients", "50", "--codes", "30", "--topics", "11", "--labels", "2"];
    const means = ["--visits-mean", "3.5", "--codes-mean", "2.5", "--seed", "4"];
    const out = join(folder, "cohort");
    const { code, lines, stdout } = await answerOf(
      "simulate",
      ...[...sizes, ...means, "--out", out, "--json"],
    );
    assertEquals(code, 0, lines.join("\n"));
    const cohort = simulate({
      ...{ seed: 4, patients: 50, codes: 30, topics: 11, labels: 2 },
      ...{ visitsMean: 3.5, codesMean: 2.5 },
    });
    assertEquals(await readMeds(out), cohort);
    const bits = (label: number) => cohort.labels.filter((bit, i) => i % 2 === label && bit === 1);
    assertEquals(JSON.parse(stdout), { // too many topics for a test loss
      task: "simulate",
      out,
      records: 50,
      splits: { train: 36, validation: 4, test: 10 },
      visits: cohort.visitCount,
      events: cohort.codes.length,
      codes: 30,
      labels: { "outcome 1": bits(0).length, "outcome 2": bits(1).length },
    });
    assertAlmostEquals((await readTruth(out)).expected.codes_per_visit, 2.5, 1e-9);
  }));

Deno.test("deno task simulate refuses what is impossible in a line, and leaves nothing", () =>
  inFolder(async (folder) => {
    const refused: [string[], number, string][] = [
      [["--patients", "0"], 2, "error: --patients is 0, must be a whole number, at least 1"],
      [
        ["--codes", "9"],
        1,
        "error: Cannot simulate: codes is 9, must be at least 11: one for each " +
        "topic, and 3 kinds of visits",
      ],
      [["--codes-mean", "0.5"], 2, "error: --codes-mean is 0.5, must be a number, at least 1"],
      [
        ["--codes-mean", "30"],
        1,
        "error: Cannot simulate: the mean number of codes is 30, must be " +
        "above 1, since each visit has its kind, and at most 29.5 with 60 codes",
      ],
      [
        ["--visits-mean", "2000"],
        1,
        "error: Cannot simulate: the mean number of visits is 2000, " +
        "must be a number between 1 and 1000",
      ],
      [
        ["--labels", "9"],
        1,
        "error: Cannot simulate: labels is 9, must be at most 8, one for each topic",
      ],
      [["--seed", "x"], 2, "error: --seed is x, must be a whole number, at least 0"],
      [["--topic", "3"], 2, "error: unknown argument --topic; did you mean --topics?"],
    ];
    for (const [args, exit, line] of refused) {
      const { code, lines } = await runTask("simulate", ...args, "--out", join(folder, "out"));
      assertEquals([code, lines[0]], [exit, line]);
    }
    assertEquals((await runTask("simulate")).lines[0], "error: --out DIR is required");
    assertEquals(Array.from(Deno.readDirSync(folder)), []);
  }));

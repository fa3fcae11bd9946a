import { assert, assertEquals, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import { modelSummaries, readRun, settingsOf, trainingVisits } from "ehrloom";
import { writeMeds } from "ehrloom/cohort/meds/write.ts";
import { isThere } from "ehrloom/files/is_there.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { begin, contents, ending, succeed } from "../reliability/scenarios.ts";
import { helpOf, runTask, tinyCohort } from "../tiny.ts";

/** The next command after a run, whose output folder is one that is free. */
function nextAfter(folder: string): RegExp {
  const out = "runs/synthetic(-\\d+)?";
  return new RegExp(`^Next: deno task generate --run ${folder}/run --count 1000 --out ${out}$`);
}

Deno.test("deno task train reads a hierarchy for hisgt, says so, and names its circle", () =>
  inFolder(async (folder) => {
    await writeMeds(join(folder, "cohort"), tinyCohort(40), { name: "tiny" });
    const tree = join(folder, "tree.csv");
    const args = ["--cohort", join(folder, "cohort"), "--out", join(folder, "run")];
    const set = ["--set", "width=8", "--set", "heads=2", "--set", "layers=1", "--epochs", "1"];
    const task = ["train", ...args, ...set, "--backend", "wasm", "--model", "hisgt"] as const;
    await Deno.writeTextFile(tree, "parent,child\ntop,code 1\ncode 1,top\n");
    const circle = await runTask(...task, "--hierarchy", tree);
    assertEquals(circle.code, 1);
    assertMatch(circle.lines[1], /tree\.csv": its edges form a cycle, .*top > /);
    await Deno.writeTextFile(tree, "parent,child\ntop,code 1\ntop,code 2\n");
    const { code, lines } = await runTask(...task, "--hierarchy", tree);
    assertEquals(code, 0, lines.join("\n"));
    assertEquals(
      lines.find((line) => line.startsWith("hierarchy_table")),
      `hierarchy_table: "tree.csv", with 2 of 12 codes; 3 nodes, learned from all pairs of them`,
    );
  }));

Deno.test("deno task train takes a preset, and says how its run compares", () =>
  inFolder(async (folder) => {
    await writeMeds(join(folder, "cohort"), tinyCohort(40), { name: "tiny" });
    const args = ["--cohort", join(folder, "cohort"), "--out", join(folder, "run")];
    const set = ["--set", "width=8", "--epochs", "1", "--backend", "wasm"];
    const { code, lines } = await runTask("train", ...args, "--preset", "lstm-5-minutes", ...set);
    assertEquals(code, 0, lines.join("\n"));
    const { runConfig: { model, config, training } } = await readRun(join(folder, "run"));
    assertEquals([model, config.width], ["lstm", 8]);
    assertEquals([training.minutes, training.epochs], [5, 1]);
    assert(lines.some((line) => line.startsWith("The preset was tried on another cohort")));
  }));

Deno.test("deno task train trains, then names the next command", () =>
  inFolder(async (folder) => {
    await writeMeds(join(folder, "cohort"), tinyCohort(40), { name: "tiny" });
    const args = ["--cohort", join(folder, "cohort"), "--out", join(folder, "run")];
    const set = ["--set", "width=8", "--set", "heads=2", "--set", "layers=1", "--epochs", "2"];
    const { code, lines } = await runTask("train", ...args, ...set, "--backend", "wasm");
    assertEquals(code, 0, lines.join("\n"));
    const visits = trainingVisits(tinyCohort(40));
    assertEquals(lines.length, 8, lines.join("\n"));
    assertEquals(
      lines[0],
      `Defaults for ${visits} training visits: rows without what came before, ` +
        "batches of 8 records, learning rate 0.005",
    );
    assertMatch(lines[1], /^Model halo: [\d,]+ parameters; engine wasm/);
    assertEquals(
      lines[2],
      "20 training and 10 validation records; at most 2 epochs, " +
        `a line for each in ${folder}/run/training.jsonl`,
    );
    for (const epoch of [1, 2]) {
      const loss = String.raw`\d+\.\d{3}`;
      assertMatch(
        lines[2 + epoch],
        new RegExp(
          String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ training: epoch ${epoch} of 2, ` +
            `training loss ${loss}, validation loss ${loss}, best ${loss} in epoch ${epoch}, ` +
            String.raw`\d+ s elapsed, at most \d+ s left$`,
        ),
      );
    }
    assertMatch(lines[5], /^Best epoch 2: validation loss \d+\.\d{3} nats per visit$/);
    assertMatch(
      lines[6],
      /^Output biases calibrated: negative log-likelihood of the validation records \d.* → \d.* nats per visit$/,
    );
    assertMatch(lines[7], nextAfter(folder));

    // Bad input exits 1, bad usage 2, each with one line of what is wrong
    const cases: [args: string[], code: number, message: string][] = [
      [[], 1, `error: Cannot write "${folder}/run": it exists already; pass --force to replace it`],
      [
        ["--cohort", `${folder}/nowhere`],
        1,
        `error: Cannot read "${folder}/nowhere": no such folder`,
      ],
      [
        ["--model", "hola"],
        1,
        'error: Cannot find model "hola": there is no such model; did you mean halo?',
      ],
      [
        ["--model", "diffusion"],
        1,
        'error: Cannot find model "diffusion": there is no such model; known: ' +
        modelSummaries.map(({ name }) => name).join(", "),
      ],
      [
        ["--set", "width=0"],
        1,
        'error: Cannot set width=0 for "halo": must be a whole number, at least 1',
      ],
      [
        ["--set", "widht=8"],
        1,
        'error: Cannot set widht for "halo": there is no such setting; did you mean width?',
      ],
      [
        ["--set", "speed=8"],
        1,
        'error: Cannot set speed for "halo": there is no such setting; known: ' +
        Object.keys(settingsOf("halo")).join(", "),
      ],
      [
        ["--set", "publishedStart=maybe"],
        1,
        'error: Cannot set publishedStart=maybe for "halo": must be true or false',
      ],
      [
        ["--set", "form=original"],
        1,
        'error: Cannot set form=original for "halo": must be intended or published',
      ],
      [["--minutes", "0"], 2, "error: --minutes is 0, must be a number, at least 0.01"],
      [
        ["--resume", "--minutes", "5"],
        1,
        `error: Cannot resume "${folder}/run" with minutes 5: it was started with 0`,
      ],
      [
        ["--resume", "--epochs", "1"],
        1,
        `error: Cannot resume "${folder}/run" with epochs 1: it was started with 2; ` +
        "more epochs are possible, fewer are not",
      ],
      [["--resume", "--dry-run"], 2, "error: --dry-run is for new runs, not for --resume"],
      [
        ["--resume", "--from-run", `${folder}/run`],
        2,
        "error: --resume takes no --from-run: a run keeps its options",
      ],
      [
        ["--resume", "--preset", "halo-5-minutes"],
        2,
        "error: --resume takes no --preset: a run keeps its options",
      ],
      [
        ["--preset", "halo-5-minutes", "--from-run", `${folder}/run`],
        2,
        "error: --preset takes no --from-run: each has all options",
      ],
      [
        ["--preset", "gpt-5-minutes", "--model", "lstm"],
        2,
        "error: --preset gpt-5-minutes is of gpt, not of lstm",
      ],
      [
        ["--preset", "gtp-5-minutes"],
        1,
        'error: There is no preset "gtp-5-minutes"; did you mean gpt-5-minutes?',
      ],
      [
        ["--resume", "--out", `${folder}/new`],
        1,
        `error: Cannot read "${folder}/new/config.json": there is no such file; is it a run?`,
      ],
      [["--epochs", "0"], 2, "error: --epochs is 0, must be a whole number, at least 1"],
      [["--lr", "fast"], 2, "error: --lr is fast, must be a number, at least 0"],
      [["--schedule", "linear"], 2, "error: --schedule is linear; known: constant, cosine"],
      [
        ["--backend", "cuda"],
        2,
        "error: --backend is cuda; known: auto, tensorflow, webgpu, wasm, cpu",
      ],
    ];
    for (const [change, code, message] of cases) {
      const out = change.length === 0 || change.includes("--resume")
        ? []
        : ["--out", `${folder}/no`];
      const found = await runTask("train", ...args, ...out, "--backend", "wasm", ...change);
      const expected = code === 2 ? [message, "See deno task train --help"] : [message];
      assertEquals(found, { code, lines: expected }, change.join(" "));
    }
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["cohort", "run"]);
  }));

Deno.test("deno task train --restartable begins a run, and the same command continues it", () =>
  inFolder(async (folder) => {
    await writeMeds(join(folder, "cohort"), tinyCohort(40), { name: "tiny" });
    const cohort = ["--cohort", "cohort", "--backend", "wasm"];
    const how = [
      "--epochs",
      "9",
      "--batch",
      "8",
      ...["width=8", "heads=2", "layers=1"]
        .flatMap((setting) => ["--set", setting]),
    ];
    await succeed(folder, "train", [...cohort, ...how, "--out", "first"]);
    const args = [...cohort, "--from-run", "first", "--checkpoint-minutes", "0"];
    await succeed(folder, "train", [...args, "--out", "whole"]);
    const restartable = [...args, "--out", "run", "--restartable"];
    const training = begin(folder, "train", restartable);
    const log = join(folder, "run", "training.jsonl");
    while (!await isThere(log)) await new Promise((done) => setTimeout(done, 5));
    training.kill("SIGTERM");
    const { code, lines } = await ending(training);
    assertEquals(code, 143);
    const advice = `continue with: deno task train ${
      restartable.slice(0, -1).join(" ")
    } --restartable`;
    assertStringIncludes(lines.at(-1) ?? "", advice);
    await succeed(folder, "train", restartable);
    assertEquals(await contents(join(folder, "run")), await contents(join(folder, "whole")));
    await succeed(folder, "train", restartable); // it is finished: nothing is left to do
    const refused: [more: string[], message: string][] = [
      [["--batch", "4"], `Cannot resume "${folder}/run" with batch 4: it was started with 8`],
      [["--force"], "--restartable takes no --force"],
      [["--resume"], "--restartable takes no --resume"],
    ];
    for (const [more, message] of refused) {
      const { lines } = await ending(begin(folder, "train", [...restartable, ...more]));
      assertStringIncludes(lines.join("\n"), message);
    }
  }));

Deno.test("deno task train --minutes ends training, and the run says so", () =>
  inFolder(async (folder) => {
    await writeMeds(join(folder, "cohort"), tinyCohort(40), { name: "tiny" });
    const args = ["--cohort", join(folder, "cohort"), "--out", join(folder, "run")];
    const set = ["--set", "width=8", "--set", "heads=2", "--set", "layers=1", "--backend", "wasm"];
    const how = ["--epochs", "5000", "--patience", "5000", "--minutes", "0.01"];
    const { code, lines } = await runTask("train", ...args, ...set, ...how);
    assertEquals(code, 0, lines.join("\n"));
    const { runConfig, training } = await readRun(join(folder, "run"));
    assertEquals(runConfig.training.minutes, 0.01);
    assertLess(training.length, 5000);
  }));

Deno.test("deno task train --canaries says how many are in training; evaluate --run says what they show", () =>
  inFolder(async (folder) => {
    const cohort = join(folder, "cohort");
    const run = join(folder, "run");
    await writeMeds(cohort, tinyCohort(40), { name: "tiny" });
    const task = ["train", "--cohort", cohort, "--out", run, "--model", "markov"] as const;
    const refused = await runTask(...task, "--canaries", "21");
    assertEquals(refused.code, 1);
    assertEquals(refused.lines, [
      "error: Cannot add 21 canaries: there must be at least 12, and no more than the 20 training records",
    ]);
    const trained = await runTask(...task, "--canaries", "20");
    assertEquals(trained.code, 0, trained.lines.join("\n"));
    const { canaries } = await readRun(run);
    const included = canaries?.isIn.filter((own) => own === 1).length;
    assert(
      trained.lines.includes(`20 canaries: ${included} of them are among the training records`),
    );
    const out = join(folder, "report");
    const asked = ["--real", cohort, "--synthetic", cohort, "--run", run, "--out", out];
    const only = ["--only", "privacy.audit", "--resamples", "0"];
    const evaluated = await runTask("evaluate", ...asked, ...only);
    assertEquals(evaluated.code, 0, evaluated.lines.join("\n"));
    const said = /^Audit: from the model, \d+ of 10 guesses were right about which of 20 canaries/;
    assertEquals(evaluated.lines.filter((line) => said.test(line)).length, 1);
    assertMatch(
      await Deno.readTextFile(join(out, "report.html")),
      /How large is the epsilon of differential privacy at least\?/,
    );
  }));

Deno.test("deno task train --model of a floor has no epochs to tell of", () =>
  inFolder(async (folder) => {
    await writeMeds(join(folder, "cohort"), tinyCohort(40), { name: "tiny" });
    const paths = ["--cohort", join(folder, "cohort"), "--out", join(folder, "run")];
    const task = ["train", ...paths, "--model", "markov", "--backend", "wasm"] as const;
    const { code, lines } = await runTask(...task);
    assertEquals([code, lines.length], [0, 3], lines.join("\n"));
    assertEquals(lines.slice(0, 2), [
      "Model markov: counts 20 training records in one pass",
      "sharing: this run holds counts of training records: it must not leave the owner of the data",
    ]);
    assertMatch(lines[2], nextAfter(folder));
  }));

Deno.test("deno task train --help lists the models, and none of their settings", async () => {
  const lines = await helpOf("train");
  const from = lines.findIndex((line) => line.startsWith("Models;"));
  assert(from > 0);
  const listed = lines.slice(from + 1, from + 1 + modelSummaries.length);
  assertEquals(
    listed.map((line) => line.trim().split(/  +/)),
    modelSummaries.map(({ name, summary }) => [name, summary]),
  );
  assert(!lines.some((line) => /width=256|publishedStart/.test(line)));
});

Deno.test("deno task train --model NAME --help shows that model's settings alone", async () => {
  const lines = await helpOf("train", "--model", "gpt");
  const from = lines.findIndex((line) => line.startsWith("Settings of gpt"));
  const listed = lines.slice(from + 1, lines.indexOf("", from + 1));
  assertEquals(
    listed.map((line) => line.trim().split(/[= ]/)[0]),
    Object.keys(settingsOf("gpt")),
  );
  assertMatch(
    lines.join("\n"),
    /^ +tied=true +Head .*; true or false, false in the published form$/m,
  );
  assert(!lines.some((line) => line.includes("lstmWidth")));
});

Deno.test("deno task train --set takes flags by words, and form for all that differs", () =>
  inFolder(async (folder) => {
    await writeMeds(join(folder, "cohort"), tinyCohort(40), { name: "tiny" });
    const small = ["--set", "width=8", "--set", "heads=2", "--set", "layers=1", "--epochs", "1"];
    const args = ["--cohort", join(folder, "cohort"), "--backend", "wasm", "--model", "gpt"];
    const configOf = async (name: string, ...set: string[]) => {
      const out = join(folder, name);
      const given = set.flatMap((text) => ["--set", text]);
      const { code, lines } = await runTask("train", ...args, ...small, ...given, "--out", out);
      assertEquals(code, 0, lines.join("\n"));
      const { tied, publishedStart } = (await readRun(out)).runConfig.config;
      return { tied, publishedStart };
    };
    assertEquals(await configOf("no", "tied=no"), { tied: false, publishedStart: false });
    assertEquals(await configOf("published", "form=published", "tied=true"), {
      tied: true,
      publishedStart: true,
    });
  }));

Deno.test("deno task train --private says what it promises, and what it spent", () =>
  inFolder(async (folder) => {
    await writeMeds(join(folder, "cohort"), tinyCohort(40), { name: "tiny" });
    const args = ["--cohort", join(folder, "cohort"), "--out", join(folder, "run")];
    const set = ["--set", "width=8", "--set", "heads=2", "--set", "layers=1", "--epochs", "1"];
    const task = ["train", ...args, ...set, "--backend", "wasm"] as const;
    const { code, lines } = await runTask(
      ...task,
      ...["--private", "--epsilon", "4", "--delta", "1e-3", "--adaptive-clip"],
    );
    assertEquals(code, 0, lines.join("\n"));
    assert(
      lines.some((line) =>
        /^Differential privacy: ε 4 and δ 0.001 for each of 20 training patients; gradients clipped to 1 at first, then adaptively, noise multiplier [\d.]+, at most 1 epoch within this$/
          .test(line)
      ),
    );
    assert(lines.some((line) => /^Spent an ε of 3\.9\d+ of 4, at a δ of 0\.001$/.test(line)));
    const { runConfig } = await readRun(join(folder, "run"));
    assertEquals([runConfig.privacy?.epsilon, runConfig.privacy?.adaptiveClip], [4, true]);
  }));

Deno.test("deno task train refuses privacy that is no promise in one line", () =>
  inFolder(async (folder) => {
    await writeMeds(join(folder, "cohort"), tinyCohort(40), { name: "tiny" });
    const args = ["--cohort", join(folder, "cohort"), "--out", join(folder, "run")];
    const budget = ["--private", "--epsilon", "4", "--delta", "1e-3"];
    for (
      const [given, exit, message] of [
        [["--epsilon", "4"], 2, /--epsilon is for private training: give --private too/],
        [["--adaptive-clip"], 2, /--adaptive-clip is for private training: give --private too/],
        [["--noise-source", "secure"], 2, /--noise-source is for private training/],
        [["--private"], 2, /--private needs --epsilon and --delta/],
        [["--private", "--epsilon", "4"], 2, /--private needs --epsilon and --delta/],
        [[...budget, "--clip", "1", "--adaptive-clip"], 2, /--clip takes no --adaptive-clip/],
        [[...budget, "--clip", "0"], 2, /--clip/],
        [[...budget, "--noise", "nan"], 2, /--noise/],
        [[...budget, "--noise-source", "dice"], 2, /--noise-source is dice/],
        [
          ["--private", "--epsilon", "0", "--delta", "1e-3"],
          2,
          /--epsilon is 0, must be a number above 0/,
        ],
        [
          ["--private", "--epsilon", "nan", "--delta", "1e-3"],
          2,
          /--epsilon is nan, must be a number above 0/,
        ],
        [["--private", "--epsilon", "4", "--delta", "0.05"], 1, /below 1 \/ 20/],
        [[...budget, "--batch", "21"], 1, /Cannot sample batches of 21 patients/],
        [[...budget, "--model", "eva"], 1, /Cannot train "eva" privately/],
        [[...budget, "--model", "markov"], 1, /Cannot train "markov" privately/],
        [[...budget, "--patience", "2"], 1, /Cannot train privately with patience 2/],
      ] as const
    ) {
      const { code, lines } = await runTask("train", ...args, ...given, "--backend", "wasm");
      assertEquals([given, code], [given, exit], lines.join("\n"));
      assertEquals(lines.filter((line) => message.test(line)).length, 1, lines.join("\n"));
      assertEquals(lines.some((line) => line.startsWith("    at ")), false);
    }
  }));

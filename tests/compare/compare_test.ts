import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  compare,
  type CompareOptions,
  comparisonFrame,
  differenceFrame,
  evaluate,
  modelSummaries,
  parseCodeEmbeddings,
  readMeds,
  readRun,
  runLikelihood,
  splitNames,
  useBackend,
  writeMeds,
} from "ehrloom";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { inFolder } from "../folder.ts";
import { helpOf, runTask, tinyCohort, tinySettings } from "../tiny.ts";

await useBackend("wasm");

const source = tinyCohort(80);
const options: CompareOptions = {
  models: ["halo", "markov", "independent"],
  settings: tinySettings,
  epochs: 3,
  batch: 8,
  learningRate: 0.03,
  resamples: 20,
  seed: 5,
};

const embeddings = parseCodeEmbeddings(
  JSON.stringify({
    model: "tiny",
    vectors: Object.fromEntries(source.vocabulary.codes.map((code, i) => [code, [i, 1]])),
  }),
  "vectors.json",
);

/** To nine digits: keys are summed up in an order that depends on what is judged beside. */
const rounded = (figures: unknown) =>
  JSON.stringify(figures, (_, v) => typeof v === "number" ? Number(v.toPrecision(9)) : v);

/** The files of a folder, with what is in them. */
function filesOf(folder: string): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (!isDirectory) found.set(name, Deno.readFileSync(join(folder, name)));
    else {for (const [path, bytes] of filesOf(join(folder, name))) {
        found.set(`${name}/${path}`, bytes);
      }}
  }
  return found;
}

Deno.test("compare() gives each model the figures that evaluate() gives it, and leaves its files", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    const stages = new Set<string>();
    const { comparison, real, synthetic } = await compare(source, out, {
      ...options,
      onProgress: ({ stage }) => stages.add(stage),
    });
    assert(stages.has("halo: training") && stages.has("markov: evaluating"));
    assertEquals(comparison.models.map(({ model }) => model), options.models);
    assertEquals(real.recordCount, 40);
    for (const found of comparison.models) {
      const path = join(out, "models", found.model);
      const written = synthetic.get(found.model);
      assert(written !== undefined && written.recordCount === 40);
      const { fidelity } = await evaluate(source, written, { quick: true, seed: 5, resamples: 20 });
      assert(fidelity !== undefined);
      const { ceiling, floor: _, memoriser: __, records_without_visits, ...figures } = fidelity;
      assertEquals(rounded(found.fidelity), rounded(figures));
      assertEquals(rounded(comparison.ceiling), rounded(ceiling));
      assertEquals(found.records_without_visits, records_without_visits);
      const run = await readRun(join(path, "run"));
      assertEquals(found.config, run.runConfig.config);
      assertEquals(found.epochs, found.model === "halo" ? 3 : 0);
      if (found.model === "independent") assertEquals(found.likelihood, null);
      else {
        const likelihood = await runLikelihood(run, source, { seed: 5, resamples: 20 });
        assertEquals(found.likelihood, likelihood);
      }
    }
    const frame = comparisonFrame(comparison);
    assertEquals(frame.shape, { height: 3, width: 24 });
    assertEquals(frame.row(0)[5], false);
    assertEquals(frame.row(2)[5], null);
    assertEquals(frame.getColumn("nll_per_visit").toArray()[2], null);
    assertEquals(
      frame.getColumn("parameters").toArray(),
      comparison.models.map((m) => m.parameters),
    );

    assertEquals(JSON.parse(await Deno.readTextFile(join(out, "comparison.json"))), comparison);
    const html = await Deno.readTextFile(join(out, "comparison.html"));
    const { document } = parseHTML(html);
    assertEquals(document.querySelectorAll("figure .wide-figure svg").length, 2);
    assertEquals(document.querySelectorAll(".scatter").length, 9); // 3 models, 3 kinds
    assertEquals(document.querySelectorAll("script").length, 3); // points, D3, and ours
    const links = [...document.querySelectorAll("td a, th a")].map((a) => a.getAttribute("href"));
    assertEquals(links.length, 3);
    for (const link of links) {
      const report = JSON.parse(
        await Deno.readTextFile(join(out, (link ?? "").replace(".html", ".json"))),
      );
      const found = comparison.models.find(({ model }) => link?.includes(`/${model}/`));
      assertEquals(report.fidelity.unigram, found?.fidelity.unigram);
      assertEquals(report.privacy.identical_records, found?.privacy?.identical_records);
    }
    const halo = (comparison.models[0].fidelity.unigram.r2 ?? NaN).toFixed(3).replace("-", "−");
    assertStringIncludes(document.body.textContent ?? "", halo);
    const figures = [...Deno.readDirSync(join(out, "figures"))].map(({ name }) => name);
    const ending = (end: string) => figures.filter((name) => name.endsWith(end)).length;
    assertEquals([ending(".svg"), ending(".csv"), figures.length], [8, 5, 13]);
  }));

Deno.test("compare() takes differences from the same resamples of the real records", () =>
  inFolder(async (folder) => {
    const { comparison } = await compare(source, join(folder, "out"), options);
    const [first, markov] = comparison.models;
    const [difference, other] = comparison.differences;
    assertEquals([difference.model, difference.against], ["markov", "halo"]);
    assertEquals(other.nll_per_visit, null);
    const losses = [first, markov].map(({ likelihood }) => likelihood);
    const [haloLoss, markovLoss] = losses;
    assert(haloLoss && markovLoss && difference.nll_per_visit);
    const { value, low, high } = difference.nll_per_visit;
    assertAlmostEquals(value, markovLoss.nll_per_visit - haloLoss.nll_per_visit, 1e-12);
    assert(low <= value && value <= high);
    // the ends as unpaired resamples would give them, at the widest
    const spread = losses.reduce(
      (sum, loss) => sum + (loss ? loss.nll_per_visit_high - loss.nll_per_visit_low : 0),
      0,
    );
    assertGreater(spread, high - low);
    const frame = differenceFrame(comparison);
    const counts = [difference, other].map(({ figures }) => Object.keys(figures).length);
    assertEquals(frame.shape, { height: 1 + counts[0] + counts[1], width: 6 });
    assertEquals(frame.row(0), ["markov", "halo", "nll_per_visit", value, low, high]);
    const { unigram } = difference.r2;
    assertAlmostEquals(
      unigram?.value ?? NaN,
      (markov.fidelity.unigram.r2 ?? NaN) - (first.fidelity.unigram.r2 ?? NaN),
      1e-12,
    );
  }));

Deno.test("compare() that was killed continues, to the same figures, and keeps what is finished", () =>
  inFolder(async (folder) => {
    const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
    const expected = await compare(source, whole, options);
    const kill = new Error("killed");
    for (const stop of ["halo: training", "halo: generating", "markov: evaluating"]) {
      let steps = 0;
      const error = await assertRejects(() =>
        compare(source, parts, {
          ...options,
          onProgress: ({ stage }) => {
            if (stage === stop && ++steps > (stop.endsWith("training") ? 7 : 0)) throw kill;
          },
        })
      );
      assertEquals(error, kill);
    }
    const halo = filesOf(join(parts, "models", "halo"));
    assert(halo.has("judgement.json"));
    const found = await compare(source, parts, options);
    assertEquals(filesOf(join(parts, "models", "halo")), halo);
    const timeless = ({ comparison }: typeof found) =>
      comparison.models.map((model) => ({ ...model, training_seconds: 0, generation_seconds: 0 }));
    assertEquals(timeless(found), timeless(expected));
    assertEquals(found.comparison.differences, expected.comparison.differences);

    const more = await compare(source, parts, { ...options, models: ["memoriser", "halo"] });
    assertEquals(more.comparison.models.map(({ model }) => model), ["memoriser", "halo"]);
    assertEquals(more.comparison.models[1], found.comparison.models[0]);
    assertEquals(filesOf(join(parts, "models", "halo")), halo);
  }));

Deno.test("compare() sets forms of a model beside each other, each as it was asked for", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    const small = { width: 8, layers: 1, heads: 2, graphSteps: 2 };
    const how = { ...options, settings: small, epochs: 1 };
    const bert = { name: "hisgt+bert", knowledge: { embeddings } };
    const untied = {
      name: "hisgt+untied",
      settings: { tied: false, semantic: false, hierarchy: false },
    };
    const { comparison } = await compare(source, out, {
      ...how,
      models: ["hisgt", bert, untied],
    });
    const [plain, known, published] = comparison.models;
    assertEquals([plain.form, known.form, published.form], [
      "intended",
      "intended",
      "published (tied=false)",
    ]);
    assertStringIncludes(plain.sources?.semantic_table ?? "", "TF-IDF");
    assertStringIncludes(known.sources?.semantic_table ?? "", '"vectors.json" (tiny)');
    assertEquals([known.config.semanticWidth, published.config.semantic], [2, false]);
    const projections = 2 * 8 * (12 - 2); // to width 8 and back, of vectors 12 wide or 2
    assertEquals(plain.parameters - known.parameters, projections + (12 - 2)); // and a bias
    assertEquals(plain.config.width, 8);
    const html = await Deno.readTextFile(join(out, "comparison.html"));
    const text = parseHTML(html).document.body.textContent ?? "";
    assertStringIncludes(text, "published (tied=false)");
    assertStringIncludes(text, '"vectors.json" (tiny)');
    const other = { ...embeddings, source: '"other.json"' };
    for (
      const [changed, message] of [
        [{ name: "hisgt", knowledge: { embeddings } }, "with semanticWidth 2 for hisgt"],
        [
          { ...bert, knowledge: { embeddings: other } },
          `semantic_table "other.json" for hisgt+bert: it was started`,
        ],
        [{ ...untied, settings: {} }, "with tied true for hisgt+untied: it was started with false"],
      ] as const
    ) {
      await assertRejects(
        () => compare(source, out, { ...how, models: [changed] }),
        Error,
        message,
      );
    }
    const again = await compare(source, out, { ...how, models: [untied, bert] });
    assertEquals(again.comparison.models, [published, known]);
  }));

Deno.test("compare() says which test losses are bounds", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    const channels = Array.from({ length: 7 }, (_, i) => [`channels${i + 1}`, 4]);
    const settings = { width: 8, heads: 2, layers: 1, ...Object.fromEntries(channels) };
    const { comparison } = await compare(source, out, {
      ...options,
      models: ["markov", "eva", "independent", "synehrgy"],
      settings,
      epochs: 1,
    });
    const losses = comparison.models.map(({ likelihood }) => likelihood);
    assertEquals(losses.map((loss) => loss?.nll_is_bound), [false, true, undefined, true]);
    assertEquals(losses[1]?.bce, null);
    const { document } = parseHTML(await Deno.readTextFile(join(out, "comparison.html")));
    const rows = [...document.querySelectorAll("tr")].map(({ textContent }) => textContent ?? "");
    const exact = (losses[0]?.nll_per_visit ?? NaN).toFixed(3);
    const bound = (losses[1]?.nll_per_visit ?? NaN).toFixed(3);
    assertEquals(rows.some((row) => row.startsWith(`Markov${exact}`)), true);
    assertEquals(rows.some((row) => row.startsWith(`EVA≤ ${bound}`)), true);
    assertEquals(rows.some((row) => row.startsWith("EVA≤ +") || row.startsWith("EVA≤ −")), true);
    const figure = await Deno.readTextFile(join(out, "figures", "test_loss.svg"));
    assertStringIncludes(figure, `≤ ${(losses[1]?.nll_per_visit ?? NaN).toFixed(2)}`);
  }));

Deno.test("compare() refuses what it cannot compare, before any work", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    await compare(source, out, { ...options, models: ["markov"], settings: {} });
    const before = filesOf(out);
    const withoutTest = { ...source, splits: source.splits && source.splits.map((s) => s && 1) };
    const refused: [Partial<CompareOptions>, string, typeof source?][] = [
      [{ models: [] }, "no model is given"],
      [{ models: ["markov", "markov"] }, '"markov" is given twice'],
      [{ models: ["halo", "oracle"] }, "known: "],
      [{ settings: { width: 8 } }, "Cannot set width: none of markov has such a setting"],
      [{ models: ["halo"], settings: { width: 0 } }, "Cannot set width=0"],
      [{ resamples: -1 }, "Cannot use -1 resamples"],
      [{ minutes: -1 }, "with minutes -1: must be a number, at least 0"],
      [{ epochs: 4 }, "with epochs 4: it was started with 3; pass force: true to start over"],
      [{ resamples: 3 }, "with resamples 3: it was started with 20"],
      [{ settings: { smoothing: 2 } }, "with smoothing 2 for markov: it was started with 1"],
      [{ models: [{ name: "markov", settings: { width: 8 } }] }, 'Cannot set width for "markov"'],
      [
        { models: [{ name: "markov", knowledge: { embeddings } }] },
        "embeddings: this model does not use any",
      ],
      [{ models: ["markov+two+three"] }, "known: "],
      [{}, "started with another cohort or other splits", tinyCohort(80, 2)],
      [{}, `the ${splitNames[2]} split`, withoutTest],
    ];
    for (const [change, message, cohort = source] of refused) {
      await assertRejects(
        () => compare(cohort, out, { ...options, models: ["markov"], settings: {}, ...change }),
        RangeError,
        message,
      );
    }
    assertEquals(filesOf(out), before);
    const other = join(folder, "other");
    await Deno.mkdir(other);
    await assertRejects(() => compare(source, other, options), Deno.errors.AlreadyExists);
  }));

Deno.test("deno task compare says each model's figures, and in one line what is wrong", () =>
  inFolder(async (folder) => {
    const [cohort, out] = [join(folder, "cohort"), join(folder, "out")];
    await writeMeds(cohort, source);
    const args = ["--cohort", cohort, "--out", out, "--resamples", "5", "--backend", "wasm"];
    const how = [
      "--models",
      "lstm,markov",
      "--epochs",
      "50",
      "--budget",
      "0.01",
      "--set",
      "width=256", // so that 50 epochs take far longer than the budget
    ];
    const { code, lines } = await runTask("compare", ...args, ...how);
    assertEquals(code, 0, lines.join("\n"));
    const said = lines.join("\n");
    assertStringIncludes(said, "lstm: R² ");
    assertStringIncludes(said, `Next: open ${join(out, "comparison.html")}`);
    const written = await readMeds(join(out, "models", "lstm", "synthetic"));
    assertEquals(written.recordCount, 40);
    const run = await readRun(join(out, "models", "lstm", "run"));
    assert(run.training.length < 50, "the budget ends training");
    // an epoch's line says the time before it was stored, and the budget is looked at after that
    assert(run.training[run.training.length - 1].seconds > 0.3, "nothing else ends it before");

    const minutes = how.with(how.indexOf("--budget"), "--minutes"); // is the same, so it goes on
    assertEquals((await runTask("compare", ...args, ...minutes)).code, 0);
    const again = await runTask("compare", ...args, "--models", "lstm", "--set", "width=9");
    assertEquals(again.code, 1);
    assertStringIncludes(again.lines.at(-1) ?? "", "error: Cannot continue");
    const unknown = await runTask("compare", ...args, "--models", "lstm,markov", "--set", "foo=1");
    assertEquals([unknown.code, unknown.lines.at(-1)], [
      1,
      "error: Cannot set foo: none of lstm, markov has such a setting",
    ]);
    const wrong: [string[], string][] = [
      [
        ["--budget", "1", "--minutes", "1"],
        "--budget and --minutes are the same option: give only one",
      ],
      [["--set", "width"], "--set is width, must be KEY=VALUE, such as width=256"],
      [["--set", "gpt.width=8"], "--set is for gpt, which is not in --models"],
      [["--embeddings", "hisgt=v.json"], "--embeddings is for hisgt, which is not in --models"],
      [["--hierarchy", "tree.csv"], "--hierarchy is tree.csv, must be MODEL=FILE"],
    ];
    for (const [given, message] of wrong) {
      const { code, lines } = await runTask("compare", ...args, "--models", "lstm", ...given);
      assertEquals(code, 2);
      assertStringIncludes(lines[0], `error: ${message}`);
    }
  }));

Deno.test("deno task compare takes by itself every model but the one that copies", async () => {
  const help = (await helpOf("compare")).join("\n");
  const [, all] = help.match(/--models.*\(default ([^)]*)\)/) ?? [];
  const names = modelSummaries.map(({ name }) => name).filter((name) => name !== "memoriser");
  assertEquals(all.split(", ").sort(), names);
});

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  type Cohort,
  cohortOf,
  compare,
  coverageInWords,
  modelSummaries,
  readMeds,
  readRun,
  train,
  type TrainingStart,
  useBackend,
  vocabulary,
  writesOrderOnly,
} from "ehrloom";
import { checkCoverage, coverageOf } from "ehrloom/models/coverage.ts";
import { modelFamily, titleOf } from "ehrloom/models/mod.ts";
import { startInWords } from "ehrloom/train/start.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { runTask, tinyCohort } from "../tiny.ts";
import { writeMeds } from "ehrloom/cohort/meds/write.ts";
import { measuredCohort } from "./measured_cohort.ts";

const cohort = measuredCohort(60);
const small = { width: 8, heads: 2, layers: 1 };

function modelOf(name: string, source: Cohort, set: Record<string, number> = {}) {
  const family = modelFamily(name);
  const own = Object.entries(small).filter(([key]) => Object.hasOwn(family.settings, key));
  const config = family.configFor(source, { ...Object.fromEntries(own), ...set });
  return family.create(config, family.schemaFor?.(source, config));
}

/** What the training records have, counted one by one. */
function counted({ splits, values, visitOffsets, codeOffsets, demographics }: Cohort) {
  const sums = { values: 0, times: 0, demographics: 0 };
  splits?.forEach((split, record) => {
    if (split !== 0) return;
    const [from, to] = [visitOffsets[record], visitOffsets[record + 1]];
    sums.times += to - from; // all of them have a first day
    for (let i = codeOffsets[from]; i < codeOffsets[to]; i++) {
      if (Number.isFinite(values?.[i] ?? NaN)) sums.values++;
    }
    const isBorn = !Number.isNaN(demographics?.birthDays[record] ?? NaN);
    if (isBorn || (demographics?.sexes[record] ?? 0) > 0) sums.demographics++;
  });
  return sums;
}

const keepsAll = ["synehrgy", "memoriser"];

for (const { name } of modelSummaries) {
  Deno.test(`coverageOf() says what ${name} learns of values, times, births and sexes`, () => {
    const coverage = coverageOf(modelOf(name, cohort), cohort);
    const { values, times, demographics } = counted(cohort);
    const isLearned = keepsAll.includes(name);
    assertEquals(
      [coverage.values, coverage.times, coverage.demographics],
      [values, times, demographics].map((count) => ({ count, isLearned })),
    );
    const canLearn = Object.hasOwn(modelFamily(name).settings, "numbers");
    assertEquals(
      coverageInWords(name, coverage),
      isLearned ? [] : [
        `${name} learns labels, codes and their order only: ${values} measured values, ` +
        `the times of ${times} visits and birth and sex of ${demographics} patients are left ` +
        `out;${canLearn ? " with numbers=10 it learns them too;" : ""} synehrgy keeps them`,
      ],
    );
    if (canLearn) {
      const told = coverageOf(modelOf(name, cohort, { numbers: 10 }), cohort);
      assertEquals(coverageInWords(name, told), []);
    }
    assertEquals(
      coverageInWords(name, coverage, titleOf).map((line) => line.startsWith(`${titleOf(name)} `)),
      isLearned ? [] : [true],
    );
    assertEquals(
      coverageInWords(name, coverageOf(modelOf(name, tinyCohort(20)), tinyCohort(20))),
      [],
    );
    const config = modelOf(name, cohort).config;
    assertEquals(writesOrderOnly({ model: name, config, coverage }), !isLearned);
    assertEquals(writesOrderOnly({ model: name, config }), !isLearned); // of an earlier version
  });
}

Deno.test("coverageOf() counts the codes whose values too few training patients have", () => {
  const told = (name: string, minCell: number, settings: Record<string, number> = {}) => {
    const family = modelFamily(name);
    const config = family.configFor(cohort, { ...small, ...settings });
    const schema = family.schemaFor?.(cohort, config, { minCell });
    const coverage = coverageOf(family.create(config, schema), cohort);
    return [coverage.rareCodes, ...coverageInWords(name, coverage)];
  };
  const sentence = "the values of 3 measured codes are not learned, since too few training " +
    "patients have them";
  assertEquals(told("synehrgy", 1000), [3, sentence]);
  assertEquals(told("halo", 1000, { numbers: 4 }), [3, sentence]);
  assertEquals(told("synehrgy", 1), [undefined]);
  assertEquals(told("halo", 1000)[0], undefined); // it learns no values anyway
});

Deno.test("coverageOf() says who learns races, and that those of few patients have no name", () => {
  const races = ["x", "x", "x", "y", ""].map((race, i) => ({
    visits: [[0]],
    labels: [],
    race,
    split: i < 4 ? 0 : 2,
  }));
  const source = cohortOf(vocabulary(["a"]), [], races);
  const told = (name: string, minCell: number, settings: Record<string, number> = {}) => {
    const family = modelFamily(name);
    const config = family.configFor(source, settings);
    return coverageOf(
      family.create(config, family.schemaFor?.(source, config, { minCell })),
      source,
    );
  };
  assertEquals(told("halo", 1).races, { count: 4, isLearned: false });
  assertEquals(coverageInWords("halo", told("halo", 1)), [
    "halo learns labels, codes and their order only: the races of 4 patients are left out; with " +
    "numbers=10 it learns them too",
  ]);
  assertEquals(coverageInWords("halo", told("halo", 1, { numbers: 10 })), []);
  for (const [name, settings] of [["halo", { numbers: 10 }], ["memoriser", {}]] as const) {
    assertEquals(told(name, 1, settings).hasRareRaces, undefined);
    assertEquals(coverageInWords(name, told(name, 2, settings)), [
      'races that too few training patients have are learned as "other", or not at all',
    ]);
  }
  assertEquals(coverageOf(modelOf("halo", cohort), cohort).races, undefined);
});

Deno.test("coverageOf() knows that SynEHRgy's published form has no time between stays", () => {
  const family = modelFamily("synehrgy");
  const config = family.configFor(cohort, { ...small, published: true });
  const model = family.create(config, family.schemaFor?.(cohort, config));
  assertMatch(
    coverageInWords("synehrgy", coverageOf(model, cohort)).join(),
    /^synehrgy learns labels, codes and their order, values and birth and sex: the times of \d+ /,
  );
});

Deno.test("checkCoverage() refuses to lose more than a tenth of the tokens, and names what helps", () => {
  const of = (context: number) => coverageOf(modelOf("synehrgy", cohort, { context }), cohort);
  const { longest, acceptable, tokens } = of(30).context ??
    { longest: 0, acceptable: 0, tokens: 0 };
  assert(30 < acceptable && acceptable < longest, `${acceptable} of ${longest}`);
  assertEquals(of(longest).context?.beyond, 0);
  assert((of(acceptable).context?.beyond ?? NaN) <= 0.1 * tokens);
  assert((of(acceptable - 1).context?.beyond ?? NaN) > 0.1 * tokens);
  checkCoverage("synehrgy", of(acceptable));
  const refused = () => checkCoverage("synehrgy", of(acceptable - 1));
  try {
    refused();
    throw new Error("not refused");
  } catch (error) {
    assert(error instanceof RangeError);
    assertMatch(
      error.message,
      /^Cannot train "synehrgy": 10\.\d% of the training tokens are beyond/,
    );
    assert(error.message.includes(`set context=${longest} to lose nothing`), error.message);
    assert(error.message.includes(`or context=${acceptable} to lose at most 10%`), error.message);
  }
});

Deno.test("train() and compare() start with a loss above a tenth only if it is accepted", () =>
  inFolder(async (folder) => {
    await useBackend("wasm");
    const settings = { ...small, context: 30 };
    const options = { model: "synehrgy", settings, epochs: 1 };
    const starts: TrainingStart[] = [];
    const onStart = (start: TrainingStart) => starts.push(start);
    const run = join(folder, "run");
    await assertRejects(
      () => train(cohort, run, { ...options, onStart }),
      RangeError,
      "beyond the context of 30 tokens and are not learned",
    );
    assertEquals([starts.length, [...Deno.readDirSync(folder)].length], [0, 0]);

    const trained = await train(cohort, run, { ...options, onStart, acceptLoss: true });
    assertEquals(starts.length, 1);
    const numbers = Object.values(trained.parameters).reduce((n, p) => n + p.numbers.length, 0);
    assertEquals(starts[0].parameters, numbers);
    assertEquals(starts[0].coverage, trained.runConfig.coverage);
    assertEquals(await readRun(run), trained);
    const said = startInWords({ ...starts[0], canBeFaster: true });
    assertEquals(said.slice(0, 2), [
      `Model synehrgy: ${numbers.toLocaleString("en")} parameters; engine wasm (built in; ` +
      "deno task native builds a faster one in under a minute)",
      `36 training and 12 validation records; at most 1 epoch, a line for each in ${run}/training.jsonl`,
    ]);
    assertEquals(said[2], `values: ${trained.runConfig.sources?.values}`);
    assertMatch(said[3], /% of the training tokens are beyond the context of 30 tokens/);
    await train(cohort, run, { resume: true }); // nobody is asked twice

    const how = { models: ["synehrgy", "markov"], settings, epochs: 1, resamples: 2 };
    const out = join(folder, "comparison");
    await assertRejects(() => compare(cohort, out, how), RangeError, "or leave synehrgy out");
    const { comparison } = await compare(cohort, out, { ...how, onStart, acceptLoss: true });
    assertEquals(starts.slice(1).map(({ model }) => model), ["synehrgy", "markov"]);
    assertEquals(comparison.models[0].coverage, starts[1].coverage);
    const page = await Deno.readTextFile(join(out, "comparison.html"));
    assert(page.includes("are beyond the context of 30 tokens and are not learned"));
    assert(page.includes("Markov learns labels, codes and their order only"), "markov's");
  }));

Deno.test("deno task train --accept-loss accepts; generate says what was not learned, and notes it", () =>
  inFolder(async (folder) => {
    await writeMeds(join(folder, "cohort"), cohort);
    const paths = ["--cohort", `${folder}/cohort`, "--out", `${folder}/run`, "--backend", "wasm"];
    const set = Object.entries({ ...small, context: 30 })
      .flatMap(([key, value]) => ["--set", `${key}=${value}`]);
    const task = ["train", ...paths, ...set, "--model", "synehrgy", "--epochs", "1"] as const;
    const refused = await runTask(...task);
    assertEquals(refused.code, 1, refused.lines.join("\n"));
    assertMatch(
      refused.lines[refused.lines.length - 1],
      /or accept the loss \(--accept-loss; acceptLoss: true\)$/,
    );
    assertEquals((await runTask(...task, "--accept-loss")).code, 0);

    const markov = ["--model", "markov", "--out", `${folder}/markov`];
    const counted = await runTask("train", ...paths.slice(0, 2), ...markov);
    assertMatch(counted.lines[1], /^markov learns labels, codes and their order only: \d+ meas/);
    const made = await runTask(
      ...["generate", "--run", `${folder}/markov`, "--count", "5"] as const,
      ...["--out", `${folder}/made`, "--backend", "wasm"],
    );
    assertEquals(made.lines[0], counted.lines[1]);
    const text = await Deno.readTextFile(join(folder, "made", "metadata", "dataset.json"));
    const { ehrloom } = JSON.parse(text);
    assertEquals([ehrloom.times, ehrloom.not_learned], ["order only", [counted.lines[1]]]);
    const { startDays, gapDays } = await readMeds(join(folder, "made"));
    assert(startDays.every(Number.isNaN) && gapDays.every((days) => days === 0));
  }));

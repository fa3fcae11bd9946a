import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type Cohort,
  evaluate,
  judge,
  oneRunAudit,
  type Run,
  splitOf,
  train,
  useBackend,
  withCanaries,
} from "ehrloom";
import { audit } from "ehrloom/evaluate/privacy/membership/audit.ts";
import { markov } from "ehrloom/models/markov.ts";
import { modelOf } from "ehrloom/train/run_folder.ts";
import { join } from "node:path";
import { inFolder } from "../../../folder.ts";
import { tinyCohort } from "../../../tiny.ts";
import { privacyRecord, runOf } from "../../run_of.ts";
import { simulated } from "../simulated.ts";

const source: Cohort = (() => {
  const real = simulated(1, 300, 200);
  return { ...real, splits: Uint8Array.from(real.subjectIds, (_, i) => i % 3) };
})();
const training = splitOf(source, "train");
const withThem = withCanaries(source, { canaries: 80, seed: 4 });
const included = withThem.isIn.reduce((sum, each) => sum + each, 0);

/** A Markov chain that has learned a cohort, with canaries that may be in it or not. */
function chainOf(learned: Cohort, smoothing: number, more: Partial<Run["runConfig"]> = {}): Run {
  const config = { ...markov.configFor(learned, { smoothing }), context: 100 };
  const run = runOf(learned, { model: "markov", config, ...more });
  const model = modelOf(run.runConfig);
  if (!("learn" in model)) throw new Error("not a chain");
  const { canaries, isIn } = withThem;
  return { ...run, parameters: model.learn(learned), canaries: { canaries, isIn } };
}

/** The measure's figures of a run. */
async function figuresOf(run: Run, records: Cohort = training) {
  const [{ figures }] = await judge([audit], {
    real: { role: "real", cohort: training },
    others: [{ role: "synthetic", cohort: records }],
    run,
    resamples: 0,
  });
  return figures.audit ?? undefined;
}

const memorising = chainOf(splitOf(withThem.cohort, "train"), 0.001);

Deno.test("audit bounds the epsilon of a model that knows its canaries by heart", async () => {
  const found = await figuresOf(memorising);
  assert(found !== undefined);
  assertEquals([found.canaries, found.in_training, found.guesses], [80, included, 40]);
  assertEquals([found.right, found.too_long, found.extracted], [40, 0, 0]);
  assertEquals(found.lower_bound, found.largest_bound);
  const all = { canaries: 80, guesses: 40, right: 40 };
  assertAlmostEquals(found.lower_bound, oneRunAudit(all, { delta: 1e-5 }), 1e-12);
  assertEquals([found.promised, found.delta, found.confidence], [null, 1e-5, 0.95]);
  assertStringIncludes(
    found.conclusion,
    "40 of 40 guesses were right about which of 80 canaries were in training: with 95% " +
      "confidence, epsilon is at least 2.55 at a delta of 0.00001",
  );
  assert(found.conclusion.endsWith("the training promises no epsilon"));
});

Deno.test("audit shows nothing of a model that never saw the canaries", async () => {
  const found = await figuresOf(chainOf(training, 0.001));
  assertEquals(found?.lower_bound, 0);
  assertStringIncludes(found?.conclusion ?? "", "no epsilon above 0, which is no proof of privacy");
});

Deno.test("audit holds the bound against the epsilon that a private run promises, at its delta", async () => {
  const learned = splitOf(withThem.cohort, "train");
  const under = (epsilon: number) =>
    figuresOf(chainOf(learned, 0.001, { privacy: { ...privacyRecord, epsilon, delta: 1e-3 } }));
  const [kept, broken] = [await under(8), await under(1)];
  assert(kept !== undefined && broken !== undefined);
  assertEquals([kept.promised, kept.delta, broken.promised], [8, 1e-3, 1]);
  const all = { canaries: 80, guesses: 40, right: 40 };
  assertAlmostEquals(kept.lower_bound, oneRunAudit(all, { delta: 1e-3 }), 1e-12);
  assert(kept.conclusion.endsWith("the training promised at most 8"), kept.conclusion);
  assertStringIncludes(broken.conclusion, "promised at most 1: the promise does not hold, or");
});

Deno.test("audit counts the canaries in training that come out of synthetic records, in any order of codes", async () => {
  const { cohort, canaries } = withThem;
  assertEquals((await figuresOf(memorising, splitOf(cohort, "train")))?.extracted, included);
  assertEquals((await figuresOf(memorising, canaries))?.extracted, included); // not the others
});

Deno.test("audit leaves out canaries that the model does not read to their end", async () => {
  const config = { ...memorising.runConfig.config, context: 5 };
  const short = { ...memorising, runConfig: { ...memorising.runConfig, config } };
  const found = await figuresOf(short);
  assertEquals([found?.canaries, found?.too_long, found?.guesses], [0, 80, 0]);
  assertEquals([found?.lower_bound, found?.exposure], [0, null]);
  assertStringIncludes(found?.conclusion ?? "", "the model reads 0 canaries to their end, too few");
});

Deno.test("audit has no figures for a run without canaries", async () => {
  assertEquals(await figuresOf({ ...memorising, canaries: undefined }), undefined);
});

Deno.test("evaluate() with the run of train() with canaries gives the bound, and says it in its summary", () =>
  inFolder(async (folder) => {
    await useBackend("wasm");
    const run = await train(source, join(folder, "run"), { model: "markov", canaries: 60 });
    const heldOut = splitOf(source, "test");
    const { privacy, summary } = await evaluate(source, heldOut, {
      only: ["fidelity.unigram", "privacy.audit"],
      run,
      resamples: 10,
    });
    assertEquals(privacy?.audit?.canaries, 60);
    assertEquals(privacy?.ceiling.audit, null);
    const said = summary?.sentences.filter((each) => /of 30 guesses were right/.test(each));
    assertEquals(said?.length, 1);
  }));

Deno.test("audit of a small HALO that has learned its records by heart is above 0", () =>
  inFolder(async (folder) => {
    await useBackend("wasm");
    const cohort = tinyCohort(120);
    const run = await train(cohort, join(folder, "run"), {
      settings: { width: 32, layers: 1, heads: 2, calibrate: false },
      batch: 8,
      epochs: 60,
      patience: 60,
      learningRate: 0.01,
      canaries: 60,
    });
    const { privacy } = await evaluate(cohort, splitOf(cohort, "test"), {
      only: ["privacy.audit"],
      run,
      resamples: 0,
    });
    const bound = privacy?.audit?.lower_bound ?? 0;
    assert(bound > 0.3, JSON.stringify(privacy?.audit));
  }));

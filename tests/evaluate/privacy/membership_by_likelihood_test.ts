import { assert, assertEquals } from "@std/assert";
import { type Cohort, judge, type Run } from "ehrloom";
import {
  membershipByLikelihood,
  overlapping,
} from "ehrloom/evaluate/privacy/membership_by_likelihood.ts";
import { modelOf } from "ehrloom/train/run_folder.ts";
import { markov } from "ehrloom/models/markov.ts";
import { runOf } from "../run_of.ts";
import { simulated } from "./simulated.ts";

/** A Markov model that has learned a cohort by counting. */
function countedRun(training: Cohort): Run {
  const run = runOf(training, { model: "markov", config: markov.configFor(training, {}) });
  const model = modelOf(run.runConfig);
  return "learn" in model ? { ...run, parameters: model.learn(training) } : run;
}

/** The measure's figures of a run, for synthetic records that it does not look at. */
async function figuresOf(run: Run, training: Cohort, heldOut: Cohort) {
  const [{ figures }] = await judge([membershipByLikelihood], {
    real: { role: "real", cohort: training },
    others: [{ role: "synthetic", cohort: heldOut }],
    heldOut,
    run,
    resamples: 100,
  });
  const found = figures.membership_by_likelihood;
  if (!found) throw new Error("no figures");
  return found;
}

Deno.test("overlapping() windows hold each record twice, but for the first batch", () => {
  assertEquals(overlapping(5, 2), [0, 1, 2, 3, 2, 3, 4, 4]);
  assertEquals(overlapping(60, 8).length, 112);
});

Deno.test("membership_by_likelihood finds the records that a model has counted, and no others", async () => {
  const [training, heldOut, others] = [1, 2, 3].map((seed) => simulated(seed, 200));
  const caught = await figuresOf(countedRun(training), training, heldOut);
  const spared = await figuresOf(countedRun(others), training, heldOut);
  const [found, none] = [caught, spared].map(({ corrected }) => corrected?.auc);
  assert(found !== undefined && found.low > 0.53, JSON.stringify(found));
  assert(none !== undefined && none.low < 0.5 && none.high > 0.5, JSON.stringify(none));
  assert(caught.published !== null && caught.published.accuracy > 0.5);
});

Deno.test("membership_by_likelihood says why a run cannot be asked", async () => {
  const [training, heldOut] = [1, 2].map((seed) => simulated(seed, 50));
  const reasonOf = async (run: Run) => (await figuresOf(run, training, heldOut)).left_out[0].reason;
  const run = countedRun(training);
  assertEquals(await reasonOf({ ...run, parameters: {} }), "the run has no parameters");
  assertEquals(await reasonOf({ ...run, labelNames: ["other"] }), "the run has other labels");
});

Deno.test("membership_by_likelihood leaves out codes that training never saw, in whatever order they are", async () => {
  const [training, heldOut] = [1, 2].map((seed) => simulated(seed, 200));
  const run = countedRun(training);
  const names = training.vocabulary;
  const codes = [...names.codes, "unseen"];
  const wider = { ...names, codes, descriptions: [...names.descriptions, ""] };
  const more = (cohort: Cohort) => ({ ...cohort, vocabulary: wider });
  assertEquals(
    await figuresOf(run, more(training), more(heldOut)),
    await figuresOf(run, training, heldOut),
  );
});

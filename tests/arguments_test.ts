import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  binnedValues,
  codes,
  compare,
  conditionals,
  evaluate,
  events,
  fidelity,
  fidelityOverview,
  generate,
  labels,
  pairedProbabilities,
  runLikelihood,
  splitOf,
  subset,
  summary,
  table,
  train,
  trainingCurve,
  valueDistributions,
  visitsPerRecord,
} from "ehrloom";
import { checkOptions } from "ehrloom/arguments.ts";
import { tinyCohort } from "./tiny.ts";

const cohort = tinyCohort(8);

/**
 * A function as a cell may call it, where no types are checked.
 *
 * @returns its error, as "Name: message"
 */
async function errorOf(
  call: (...args: never[]) => unknown,
  ...args: readonly unknown[]
): Promise<string> {
  const error = await assertRejects(
    async () => await Reflect.apply(call, undefined, args),
    Error,
  );
  return `${error.name}: ${error.message}`;
}

Deno.test("a forgotten await gets a sentence that says so", async () => {
  const functions = [
    summary,
    events,
    codes,
    labels,
    subset,
    splitOf,
    visitsPerRecord,
    pairedProbabilities,
    train,
    generate,
    evaluate,
    fidelity,
    compare,
    conditionals,
    runLikelihood,
    fidelityOverview,
    trainingCurve,
    valueDistributions,
    table,
  ];
  for (const each of functions) {
    assertEquals(
      await errorOf(each, Promise.resolve(cohort)),
      `TypeError: ${each.name}() got a Promise: write \`await\` before what made it`,
    );
  }
});

Deno.test("what a forgotten await leaves undefined gets a sentence that says so", async () => {
  assertEquals(
    await errorOf(codes, undefined),
    "TypeError: codes() needs a cohort as first argument, got nothing (undefined); perhaps an " +
      "`await` is missing before what made it",
  );
  assertEquals(
    await errorOf(evaluate, undefined, cohort),
    "TypeError: evaluate() needs a cohort, or what realSplits() gives, as first argument, got " +
      "nothing (undefined); perhaps an `await` is missing before what made it",
  );
});

Deno.test("an argument of another kind is named, with what is wanted", async () => {
  assertEquals(
    await errorOf(train, cohort, { epochs: 1 }),
    'TypeError: train() needs the path of a folder as second argument, got an object with "epochs"',
  );
  assertEquals(
    await errorOf(fidelity, cohort, cohort),
    "TypeError: fidelity() needs three cohorts, { train, heldOut, synthetic } as first argument, " +
      "got a cohort",
  );
  assertEquals(
    await errorOf(fidelity, { train: cohort, heldOut: cohort, synthetic: summary(cohort) }),
    "TypeError: fidelity() needs a cohort as synthetic, got a frame",
  );
  assertEquals(
    await errorOf(generate, cohort, { count: 1 }),
    "TypeError: generate() needs a run as first argument, got a cohort",
  );
  assertEquals(
    await errorOf(binnedValues, cohort, {}, {}),
    "TypeError: binnedValues() needs a list of numbers as first argument, got a cohort",
  );
});

Deno.test("an unknown option is refused, with the one that is probably meant", async () => {
  const misspelled: [(...args: never[]) => unknown, unknown[], string, string][] = [
    [train, [cohort, "runs/x"], "epoch", "epochs"],
    [train, [cohort, "runs/x"], "learningrate", "learningRate"],
    [generate, [{ runConfig: {}, parameters: {} }], "sede", "seed"],
    [evaluate, [cohort, cohort], "resample", "resamples"],
    [fidelity, [{ train: cohort, heldOut: cohort, synthetic: cohort }], "Seed", "seed"],
    [compare, [cohort, "runs/x"], "model", "models"],
    [table, [summary(cohort)], "row", "rows"],
  ];
  for (const [call, args, option, meant] of misspelled) {
    assertEquals(
      await errorOf(call, ...args, { [option]: 1 }),
      `TypeError: ${call.name}() has no option "${option}"; did you mean ${meant}?`,
    );
  }
});

Deno.test("an unknown option that resembles none gets the list of options", () => {
  assertThrows(
    () => checkOptions("draw", { colour: 1 }, ["width", "height"]),
    TypeError,
    'draw() has no option "colour"; known: width, height',
  );
});

Deno.test("an unknown kind or split is refused with those that are known", async () => {
  assertEquals(
    await errorOf(pairedProbabilities, cohort, cohort, "bigram"),
    'RangeError: pairedProbabilities() knows no kind "bigram"; known: unigram, ' +
      "same_visit_bigram, sequential_bigram",
  );
  assertEquals(
    await errorOf(splitOf, cohort, "training"),
    'RangeError: splitOf() knows no split "training"; known: train, validation, test',
  );
});

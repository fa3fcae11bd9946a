import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  canaryAudit,
  type Cohort,
  extractedCanaries,
  random,
  splitOf,
  withCanaries,
} from "ehrloom";
import { codeSets } from "ehrloom/evaluate/privacy/distances/record_sets.ts";
import { markov } from "ehrloom/models/markov.ts";
import { simulated } from "../simulated.ts";

const source: Cohort = (() => {
  const real = simulated(1, 300, 200);
  return { ...real, splits: Uint8Array.from(real.subjectIds, (_, i) => i % 3) };
})();

Deno.test("withCanaries() adds about half of the canaries to training, with codes nobody has together", () => {
  const { cohort, canaries, isIn } = withCanaries(source, { canaries: 60, seed: 2 });
  const chosen = isIn.reduce((sum, own) => sum + own, 0);
  assertEquals(chosen > 18 && chosen < 42, true);
  assertEquals(canaries.recordCount, 60);
  assertEquals(splitOf(cohort, "train").recordCount, 100 + chosen);
  assertEquals(splitOf(cohort, "test").recordCount, 100);
  assertEquals(extractedCanaries(canaries, source).includes(1), false);
  const { offsets } = codeSets(canaries);
  assertEquals(new Set(offsets.map((offset, i) => offset - 3 * i)), new Set([0]));
});

Deno.test("extractedCanaries() finds those that come out: all of a copier's, none of other patients", () => {
  const { cohort, canaries, isIn } = withCanaries(source, { canaries: 60, seed: 2 });
  assertEquals(extractedCanaries(canaries, splitOf(cohort, "train")), isIn);
  assertEquals(extractedCanaries(canaries, simulated(5, 100, 20)).includes(1), false);
});

/** Log-probabilities of canaries under a chain that has some records by heart. */
async function scoresUnder(learned: Cohort, canaries: Cohort): Promise<number[]> {
  const config = { ...markov.configFor(learned, { smoothing: 0.01 }), context: 50 };
  const model = markov.create(config);
  const records = Int32Array.from(canaries.subjectIds, (_: bigint, i) => i);
  const found = await model.likelihoods?.(model.learn(learned), canaries, records) ?? [];
  return found.map(({ logProbability }) => logProbability);
}

Deno.test("canaryAudit() bounds the epsilon of a model that has canaries by heart", async () => {
  const { cohort, canaries, isIn } = withCanaries(source, { canaries: 90, seed: 3 });
  const scores = await scoresUnder(splitOf(cohort, "train"), canaries);
  const { epsilon, exposure } = canaryAudit(scores, isIn);
  assertEquals(epsilon > 1, true, String(epsilon));
  const mean = exposure.reduce((sum, each) => sum + each, 0) / exposure.length;
  assertEquals(mean > 3, true, String(mean));
});

Deno.test("canaryAudit() is above 0 for at most a few of 20 models without canaries: 5% are expected", async () => {
  const { canaries } = withCanaries(source, { canaries: 90 });
  const scores = await scoresUnder(splitOf(source, "train"), canaries);
  let above = 0;
  for (let seed = 0; seed < 20; seed++) {
    const coins = random(seed);
    const isIn = Uint8Array.from(scores, () => coins.integer(2));
    if (canaryAudit(scores, isIn).epsilon > 0) above++;
  }
  assertEquals(above <= 3, true, `${above} of 20`);
});

Deno.test("canaryAudit() of a case by hand: guesses, right ones and exposure", () => {
  const found = canaryAudit([9, 8, 7, 3, 2, 1], Uint8Array.of(1, 0, 1, 1, 0, 0));
  assertEquals([found.canaries, found.guesses, found.right], [6, 4, 3]);
  const expected = [Math.log2(4), Math.log2(4 / 2), Math.log2(4 / 2)];
  found.exposure.forEach((each, i) => assertAlmostEquals(each, expected[i], 1e-12));
});

Deno.test("withCanaries() says when there are too few codes for so many canaries", () => {
  const few = simulated(1, 30, 8);
  const cohort = { ...few, splits: new Uint8Array(30) };
  assertThrows(
    () => withCanaries(cohort, { canaries: 100 }),
    RangeError,
    "Cannot make 100 canaries",
  );
});

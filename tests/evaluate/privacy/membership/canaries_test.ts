import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  canaryAudit,
  type Cohort,
  cohortOf,
  extractedCanaries,
  random,
  splitOf,
  vocabulary,
  withCanaries,
} from "ehrloom";
import { markov } from "ehrloom/models/markov.ts";
import { simulated } from "../simulated.ts";

const source: Cohort = (() => {
  const real = simulated(1, 300, 200);
  return { ...real, splits: Uint8Array.from(real.subjectIds, (_, i) => i % 3) };
})();

Deno.test("extractedCanaries() finds those that come out: all of a copier's, none of other patients", () => {
  const { cohort, canaries, isIn } = withCanaries(source, { canaries: 60, seed: 2 });
  assertEquals(extractedCanaries(canaries, splitOf(cohort, "train")), isIn);
  assertEquals(extractedCanaries(canaries, simulated(5, 100, 200)).includes(1), false);
});

Deno.test("extractedCanaries() needs all codes of a canary in one record, in whatever visits", () => {
  const records = (...visits: number[][][]) =>
    cohortOf(vocabulary(["a", "b", "c"]), [], visits.map((each) => ({ visits: each, labels: [] })));
  const canaries = records([[0, 1]], [[1], [2]], [[0, 1], [2]]);
  assertEquals([...extractedCanaries(canaries, records([[0], [1]], [[2, 1]]))], [1, 1, 0]);
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

Deno.test("canaryAudit() is above 0 for at most 5% of 400 models without canaries", async () => {
  const { canaries } = withCanaries(source, { canaries: 90 });
  const scores = await scoresUnder(splitOf(source, "train"), canaries);
  let above = 0;
  for (let seed = 0; seed < 400; seed++) {
    const coins = random(seed);
    const isIn = Uint8Array.from(scores, () => coins.integer(2));
    if (canaryAudit(scores, isIn).epsilon > 0) above++;
  }
  const most = 400 * 0.05 + 3 * Math.sqrt(400 * 0.05 * 0.95); // three standard errors more
  assertEquals(above > 0 && above <= most, true, `${above} of 400`);
});

Deno.test("canaryAudit() of a case by hand: two guesses at each end, right ones and exposure", () => {
  const found = canaryAudit([9, 8, 7, 6, 4, 3, 2, 1], Uint8Array.of(1, 0, 1, 0, 1, 1, 0, 0));
  assertEquals([found.canaries, found.guesses, found.right], [8, 4, 3]);
  const expected = [Math.log2(5), Math.log2(5 / 2), Math.log2(5 / 3), Math.log2(5 / 3)];
  found.exposure.forEach((each, i) => assertAlmostEquals(each, expected[i], 1e-12));
});

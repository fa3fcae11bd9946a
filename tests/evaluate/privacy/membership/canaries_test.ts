import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { canaryAudit, type Cohort, extractedCanaries, splitOf, withCanaries } from "ehrloom";
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

Deno.test("canaryAudit() bounds the epsilon of a model that has canaries by heart", async () => {
  const { cohort, canaries, isIn } = withCanaries(source, { canaries: 90, seed: 3 });
  const config = { ...markov.configFor(cohort, { smoothing: 0.01 }), context: 50 };
  const model = markov.create(config);
  const records = Int32Array.from({ length: 90 }, (_, i) => i);
  const scores = async (learned: Cohort) =>
    (await model.likelihoods?.(model.learn(learned), canaries, records) ?? [])
      .map(({ logProbability }) => logProbability);
  const caught = canaryAudit(await scores(splitOf(cohort, "train")), isIn);
  assertEquals(caught.epsilon > 1, true, JSON.stringify(caught));
  const mean = caught.exposure.reduce((sum, each) => sum + each, 0) / caught.exposure.length;
  assertEquals(mean > 3, true, String(mean));
  const spared = canaryAudit(await scores(splitOf(source, "train")), isIn);
  assertEquals(spared.epsilon, 0);
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

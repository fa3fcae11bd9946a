import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type Cohort, cohortOf, random, vocabulary } from "ehrloom";
import {
  codeKinds,
  hitColumn,
  hitsOf,
  listLengths,
  totalColumn,
} from "ehrloom/evaluate/utility/next_visit/hits.ts";
import { nextVisit } from "ehrloom/evaluate/utility/next_visit/next_visit.ts";
import { type Scorer, trainedPredictors } from "ehrloom/evaluate/utility/next_visit/predictors.ts";
import {
  bigramProbabilities,
  visitCounts,
} from "ehrloom/evaluate/utility/next_visit/visit_counts.ts";
import { figuresOf, letters } from "../../fidelity/figures_of.ts";

Deno.test("visitCounts() and bigramProbabilities() by hand, smoothed with ten visits' worth", async () => {
  const cohort = letters("a ab b", "b"); // 4 visits; a → a, a → b, a → b, b → b
  const counts = await visitCounts(cohort, [0, 1]);
  const [a, b] = [2.5 / 5, 3.5 / 5];
  assertAlmostEquals(counts.share[0], a, 1e-12);
  assertAlmostEquals(counts.share[2], 0.5 / 5, 1e-12);
  // a is known before both following visits, and comes back in one; b is known before one, and returns
  assertAlmostEquals(counts.returns[0], (1 + 10 * a) / (2 + 10), 1e-12);
  assertAlmostEquals(counts.begins[0], 10 * a / 10, 1e-12);
  assertAlmostEquals(counts.returns[1], (1 + 10 * b) / (1 + 10), 1e-12);
  assertAlmostEquals(counts.begins[1], (1 + 10 * b) / (1 + 10), 1e-12);
  const found = new Float64Array(12);
  bigramProbabilities(counts, [0], found);
  assertAlmostEquals(found[0], (1 + 10 * a) / (2 + 10), 1e-12);
  assertAlmostEquals(found[1], (2 + 10 * b) / (2 + 10), 1e-12);
  bigramProbabilities(counts, [0, 1], found);
  const both = (2 + 10 * b) / (2 + 10) / 2 + (1 + 10 * b) / (1 + 10) / 2;
  assertAlmostEquals(found[1], both, 1e-12);
  bigramProbabilities(counts, [], found);
  assertEquals(found, counts.share);
});

Deno.test("hitsOf() by hand: onsets and repeats are looked for in lists of their own", async () => {
  const alphabetical: Scorer = (_, into) => into.forEach((_, code) => into[code] = -code);
  const predictors = {
    repeat: alphabetical,
    frequency: alphabetical,
    bigram: alphabetical,
    logistic: alphabetical,
  };
  const hits = await hitsOf(predictors, letters("a bg al", "c"));
  assertEquals(codeKinds.map((kind) => hits[totalColumn(kind)]), [4, 3, 1]);
  const found = codeKinds.map((kind) =>
    listLengths.map((length) => hits[hitColumn("bigram", kind, length)])
  );
  assertEquals(found, [
    [2, 3, 4], // b and a are among a to e; g among a to j
    [1, 3, 3], // without a, g is the 6th; without a, b and g, l is the 9th
    [1, 1, 1],
  ]);
});

/** Thirty codes; each visit's code is followed by the next one of the alphabet with this probability. */
function chained(seed: number, records: number, probability: number): Cohort {
  const draws = random(seed);
  const names = Array.from({ length: 30 }, (_, code) => `c${code}`);
  return cohortOf(
    vocabulary(names),
    [],
    Array.from({ length: records }, () => {
      let code = draws.integer(30);
      const visits = Array.from({ length: 2 + draws.integer(6) }, () => {
        const here = code;
        code = draws.uniform() < probability ? (code + 1) % 30 : draws.integer(30);
        return [here];
      });
      return { visits, labels: [] };
    }),
  );
}

Deno.test("trained on themselves, records teach the same; without their order, they teach nothing", async () => {
  const [real, heldOut] = [chained(1, 400, 0.8), chained(2, 100, 0.8)];
  const same = await figuresOf(nextVisit, real, real, { heldOut, resamples: 50 });
  const { value, low = 1, high = -1 } = same?.predictors?.logistic.all?.at_5.difference ?? {};
  assertEquals([value, low < 0, high > 0], [0, true, true]); // other patients would teach something else
  const { real: own } = same?.predictors?.bigram.all?.at_5 ?? {};
  assert((own?.value ?? 0) > 0.8); // 0.8 + 0.2 · 5 / 30, nearly
  assert((same?.predictors?.repeat.all?.at_5.real.value ?? 1) < 0.3);
  const shuffled = await figuresOf(nextVisit, real, chained(3, 400, 0), { heldOut, resamples: 50 });
  assert((shuffled?.predictors?.bigram.all?.at_5.difference.high ?? 1) < -0.4);
  assert((shuffled?.predictors?.logistic.all?.at_10.difference.high ?? 1) < -0.3);
  assertEquals(shuffled?.sizes, { train_real: 400, train_synthetic: 400, test: 100 });
});

Deno.test("the logistic predictor learns what comes back, which the others cannot see", async () => {
  // every patient has a code of their own, in every second visit
  const draws = random(4);
  const cohort = cohortOf(
    vocabulary(Array.from({ length: 60 }, (_, code) => `c${code}`)),
    [],
    Array.from({ length: 300 }, () => {
      const own = draws.integer(60);
      const visits = Array.from({ length: 8 }, (_, i) => [i % 2 ? draws.integer(60) : own]);
      return { visits, labels: [] };
    }),
  );
  const found = await figuresOf(nextVisit, cohort, cohort, { heldOut: cohort, resamples: 50 });
  assertEquals(found?.best, { real: "logistic", synthetic: "logistic" });
  assert((found?.logistic_minus_bigram?.real.low ?? 0) > 0);
});

Deno.test("records of one visit teach frequencies, and too few test records leave a reason", async () => {
  const single = letters("a", "ab", "c");
  const predictors = await trainedPredictors(single, [0, 1, 2], 0);
  const visit = {
    codes: new Uint32Array(),
    last: Uint32Array.of(2),
    times: new Uint32Array(12),
    known: [2],
    before: 1,
  };
  const [frequency, logistic] = [new Float64Array(12), new Float64Array(12)];
  predictors.frequency(visit, frequency);
  predictors.logistic(visit, logistic);
  for (const [code, p] of frequency.entries()) {
    assertAlmostEquals(logistic[code], Math.log(p / (1 - p)), 1e-12);
  }
  const found = await figuresOf(nextVisit, single, single, { heldOut: single });
  assertEquals([found?.predictors, found?.left_out.length], [null, 1]);
});

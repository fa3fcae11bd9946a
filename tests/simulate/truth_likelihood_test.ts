import { assert, assertAlmostEquals, assertThrows } from "@std/assert";
import {
  type Cohort,
  cohortOf,
  simulate,
  type SimulationModel,
  splitOf,
  testLossOfTruth,
  type Truth,
  truthOf,
  vocabulary,
} from "ehrloom";

const topics = [
  { name: "a", onset_per_year: 0.02, end_per_year: 0 },
  { name: "b", onset_per_year: 0.3, end_per_year: 0.9 },
].map((topic) => ({
  ...topic,
  hazard_ratio_female: 1.5,
  hazard_ratio_per_ten_years: 1.2,
  entries: 1.4,
}));

const model = (visitsMean: number): SimulationModel => ({
  ages: { youngest: 60, oldest: 61 },
  visits_mean: visitsMean,
  gap_days_mean: 30,
  kinds: [{ code: "J", probability: 0.4 }, { code: "K", probability: 0.6 }],
  background_entries: 0.8,
  topics,
  codes: [
    { code: "x", background: 0.5, topics: { a: 0.9 } },
    { code: "y", background: 0.5, topics: { b: 0.7 } },
    { code: "z", background: 0, topics: { a: 0.1, b: 0.3 } },
  ],
  labels: [{ name: "L", base: 0.1, causes: { a: 0.5, b: 0.3 } }],
});

const drawn = truthOf();
const truthWith = (visitsMean: number): Truth => ({ ...drawn, model: model(visitsMean) });
const words = vocabulary(["J", "K", "x", "y", "z"]);
const one = (visits: number[][], label: number) =>
  cohortOf(words, ["L"], [{ visits, labels: [label] }]);
const likelihood = (truth: Truth, cohort: Cohort) =>
  Math.exp(-testLossOfTruth(truth, cohort) * (cohort.visitCount + 1));

Deno.test("the likelihoods of all records of one visit add up to 1", () => {
  let sum = 0;
  for (let set = 0; set < 8; set++) {
    const codes = [2, 3, 4].filter((_, i) => (set >> i & 1) === 1);
    for (const kind of [0, 1]) {
      for (const label of [0, 1]) sum += likelihood(truthWith(1), one([[kind, ...codes]], label));
    }
  }
  assertAlmostEquals(sum, 1, 1e-12);
});

Deno.test("the likelihood of two visits is the sum over all that is hidden", () => {
  const record = [[1, 2], [0, 3, 4]]; // K x, then J y z
  let sum = 0;
  for (const female of [true, false]) {
    for (const age of [60, 61]) {
      const chains = topics.map(({ onset_per_year, end_per_year }) => {
        const onset = onset_per_year * (female ? 1.5 : 1) * 1.2 ** ((age - 50) / 10);
        const rate = onset + end_per_year;
        return (from: number, years: number) =>
          onset / rate + (from - onset / rate) * Math.exp(-rate * years);
      });
      const share = (probability: number, has: number) => has === 1 ? probability : 1 - probability;
      const codes = ([a, b]: number[], visit: number[]) => {
        const rates = [0.4 + 1.26 * a, 0.4 + 0.98 * b, 0.14 * a + 0.42 * b];
        return rates.reduce(
          (product, rate, i) =>
            product * (visit.includes(2 + i) ? 1 - Math.exp(-rate) : Math.exp(-rate)),
          visit.includes(0) ? 0.4 : 0.6,
        );
      };
      for (const first of [[0, 0], [0, 1], [1, 0], [1, 1]]) {
        for (const second of [[0, 0], [0, 1], [1, 0], [1, 1]]) {
          const start = share(chains[0](0, age), first[0]) * share(chains[1](0, age), first[1]);
          let move = 0;
          for (let days = 1; days < 2000; days++) {
            const later = chains.map((chain, i) =>
              share(chain(first[i], days / 365.25), second[i])
            );
            move += (1 / 30) * (29 / 30) ** (days - 1) * later[0] * later[1];
          }
          const label = 1 - 0.9 * (1 - 0.5 * second[0]) * (1 - 0.3 * second[1]);
          sum += start * codes(first, record[0]) * move * codes(second, record[1]) * label / 4;
        }
      }
    }
  }
  const [goesOn, ends] = [2 / 3, 1 / 3]; // 3 visits on average
  assertAlmostEquals(likelihood(truthWith(3), one(record, 1)) / (goesOn * ends * sum), 1, 1e-9);
});

Deno.test("on its own patients, a truth has a lower loss than another one and than its own frequencies", () => {
  const sizes = { codes: 24, topics: 4, patients: 300 };
  const cohort = simulate({ ...sizes, seed: 1 });
  const { patients: _, ...rest } = sizes;
  const loss = (seed: number) => testLossOfTruth(truthOf({ ...rest, seed }), cohort);
  assert(loss(1) + 1 < loss(2), `${loss(1)} ${loss(2)}`);
  // independent codes with the frequencies of these very patients
  const counts = new Float64Array(24);
  for (const code of cohort.codes) counts[code]++;
  const entropy = counts.reduce((sum, count) => {
    const p = count / cohort.visitCount;
    return sum - p * Math.log(p) - (1 - p) * Math.log(1 - p);
  }, 0);
  const perVisit = loss(1) * (cohort.visitCount + cohort.recordCount) / cohort.visitCount;
  assert(perVisit < entropy, `${perVisit} ${entropy}`);
});

Deno.test("a test loss needs records, few topics, and the truth's codes and labels", () => {
  const truth = truthOf();
  const cohort = simulate({ patients: 4 });
  assertThrows(() => testLossOfTruth(truth, splitOf(cohort, "test")), RangeError, "no records");
  assertThrows(
    () => testLossOfTruth(truthOf({ topics: 13 }), cohort),
    RangeError,
    "13 topics: must be at most 12",
  );
  const other = simulate({ patients: 4, labels: 2 });
  assertThrows(() => testLossOfTruth(truth, other), RangeError, "codes and labels are not those");
});

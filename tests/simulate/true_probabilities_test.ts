import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { type SimulationModel, type Topic, trueProbabilities, truthOf } from "ehrloom";

const truth = truthOf({ seed: 17, codes: 24, topics: 4, visitsMean: 5 });

const topic = (more: Partial<Topic>): Topic => ({
  name: "a",
  onset_per_year: 0.1,
  hazard_ratio_female: 1,
  hazard_ratio_per_ten_years: 1,
  end_per_year: 0,
  entries: 1,
  ...more,
});

/** Men and women of 50 years; two codes, of which topics write one alone and one together. */
const small = (topics: readonly Topic[], visitsMean = 1): SimulationModel => ({
  ages: { youngest: 50, oldest: 50 },
  visits_mean: visitsMean,
  gap_days_mean: 10,
  kinds: [{ code: "K", probability: 1 }],
  background_entries: 1,
  topics,
  codes: [
    { code: "own", background: 0.25, topics: { a: 0.5 } },
    {
      code: "common",
      background: 0.75,
      topics: Object.fromEntries(topics.map((t) => [t.name, 0.5])),
    },
  ],
  labels: [{ name: "L", base: 0.1, causes: { a: 0.5 } }],
});

Deno.test("with one visit, all follows from the hazards since birth", () => {
  const model = small([topic({})]);
  const exact = trueProbabilities({ model });
  const had = 1 - Math.exp(-0.1 * 50);
  const own = (1 - had) * (1 - Math.exp(-0.25)) + had * (1 - Math.exp(-0.25 - 0.5));
  assertAlmostEquals(exact.topic("a").at_first_visit, had, 1e-12);
  assertAlmostEquals(exact.topic("a").per_visit, had, 1e-12);
  assertAlmostEquals(exact.code("own"), own, 1e-12);
  assertEquals(exact.code("K"), 1);
  const both = (1 - had) * (1 - Math.exp(-0.25)) * (1 - Math.exp(-0.75)) +
    had * (1 - Math.exp(-0.75)) * (1 - Math.exp(-1.25));
  assertAlmostEquals(exact.sameVisit("own", "common"), both, 1e-12);
  assertAlmostEquals(exact.sameVisit("own", "K"), own, 1e-12);
  assertEquals(exact.sameVisit("own", "own"), exact.code("own"));
  assertAlmostEquals(exact.label("L"), 1 - 0.9 * (1 - had + had / 2), 1e-12);
});

Deno.test("hazard ratios multiply the hazard of women and of each ten years", () => {
  const model = small([topic({ hazard_ratio_female: 2, hazard_ratio_per_ten_years: 3 })]);
  const had = (hazard: number, age: number) => 1 - Math.exp(-hazard * age);
  assertAlmostEquals(
    trueProbabilities({ model }).topic("a").at_first_visit,
    (had(0.2, 50) + had(0.1, 50)) / 2,
    1e-12,
  );
  const older = { ...model, ages: { youngest: 70, oldest: 70 } };
  assertAlmostEquals(
    trueProbabilities({ model: older }).topic("a").at_first_visit,
    (had(1.8, 70) + had(0.9, 70)) / 2,
    1e-12,
  );
});

/** Sums over days and visits instead of closed forms, for two topics at 50 years. */
function summed(model: SimulationModel, visitsMean: number) {
  const [p, e] = [1 / model.gap_days_mean, 1 / visitsMean];
  const chains = model.topics.map(({ onset_per_year: on, end_per_year: end }) => {
    const rate = on + end;
    const move = (from: number, days: number) =>
      on / rate + (from - on / rate) * Math.exp(-rate * days / 365.25);
    return { move, start: move(0, 50 * 365.25) };
  });
  // days since the first visit at visit v: a sum of v geometric numbers, which is negative binomial
  const horizon = 500;
  let days = new Float64Array(horizon);
  days[0] = 1;
  const gap = Float64Array.from(
    { length: horizon },
    (_, d) => d === 0 ? 0 : p * (1 - p) ** (d - 1),
  );
  const over = (figure: (have: number[], later: (days: number) => number[]) => number) => {
    let sum = 0;
    for (let visit = 0; visit < 14; visit++) {
      for (let day = 0; day < horizon; day++) {
        if (days[day] < 1e-12) continue;
        const have = chains.map(({ move, start }) => move(start, day));
        const later = (more: number) => chains.map(({ move, start }) => move(start, day + more));
        sum += e * (1 - e) ** visit * days[day] * figure(have, later);
      }
      const next = new Float64Array(horizon);
      for (let day = 1; day < horizon; day++) {
        // one geometric number more
        next[day] = (1 - p) * next[day - 1] + p * days[day - 1];
      }
      days = next;
    }
    days = new Float64Array(horizon);
    days[0] = 1;
    return sum;
  };
  return { chains, gap, over };
}

Deno.test("over many visits, closed forms are what sums over visits and days give", () => {
  const visitsMean = 1.5; // after 14 visits, 2 in 10 million records are left
  const model = small([
    topic({ onset_per_year: 0.02 }),
    topic({ name: "b", onset_per_year: 3, end_per_year: 9, entries: 2 }),
  ], visitsMean);
  const exact = trueProbabilities({ model });
  const { over, gap, chains } = summed(model, visitsMean);
  const absent = ([a, b]: number[]) =>
    Math.exp(-0.75) * (1 - a * (1 - Math.exp(-0.5))) * (1 - b * (1 - Math.exp(-1)));
  assertAlmostEquals(exact.topic("b").per_visit, over(([, b]) => b), 1e-6);
  assertAlmostEquals(exact.code("common"), over((have) => 1 - absent(have)), 1e-6);
  // both visits: "own" at the first, of topic a, and "common" at the second
  const both = over(([a, b]) => {
    let sum = 0;
    for (let days = 1; days < 200; days++) {
      for (const [hasA, probability] of [[0, 1 - a], [1, a]]) {
        const own = 1 - Math.exp(-0.25 - 0.5 * hasA);
        const later = [chains[0].move(hasA, days), chains[1].move(b, days)];
        sum += gap[days] * probability * own * (1 - absent(later));
      }
    }
    return sum;
  });
  assertAlmostEquals(exact.consecutive("own", "common"), both, 2e-6);
  assertAlmostEquals(
    exact.consecutive("K", "common"),
    over((_, later) => {
      let sum = 0;
      for (let days = 1; days < 200; days++) sum += gap[days] * (1 - absent(later(days)));
      return sum;
    }),
    2e-6,
  );
});

Deno.test("the next visit follows from sex, age, topics and days", () => {
  const exact = trueProbabilities(truth);
  const { model } = truth;
  const patient = { sex: "female", age: 50, topics: ["topic 1"] } as const;
  const now = exact.nextVisit({ ...patient, gapDays: 0 });
  // without days, topics stay: background and topic 1 write, each code by its shares
  for (const { code, background, topics } of model.codes) {
    const rate = model.background_entries * background +
      model.topics[0].entries * (topics["topic 1"] ?? 0);
    assertAlmostEquals(now[code], 1 - Math.exp(-rate), 1e-12);
  }
  assertEquals(now["VISIT//office"], 0.7);
  const p = 1 / model.gap_days_mean;
  const sums = new Map<string, number>();
  for (let days = 1; days < 4000; days++) {
    const given = exact.nextVisit({ ...patient, gapDays: days });
    for (const [code, probability] of Object.entries(given)) {
      sums.set(code, (sums.get(code) ?? 0) + p * (1 - p) ** (days - 1) * probability);
    }
  }
  for (const [code, probability] of Object.entries(exact.nextVisit(patient))) {
    assertAlmostEquals(probability, sums.get(code) ?? NaN, 1e-9);
  }
});

Deno.test("unknown names and ages are refused", () => {
  const exact = trueProbabilities(truth);
  assertThrows(() => exact.code("flu"), RangeError, 'Cannot find the code "flu" in the truth');
  assertThrows(() => exact.sameVisit("CODE//01", "flu"), RangeError, '"flu"');
  assertThrows(() => exact.topic("gout"), RangeError, 'Cannot find the topic "gout"');
  assertThrows(() => exact.label("death"), RangeError, 'Cannot find the label "death"');
  const next = (age: number, topics: string[]) => exact.nextVisit({ sex: "male", age, topics });
  assertThrows(
    () => next(19, []),
    RangeError,
    "Cannot take the age 19: must be a whole number between 20",
  );
  assertThrows(() => next(50, ["gout"]), RangeError, '"gout"');
  assert(Number.isNaN(exact.valueMean("CODE//09")));
});

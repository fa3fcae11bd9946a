import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import {
  type Cohort,
  concatenated,
  recordLists,
  simulate,
  simulatedParts,
  splitOf,
  trueProbabilities,
  truthOf,
  visitCodes,
  visitsOf,
} from "ehrloom";
import { errorsAway, hitsOf, spread, visitCounts } from "./agreement.ts";

const sizes = { seed: 17, codes: 24, topics: 4, visitsMean: 5, codesMean: 4 };
const truth = truthOf(sizes);
const many = simulate({ ...sizes, patients: 20_000 });
const names = many.vocabulary.codes;

/** One in 500,000 sound figures is farther away. */
const farthestAllowed = 4.75;

Deno.test("simulate() gives each code the share of visits that the truth says", () => {
  const chances = visitCounts(many);
  const errors = names.map((name, code) =>
    errorsAway(hitsOf(many, (visit) => visit.includes(code)), chances, truth.expected.codes[name])
  );
  const { farthest, meanSquare } = spread(errors);
  assert(farthest < farthestAllowed, `${farthest}`);
  assert(meanSquare > 0.4 && meanSquare < 2, `${meanSquare}`);
});

Deno.test("simulate() gives pairs of codes the shares that the truth says", () => {
  const chances = visitCounts(many);
  const steps = visitCounts(many, 1);
  const index = (name: string) => names.indexOf(name);
  const pairs = truth.expected.pairs.filter((_, i) => i % 7 === 0);
  assert(pairs.length > 30);
  const errors = pairs.flatMap(({ codes, same_visit, consecutive, consecutive_back }) => {
    const [a, b] = codes.map(index);
    const after = (first: number, second: number) =>
      hitsOf(many, (visit, before) => visit.includes(second) && before?.includes(first) === true);
    const both = hitsOf(many, (visit) => visit.includes(a) && visit.includes(b));
    const isNever = same_visit === 0; // two kinds of visits
    if (isNever) assertEquals(both.some((hits) => hits > 0), false);
    return [
      ...isNever ? [] : [errorsAway(both, chances, same_visit)],
      errorsAway(after(a, b), steps, consecutive),
      errorsAway(after(b, a), steps, consecutive_back),
    ];
  });
  const { farthest, meanSquare } = spread(errors);
  assert(farthest < farthestAllowed, `${farthest}`);
  assert(meanSquare > 0.4 && meanSquare < 2, `${meanSquare}`);
});

Deno.test("simulate() gives labels, lengths, gaps and codes per visit as the truth says", () => {
  const one = new Float64Array(many.recordCount).fill(1);
  for (const [label, name] of many.labelNames.entries()) {
    const hits = Float64Array.from(one, (_, i) => many.labels[i * many.labelNames.length + label]);
    const away = errorsAway(hits, one, truth.expected.labels[name]);
    assert(Math.abs(away) < farthestAllowed, `${name}: ${away}`);
  }
  const visits = visitCounts(many);
  const events = hitsOf(many, () => false).map((_, record) => {
    const [from, to] = [many.visitOffsets[record], many.visitOffsets[record + 1]];
    return many.codeOffsets[to] - many.codeOffsets[from];
  });
  const gaps = Float64Array.from(one, (_, record) => {
    const own = many.gapDays.subarray(many.visitOffsets[record], many.visitOffsets[record + 1]);
    return own.reduce((sum, days) => sum + days, 0);
  });
  const figures = {
    visits: errorsAway(visits, one, 5),
    codes: errorsAway(events, visits, 4),
    gaps: errorsAway(gaps, visitCounts(many, 1), truth.model.gap_days_mean),
    endings: errorsAway(Float64Array.from(visits, (count) => Number(count === 1)), one, 1 / 5),
  };
  for (const [name, away] of Object.entries(figures)) {
    assert(Math.abs(away) < farthestAllowed, `${name}: ${away}`);
  }
});

Deno.test("simulate() gives values with the truth's mean, and only to measured codes", () => {
  const measured = Object.entries(truth.expected.value_means);
  assertEquals(measured.length, 2);
  const { values, codes } = many;
  for (const [name, mean] of measured) {
    const [sums, counts] = [new Float64Array(many.recordCount), new Float64Array(many.recordCount)];
    for (let record = 0; record < many.recordCount; record++) {
      const [from, to] = [many.visitOffsets[record], many.visitOffsets[record + 1]];
      for (let i = many.codeOffsets[from]; i < many.codeOffsets[to]; i++) {
        if (codes[i] !== names.indexOf(name)) continue;
        sums[record] += values?.[i] ?? NaN;
        counts[record]++;
      }
    }
    const away = errorsAway(sums, counts, mean);
    assert(Math.abs(away) < farthestAllowed, `${name}: ${away}`);
  }
  const others = new Set(measured.map(([name]) => names.indexOf(name)));
  assert(codes.every((code, i) => others.has(code) !== Number.isNaN(values?.[i] ?? NaN)));
});

Deno.test("simulate() makes patients of ages 20 to 79 and two sexes, each visit of one kind", () => {
  const { startDays, demographics } = many;
  assert(demographics !== null);
  const ages = startDays.map((day, i) => Math.floor((day - demographics.birthDays[i]) / 365.25));
  const counts = new Map<number, number>();
  for (const age of ages) counts.set(age, (counts.get(age) ?? 0) + 1);
  assertEquals(
    [...counts.keys()].sort((a, b) => a - b),
    Array.from({ length: 60 }, (_, i) => 20 + i),
  );
  const expected = many.recordCount / 60;
  const chiSquare = [...counts.values()].reduce((s, n) => s + (n - expected) ** 2 / expected, 0);
  assert(chiSquare < 115, `${chiSquare}`); // 59 degrees of freedom, p = 0.00002
  const women = demographics.sexes.filter((sex) => sex === 1).length / many.recordCount;
  assertAlmostEquals(women, 0.5, 4.75 * 0.5 / Math.sqrt(many.recordCount));
  assertEquals(demographics.sexes.includes(0), false);
  const kinds = hitsOf(many, (visit) => visit.filter((code) => code < 3).length === 1);
  assertEquals(kinds, visitCounts(many));
});

Deno.test("topics start, persist and end as the truth says", async () => {
  // one code that only topic 3 writes, nearly always, shows who has the topic
  const { model } = truth;
  const [shown, at] = ["topic 3", 4];
  const visible = {
    ...truth,
    model: {
      ...model,
      topics: model.topics.map((topic) => ({ ...topic, entries: topic.name === shown ? 30 : 0 })),
      codes: model.codes.map((code, i) => ({
        ...code,
        background: i === 0 ? 1 : 0,
        topics: i === at ? { [shown]: 1 } : {},
      })),
    },
  };
  assert(model.topics[2].name === shown && model.topics[2].end_per_year > 0);
  const figures = trueProbabilities(visible).topic(shown);
  const cohort = concatenated(await Array.fromAsync(simulatedParts(visible, { patients: 5000 })));
  const has = (visit: Uint32Array | undefined) => visit?.includes(3 + at) === true;
  const steps = (wanted: boolean) =>
    hitsOf(cohort, (_, before) => before !== undefined && has(before) === wanted);
  const first = Float64Array.from(
    { length: cohort.recordCount },
    (_, record) => Number(has(visitCodes(cohort, record, 0))),
  );
  const errors = {
    persists: errorsAway(
      hitsOf(cohort, (visit, before) => has(visit) && has(before)),
      steps(true),
      figures.persists,
    ),
    starts: errorsAway(
      hitsOf(cohort, (visit, before) => has(visit) && before !== undefined && !has(before)),
      steps(false),
      figures.starts,
    ),
    perVisit: errorsAway(hitsOf(cohort, has), visitCounts(cohort), figures.per_visit),
    atFirst: errorsAway(
      first,
      new Float64Array(cohort.recordCount).fill(1),
      figures.at_first_visit,
    ),
  };
  for (const [name, away] of Object.entries(errors)) {
    assert(Math.abs(away) < farthestAllowed, `${name}: ${away}`);
  }
});

Deno.test("patient i is the same whatever the number of patients, and wherever one begins", () => {
  const few = simulate({ ...sizes, patients: 30 });
  const later = simulate({ ...sizes, patients: 10, first: 20 });
  for (let i = 0; i < 30; i++) assertEquals(recordLists(few, i), recordLists(many, i));
  for (let i = 0; i < 10; i++) assertEquals(recordLists(later, i), recordLists(many, 20 + i));
  assertEquals(later.subjectIds[0], 21n);
  assertNotEquals(recordLists(many, 0), recordLists(many, 1));
});

Deno.test("another random seed gives another truth and other patients", () => {
  const other = truthOf({ ...sizes, seed: 18 });
  assertNotEquals(other.model.topics, truth.model.topics);
  assertNotEquals(
    simulate({ ...sizes, seed: 18, patients: 5 }),
    simulate({ ...sizes, patients: 5 }),
  );
});

Deno.test("of each 25 patients, 18 are for training, 2 for validation and 5 for test", () => {
  const counts = (cohort: Cohort) =>
    (["train", "validation", "test"] as const).map((name) => splitOf(cohort, name).recordCount);
  assertEquals(counts(simulate({ ...sizes, patients: 25 })), [18, 2, 5]);
  assertEquals(counts(many), [14_400, 1600, 4000]);
  assertEquals(counts(simulate({ ...sizes, patients: 5 })), [3, 1, 1]); // none is empty
});

Deno.test("parts of bounded size are the cohort that simulate() gives", async () => {
  const large = { seed: 3, codes: 40, topics: 3, visitsMean: 150, codesMean: 15 };
  const parts = await Array.fromAsync(simulatedParts(truthOf(large), { patients: 670 }));
  // 1.5 million entries at 150 × 15 for each patient
  assertEquals(parts.map(({ recordCount }) => recordCount), [667, 3]);
  assertEquals(concatenated(parts), simulate({ ...large, patients: 670 }));
});

Deno.test("simulate() works at the least and with one visit a record", () => {
  const least = simulate({ codes: 4, topics: 1, labels: 0, codesMean: 1.5, patients: 50 });
  assertEquals(least.vocabulary.codes.length, 4);
  const single = simulate({ visitsMean: 1, patients: 50 });
  assertEquals(visitsOf(single, 49), 1);
  assertEquals(single.visitCount, 50);
  assert(visitCodes(single, 0, 0).length > 0);
});

Deno.test("simulate() refuses numbers of patients that are none, and unknown options", () => {
  for (const patients of [0, -1, 2.5, NaN]) {
    assertThrows(
      () => simulate({ patients }),
      RangeError,
      `Cannot simulate: patients is ${patients}, must be a whole number, at least 1`,
    );
  }
  assertThrows(() => simulate({ first: -1 }), RangeError, "first is -1");
  const misspelt = { patients: 5, visitMean: 3 };
  assertThrows(() => simulate(misspelt), TypeError, 'has no option "visitMean"; did you mean');
});

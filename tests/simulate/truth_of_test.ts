import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { truthOf, type TruthOptions } from "ehrloom";

Deno.test("truthOf() reaches the mean number of codes and the sizes that are asked for", () => {
  const asked: TruthOptions[] = [
    {},
    { codes: 300, topics: 20, codesMean: 12, visitsMean: 30, labels: 5 },
    { codes: 4, topics: 1, codesMean: 1.2, labels: 0 },
    { codes: 63, codesMean: 31 },
  ];
  for (const options of asked) {
    const { model, expected } = truthOf(options);
    const { codes = 60, topics = 8, labels = 3, visitsMean = 8, codesMean = 4 } = options;
    assertAlmostEquals(expected.codes_per_visit, codesMean, 1e-9);
    assertEquals(expected.visits_per_record, visitsMean);
    assertEquals(model.kinds.length + model.codes.length, codes);
    assertEquals(Object.keys(expected.codes).length, codes);
    assertEquals([model.topics.length, model.labels.length], [topics, labels]);
    const common = Math.min(50, codes);
    assertEquals(expected.pairs.length, common * (common - 1) / 2);
  }
});

Deno.test("truthOf() shares out the entries of the background and of each topic", () => {
  const { model } = truthOf({ seed: 5, codes: 100, topics: 9 });
  const sum = (shares: number[]) => shares.reduce((sum, share) => sum + share, 0);
  assertAlmostEquals(sum(model.codes.map(({ background }) => background)), 1, 1e-12);
  for (const { name } of model.topics) {
    const shares = model.codes.flatMap(({ topics }) => topics[name] ?? []);
    assertAlmostEquals(sum(shares), 1, 1e-12);
    assert(shares.length >= 10, name);
  }
  assertAlmostEquals(sum(model.kinds.map(({ probability }) => probability)), 1, 1e-12);
  const counts = model.codes.map(({ topics }) => Object.keys(topics).length);
  assertEquals(new Set(counts), new Set([1, 2])); // some codes are of two topics
});

Deno.test("truthOf() lets each third topic end, and the others stay for life", () => {
  const { model, expected } = truthOf({ seed: 2 });
  for (const [index, { name, end_per_year }] of model.topics.entries()) {
    const ends = index % 3 === 2;
    assertEquals(end_per_year > 0, ends);
    assertEquals(expected.topics[name].persists === 1, !ends);
    assert(expected.topics[name].persists > expected.topics[name].starts);
  }
});

Deno.test("truthOf() gives the same truth for the same options, whatever is left to defaults", () => {
  assertEquals(truthOf({ seed: 1, codes: 60, labels: undefined }), truthOf());
});

Deno.test("truthOf() says in a sentence which sizes are impossible", () => {
  const refused: [TruthOptions, string][] = [
    [{ codes: 10 }, "codes is 10, must be at least 11: one for each topic, and 3 kinds of visits"],
    [{ codes: 0 }, "codes is 0, must be a whole number, at least 1"],
    [{ topics: 0 }, "topics is 0, must be a whole number, at least 1"],
    [{ topics: 2.5 }, "topics is 2.5, must be a whole number, at least 1"],
    [{ seed: -1 }, "seed is -1, must be a whole number, at least 0"],
    [{ labels: 9 }, "labels is 9, must be at most 8, one for each topic"],
    [{ visitsMean: 0.5 }, "the mean number of visits is 0.5, must be a number between 1 and 1000"],
    [{ visitsMean: NaN }, "the mean number of visits is NaN"],
    [
      { codesMean: 1 },
      "the mean number of codes is 1, must be above 1, since each visit has its kind",
    ],
    [
      { codesMean: 30 },
      "the mean number of codes is 30, must be above 1, since each visit has its " +
      "kind, and at most 29.5 with 60 codes",
    ],
    [{ codes: 9000, codesMean: 101 }, "at most 100 with 9000 codes"],
  ];
  for (const [options, problem] of refused) {
    const error = assertThrows(() => truthOf(options), RangeError, problem);
    assert(error.message.startsWith("Cannot simulate: "));
  }
});

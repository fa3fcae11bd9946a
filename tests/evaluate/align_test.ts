import { assertEquals, assertLess } from "@std/assert";
import {
  alignedCohorts,
  type Cohort,
  cohortOf,
  evaluate,
  independentMarginals,
  random,
  type RecordLists,
  reportHtml,
  splitOf,
  vocabulary,
} from "ehrloom";
import { recordLists } from "ehrloom/cohort/records.ts";
import { listedCohort, randomRecords } from "./random_cohort.ts";

const split = (records: RecordLists[]) => records.map((each, i) => ({ ...each, split: i % 3 }));

/** Records with values and days, over the codes "c0" to "c5" and the labels "x" and "y". */
function valuedRecords(seed: number, records: number): RecordLists[] {
  const draws = random(seed);
  return randomRecords(seed, records, 6).map(({ visits, labels }) => {
    const distinct = visits.map((codes) => [...new Set(codes)]);
    return {
      visits: distinct,
      values: distinct.map((codes) => codes.map((code) => code + draws.uniform())),
      gapDays: visits.map((_, visit) => visit === 0 ? 0 : 1 + draws.integer(9)),
      labels,
    };
  });
}

const real = listedCohort(split(valuedRecords(1, 90)), 6);
const synthetic = listedCohort(valuedRecords(2, 50), 6);

/** The same records over a vocabulary and labels in another order, or with more of them. */
function over(source: Cohort, codes: string[], labels: string[]): Cohort {
  const names = vocabulary(codes, codes.map((code) => `other words for ${code}`));
  return cohortOf(
    names,
    labels,
    source.subjectIds.keys().toArray().map((record) => {
      const lists = recordLists(source, record);
      const own = (code: number) => names.indexOf.get(source.vocabulary.codes[code]) ?? NaN;
      return {
        ...lists,
        visits: lists.visits.map((visit) => visit.map(own)),
        labels: labels.map((label) => lists.labels[source.labelNames.indexOf(label)] ?? 1),
      };
    }),
  );
}

const shuffled = ["c3", "c5", "c0", "c4", "c1", "c2"];
const how = { quick: true, seed: 3, resamples: 20, minCell: 1 };

Deno.test("evaluate() gives the same figures whatever the order of codes and labels", async () => {
  const expected = await evaluate(real, synthetic, how);
  const said: string[] = [];
  const onDifference = (what: string) => said.push(what);
  const cases = [
    over(synthetic, shuffled, ["y", "x"]),
    over(synthetic, ["never drawn", ...shuffled, "nor this"], ["y", "x"]),
  ];
  for (const other of cases) {
    const { about, fidelity } = await evaluate(real, other, { ...how, onDifference });
    assertEquals(fidelity, expected.fidelity);
    assertEquals(about.synthetic, expected.about.synthetic);
    const sources = { real: splitOf(real, "train"), synthetic: other };
    const plain = { real: splitOf(real, "train"), synthetic };
    assertEquals(reportHtml(expected, sources), reportHtml(expected, plain));
  }
  assertEquals(said, []);
});

Deno.test("evaluate() takes cohorts that lack codes no record of theirs has", async () => {
  const records = [{ visits: [[0, 1], [1]], labels: [1, 0] }, { visits: [[1]], labels: [0, 1] }];
  const [all, few] = [listedCohort(records, 6), listedCohort(records, 2)];
  const { fidelity } = await evaluate(real, all, how);
  assertEquals((await evaluate(real, few, how)).fidelity, fidelity);
});

Deno.test("evaluate() counts codes that the real cohort does not know as wrong", async () => {
  const train = splitOf(real, "train");
  // every occurrence of c0 and c1 is written under a name that the real cohort does not know
  const misnamed = { ...train, vocabulary: vocabulary(["z", "é", "c2", "c3", "c4", "c5"]) };
  const said: string[] = [];
  const found = await evaluate(real, misnamed, { ...how, onDifference: (what) => said.push(what) });
  const occurrences = train.codes.filter((code) => code < 2).length;
  assertEquals(found.about.synthetic.unknown_codes, {
    codes: 2,
    occurrences,
    examples: ["z", "é"],
  });
  assertEquals(found.about.real.codes, 6);
  assertEquals(said, [
    "codes that the real cohort does not know, counted as wrong: 2, with " +
    `${occurrences} occurrences ("z", "é")`,
  ]);
  const right = await evaluate(real, train, how);
  const { fidelity } = found;
  assertEquals(right.fidelity?.unigram.r2, 1);
  assertEquals(fidelity?.unigram.keys, 8);
  // by hand: c0 and c1 are missed and two codes come for nothing
  const shares = Array.from(
    { length: 6 },
    (_, code) => train.codes.filter((each) => each === code).length / train.visitCount,
  );
  const mean = (shares.reduce((sum, share) => sum + share)) / 8;
  const total = shares.reduce((sum, share) => sum + (share - mean) ** 2, 2 * mean ** 2);
  const wanted = 1 - 2 * (shares[0] ** 2 + shares[1] ** 2) / total;
  assertLess(Math.abs((fidelity?.unigram.r2 ?? NaN) - wanted), 1e-12);
  assertLess(fidelity?.sequential_bigram.r2 ?? NaN, 1);
  assertEquals(fidelity?.aggregate, right.fidelity?.aggregate); // as many codes as before
  // ceiling and floor do not know of them
  assertEquals(fidelity?.ceiling, right.fidelity?.ceiling);
  assertEquals(fidelity?.floor, right.fidelity?.floor);
});

Deno.test("alignedCohorts() keeps what a record holds, and values with their codes", () => {
  const other = over(synthetic, ["never drawn", ...shuffled], ["y", "x"]);
  const aligned = alignedCohorts(real, other);
  assertEquals(aligned.real, real);
  assertEquals(aligned.synthetic.vocabulary, real.vocabulary);
  assertEquals(aligned.synthetic.labelNames, real.labelNames);
  for (const part of ["codes", "codeOffsets", "values", "labels", "gapDays"] as const) {
    assertEquals(aligned.synthetic[part], synthetic[part], part);
  }
  assertEquals(alignedCohorts(real, synthetic).synthetic, synthetic);
});

Deno.test("evaluate() judges the labels that both cohorts have, and says which it does not", async () => {
  const other = over(synthetic, shuffled, ["new", "y"]);
  const said: string[] = [];
  const { about, fidelity } = await evaluate(real, other, {
    ...how,
    onDifference: (what) => said.push(what),
  });
  assertEquals(fidelity?.label_prevalence.labels.map(({ label }) => label), ["y"]);
  const all = await evaluate(real, synthetic, how);
  assertEquals(
    fidelity?.label_prevalence.labels[0].real,
    all.fidelity?.label_prevalence.labels[1].real,
  );
  assertEquals(fidelity?.unigram, all.fidelity?.unigram);
  assertEquals(about.synthetic, { records: 50, missing_labels: ["x"], unknown_labels: ["new"] });
  assertEquals(about.real.labels, 2);
  assertEquals(said, [
    'labels only in the real cohort, not judged: "x"',
    'labels only in the synthetic cohort, not judged: "new"',
  ]);
  const none = await evaluate(real, over(synthetic, shuffled, []), how);
  assertEquals(none.fidelity?.label_prevalence.labels, []);
  assertEquals(none.about.synthetic.missing_labels, ["x", "y"]);
});

Deno.test("the floor is the same whatever codes and labels another cohort has", () => {
  const other = over(synthetic, [...shuffled, "new"], ["y", "x"]);
  const floor = independentMarginals(alignedCohorts(real, other).real, { seed: 1 });
  assertEquals(floor.codes, independentMarginals(real, { seed: 1 }).codes);
});

// The floors against their definitions.
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { type Cohort, cohortOf, generate, random, rulesFor, type Run, vocabulary } from "ehrloom";
import { recordLists } from "ehrloom/cohort/records.ts";
import { independent } from "ehrloom/models/independent.ts";
import { markov } from "ehrloom/models/markov.ts";
import { memoriser } from "ehrloom/models/memoriser.ts";
import type { CountedModel, ModelFamily } from "ehrloom/models/interface/model.ts";
import { columnsOf, sizesOf } from "ehrloom/models/rows/visit_rows.ts";
import { rowsFrom } from "ehrloom/nn/multi_hot.ts";
import { golden, goldenCohort } from "../golden.ts";
import type { RowGolden } from "./original.ts";
import { tinyTraining } from "../tiny.ts";

function learnt(family: ModelFamily<CountedModel>, cohort: Cohort, settings = {}): Run {
  const config = family.configFor(cohort, settings);
  return {
    runConfig: {
      ehrloom: "test",
      model: family.name,
      config,
      training: tinyTraining,
      cohort: "",
      versions: {},
    },
    parameters: family.create(config).learn(cohort),
    vocabulary: cohort.vocabulary,
    labelNames: cohort.labelNames,
    training: [],
  };
}

const names = (count: number) => vocabulary(Array.from({ length: count }, (_, i) => `code ${i}`));

/** Every visit holds a pair of codes, every second one follows another pair than the one before. */
const pairs = cohortOf(
  names(4),
  ["odd"],
  Array.from({ length: 400 }, (_, record) => ({
    visits: Array.from(
      { length: 1 + random(1, record).integer(3) },
      (_, visit) => (record + visit) % 2 === 0 ? [0, 1] : [2, 3],
    ),
    labels: [record % 2],
  })),
);
const shareOf = (
  cohort: Cohort,
  isCounted: (visit: Uint32Array, before?: Uint32Array) => boolean,
) => {
  let counted = 0;
  for (let record = 0; record < cohort.recordCount; record++) {
    let before: Uint32Array | undefined;
    for (let v = cohort.visitOffsets[record]; v < cohort.visitOffsets[record + 1]; v++) {
      const visit = cohort.codes.subarray(cohort.codeOffsets[v], cohort.codeOffsets[v + 1]);
      if (isCounted(visit, before)) counted++;
      before = visit;
    }
  }
  return counted / cohort.visitCount;
};

Deno.test("independent keeps the marginals and loses what goes together", async () => {
  const { cohort } = await generate(learnt(independent, pairs), { count: 3000, seed: 1 });
  const tolerance = 0.03; // three standard errors of 3,000 records
  const visitsPerRecord = ({ visitCount, recordCount }: Cohort) => visitCount / recordCount;
  assertAlmostEquals(visitsPerRecord(cohort), visitsPerRecord(pairs), 2 * tolerance);
  for (const code of [0, 1, 2, 3]) {
    const has = (visit: Uint32Array) => visit.includes(code);
    assertAlmostEquals(shareOf(cohort, has), shareOf(pairs, has), tolerance);
  }
  assertAlmostEquals(
    shareOf(cohort, (visit) => visit.includes(0) && visit.includes(1)),
    0.25,
    0.04,
  );
  assertAlmostEquals(shareOf(cohort, (visit) => visit.length === 0), 1 / 16, tolerance);
  assertAlmostEquals(cohort.labels.reduce((sum, bit) => sum + bit, 0) / 3000, 0.5, tolerance);
});

Deno.test("memoriser copies records, those with given labels where labels are given", async () => {
  const few = cohortOf(names(3), ["a", "b"], [
    {
      visits: [[0], [], [1, 2]],
      labels: [1, 0],
      values: [[NaN], [], [36.5, NaN]],
      startDay: 18000,
      gapDays: [0, 30, 0.25],
      birthDay: -3000,
      sex: 1,
    },
    { visits: [[1]], labels: [0, 0] },
    { visits: [], labels: [1, 0] },
  ]);
  const run = learnt(memoriser, few);
  const essence = ({ visitOffsets, codeOffsets, codes, labels }: Cohort) => ({
    visitOffsets,
    codeOffsets,
    codes,
    labels,
  });
  const { parameters } = run;
  const sampling = memoriser.create(sizesOf(few)).sampling(parameters);
  assert(sampling.kind === "records");
  const streams = Array.from({ length: 3000 }, (_, i) => random(1, i));
  const originals = [0, 1, 2].map((record) => JSON.stringify(recordLists(few, record)));
  const counts = [0, 0, 0];
  for (const record of await sampling.write(streams)) {
    counts[originals.indexOf(JSON.stringify(record))]++;
  }
  for (const count of counts) assertAlmostEquals(count / 3000, 1 / 3, 0.03);
  const labelRows = Uint8Array.of(0, 0, 0, 0);
  const { cohort } = await generate(run, { count: 2, labelRows });
  const expected = cohortOf(few.vocabulary, few.labelNames, [
    { visits: [[1]], labels: [0, 0] },
    { visits: [[1]], labels: [0, 0] },
  ]);
  assertEquals(essence(cohort), essence(expected));
  await assertRejects(
    () => generate(run, { count: 1, labelRows: Uint8Array.of(1, 1) }),
    RangeError,
    'Cannot generate a record with labels 1,1: "memoriser" copies training records, and none has',
  );
  const young = rulesFor([{ kind: "age", max: 50, codes: ["code 0"] }], run); // the first one is 57
  const kept = await generate(run, { count: 30, rules: young });
  assert(!kept.cohort.codes.includes(0) && kept.cohort.codes.includes(1));
  assert(kept.ruled !== undefined && kept.ruled.touched > 0);
});

Deno.test("markov gives the probabilities of its definition", async () => {
  const few = cohortOf(names(2), ["a"], [
    { visits: [[0], [0, 1]], labels: [1] },
    { visits: [[1]], labels: [0] },
  ]);
  const smoothing = 2;
  const config = markov.configFor(few, { smoothing });
  const model = markov.create(config);
  const likelihoods = model.likelihoods;
  assert(likelihoods !== undefined);
  const [{ logProbability, visits, positives }] = await likelihoods(
    model.learn(few),
    few,
    Int32Array.of(0),
  );
  // Columns: codes 0 and 1, label 2, start 3, end 4, none 5. Shares with half a row on, half off:
  // label row: label (1 + .5) / 3, end .5 / 3; visit rows: codes (2 + .5) / 4, end (2 + .5) / 4
  const after = (followed: number, seen: number, share: number) =>
    (followed + smoothing * share) / (seen + smoothing);
  const on = Math.log;
  const off = (p: number) => Math.log(1 - p);
  const labelRow = on(after(1, 2, 1.5 / 3)) + off(after(0, 2, 0.5 / 3));
  // After the label, seen once: code 0 followed
  const first = on(after(1, 1, 2.5 / 4)) + off(after(0, 1, 2.5 / 4)) + off(after(0, 1, 2.5 / 4));
  // After code 0, seen once with a successor: both codes and the end followed
  const second = 3 * on(after(1, 1, 2.5 / 4));
  assertAlmostEquals(logProbability, labelRow + first + second, 1e-5); // float32 parameters
  assertEquals([visits, positives], [3, 5]);
});

Deno.test("markov knows what follows what, and nothing of what goes together", async () => {
  const { cohort } = await generate(learnt(markov, pairs, { smoothing: 0.01 }), {
    count: 2000,
    seed: 3,
  });
  // Codes 0 and 1 follow 2 and 3, and never each other
  const isRepeat = (visit: Uint32Array, before?: Uint32Array) =>
    before !== undefined && before.every((code) => code < 2) && visit.some((code) => code < 2);
  assert(shareOf(cohort, isRepeat) < 0.005);
  assertEquals(cohort.visitCount > cohort.recordCount, true);
});

Deno.test("markov draws each column with the probability that it gives, whatever came before", async () => {
  const file = golden<RowGolden>("halo-tiny");
  const { code_vocab_size: codes, label_vocab_size: labels } = file.config;
  const cohort = goldenCohort(codes, labels, file.records);
  const config = markov.configFor(cohort, { smoothing: 3 });
  const model = markov.create(config);
  const sampling = model.sampling(model.learn(cohort));
  assert(sampling.kind === "steps");
  const writer = sampling.begin();
  const many = 20_000;
  const draws = random(5);
  const columns = columnsOf({ codes, labels });
  for (const row of [[codes + labels], [codes], [0], [0, 1, 2], []]) {
    writer.advance(rowsFrom([row]));
    const uniforms = new Float32Array(many * sampling.uniforms);
    draws.fillUniform(uniforms);
    const counts = new Float64Array(columns);
    const { columns: drawn } = await writer.draw(new Int32Array(many), uniforms);
    for (const column of drawn) counts[column]++;
    const wanted = await writer.probabilities?.(Int32Array.of(0), rowsFrom([[]]));
    assert(wanted !== undefined);
    wanted.forEach((p, column) => {
      const tolerance = 4.5 * Math.sqrt(p * (1 - p) / many) + 1e-6;
      assertAlmostEquals(counts[column] / many, p, tolerance, `${column} after ${row}`);
    });
  }
});

Deno.test("the floors learn the golden records without a loss", () => {
  const file = golden<RowGolden>("halo-tiny");
  const cohort = goldenCohort(
    file.config.code_vocab_size,
    file.config.label_vocab_size,
    file.records,
  );
  const { codes, visit_counts } = independent.create(independent.configFor(cohort, {})).learn(
    cohort,
  );
  assertEquals(codes.numbers.length, new Set(cohort.codes).size);
  assertEquals([...visit_counts.numbers], file.records.map(({ visits }) => visits.length));
  const config = markov.configFor(cohort, {});
  const { seen, followed } = markov.create(config).learn(cohort);
  const { codes: c, labels } = config;
  assertEquals(seen.numbers.length, columnsOf({ codes: c, labels }));
  assertEquals(seen.numbers[c + labels], file.records.length); // each begins once
  assert(followed.numbers.every((count) => count >= 1));
});

Deno.test("memoriser copies races, those of few patients as other", async () => {
  const told = ["x", "x", "y", "z", "", "x"];
  const source = cohortOf(names(3), [], told.map((race) => ({ visits: [[0]], labels: [], race })));
  const schema = memoriser.schemaFor?.(source, sizesOf(source), { minCell: 2 });
  assertEquals(schema?.races, ["x", "other"]);
  const model = memoriser.create(sizesOf(source), schema);
  const sampling = model.sampling(model.learn(source));
  assert(sampling.kind === "records");
  const streams = Array.from({ length: 600 }, (_, i) => random(1, i));
  const found = (await sampling.write(streams)).map(({ race }) => race);
  const share = (race: string) => found.filter((each) => each === race).length / 600;
  assertAlmostEquals(share("x"), 3 / 6, 0.08); // 4 standard errors
  assertAlmostEquals(share("other"), 2 / 6, 0.08);
  assertAlmostEquals(share(""), 1 / 6, 0.08);
});

import { assertEquals, assertRejects } from "@std/assert";
import { type Cohort, judge, type Measure, type Need, vocabulary } from "ehrloom";
import { text } from "ehrloom/files/checked_json.ts";
import { shared } from "ehrloom/evaluate/measure.ts";
import type { Run } from "ehrloom/train/run_folder.ts";
import * as v from "valibot";
import { listedCohort, randomRecords } from "./random_cohort.ts";
import { runOf } from "./run_of.ts";

const plain = listedCohort(randomRecords(1, 9, 5), 5);
const timed: Cohort = {
  ...plain,
  gapDays: plain.gapDays.map((_, visit) => plain.visitOffsets.includes(visit) ? 0 : 1),
};
const firstDays: Cohort = {
  ...plain,
  gapDays: plain.gapDays.map((_, visit) => plain.visitOffsets.includes(visit) ? 1 : 0),
};
const valued: Cohort = { ...plain, values: new Float32Array(plain.codes.length) };
const unlabelled: Cohort = { ...plain, labelNames: [], labels: new Uint8Array(0) };
const run = runOf(plain);

/** Says the role of each cohort that it is asked about. */
function roles<const Key extends string>(
  key: Key,
  needs: readonly Need[] = [],
): Measure<Key, string | null> {
  return {
    key,
    question: "Who is there?",
    needs,
    schema: v.nullable(text),
    ask: ({ others }) =>
      Promise.resolve(others.map(({ role }) => ({ figures: role, resampled: {} }))),
  };
}

Deno.test("judge() asks a measure only about the roles that it names", async () => {
  const found = await judge([{ ...roles("who"), of: ["floor", "memoriser"] }], {
    real: { role: "real", cohort: plain },
    others: (["synthetic", "floor", "held_out", "memoriser"] as const).map((role) => (
      { role, cohort: plain }
    )),
    resamples: 0,
  });
  assertEquals(found.map(({ figures }) => figures.who), [null, "floor", null, "memoriser"]);
});

Deno.test("judge() gives null to cohorts that lack what a measure needs, and asks about the others", async () => {
  const cases: [Need, Cohort, Cohort][] = [
    ["days", timed, plain],
    ["days", timed, firstDays], // no visit is before a first one
    ["values", valued, plain],
  ];
  for (const [need, has, lacks] of cases) {
    const asked = (real: Cohort) =>
      judge([roles("who", [need])], {
        real: { role: "real", cohort: real },
        others: [
          { role: "synthetic", cohort: lacks },
          { role: "held_out", cohort: has },
        ],
        resamples: 0,
      });
    const figures = (found: Awaited<ReturnType<typeof asked>>) =>
      found.map(({ figures }) => figures.who);
    assertEquals(figures(await asked(has)), [null, "held_out"], need);
    assertEquals(figures(await asked(lacks)), [null, null], need);
  }
});

Deno.test("judge() asks what needs labels, a run or held-out records only where these are", async () => {
  const measures = [
    roles("labelled", ["labels"]),
    roles("model", ["run"]),
    roles("unseen", ["held_out"]),
  ] as const;
  const asked = async (cohort: Cohort, given: { run?: Run; heldOut?: Cohort }) => {
    const [{ figures }] = await judge(measures, {
      real: { role: "real", cohort },
      others: [{ role: "synthetic", cohort }],
      resamples: 0,
      ...given,
    });
    return [figures.labelled, figures.model, figures.unseen];
  };
  assertEquals(await asked(plain, {}), ["synthetic", null, null]);
  assertEquals(await asked(unlabelled, { run }), [null, "synthetic", null]);
  assertEquals(await asked(unlabelled, { heldOut: unlabelled }), [null, null, "synthetic"]);
});

Deno.test("judge() gives each cohort its own answer", async () => {
  const found = await judge([roles("who")], {
    real: { role: "real", cohort: plain },
    others: [{ role: "synthetic", cohort: plain }, { role: "floor", cohort: plain }],
    resamples: 0,
  });
  assertEquals(found.map(({ figures }) => figures.who), ["synthetic", "floor"]);
});

/** Two measures of one pass, which counts how often it is made. */
function pair() {
  const passes: number[] = [];
  const pass = shared(({ others }) => {
    passes.push(others.length);
    return others.map(({ role }) => ({ figures: role, resampled: {} }));
  });
  const measure = (key: string): Measure => ({
    ...roles(key),
    ask: (asked) => Promise.resolve(pass(asked)),
  });
  return { passes, measures: [measure("first"), measure("second")] };
}

Deno.test("shared() makes a pass once for all measures of a judgement, and again for the next", async () => {
  const { passes, measures } = pair();
  const cohorts = {
    real: { role: "real", cohort: plain },
    others: [{ role: "synthetic", cohort: plain }, { role: "floor", cohort: plain }],
    resamples: 0,
  } as const;
  const [{ figures }] = await judge(measures, cohorts);
  assertEquals(passes, [2]);
  assertEquals(figures, { first: "synthetic", second: "synthetic" });
  await judge(measures, cohorts);
  assertEquals(passes, [2, 2]);
});

Deno.test("judge() names headline figures by their measure", async () => {
  const measure: Measure = {
    ...roles("who"),
    ask: ({ others }) =>
      Promise.resolve(others.map(() => ({ figures: 1, resampled: { "a.b": Float64Array.of(1) } }))),
  };
  const [{ resampled }] = await judge([measure], {
    real: { role: "real", cohort: plain },
    others: [{ role: "synthetic", cohort: plain }],
    resamples: 0,
  });
  assertEquals(resampled, { "who.a.b": Float64Array.of(1) });
});

Deno.test("judge() has one scale of progress for all measures", async () => {
  const slow: Measure = {
    ...roles("slow"),
    ask({ others }, onProgress) {
      onProgress?.({ stage: "", done: 1, total: 2 });
      return Promise.resolve(others.map(() => ({ figures: null, resampled: {} })));
    },
  };
  const told: [string | undefined, number, number][] = [];
  await judge([slow, roles("quick")], {
    real: { role: "real", cohort: plain },
    others: [],
    resamples: 9,
    onProgress: ({ note, done, total }) => told.push([note, done, total]),
  });
  assertEquals(told, [["slow", 10, 20], ["quick", 20, 20]]);
  told.length = 0;
  await judge([slow, roles("quick")], {
    real: { role: "real", cohort: plain },
    others: [{ role: "synthetic", cohort: plain }],
    resamples: 9,
    onProgress: ({ note, done, total }) => told.push([note, done, total]),
  });
  assertEquals(told, [["slow", 5, 20], ["slow", 10, 20], ["quick", 20, 20]]);
});

Deno.test("judge() names the role of a cohort that cannot be compared", async () => {
  const real = { role: "real", cohort: plain } as const;
  const other = listedCohort(randomRecords(2, 9, 4), 4);
  const asked = (role: "held_out" | "floor", cohort: Cohort) =>
    judge([], { real, others: [{ role, cohort }] });
  await assertRejects(() => asked("held_out", other), RangeError, 'held-out cohort has no "c4"');
  await assertRejects(() => asked("floor", unlabelled), RangeError, 'floor cohort has no "x"');
  await assertRejects(
    () => asked("held_out", listedCohort([], 5)),
    RangeError,
    "the held-out cohort is empty",
  );
});

Deno.test("judge() refuses cohorts over other codes or labels, or in another order", async () => {
  const plain = listedCohort([{ visits: [[0, 1]], labels: [0, 1] }], 6);
  const { vocabulary: { codes } } = plain;
  const overCodes = (names: readonly string[]) => ({ ...plain, vocabulary: vocabulary(names) });
  const cases: [Cohort, string][] = [
    [overCodes([...codes, "new"]), 'the real cohort has no "new"'],
    [overCodes(codes.slice(1)), 'the synthetic cohort has no "c0"'],
    [
      overCodes([...codes].reverse()),
      'number 0 is "c0" in the real cohort and "c5" in the synthetic',
    ],
    [{ ...plain, labelNames: ["x"] }, 'labels differ, the synthetic cohort has no "y"'],
  ];
  for (const [cohort, message] of cases) {
    const others = [{ role: "synthetic", cohort }] as const;
    await assertRejects(
      () => judge([], { real: { role: "real", cohort: plain }, others }),
      RangeError,
      message,
    );
  }
});

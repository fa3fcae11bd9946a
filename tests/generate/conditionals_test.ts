import {
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import {
  type Cohort,
  cohortOf,
  conditionals,
  type Frame,
  generate,
  type RecordLists,
  recordLists,
  type Run,
} from "ehrloom";
import * as tf from "@tensorflow/tfjs-core";
import { toTensors } from "ehrloom/nn/parameters.ts";
import { useBackend } from "ehrloom/nn/backend.ts";
import { modelOf } from "ehrloom/train/run_folder.ts";
import { testOnBackends } from "../golden.ts";
import { chiSquare, chiSquareLimit, randomRun, type Sizes, untrainedRun } from "./random_run.ts";

await useBackend("wasm");

const sizes: Sizes = { codes: 6, labels: 2, context: 12, width: 8 };

/** Codes 0 and 1 are common, so that visits depend on each other and few are empty. */
const halo = randomRun(sizes, 3, (column) => column < 2 ? 1 : column < 8 ? -0.5 : -1.5);

/** Probabilities by name. */
const byName = (frame: Frame): Map<string, number> =>
  new Map(frame.rows().map(([name, , , probability]) => [String(name), Number(probability)]));

/** A record of the run's codes. */
const recordOf = (run: Run, visits: number[][], labels: number[]): Cohort =>
  cohortOf(run.vocabulary, run.labelNames, [{ visits, labels }]);

async function logProbability(run: Run, record: Cohort): Promise<number> {
  const model = modelOf(run.runConfig);
  if ("learn" in model) throw new Error("a network is wanted");
  const tensors = toTensors(run.parameters);
  const [found] = await model.likelihoods?.(tensors, record, Int32Array.of(0)) ?? [];
  tf.dispose(tensors);
  return found.logProbability;
}

const codeNames = (visit: readonly number[]) => visit.map((code) => `code ${code}`);
const visits = [[0, 3], [1, 2, 5], [4]];
const labels = [1, 0];

/** The next visits that a run writes after a record; records that end there have none. */
async function nextVisits(run: Run, record: Cohort, count: number): Promise<RecordLists["visits"]> {
  const { cohort } = await generate(run, { count, prefixes: record, seed: 7, batch: 2000 });
  const at = record.visitCount;
  return Array.from({ length: count }, (_, i) => recordLists(cohort, i).visits[at] ?? []);
}

Deno.test("conditionals() of HALO are the frequencies with which generation draws a visit's codes", async () => {
  // a first code that is always on, since generation drops empty visits
  const run = randomRun(sizes, 3, (column) => column === 0 ? 30 : column < 8 ? -0.5 : -1.5);
  const record = recordOf(run, [[0, 3], [0, 2]], labels);
  const drawn = await nextVisits(run, record, 6000);
  for (const partial of [[0], [0, 2], [0, 1]]) {
    const found = byName(await conditionals(run, record, codeNames(partial)));
    for (let code = 1; code < sizes.codes; code++) {
      const before = partial.filter((each) => each < code).join();
      const likewise = drawn.filter((visit) =>
        visit.filter((each) => each < code).join() === before
      );
      const p = found.get(`code ${code}`) ?? NaN;
      const share = likewise.filter((visit) => visit.includes(code)).length / likewise.length;
      assertGreater(likewise.length, 100);
      const deviation = Math.sqrt(p * (1 - p) / likewise.length);
      assertLess(Math.abs(share - p), 4 * deviation, `${partial} ${code}: ${share} for ${p}`);
    }
  }
});

Deno.test("conditionals() of GPT are the frequencies with which generation draws tokens", async () => {
  const run = untrainedRun("gpt", { ...sizes, context: 24 }, 5);
  const { numbers } = run.parameters["transformer.code_embed_mat.weight"];
  numbers.forEach((value, i) => numbers[i] = 40 * value); // or else all tokens are as likely
  const record = recordOf(run, [[0, 3]], labels);
  const drawn = await nextVisits(run, record, 4000);
  const test = (found: Map<string, number>, next: string[]) => {
    const names = [...found.keys()].filter((name) => (found.get(name) ?? 0) > 0);
    const counts = names.map((name) => next.filter((each) => each === name).length);
    assertEquals(counts.reduce((sum, count) => sum + count, 0), next.length);
    const probabilities = names.map((name) => found.get(name) ?? NaN);
    const { chiSquare: statistic, degrees } = chiSquare(counts, probabilities);
    assertLess(statistic, chiSquareLimit(degrees));
  };
  test(
    byName(await conditionals(run, record)),
    drawn.map(([first]) => first === undefined ? "end of record" : `code ${first}`),
  );
  test(
    byName(await conditionals(run, record, ["code 1"])),
    drawn.filter(([first]) => first === 1)
      .map(([, second]) => second === undefined ? "end of visit" : `code ${second}`),
  );
});

for (const model of ["halo", "halo-coarse", "lstm"]) {
  testOnBackends(
    `conditionals() of ${model} multiply to a record's likelihood, row by row`,
    async () => {
      const run = model === "halo" ? halo : untrainedRun(model, sizes, 5);
      let sum = 0;
      const add = (found: Frame, on: ReadonlySet<string>) => {
        for (const [name, p] of byName(found)) sum += Math.log(on.has(name) ? p : 1 - p);
      };
      const labelsOn = ["label 0"];
      add(await conditionals(run, null, labelsOn), new Set(labelsOn));
      for (const [at, visit] of visits.entries()) {
        const history = recordOf(run, visits.slice(0, at), labels);
        const on = codeNames(visit);
        const end = at === visits.length - 1 ? ["end"] : [];
        add(await conditionals(run, history, on), new Set([...on, ...end]));
      }
      // float32 on both sides, some 50 cells
      assertAlmostEquals(sum, await logProbability(run, recordOf(run, visits, labels)), 1e-3);
    },
  );
}

for (const model of ["gpt", "hisgt"]) {
  testOnBackends(
    `conditionals() of ${model} multiply to a record's likelihood, token by token`,
    async () => {
      const run = untrainedRun(model, { ...sizes, context: 24 }, 5);
      let sum = 0;
      const add = async (record: Cohort | null, partial: string[], next: string) => {
        const found = byName(await conditionals(run, record, partial));
        assertAlmostEquals([...found.values()].reduce((total, p) => total + p, 0), 1, 1e-6);
        sum += Math.log(found.get(next) ?? NaN);
      };
      await add(null, [], "label 0");
      await add(null, ["label 0"], "end of labels");
      for (const [at, visit] of visits.entries()) {
        const history = recordOf(run, visits.slice(0, at), labels);
        const names = codeNames(visit);
        for (const [i, name] of names.entries()) await add(history, names.slice(0, i), name);
        await add(history, names, "end of visit");
      }
      await add(recordOf(run, visits, labels), [], "end of record");
      assertAlmostEquals(sum, await logProbability(run, recordOf(run, visits, labels)), 1e-3);
    },
  );
}

Deno.test("conditionals() with draws are HALO's probabilities, whatever the visit's other codes", async () => {
  const record = recordOf(halo, [[0, 3]], labels);
  // all 64 visits of six codes, each with its probability by the chain
  const rows: { visit: number[]; probability: number }[] = [];
  for (let bits = 0; bits < 64; bits++) {
    const visit = [0, 1, 2, 3, 4, 5].filter((code) => bits >> code & 1);
    const chain = byName(await conditionals(halo, record, codeNames(visit)));
    const probability = [0, 1, 2, 3, 4, 5].reduce((product, code) => {
      const p = chain.get(`code ${code}`) ?? NaN;
      return product * (visit.includes(code) ? p : 1 - p);
    }, 1);
    rows.push({ visit, probability });
  }
  const mass = (codes: number[]) =>
    rows.filter(({ visit }) => codes.every((code) => visit.includes(code)))
      .reduce((sum, { probability }) => sum + probability, 0);
  assertAlmostEquals(mass([]), 1, 1e-5);
  for (const partial of [[], [2], [1, 4]]) {
    const options = { draws: 3000, seed: 2 };
    const found = byName(await conditionals(halo, record, codeNames(partial), options));
    for (let code = 0; code < sizes.codes; code++) {
      const exact = mass([...partial, code]) / mass(partial);
      // a share of 3,000 draws is off by more than 0.037 once in 20,000; weights add a little
      assertAlmostEquals(found.get(`code ${code}`) ?? NaN, exact, 0.04, `${partial} ${code}`);
    }
  }
});

Deno.test("conditionals() with draws depend on their seed alone", async () => {
  const record = recordOf(halo, [[0, 3]], labels);
  const found = (seed: number) =>
    conditionals(halo, record, [], { draws: 20, seed }).then((frame) => [...byName(frame)]);
  assertEquals(await found(1), await found(1));
  assertNotEquals(await found(1), await found(2));
});

Deno.test("conditionals() gives codes their descriptions, and each cell what it is", async () => {
  const found = await conditionals(halo, null);
  assertEquals(found.getColumn("kind").toArray(), [
    ...new Array(6).fill("code"),
    ...new Array(2).fill("label"),
    ...new Array(3).fill("special"),
  ]);
  assertEquals(found.getColumn("name").toArray().slice(5), [
    "code 5",
    "label 0",
    "label 1",
    "start",
    "end",
    "padding",
  ]);
  assertEquals(found.getColumn("description").toArray()[0], halo.vocabulary.descriptions[0]);
});

Deno.test("conditionals() finds the codes of a record by name, whatever their order", async () => {
  const turned = { ...halo.vocabulary, codes: [...halo.vocabulary.codes].reverse() };
  const record = cohortOf(turned, halo.labelNames, [{ visits: [[2, 5]], labels }]);
  assertEquals(
    byName(await conditionals(halo, record)),
    byName(await conditionals(halo, recordOf(halo, [[0, 3]], labels))),
  );
});

Deno.test("conditionals() refuses what it cannot answer, and says why", async () => {
  const record = recordOf(halo, [[0]], labels);
  const two = cohortOf(
    halo.vocabulary,
    halo.labelNames,
    [0, 1].map(() => ({ visits: [], labels })),
  );
  const long = recordOf(halo, Array.from({ length: 11 }, () => [0]), labels);
  const cases: [Run, Cohort | null, string[], string][] = [
    [halo, record, ["flu"], 'does not know code "flu"'],
    [halo, null, ["code 0"], 'does not know label "code 0"'],
    [halo, two, [], "of 2 records: give one, as subset(cohort, [index]) does"],
    [halo, long, [], "keep fewer visits"],
    [
      untrainedRun("synteg", sizes, 1),
      record,
      [],
      '"synteg": it gives single steps no probability',
    ],
    [
      untrainedRun("eva", sizes, 1),
      record,
      [],
      "halo, halo-coarse, lstm, gpt, hisgt and markov can",
    ],
  ];
  for (const [run, given, partial, message] of cases) {
    await assertRejects(() => conditionals(run, given, partial), RangeError, message);
  }
  const averages: [Run, number, string][] = [
    [halo, 1.5, "draws 1.5: must be a whole number, at least 0"],
    [untrainedRun("gpt", { ...sizes, context: 24 }, 1), 5, '"gpt", which writes tokens'],
  ];
  for (const [run, draws, message] of averages) {
    await assertRejects(() => conditionals(run, null, [], { draws }), RangeError, message);
  }
});

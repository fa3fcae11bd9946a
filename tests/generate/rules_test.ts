// Rules while records are written: exact on models small enough to go through all they may write.
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { brokenRules, generate, type Rule, rulesFor, type Run, useBackend } from "ehrloom";
import { visitCodes, visitsOf } from "ehrloom/cohort/records.ts";
import { enumerated, type IsOff } from "./enumerated.ts";
import { chiSquare, chiSquareLimit, randomRun, untrainedRun } from "./random_run.ts";

await useBackend("wasm");

/** Of codes 0 to 2: 0 and 1 never in one visit, 1 and 2 never in one record. */
const list: Rule[] = [
  { kind: "at-most-one", within: "visit", codes: ["code 0", "code 1"] },
  { kind: "never-together", within: "record", codes: ["code 1"], with: ["code 2"] },
];
/** The same said once more, of the codes that a visit and the record hold already. */
const breaks = (code: number, visit: readonly number[], visits: number[][]) =>
  code === 0 && visit.includes(1) || code === 1 && visit.includes(0) ||
  code === 1 && [...visits, visit].flat().includes(2) ||
  code === 2 && [...visits, visit].flat().includes(1);

const halo = randomRun(
  { codes: 3, labels: 0, context: 4, width: 8 },
  6,
  (column) => column < 3 ? 1 : column === 4 ? -1 : -100, // tokens but the end never come on
);
const gpt = untrainedRun("gpt", { codes: 3, labels: 0, context: 9, width: 8 }, 3);

const cases: [run: Run, isOff: IsOff][] = [
  [halo, (column, row, visits) => breaks(column, row, visits)],
  // A token's visit is the last one, unless a visit or the labels have just ended
  [
    gpt,
    (token, [last], visits) =>
      token < 3 && breaks(token, last < 3 ? visits[visits.length - 1] : [], visits),
  ],
];

for (const [run, isOff] of cases) {
  const { model } = run.runConfig;

  Deno.test(`${model} under rules draws by its own conditionals, given that none is broken`, async () => {
    const rules = rulesFor(list, run);
    const exact = await enumerated(run, [], isOff);
    const keys = [...exact.records.keys()].sort();
    assertAlmostEquals([...exact.records.values()].reduce((sum, p) => sum + p, 0), 1, 1e-6);
    assert(keys.length > 15, `${keys.length}`);
    const count = 8000;
    const { cohort, ruled } = await generate(run, { count, seed: 5, batch: 2000, rules });
    const counts = new Map<string, number>();
    for (let record = 0; record < count; record++) {
      const visits = Array.from(
        { length: visitsOf(cohort, record) },
        (_, visit) => [...visitCodes(cohort, record, visit)],
      );
      const key = JSON.stringify(visits);
      assert(exact.records.has(key), key);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const found = keys.map((key) => counts.get(key) ?? 0);
    const probabilities = (records: Map<string, number>) =>
      keys.map((key) => records.get(key) ?? 0);
    const { chiSquare: sum, degrees } = chiSquare(found, probabilities(exact.records));
    assert(degrees > 10 && sum < chiSquareLimit(degrees), `${sum} with ${degrees}`);
    // The model's own records that happen to break none are something else
    const free = probabilities((await enumerated(run, [])).records);
    const mass = free.reduce((sum, p) => sum + p, 0);
    const kept = chiSquare(found, free.map((p) => p / mass));
    assert(kept.chiSquare > 3 * chiSquareLimit(kept.degrees), JSON.stringify(kept));
    // The share of draws touched
    assert(ruled !== undefined);
    const share = exact.touched / exact.draws;
    const deviation = Math.sqrt(share / ruled.draws);
    assert(share > 0.03, `${share}`);
    assertAlmostEquals(ruled.touched / ruled.draws, share, 5 * deviation);
    assertAlmostEquals(ruled.draws / count, exact.draws, 0.05 * exact.draws);
    assert(brokenRules(cohort, rules).every(({ visits }) => visits === 0));
  });

  Deno.test(`${model} under rules that nothing breaks writes what it writes without`, async () => {
    const rules = rulesFor([{ kind: "at-most-one", within: "record", codes: ["code 0"] }], run);
    const free = await generate(run, { count: 50, seed: 2 });
    const kept = await generate(run, { count: 50, seed: 2, rules });
    assertEquals(kept.cohort, free.cohort);
    assertEquals(kept.ruled?.touched, 0);
  });
}

Deno.test("generate() keeps codes to labels and sexes", async () => {
  const run = randomRun(
    { codes: 4, labels: 2, context: 5, width: 8 },
    7,
    (column) => column < 4 ? 0 : column < 6 ? 0 : -3,
  );
  const named = { ...run, labelNames: ["label 0", "Female"] };
  const bySex: Rule[] = [
    { kind: "sex", sex: "female", codes: ["code 0"] },
    { kind: "sex", sex: "male", codes: ["code 1"] },
  ];
  const byLabel: Rule = { kind: "label", label: "label 0", value: 1, codes: ["code 2"] };
  for (const [source, list] of [[named, [...bySex, byLabel]], [run, bySex]] as const) {
    const rules = rulesFor(list, source);
    const options = { count: 200, seed: 3 };
    const free = await generate(source, options);
    const broken = brokenRules(free.cohort, rules);
    assert(broken.every(({ records }) => records > 0), JSON.stringify(broken));
    const kept = await generate(source, { ...options, rules });
    assert(brokenRules(kept.cohort, rules).every(({ records }) => records === 0));
    for (const code of [0, 1, 2]) assert(kept.cohort.codes.includes(code));
    assertEquals(kept.cohort.labels, free.cohort.labels);
  }
});

Deno.test("generate() refuses rules for other codes, about ages, or that no record keeps", async () => {
  const before = tf.memory().numTensors;
  const other = randomRun({ codes: 4, labels: 0, context: 4, width: 8 }, 1, () => 0);
  await assertRejects(
    () => generate(halo, { count: 1, rules: rulesFor([], other) }),
    RangeError,
    "Cannot generate with these rules: they are for other codes or labels",
  );
  const age = rulesFor([list[0], { kind: "age", max: 5, codes: ["code 0"] }], halo);
  await assertRejects(
    () => generate(halo, { count: 1, rules: age }),
    RangeError,
    'Cannot apply rule 2, which is about age: "halo" writes no ages',
  );
  assertEquals(tf.memory().numTensors, before);
});

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { cohortOf, generate, r2, recordLists, useBackend } from "ehrloom";
import { futuresOf, growingCohort } from "ehrloom/play/futures.ts";
import { playData, runOf } from "ehrloom/play/play_data.ts";
import {
  drawnPatient,
  influences,
  passesOf,
  playerOf,
  prefixProbabilities,
  probabilitiesAfter,
} from "ehrloom/play/player.ts";
import { randomRun, type Sizes } from "../generate/random_run.ts";

await useBackend("wasm");

const sizes: Sizes = { codes: 6, labels: 2, context: 12, width: 8 };
/** Codes 0 and 1 are common; some visits are empty and so no part of the record. */
const run = randomRun(sizes, 3, (column) => column < 2 ? 0 : column < 8 ? -0.5 : -1.5);
const player = playerOf(run);
const seed = 5;

/** The visits and labels of generated records. */
async function generated(options: Partial<Parameters<typeof generate>[1]>) {
  const { cohort } = await generate(run, { count: 1, seed, ...options });
  return Array.from({ length: cohort.recordCount }, (_, i) => {
    const { visits, labels } = recordLists(cohort, i);
    return { visits, labels };
  });
}

/** The codes of each visit. */
const codesOf = (visits: readonly { codes: readonly number[] }[]) =>
  visits.map(({ codes }) => [...codes]);

Deno.test("drawnPatient() gives the patients of generate(), and the random numbers of each row", async () => {
  let empty = 0;
  for (let number = 0; number < 20; number++) {
    const { visits, labels, steps } = await drawnPatient(player, { seed, number });
    assertEquals([{ visits: codesOf(visits), labels }], await generated({ first: number }));
    assertEquals(steps[0].row, [8]); // the start
    assert(steps.slice(1).every(({ uniforms }) => uniforms?.length === 11));
    empty += steps.length - 2 - visits.length;
  }
  assert(empty > 0);
});

Deno.test("drawnPatient() gives the patients of generate() with given labels", async () => {
  for (const [first, second] of [[0, 1], [1, 1]] as const) {
    const labels = new Map([[0, first], [1, second]]);
    const drawn = await drawnPatient(player, { seed, number: 2, labels });
    const given = { "label 0": first, "label 1": second };
    const [wanted] = await generated({ first: 2, labels: given });
    assertEquals({ visits: codesOf(drawn.visits), labels: drawn.labels }, wanted);
    assertEquals(drawn.steps[1].uniforms, undefined); // given, not drawn
  }
});

Deno.test("passesOf() ends with the drawn row; after pass k its first k columns are final", async () => {
  let passed = 0;
  for (let number = 0; number < 5; number++) {
    const { steps } = await drawnPatient(player, { seed, number });
    for (let step = 1; step < steps.length; step++) {
      const { row, uniforms } = steps[step];
      assert(uniforms !== undefined);
      const passes = await passesOf(player, steps.slice(0, step), uniforms);
      const last = passes[passes.length - 1];
      assertEquals([...last.row], [...row]);
      for (const [index, pass] of passes.entries()) {
        const firsts = (columns: readonly number[]) => columns.filter((c) => c <= index);
        assertEquals(firsts(pass.row), firsts(row));
      }
      for (const [column, probability] of last.probabilities.entries()) {
        const known = row.filter((other) => other < column);
        const exact = await probabilitiesAfter(player, steps.slice(0, step), { known });
        assertAlmostEquals(probability, exact[column], 1e-6);
      }
      passed = Math.max(passed, passes.length);
    }
  }
  assert(passed > 2);
});

Deno.test("prefixProbabilities() are those given the columns that are on so far, and no other", async () => {
  const { steps } = await drawnPatient(player, { seed, number: 0 });
  const [before, row] = [steps.slice(0, 2), [0, 2, 5]];
  const found = await prefixProbabilities(player, before, row);
  assertEquals(found.length, 4);
  for (const [count, probabilities] of found.entries()) {
    const wanted = await probabilitiesAfter(player, before, { known: row.slice(0, count) });
    assertEquals(probabilities.length, wanted.length);
    for (const [column, probability] of probabilities.entries()) {
      assertAlmostEquals(probability, wanted[column], 1e-6);
    }
  }
  // the mask: what comes on moves later columns alone
  assertEquals(found[0].slice(0, 1), found[3].slice(0, 1));
  assert(Math.abs(found[0][5] - found[2][5]) > 1e-4);
});

Deno.test("influences() are the probabilities with one code on, the same where the mask hides it", async () => {
  const { steps } = await drawnPatient(player, { seed, number: 0 });
  const before = steps.slice(0, 2);
  const { none, one } = await influences(player, before);
  for (let seen = 0; seen < sizes.codes; seen++) {
    const wanted = await probabilitiesAfter(player, before, { known: [seen] });
    for (let code = 0; code < sizes.codes; code++) {
      assertAlmostEquals(one[code * sizes.codes + seen], wanted[code], 1e-6);
      if (seen >= code) assertAlmostEquals(one[code * sizes.codes + seen], none[code], 1e-6);
    }
  }
  assert(Math.abs(one[5 * sizes.codes] - none[5]) > 1e-4); // the last code sees the first
});

Deno.test("futuresOf() counts the codes that generate() continues the record with", async () => {
  const record = { visits: [[0], [1, 3]], labels: [1, 0] };
  const count = 60; // more than are drawn together
  const found = await Array.fromAsync(futuresOf(player, record, { count, seed }));
  const prefixes = cohortOf(run.vocabulary, run.labelNames, [record]);
  const futures = (await generated({ count, prefixes })).map(({ visits }) => visits.slice(2));
  type Visits = readonly (readonly number[])[];
  const having = (code: number, visits: (future: Visits) => Visits) =>
    futures.filter((future) => visits(future).flat().includes(code)).length;
  const codes = Array.from({ length: sizes.codes }, (_, code) => code);
  assertEquals(found.map((each) => each.count), [50, 60]);
  assertEquals([...found[1].next], codes.map((code) => having(code, (all) => all.slice(0, 1))));
  assertEquals([...found[1].later], codes.map((code) => having(code, (all) => all)));
  assertEquals(found[1].ended, futures.filter(({ length }) => length === 0).length);
});

Deno.test("growingCohort() has the prevalence of generate()'s patients and its R²", async () => {
  const real = [0.9, 0.8, 0.3, 0.4, 0.2, 0.1];
  const found = await Array.fromAsync(growingCohort(player, real, { count: 12, seed }));
  assertEquals(found.map(({ count }) => count), [5, 10, 12]);
  for (const { count, prevalences, r2: figure } of found) {
    const records = await generated({ count });
    const wanted = real.map((_, code) =>
      records.filter(({ visits }) => visits.flat().includes(code)).length / count
    );
    assertEquals([...prevalences], wanted);
    assertEquals(figure, r2(real, wanted));
  }
});

Deno.test("runOf() gives back what playData() packed, to the last bit", () => {
  const real = cohortOf(run.vocabulary, run.labelNames, [
    { visits: [[0], [0, 1]], labels: [0, 0] },
    { visits: [[1]], labels: [0, 0] },
  ]);
  const data = playData(run, { real, minCell: 1 });
  assertEquals(data.real, { records: 2, prevalences: [0.5, 1, 0, 0, 0, 0] });
  const unpacked = runOf(JSON.parse(JSON.stringify(data)));
  assertEquals(unpacked.parameters, run.parameters);
  assertEquals(unpacked.vocabulary, run.vocabulary);
  assertEquals(unpacked.labelNames, run.labelNames);
});

Deno.test("playData() has no share of a code that too few patients have", () => {
  const having = (visits: number[][]) => ({ visits, labels: [0, 0] });
  const real = cohortOf(run.vocabulary, run.labelNames, [
    ...Array.from({ length: 3 }, () => having([[0, 1], [0]])), // a patient counts once
    having([[1]]),
  ]);
  const shares = (minCell: number) => playData(run, { real, minCell }).real?.prevalences;
  assertEquals(shares(3), [0.75, 1, null, null, null, null]);
  assertEquals(shares(4), [null, 1, null, null, null, null]);
});

Deno.test("growingCohort() compares the codes whose real share is known alone", async () => {
  const [real, hidden] = [[0.9, 0.8, 0.3, 0.4, 0.2, 0.1], [0.9, null, 0.3, null, 0.2, 0.1]];
  const order = { count: 5, seed };
  const [all] = await Array.fromAsync(growingCohort(player, real, order));
  const [some] = await Array.fromAsync(growingCohort(player, hidden, order));
  assertEquals(some.prevalences, all.prevalences);
  const codes = [0, 2, 4, 5];
  assertEquals(some.r2, r2(codes.map((c) => real[c]), codes.map((c) => all.prevalences[c])));
});

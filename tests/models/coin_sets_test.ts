import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { random } from "ehrloom";
import { type CoinSet, CoinSets } from "ehrloom/models/coin_sets.ts";

/** Tosses; a share p of them has a standard error of √(p (1 − p) / tosses). */
const tosses = 40_000;

const all = (count: number) => Uint32Array.from({ length: count }, (_, column) => column);

/** How often each column, and each pair of the first columns, comes up in tosses of a set. */
function counted(sets: readonly CoinSet[], set: number, seed: number, firsts = 0) {
  const coins = new CoinSets(sets);
  const columns = 1 + Math.max(...Array.from(sets[set].columns));
  const up = new Uint32Array(columns);
  const draws = random(seed);
  const single = new Uint32Array(columns);
  const pairs = new Uint32Array(firsts * firsts);
  for (let toss = 0; toss < tosses; toss++) {
    const came = up.subarray(0, coins.toss(set, draws, up));
    assertEquals(new Set(came).size, came.length);
    for (const column of came) {
      single[column]++;
      for (const other of came) {
        if (column < firsts && other < firsts) pairs[column * firsts + other]++;
      }
    }
  }
  return { single, pairs };
}

function isNear(count: number, probability: number): void {
  const deviation = Math.sqrt(probability * (1 - probability) / tosses);
  assertAlmostEquals(count / tosses, probability, 4.5 * deviation + 1e-12);
}

Deno.test("each coin of each set comes up as often as it says, once at most", () => {
  const sets = [
    // likely ones, rare ones, one that is sure and one that never comes up
    { columns: [10, 11, 12, 13, 14, 15, 16], probabilities: [0.5, 0, 0.02, 1, 0.9, 0.002, 0.3] },
    { columns: [], probabilities: [] },
    { columns: [3, 1], probabilities: [0.4, 0.1] },
    { columns: [7], probabilities: [0.25] },
    { columns: [2, 5], probabilities: [1, 0.999] },
  ];
  sets.forEach(({ columns, probabilities }, set) => {
    if (columns.length === 0) return;
    const { single } = counted(sets, set, 1 + set);
    columns.forEach((column, i) => isNear(single[column], probabilities[i]));
    const known = new Set<number>(columns);
    single.forEach((count, column) => assert(known.has(column) || count === 0, `${column}`));
  });
  assertEquals(new CoinSets(sets).toss(1, random(1), new Uint32Array(1)), 0);
});

Deno.test("coins are independent: pairs come up as often as the product says", () => {
  const probabilities = [0.45, 0.4, 0.7, 0.1];
  const { pairs } = counted([{ columns: all(4), probabilities }], 0, 11, 4);
  for (let a = 0; a < 4; a++) {
    for (let b = 0; b < a; b++) isNear(pairs[4 * a + b], probabilities[a] * probabilities[b]);
  }
});

Deno.test("sets with many points are tossed in parts, and their coins are independent too", () => {
  // 200 coins of 0.45 have a mean of 120 points, of which e to the minus is 1e-52
  const probabilities = new Float64Array(200).fill(0.45);
  const { single, pairs } = counted([{ columns: all(200), probabilities }], 0, 12, 3);
  single.forEach((count) => isNear(count, 0.45));
  for (const pair of [1, 2, 5]) isNear(pairs[pair], 0.45 ** 2);
});

Deno.test("a million coins of one in a million come up once in all, in the mean", () => {
  const million = 1_000_000;
  const probabilities = new Float64Array(million).fill(1 / million);
  const coins = new CoinSets([{ columns: all(million), probabilities }]);
  const draws = random(13);
  const up = new Uint32Array(million);
  let count = 0;
  let places = 0;
  for (let toss = 0; toss < tosses; toss++) {
    const end = count + coins.toss(0, draws, up);
    for (let i = 0; count < end; i++, count++) places += up[i] / million;
  }
  assertAlmostEquals(count / tosses, 1, 4.5 / Math.sqrt(tosses));
  assertAlmostEquals(places / count, 0.5, 4.5 * Math.sqrt(1 / 12 / count));
});

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { random } from "ehrloom";
import { SparseCoins } from "ehrloom/models/sparse_coins.ts";

/** Tosses; a share p of them has a standard error of √(p (1 − p) / tosses). */
const tosses = 40_000;

function isNear(count: number, probability: number): void {
  const deviation = Math.sqrt(probability * (1 - probability) / tosses);
  assertAlmostEquals(count / tosses, probability, 4.5 * deviation + 1e-12);
}

Deno.test("each coin comes up as often as it says, once at most, sure ones always and others never", () => {
  const probabilities = [0.5, 0, 0.02, 1, 0.9, 0.002, 0.3];
  const columns = [10, 11, 12, 13, 14, 15, 16];
  const coins = new SparseCoins(columns, probabilities);
  const draws = random(1);
  const counts = new Map(columns.map((column) => [column, 0]));
  for (let i = 0; i < tosses; i++) {
    const up = coins.toss(draws);
    assertEquals(new Set(up).size, up.length);
    for (const column of up) counts.set(column, (counts.get(column) ?? NaN) + 1);
  }
  columns.forEach((column, i) => isNear(counts.get(column) ?? NaN, probabilities[i]));
  assertEquals(counts.get(13), tosses);
  assertEquals(counts.get(11), 0);
});

Deno.test("coins are independent: pairs come up as often as the product says", () => {
  const probabilities = [0.6, 0.4, 0.7];
  const coins = new SparseCoins([0, 1, 2], probabilities);
  const draws = random(2);
  const together = [[0, 1], [0, 2], [1, 2]].map((pair) => ({ pair, count: 0 }));
  for (let i = 0; i < tosses; i++) {
    const up = new Set(coins.toss(draws));
    for (const each of together) if (each.pair.every((column) => up.has(column))) each.count++;
  }
  for (const { pair: [a, b], count } of together) {
    isNear(count, probabilities[a] * probabilities[b]);
  }
});

Deno.test("a million coins of one in a million come up once in all, in the mean", () => {
  const million = 1_000_000;
  const coins = new SparseCoins(
    Uint32Array.from({ length: million }, (_, i) => i),
    new Float64Array(million).fill(1 / million),
  );
  const draws = random(3);
  let count = 0;
  let places = 0;
  for (let i = 0; i < tosses; i++) {
    for (const column of coins.toss(draws)) {
      count++;
      places += column / million;
    }
  }
  assertAlmostEquals(count / tosses, 1, 4.5 / Math.sqrt(tosses));
  assertAlmostEquals(places / count, 0.5, 4.5 * Math.sqrt(1 / 12 / count));
});

Deno.test("no coins, and coins that never come up, give nothing", () => {
  assertEquals(new SparseCoins([], []).toss(random(4)), []);
  assertEquals(new SparseCoins([1, 2], [0, 0]).toss(random(4)), []);
});

// How far biases are shifted, from the log odds of cells.
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { random } from "ehrloom";
import { logOddsTally } from "ehrloom/models/interface/output_biases.ts";

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Where the slope of likelihood times prior is 0, by halving an interval over the cells. */
function halved(logOdds: readonly number[], actual: number): number {
  let [low, high] = [-20, 20];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    const expected = logOdds.reduce((sum, each) => sum + sigmoid(each + middle), 0);
    if (actual - expected - 5 * middle > 0) low = middle;
    else high = middle;
  }
  return low;
}

Deno.test("a bias moves to where expected and actual counts differ by the prior's pull alone", () => {
  const draws = random(1);
  const tally = logOddsTally(3);
  const cells = [0, 1, 2].map((bias) =>
    Array.from({ length: 2000 }, () => 3 * draws.normal() - 4 * bias)
  );
  const actual = [1500, 5, 0];
  cells.forEach((own, bias) => own.forEach((logOdds) => tally.add(bias, logOdds)));
  actual.forEach((count, bias) => {
    for (let i = 0; i < count; i++) tally.addActual(bias);
  });
  const shifts = tally.shifts(false);
  cells.forEach((own, bias) => assertAlmostEquals(shifts[bias], halved(own, actual[bias]), 2e-3));
});

Deno.test("a bias without cells stays", () => {
  assertEquals([...logOddsTally(2).shifts(false)], [0, 0]);
});

Deno.test("log odds beyond the bins count as their ends", () => {
  const tally = logOddsTally(1);
  for (const logOdds of [-1000, -Infinity, 1000]) tally.add(0, logOdds);
  tally.addActual(0);
  assertAlmostEquals(tally.shifts(false)[0], 0, 1e-4);
});

Deno.test("two cells that share their probability reach actual counts in one step each way", () => {
  // 1,000 rows at 0.5 and 0.5, of which 600 have the first: ln(0.6 / 0.4) between them in all
  const tally = logOddsTally(2);
  for (let row = 0; row < 1000; row++) {
    tally.add(0, 0);
    tally.add(1, 0);
    tally.addActual(row < 600 ? 0 : 1);
  }
  const alone = tally.shifts(false);
  const shared = tally.shifts(true);
  assertAlmostEquals(shared[0] - shared[1], Math.log(0.6 / 0.4), 0.02); // the prior holds back a little
  assert(alone[0] - alone[1] > 1.9 * Math.log(0.6 / 0.4)); // which would go twice too far
});

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { random } from "ehrloom/random.ts";
import { epochBatches, passedSteps, stepsOfEpoch } from "ehrloom/train/batches.ts";

const draws = random(3);
const lengths = Int32Array.from({ length: 1001 }, () => 1 + draws.integer(48));

Deno.test("epochBatches() holds each record once, in as many batches as full ones make", () => {
  for (const [count, batch] of [[1001, 8], [1001, 1], [5, 48], [96, 48], [1, 1], [0, 4]]) {
    const batches = epochBatches(lengths.subarray(0, count), batch, random(1));
    assertEquals(
      batches.flatMap((records) => [...records]).sort((a, b) => a - b),
      Array.from({ length: count }, (_, record) => record),
    );
    assertEquals(batches.length, Math.ceil(count / batch));
    assert(batches.every((records) => records.length > 0));
  }
});

/** Share of computed rows that are padding. */
function padding(batches: Int32Array[]): number {
  let rows = 0;
  let needed = 0;
  for (const records of batches) {
    const own = Array.from(records, (record) => lengths[record]);
    rows += Math.max(...own) * own.length;
    needed += own.reduce((sum, length) => sum + length, 0);
  }
  return 1 - needed / rows;
}

Deno.test("epochBatches() puts records of similar length together", () => {
  const shuffled = random(1).shuffle(Int32Array.from(lengths.keys()));
  const mixed = Array.from({ length: 126 }, (_, i) => shuffled.slice(8 * i, 8 * i + 8));
  assert(padding(mixed) > 0.3, `${padding(mixed)}`); // what lengths of 1 to 48 waste
  const found = padding(epochBatches(lengths, 8, random(1)));
  assert(found < 0.08, `${found}`); // the shortest records stand in the widest batches
});

Deno.test("epochBatches() cuts batches of about equally many rows", () => {
  const rows = epochBatches(lengths, 8, random(1))
    .map((records) => records.reduce((sum, record) => sum + lengths[record], 0));
  const mean = rows.reduce((sum, each) => sum + each, 0) / rows.length;
  // Windows of 24 batches differ by chance, and a cut falls between two records of up to 48 rows
  assert(rows.every((each) => Math.abs(each - mean) < 60), `${rows}`);
});

Deno.test("epochBatches() depends on its random stream only", () => {
  const batches = epochBatches(lengths, 8, random(1, 2));
  assertEquals(batches, epochBatches(lengths, 8, random(1, 2)));
  assertNotEquals(batches, epochBatches(lengths, 8, random(1, 3)));
  // Batches do not come by length, which would train on the short records first
  const firsts = batches.map(([record]) => lengths[record]);
  assertNotEquals(firsts, firsts.toSorted((a, b) => a - b));
});

Deno.test("passedSteps() takes passes one after the other, whatever the steps of an epoch", () => {
  const ofPass = 5;
  const batchesOf = (pass: number) =>
    Array.from({ length: ofPass }, (_, batch) => Int32Array.of(10 * pass + batch));
  const epoch = (from: number, count: number) =>
    Array.from(
      passedSteps({ from, count, ofPass }, batchesOf),
      ({ records, pass }) => [records[0], pass],
    );
  assertEquals(epoch(0, 3), [[0, 0], [1, 0], [2, 0]]);
  assertEquals(epoch(3, 3), [[3, 0], [4, 0], [10, 1]]);
  assertEquals(epoch(5, 5), [[10, 1], [11, 1], [12, 1], [13, 1], [14, 1]]);
  assertEquals(epoch(9, 7).map(([record]) => record), [14, 20, 21, 22, 23, 24, 30]);
});

Deno.test("stepsOfEpoch() is a pass unless steps are asked for", () => {
  assertEquals(stepsOfEpoch(1001, { batch: 8, steps: 0 }), 126);
  assertEquals(stepsOfEpoch(1001, { batch: 8, steps: 7 }), 7);
});

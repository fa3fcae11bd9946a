import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { cohortOf, type RecordLists, useBackend } from "ehrloom";
import { likelihoodsOf } from "ehrloom/evaluate/likelihood/record_likelihoods.ts";
import { recordLosses } from "ehrloom/play/losses.ts";
import { playerOf, probabilitiesAfter } from "ehrloom/play/player.ts";
import { modelOf } from "ehrloom/train/run_folder.ts";
import { randomRun } from "../generate/random_run.ts";

await useBackend("wasm");

const sizes = { codes: 6, labels: 2, context: 12, width: 8 };
const run = randomRun(sizes, 3, (column) => column < 2 ? 0 : column < 8 ? -0.5 : -1.5);
const player = playerOf(run);

const records: RecordLists[] = [
  { visits: [[0, 2], [1], [0, 3, 5]], labels: [1, 0] },
  { visits: [[4]], labels: [0, 0] },
  { visits: [], labels: [0, 1] },
];

Deno.test("recordLosses() of a whole record add up to its negative log-likelihood", async () => {
  const cohort = cohortOf(run.vocabulary, run.labelNames, records);
  const wanted = await likelihoodsOf(modelOf(run.runConfig), run, cohort);
  for (const [i, record] of records.entries()) {
    const rows = await recordLosses(player, record, { isWhole: true });
    assertEquals(rows.length, 1 + record.visits.length);
    const sum = rows.flatMap(({ losses }) => [...losses]).reduce((a, b) => a + b);
    assertAlmostEquals(sum, -wanted[i].logProbability, 1e-4);
  }
});

Deno.test("recordLosses() are −log p where a column is on and −log(1 − p) where it is off", async () => {
  const [record] = records;
  const [, , second] = await recordLosses(player, record, { isWhole: false });
  assertEquals(second.row, [1]);
  const before = [[8], [6], [0, 2]].map((row) => ({ row }));
  for (const [column, loss] of second.losses.entries()) {
    const known = column > 1 ? [1] : [];
    const p = (await probabilitiesAfter(player, before, { known }))[column];
    assertAlmostEquals(loss, -Math.log(column === 1 ? p : 1 - p), 1e-5);
  }
});

Deno.test("recordLosses() tell a record that goes on from one that ends by its end alone", async () => {
  const [[open], [whole]] = await Promise.all(
    [false, true].map(async (isWhole) =>
      (await recordLosses(player, records[0], { isWhole })).slice(-1)
    ),
  );
  const end = 9; // after 6 codes, 2 labels and the start
  assertEquals([open.row, whole.row], [[0, 3, 5], [0, 3, 5, end]]);
  assertEquals(open.losses.slice(0, end), whole.losses.slice(0, end));
  assertAlmostEquals(Math.exp(-open.losses[end]) + Math.exp(-whole.losses[end]), 1, 1e-6);
});

Deno.test("recordLosses() stay finite where float32 rounds a probability to 0 or 1", async () => {
  const certain = playerOf(randomRun(sizes, 3, (column) => column === 0 ? 300 : -300));
  const [, visit] = await recordLosses(certain, records[1], { isWhole: false });
  assertAlmostEquals(visit.losses[0], 25 * Math.LN2, 1e-9); // off, though certain
  assert(visit.losses[4] > 80 && Number.isFinite(visit.losses[4])); // on, though impossible
});

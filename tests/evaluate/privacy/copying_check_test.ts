import { assert, assertEquals } from "@std/assert";
import { type Cohort, cohortOf, subset, vocabulary } from "ehrloom";
import { copyingCheck } from "ehrloom/evaluate/privacy/copying_check.ts";
import { figuresOf, partlyCopied, simulated } from "./simulated.ts";

/** Records of one visit with a code of their own and nine codes of their set. */
function group(from: number, to: number, set: number): Cohort {
  const own = Array.from({ length: to - from }, (_, i) => ({
    visits: [[from + i, ...Array.from({ length: 9 }, (_, j) => 100 + 10 * set + j)]],
    labels: [],
  }));
  const names = Array.from({ length: 140 }, (_, code) => `code${code}`);
  return cohortOf(vocabulary(names), [], own);
}

Deno.test("copying_check is 1 for copies of training records, 0 for copies of held-out ones, 0.5 for neither", async () => {
  const [training, heldOut] = [group(0, 20, 0), group(20, 40, 1)];
  const shareOf = async (records: Cohort) =>
    (await figuresOf(copyingCheck, { training, heldOut, records })).found?.share.value;
  assertEquals(await shareOf(training), 1);
  assertEquals(await shareOf(heldOut), 0);
  assertEquals(await shareOf(group(40, 60, 2)), 0.5); // 20 codes away from either
});

Deno.test("copying_check gives distances and ratios of copies as 0, of others by hand", async () => {
  const { found } = await figuresOf(copyingCheck, {
    training: group(0, 20, 0),
    heldOut: group(20, 40, 1),
    records: group(0, 20, 0),
  });
  assertEquals(found?.to_training.distance.median.value, 0);
  assertEquals(found?.to_training.ratio.low.value, 0);
  assertEquals(found?.to_held_out.distance.median.value, 20);
  assertEquals(found?.to_held_out.ratio.median.value, 1);
});

Deno.test("copying_check compares with equally many: four times the training records are no alarm", async () => {
  const [training, heldOut, others] = [
    simulated(1, 800),
    simulated(2, 200),
    simulated(3, 800),
  ];
  const asked = { training, heldOut, resamples: 200 };
  const spared = await figuresOf(copyingCheck, { ...asked, records: others });
  assertEquals([spared.compared_with, spared.training_samples], [200, 4]);
  assertEquals(spared.found?.alarmed, false, JSON.stringify(spared.found?.share));
  const caught = await figuresOf(copyingCheck, {
    ...asked,
    records: partlyCopied(training, others, 0.6),
  });
  assertEquals(caught.found?.alarmed, true, JSON.stringify(caught.found?.share));
  // fewer training than held-out records: of these a sample is taken
  const turned = { ...asked, training: heldOut, heldOut: training };
  const few = await figuresOf(copyingCheck, { ...turned, records: others });
  assertEquals([few.compared_with, few.training_samples], [200, 1]);
  assertEquals(few.found?.alarmed, false, JSON.stringify(few.found?.share));
});

Deno.test("copying_check alarms for independent records in about one case of 40", async () => {
  const pool = simulated(7, 30 * 140);
  let alarms = 0;
  for (let run = 0; run < 30; run++) {
    const part = (from: number, to: number) =>
      subset(pool, Array.from({ length: to - from }, (_, i) => 140 * run + from + i));
    const { found } = await figuresOf(copyingCheck, {
      training: part(0, 40),
      heldOut: part(40, 80),
      records: part(80, 140),
      seed: run,
      resamples: 100,
    });
    alarms += Number(found?.alarmed);
  }
  assert(alarms <= 3, `${alarms} of 30`); // more than 3 of 30 have a probability of 0.7% at 2.5%
});

Deno.test("copying_check is the same for the same random seed", async () => {
  const [training, heldOut, records] = [1, 2, 3].map((seed) => simulated(seed, 100));
  const asked = { training, heldOut, records, seed: 5, resamples: 20 };
  assertEquals(await figuresOf(copyingCheck, asked), await figuresOf(copyingCheck, asked));
});

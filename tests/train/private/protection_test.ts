import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { epsilonSpent } from "ehrloom";
import { modelFamily } from "ehrloom/models/mod.ts";
import { layoutOf } from "ehrloom/nn/flat.ts";
import { constant, drawn, type Initials, masked, upToDiagonal } from "ehrloom/nn/initial.ts";
import { random } from "ehrloom/random.ts";
import type { GradientSource } from "ehrloom/train/gradients/source.ts";
import { trainingFor } from "ehrloom/train/options.ts";
import { plannedPrivacy, type PrivacyOptions } from "ehrloom/train/private/privacy.ts";
import {
  type PrivacyStanding,
  type Protection,
  protection,
  trainedSpans,
} from "ehrloom/train/private/protection.ts";
import { testOnBackends } from "../../golden.ts";
import { tinyCohort } from "../../tiny.ts";

const source = tinyCohort(400); // 200 of them to train on
const training = trainingFor(source, { batch: 20, epochs: 100 });
const moment = { seed: 1, epoch: 0 };
const budget = { epsilon: 8, delta: 1e-3 };
const planned = (options: Partial<PrivacyOptions> = {}) =>
  plannedPrivacy(modelFamily("halo"), source, training, { ...budget, ...options });

const size = 60_000;
const initial: Initials = {
  plain: constant([size], 0),
  table: { ...constant([30], 0), isComputed: true },
  lower: masked(constant([4, 4], 0), upToDiagonal),
};
const layout = layoutOf(drawn(initial, random(1)));

/** A source whose clipped gradients are all ones, and that finds a number of patients unclipped. */
function ones(unclipped: number): GradientSource {
  return {
    compute: () =>
      Promise.resolve({
        loss: 0,
        unclipped,
        gradients: tf.getBackend() === "wasm" || tf.getBackend() === "cpu"
          ? new Float32Array(layout.length).fill(1)
          : tf.ones<tf.Rank.R1>([layout.length]),
      }),
    dispose() {},
  };
}

async function steps(
  count: number,
  options: Partial<PrivacyOptions> = {},
  { standing, unclipped = 10 }: { standing?: PrivacyStanding; unclipped?: number } = {},
) {
  const guard = protection({ initial }, layout, planned(options), training, standing);
  const { compute } = guard.protected(ones(unclipped));
  const found: Float32Array[] = [];
  for (let i = 0; i < count; i++) {
    const { gradients } = await compute(new Int32Array(20), moment);
    if (gradients instanceof Float32Array) found.push(gradients);
    else if (!Array.isArray(gradients)) {
      found.push((await gradients.data<"float32">()).slice());
      gradients.dispose();
    }
  }
  return { found, guard };
}

const meanOf = (numbers: ArrayLike<number>) =>
  Array.from(numbers).reduce((sum, each) => sum + each, 0) / numbers.length;

function varianceOf(numbers: ArrayLike<number>): number {
  const mean = meanOf(numbers);
  return Array.from(numbers).reduce((sum, each) => sum + (each - mean) ** 2, 0) / numbers.length;
}

for (const noiseSource of ["seeded", "secure"] as const) {
  testOnBackends(
    `${noiseSource} noise has the variance (σ C / expected batch)² around the sum's share`,
    async () => {
      const { found: [first, second] } = await steps(2, { noise: 3, clip: 0.5, noiseSource });
      const deviation = 3 * 0.5 / 20;
      const numbers = first.subarray(0, size);
      // five standard errors of a mean and of a variance
      assertAlmostEquals(meanOf(numbers), 1 / 20, 5 * deviation / Math.sqrt(size));
      const bound = 5 * Math.sqrt(2 / size) * deviation ** 2;
      assertAlmostEquals(varianceOf(numbers), deviation ** 2, bound);
      // each step has noise of its own
      const both = numbers.map((each, i) => (each - 1 / 20) * (second[i] - 1 / 20));
      assertAlmostEquals(meanOf(both), 0, 5 * deviation ** 2 / Math.sqrt(size));
    },
  );
}

testOnBackends("what training does not change gets no noise", async () => {
  const { found: [numbers] } = await steps(1);
  const [plain, table] = layout.paddedSizes;
  for (let i = 0; i < 30; i++) assertAlmostEquals(numbers[plain + i], 1 / 20, 1e-7);
  for (let i = 0; i < 16; i++) {
    const isAbove = i % 4 > Math.floor(i / 4);
    const noise = Math.abs(numbers[plain + table + i] - 1 / 20);
    assertEquals([i, noise > 1e-7], [i, !isAbove]);
  }
  const count = trainedSpans(initial, layout).reduce((sum, at, i) => sum + (i % 2 ? at : -at), 0);
  assertEquals(count, size + 10);
});

Deno.test("batches are Poisson samples: each patient alone, at the rate that the accountant is told", () => {
  for (const noiseSource of ["seeded", "secure"] as const) {
    const privacy = planned({ noiseSource });
    const guard = protection({ initial }, layout, privacy, training);
    const batches = Array.from({ length: 1000 }, (_, step) => guard.batch(step));
    const sizes = batches.map(({ length }) => length);
    const [n, q] = [200, privacy.samplingRate];
    const variance = n * q * (1 - q); // 18; a fixed size would have 0
    assertAlmostEquals(meanOf(sizes), n * q, 5 * Math.sqrt(variance / 1000));
    // a binomial's variance has a standard error of about √2 / √1000 of itself
    assertAlmostEquals(varianceOf(sizes), variance, 5 * Math.sqrt(2 / 1000) * variance);
    const times = new Int32Array(n);
    let together = 0;
    for (const batch of batches) {
      for (const patient of batch) times[patient]++;
      if (batch.includes(3) && batch.includes(4)) together++;
      assertEquals([...batch], [...new Set(batch)].toSorted((a, b) => a - b));
    }
    const bound = 5 * Math.sqrt(1000 * q * (1 - q));
    for (const each of times) assertAlmostEquals(each, 1000 * q, bound);
    assertAlmostEquals(together, 1000 * q * q, 5 * Math.sqrt(1000 * q * q));
  }
});

Deno.test("batches may be empty, and follow from the seed and the step", () => {
  const few = tinyCohort(20);
  const small = trainingFor(few, { batch: 1, epochs: 5 });
  const privacy = plannedPrivacy(modelFamily("halo"), few, small, { epsilon: 8, delta: 1e-2 });
  const guard = protection({ initial }, layout, privacy, small);
  const batchesOf = ({ batch }: Pick<Protection, "batch">) =>
    Array.from({ length: 50 }, (_, step) => batch(step));
  const batches = batchesOf(guard);
  assert(batches.some(({ length }) => length === 0)); // each is, with a probability of 0.35
  assertEquals(batchesOf(protection({ initial }, layout, privacy, small)), batches);
  const other = protection({ initial }, layout, privacy, { ...small, seed: 2 });
  assert(JSON.stringify(batchesOf(other)) !== JSON.stringify(batches));
});

testOnBackends("protection() continues where it stands, with the same noise", async () => {
  const whole = await steps(3, { adaptiveClip: true });
  const first = await steps(2, { adaptiveClip: true });
  const standing = JSON.parse(JSON.stringify(first.guard.standing()));
  const last = await steps(1, { adaptiveClip: true }, { standing });
  assertEquals(last.found[0], whole.found[2]);
  assertEquals(last.guard.standing(), whole.guard.standing());
});

testOnBackends("the epsilon is the accountant's, for the steps that were made", async () => {
  const { guard } = await steps(7, { noise: 1.5 });
  const { samplingRate } = planned();
  const taken = [{ samplingRate, noiseMultiplier: 1.5, steps: 7 }];
  assertEquals(guard.standing(), { taken, clip: 1 });
  assertEquals(guard.epsilon(), epsilonSpent(taken, budget.delta));
});

testOnBackends(
  "an adaptive bound rises while most are clipped, and falls while none is",
  async () => {
    const bound = async (unclipped: number) =>
      (await steps(20, { adaptiveClip: true, noise: 1 }, { unclipped })).guard.standing().clip;
    assert(await bound(0) > 2);
    assert(await bound(20) < 0.5);
  },
);

Deno.test("protection() refuses a record whose epochs would overspend its budget", () => {
  const privacy = planned();
  protection({ initial }, layout, privacy, training);
  const changed = [{ epochs: 120 }, { noiseMultiplier: 0.8 * privacy.noiseMultiplier }, {
    epsilon: 7,
  }];
  for (const change of changed) {
    assertThrows(
      () => protection({ initial }, layout, { ...privacy, ...change }, training),
      RangeError,
      "they would spend an epsilon of",
    );
  }
  const taken = [{ samplingRate: 1, noiseMultiplier: 0.5, steps: 50 }]; // dearer steps
  assertThrows(
    () => protection({ initial }, layout, privacy, training, { taken, clip: 1 }),
    RangeError,
    "and the budget is 8",
  );
});

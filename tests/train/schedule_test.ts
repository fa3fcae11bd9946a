import { assertAlmostEquals, assertEquals } from "@std/assert";
import { tinyTraining } from "../tiny.ts";
import { rateAt, scheduleOf } from "ehrloom/train/schedule.ts";

const training = {
  ...tinyTraining,
  learningRate: 1,
  warmup: 4,
  epochs: 10,
  schedule: "cosine",
} as const;
const batches = 10;

/** A line of training of which only the seconds matter. */
const line = (epoch: number) => ({
  epoch,
  step: epoch * batches,
  train_loss: 1,
  validation_loss: 1,
  learning_rate: 1,
  gradient_norm: 1,
  seconds: 60 * epoch,
  best: false,
});
const lines = [1, 2, 3, 4, 5, 6].map(line);

Deno.test("rateAt() rises over the warmup, then falls to zero by half a cosine", () => {
  const schedule = scheduleOf(training, []);
  const rate = (step: number) => rateAt(schedule, step, batches, 0);
  assertEquals([0, 1, 2, 3].map(rate), [0.25, 0.5, 0.75, 1]);
  assertEquals(rate(4), 1);
  assertAlmostEquals(rate(52), 0.5, 1e-12); // half way from step 4 to step 100
  assertAlmostEquals(rate(100), 0, 1e-12);
});

Deno.test("rateAt() starts again at its full value where a run got more epochs, without warmup", () => {
  const schedule = scheduleOf({ ...training, restarts: [{ after: 6, planned: 6 }] }, lines);
  const rate = (step: number) => rateAt(schedule, step, batches, 0);
  assertEquals(rate(60), 1);
  assertAlmostEquals(rate(80), 0.5, 1e-12); // half way from step 60 to step 100
  assertAlmostEquals(rate(100), 0, 1e-12);
  assertAlmostEquals(rate(70), (1 + Math.SQRT1_2) / 2, 1e-12); // cos(π/4) = √½
});

Deno.test("rateAt() counts from the last of several restarts", () => {
  const restarts = [{ after: 2, planned: 2 }, { after: 6, planned: 8 }];
  const schedule = scheduleOf({ ...training, restarts }, lines);
  assertEquals(rateAt(schedule, 60, batches, 0), 1);
});

Deno.test("rateAt() counts minutes from the restart", () => {
  const restarts = [{ after: 6, planned: 6 }];
  const schedule = scheduleOf({ ...training, minutes: 4, restarts }, lines);
  assertEquals(rateAt(schedule, 60, batches, 360), 1); // the 6 epochs took 360 seconds
  assertAlmostEquals(rateAt(schedule, 60, batches, 480), 0.5, 1e-12); // 2 of 4 minutes
});

Deno.test("rateAt() is constant after the warmup where the schedule is, restarted or not", () => {
  const constant = { ...training, schedule: "constant" } as const;
  const restarted = scheduleOf({ ...constant, restarts: [{ after: 6, planned: 6 }] }, lines);
  for (const step of [4, 59, 60, 99]) {
    assertEquals(rateAt(scheduleOf(constant, []), step, batches, 0), 1);
    assertEquals(rateAt(restarted, step, batches, 0), 1);
  }
});

/**
 * Trainings that are killed, and what is compared of them when they have been resumed.
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import { type Cohort, type Run, train, type TrainOptions } from "ehrloom";
import { readSafetensors } from "ehrloom/nn/safetensors.ts";
import { join } from "node:path";

/** A run's epochs, without what a clock says. */
export const epochsOf = ({ training }: Run) => training.map((line) => ({ ...line, seconds: 0 }));

/** All numbers that a run would go on with, and where it stands. */
export async function stateOf(folder: string) {
  const { tensors, metadata } = await readSafetensors(join(folder, "resume.safetensors"));
  const standing = { ...JSON.parse(metadata.standing), seconds: 0 };
  return { tensors, standing, steps: metadata.steps };
}

/** Trains until the given step has been taken, as if it were killed then. */
export async function interrupted(
  source: Cohort,
  folder: string,
  step: number,
  options: TrainOptions,
): Promise<void> {
  const kill = new Error("killed");
  const onProgress: TrainOptions["onProgress"] = ({ done }) => {
    if (done === step) throw kill;
  };
  const error = await assertRejects(() => train(source, folder, { ...options, onProgress }));
  assertEquals(error, kill);
}

/** A clock on which every look takes six minutes, so that training stores itself at every step. */
export async function withSlowClock(run: () => Promise<void>): Promise<void> {
  const now = performance.now;
  let time = 0;
  performance.now = () => time += 360_000;
  try {
    await run();
  } finally {
    performance.now = now;
  }
}

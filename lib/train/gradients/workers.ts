/**
 * Loss and gradients of a batch, divided among Workers, each with its own engine (wasm's own
 * threads cannot start under Deno).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Cohort } from "../../cohort/cohort.ts";
import { sharedCohort } from "../../cohort/shared_cohort.ts";
import { machineBytes } from "../../machine_memory.ts";
import type { GradientModel } from "../../models/interface/model.ts";
import type { Backend } from "../../nn/backend.ts";
import { sharedFloats } from "../../nn/flat.ts";
import { isOnHost } from "../../nn/host.ts";
import type { Optimizer } from "../../nn/optimizer.ts";
import { roomOn } from "../../nn/room.ts";
import { answerOf } from "../../threads.ts";
import type { Answer, Part, Setup } from "./messages.ts";
import type { GradientSource } from "./source.ts";

/**
 * Checks that this number of Workers can share batches on the chosen engine.
 *
 * @throws {RangeError} If there are several and the backend is neither wasm nor cpu
 */
export function checkWorkers(count: number): void {
  if (count === 1 || isOnHost()) return;
  throw new RangeError(
    `Cannot share batches among ${count} workers on ${tf.getBackend()}: it has its own threads; ` +
      "workers are for wasm and cpu",
  );
}

/** A Worker, and the memory in which it puts its gradients. */
interface Helper {
  readonly thread: Worker;
  readonly gradient: Float32Array;
}

/** Starts Workers and waits until all are ready; ends them where one fails. */
async function startHelpers(setup: Omit<Setup, "gradient">, count: number): Promise<Helper[]> {
  const helpers = Array.from({ length: count }, () => ({
    thread: new Worker(import.meta.resolve("./worker.ts"), { type: "module" }),
    gradient: sharedFloats(setup.layout.length),
  }));
  try {
    await Promise.all(helpers.map(({ thread, gradient }) => {
      const ready = answerOf<Answer>(thread);
      thread.postMessage({ ...setup, gradient } satisfies Setup);
      return ready;
    }));
  } catch (error) {
    endHelpers(helpers);
    throw error;
  }
  return helpers;
}

function endHelpers(helpers: readonly Helper[]): void {
  for (const { thread } of helpers) thread.terminate();
}

/**
 * Gradients computed by `count` Workers, each of which takes every `count`-th record of a batch.
 * For a given count the sums are made in a fixed order, so runs repeat exactly.
 *
 * @param divisor what to divide losses by before gradients are taken
 * @param count of Workers
 * @throws {TypeError} If the backend is neither wasm nor cpu, see {@link checkWorkers}
 */
export async function sharedGradients(
  model: GradientModel,
  cohort: Cohort,
  optimizer: Optimizer,
  divisor: number,
  count: number,
): Promise<GradientSource> {
  const { layout, shared } = optimizer;
  if (shared === undefined) throw new TypeError("Workers share the parameters of cpu and wasm");
  const own = roomOn();
  const helpers = await startHelpers({
    divisor,
    backend: tf.getBackend() as Backend,
    family: model.family,
    config: model.config,
    schema: model.schema,
    cohort: sharedCohort(cohort),
    layout,
    parameters: shared.parameters,
    room: { ...own, bytes: Math.min(own.bytes, machineBytes() / (count + 1)) },
  }, count);
  const [{ gradient: total }, ...others] = helpers;
  return {
    async compute(records, moment, clip) {
      const answers = await Promise.all(helpers.map(({ thread, gradient }, i): Promise<Answer> => {
        const part = records.filter((_, at) => at % count === i);
        if (part.length === 0) {
          gradient.fill(0);
          return Promise.resolve({ loss: 0, unclipped: 0 });
        }
        const answer = answerOf<Answer>(thread);
        thread.postMessage({ records: part, moment, clip } satisfies Part);
        return answer;
      }));
      for (const { gradient } of others) {
        for (let i = 0; i < total.length; i++) total[i] += gradient[i];
      }
      return {
        loss: answers.reduce((sum, { loss }) => sum + loss, 0),
        gradients: total,
        ...clip !== undefined && {
          unclipped: answers.reduce((sum, { unclipped = 0 }) => sum + unclipped, 0),
        },
      };
    },
    dispose: () => endHelpers(helpers),
  };
}

/**
 * Loss and gradients of a batch: in this thread, or shared out among Workers, each with an engine
 * of its own (wasm's own threads cannot start under Deno).
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Cohort } from "../../cohort/cohort.ts";
import type { GradientModel, Moment } from "../../models/interface/model.ts";
import type { ModelConfig } from "../../models/interface/settings.ts";
import { fittingRuns } from "../../models/room/needs.ts";
import { type Backend, useBackend } from "../../nn/backend.ts";
import { addInto, copyInto, type FlatLayout, hostTensors, sharedFloats } from "../../nn/flat.ts";
import { isOnHost } from "../../nn/host.ts";
import type { Gradients, Optimizer } from "../../nn/optimizer.ts";
import type { NamedTensors } from "../../nn/parameters.ts";
import { machineBytes } from "../../machine_memory.ts";
import { type Room, roomOn } from "../../nn/room.ts";
import { gradientModelOf } from "../../models/mod.ts";
import type { Schema } from "../../models/synehrgy/record_schema.ts";

/** What gives the gradients of one batch after another, at the optimizer's parameters. */
export interface GradientSource {
  /**
   * @param records indices into the cohort
   * @param moment of training
   * @returns the loss in nats summed over the records, and the gradients of the divided loss
   */
  compute(
    records: Int32Array,
    moment: Moment,
  ): Promise<{ loss: number; gradients: Gradients }>;
  /** Ends its threads. */
  dispose(): void;
}

/** The loss of records that fit into the engine at once, and its gradients. */
function passGradients(
  model: GradientModel,
  parameters: NamedTensors,
  cohort: Cohort,
  records: Int32Array,
  divisor: number,
  moment: Moment,
): { value: tf.Scalar; grads: tf.Tensor[] } {
  const names = Object.keys(parameters);
  const gradients = tf.valueAndGrads((...tensors) =>
    tf.div(
      model.loss(
        Object.fromEntries(names.map((name, i) => [name, tensors[i]])),
        cohort,
        records,
        moment,
      ),
      divisor,
    )
  );
  return gradients(Object.values(parameters)) as { value: tf.Scalar; grads: tf.Tensor[] };
}

/** Where threads find gradients, on cpu and wasm. */
interface FlatGradients {
  readonly layout: FlatLayout;
  /** Memory for them. */
  numbers(): Float32Array;
}

/**
 * The loss of some records, divided as for a whole batch, and its gradients. What does not fit into the
 * engine at once is worked through in runs, whose gradients add up to the same; on cpu and wasm they
 * do so outside the engine, which may hold no more of them.
 *
 * @param flat where gradients are kept on cpu and wasm
 * @param isFlat whether those of a single run are wanted there too
 */
async function batchGradients(
  model: GradientModel,
  parameters: NamedTensors,
  cohort: Cohort,
  records: Int32Array,
  { divisor, moment, room, flat, isFlat = false }: {
    divisor: number;
    moment: Moment;
    room: Room;
    flat?: FlatGradients;
    isFlat?: boolean;
  },
): Promise<{ loss: number; gradients: Gradients }> {
  const runs = fittingRuns(model, "learning", room, cohort, records);
  let loss = 0;
  let sums: Gradients | undefined;
  for (const run of runs) {
    const { value, grads } = passGradients(model, parameters, cohort, run, divisor, moment);
    const [part] = await value.data();
    value.dispose();
    loss += part * divisor;
    sums = flat !== undefined && (isFlat || runs.length > 1)
      ? flatSums(flat, sums, grads)
      : tensorSums(sums, grads);
  }
  return { loss, gradients: sums ?? [] };
}

/** Gradients in flat memory, those of earlier runs added; disposes of the tensors. */
function flatSums(
  { layout, numbers }: FlatGradients,
  sums: Gradients | undefined,
  grads: tf.Tensor[],
): Float32Array {
  const flat = numbers();
  if (sums === undefined) copyInto(layout, grads, flat);
  else addInto(layout, grads, flat);
  tf.dispose(grads);
  return flat;
}

/** Gradients with those of earlier runs added, all of which it disposes of. */
function tensorSums(sums: Gradients | undefined, grads: tf.Tensor[]): tf.Tensor[] {
  if (sums === undefined || sums instanceof Float32Array) return grads;
  const added = grads.map((each, i) => tf.add(sums[i], each));
  tf.dispose([sums, grads]);
  return added;
}

/**
 * Gradients computed in this thread.
 *
 * @param divisor what to divide losses by before gradients are taken
 * @param room what passes must fit into; the chosen engine's when left out
 */
export function localGradients(
  model: GradientModel,
  cohort: Cohort,
  optimizer: Optimizer,
  divisor: number,
  room: Room = roomOn(),
): GradientSource {
  const { shared } = optimizer;
  let sums: Float32Array | undefined;
  const flat = shared &&
    { layout: shared.layout, numbers: () => sums ??= new Float32Array(shared.layout.length) };
  return {
    compute: (records, moment) =>
      batchGradients(model, optimizer.parameters(), cohort, records, {
        divisor,
        moment,
        room,
        flat,
      }),
    dispose() {},
  };
}

/** What a Worker needs before its first batch. */
interface Setup {
  readonly divisor: number;
  readonly backend: Backend;
  readonly family: string;
  readonly config: ModelConfig;
  readonly schema?: Schema;
  readonly cohort: Cohort;
  readonly layout: FlatLayout;
  readonly parameters: Float32Array;
  readonly gradient: Float32Array;
  /** What its passes must fit into. */
  readonly room: Room;
}

/** The same cohort in memory that threads can share. */
function sharedCohort(source: Cohort): Cohort {
  const shared = <A extends Uint8Array | Uint32Array>(
    array: A,
    make: (buffer: SharedArrayBuffer) => A,
  ) => {
    const copy = make(new SharedArrayBuffer(array.byteLength));
    copy.set(array);
    return copy;
  };
  return {
    ...source,
    visitOffsets: shared(source.visitOffsets, (buffer) => new Uint32Array(buffer)),
    codeOffsets: shared(source.codeOffsets, (buffer) => new Uint32Array(buffer)),
    codes: shared(source.codes, (buffer) => new Uint32Array(buffer)),
    labels: shared(source.labels, (buffer) => new Uint8Array(buffer)),
  };
}

/** One answer of a Worker; its failures become ours. */
function answer(worker: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
  });
}

/**
 * Checks that so many Workers can share batches on the chosen backend.
 *
 * @throws {RangeError} If there are several and the backend is neither wasm nor cpu
 */
export function checkWorkers(count: number): void {
  if (count === 1 || isOnHost()) return;
  throw new RangeError(
    `Cannot share batches among ${count} workers on ${tf.getBackend()}: it has threads of its own, ` +
      "workers are for wasm and cpu",
  );
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
  const { shared } = optimizer;
  const backend = tf.getBackend() as Backend;
  if (shared === undefined) throw new TypeError("Workers share the parameters of cpu and wasm");
  const { layout, parameters } = shared;
  const lent = sharedCohort(cohort);
  const own = roomOn();
  const room = { ...own, bytes: Math.min(own.bytes, machineBytes() / (count + 1)) };
  const workers = Array.from({ length: count }, () => ({
    thread: new Worker(import.meta.resolve("./gradient_worker.ts"), { type: "module" }),
    gradient: sharedFloats(layout.length),
  }));
  const dispose = () => workers.forEach(({ thread }) => thread.terminate());
  try {
    await Promise.all(workers.map(({ thread, gradient }) => {
      const setup: Setup = {
        divisor,
        backend,
        family: model.family,
        config: model.config,
        schema: model.schema,
        cohort: lent,
        layout,
        parameters,
        gradient,
        room,
      };
      const ready = answer(thread);
      thread.postMessage(setup);
      return ready;
    }));
  } catch (error) {
    dispose();
    throw error;
  }
  const [{ gradient: total }, ...others] = workers;
  return {
    async compute(records, moment) {
      const losses = await Promise.all(workers.map(({ thread, gradient }, i) => {
        const part = records.filter((_, at) => at % count === i);
        if (part.length === 0) {
          gradient.fill(0);
          return 0;
        }
        const loss = answer(thread);
        thread.postMessage({ records: part, moment } satisfies Part);
        return loss;
      }));
      for (const { gradient } of others) {
        for (let i = 0; i < total.length; i++) total[i] += gradient[i];
      }
      return { loss: losses.reduce((sum, loss) => sum + loss, 0), gradients: total };
    },
    dispose,
  };
}

/** A Worker's part of a batch. */
interface Part {
  readonly records: Int32Array;
  readonly moment: Moment;
}

/** What a Worker is sent: a setup, then its part of each batch. */
export type Message = Setup | Part;

/** A Worker's side: gives what handles its messages, a setup first, and answers each. */
export function serveGradients(reply: (loss: number) => void): (message: Message) => void {
  let setup: Setup | undefined;
  let model: GradientModel | undefined;
  return async (message) => {
    if (!("records" in message)) {
      setup = message;
      await useBackend(setup.backend);
      model = gradientModelOf(setup.family, setup.config, setup.schema);
      reply(0);
    } else if (setup !== undefined && model !== undefined) {
      const { layout, parameters, gradient, cohort, divisor, room } = setup;
      const tensors = hostTensors(layout, parameters);
      const named = Object.fromEntries(layout.names.map((name, i) => [name, tensors[i]]));
      const { loss } = await batchGradients(model, named, cohort, message.records, {
        divisor,
        moment: message.moment,
        room,
        flat: { layout, numbers: () => gradient },
        isFlat: true,
      });
      tf.dispose(tensors);
      reply(loss);
    }
  };
}

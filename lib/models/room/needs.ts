/**
 * What a model needs in bytes at each stage, by arithmetic from its shapes, and where passes over
 * records are cut so that they fit.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { isOnHost } from "../../nn/host.ts";
import type { Shapes } from "../../nn/parameters.ts";
import { hasWasmKernels } from "../../nn/wasm_kernels.ts";
import type { Room } from "../../nn/room.ts";
import type { GradientModel } from "../interface/model.ts";

/** What is done with a model. */
export type Stage = "learning" | "judging" | "writing";

/** Bytes at one time. */
export interface Need {
  /** Of the engine's tensors. */
  readonly engine: number;
  /**
   * Of the process besides: what the optimizer remembers on cpu and wasm, and copies to be stored.
   */
  readonly process: number;
  /** Of the largest tensor. */
  readonly largest: number;
}

const floatBytes = 4;

/** Other engines than cpu and wasm make more tensors on their way through a layer. */
const deviceShare = 2;

/** The number of floats of all parameters, and of the largest one. */
export function floatsOf(initials: Shapes): { total: number; largest: number } {
  let total = 0;
  let largest = 0;
  for (const { shape } of Object.values(initials)) {
    const size = shape.reduce((product, axis) => product * axis, 1);
    total += size;
    largest = Math.max(largest, size);
  }
  return { total, largest };
}

/** Bytes of a model's parameters alone, those of both stages of training. */
export function parameterBytes({ initial, adversary }: GradientModel): number {
  return floatBytes * (floatsOf(initial).total + floatsOf(adversary?.initial ?? {}).total);
}

/**
 * What a stage needs.
 *
 * @param passFloats that its pass takes, see {@link passFloats}
 * @param hasHost whether the optimizer works beside the engine, as on cpu and wasm
 */
export function needOf(
  { initial, adversary }: GradientModel,
  stage: Stage,
  passFloats: number,
  hasHost = isOnHost(),
): Need {
  const first = floatsOf(initial);
  // both stages of training are never on the engine at once, but writing takes all parameters
  const second = floatsOf(adversary?.initial ?? {});
  const total = stage === "learning"
    ? Math.max(first.total, second.total)
    : first.total + second.total;
  const largest = Math.max(first.largest, second.largest);
  const pass = (hasHost ? 1 : deviceShare) * passFloats;
  if (stage !== "learning") {
    const copies = stage === "judging" && hasWasmKernels() ? 2 : 3; // cut, turned and kept turned
    return {
      engine: floatBytes * (total + copies * largest + pass),
      process: floatBytes * total,
      largest: floatBytes * Math.max(largest, passFloats), // such as attention over long records
    };
  }
  const remembered = 4 * total; // parameters, means, squares and gradients, flat
  const stored = 4 * total; // a copy of the first three, and the best parameters
  return {
    engine: floatBytes * (2 * total + largest + pass + (hasHost ? 0 : remembered)),
    process: floatBytes * (stored + (hasHost ? remembered : 0)),
    largest: floatBytes * Math.max(hasHost ? largest : total, passFloats / 2),
  };
}

/** What a training keeps beside what every one does. */
export interface Extras {
  /** Whether it averages weights. */
  readonly isAveraged?: boolean | undefined;
  /** Whether it is private. */
  readonly isPrivate?: boolean | undefined;
}

/**
 * What a training needs for that, besides {@link needOf}: averaged weights, with a copy to be stored;
 * and in private training the noise and the sum of clipped gradients, of which engines other than cpu
 * and wasm make a second one when they add to it.
 *
 * @param hasHost whether the optimizer works beside the engine, as on cpu and wasm
 */
export function extraNeed(
  { initial }: { readonly initial: Shapes },
  { isAveraged = false, isPrivate = false }: Extras,
  hasHost = isOnHost(),
): Need {
  const bytes = floatBytes * floatsOf(initial).total;
  const means = isAveraged ? bytes : 0;
  const noises = isPrivate ? bytes : 0;
  return hasHost
    ? { engine: 0, process: 2 * means + 2 * noises, largest: 0 }
    : { engine: means + 2 * noises, process: means + noises, largest: 0 };
}

/** Two needs at the same time. */
export function bothNeeds(one: Need, other: Need): Need {
  return {
    engine: one.engine + other.engine,
    process: one.process + other.process,
    largest: Math.max(one.largest, other.largest),
  };
}

/** Floats of a pass over records. */
export function passFloats(
  model: GradientModel,
  stage: Exclude<Stage, "writing">,
  cohort: Cohort,
  records: Int32Array,
): number {
  const { kept, passing } = model.footprint(cohort, records);
  return stage === "learning" ? kept + passing : passing;
}

/** Whether an engine holds what is needed. */
export function isWithin({ engine, largest }: Need, room: Room): boolean {
  return engine <= room.bytes && largest <= room.largest;
}

/**
 * Cuts records into runs whose passes fit; a single run if all of them fit. A record that does not
 * fit alone is a run too.
 */
export function fittingRuns(
  model: GradientModel,
  stage: Exclude<Stage, "writing">,
  room: Room,
  cohort: Cohort,
  records: Int32Array,
): Int32Array[] {
  const need = needOf(model, stage, passFloats(model, stage, cohort, records));
  if (records.length <= 1 || isWithin(need, room)) return [records];
  const half = Math.ceil(records.length / 2);
  return [records.slice(0, half), records.slice(half)]
    .flatMap((part) => fittingRuns(model, stage, room, cohort, part));
}

/** Bytes of a pass beyond which larger passes are not faster, and have more padding. */
const comfortablePass = 2 ** 29;

/** The part of a room for passes whose results do not depend on how records are cut into them. */
export function comfortable(
  model: GradientModel,
  stage: Exclude<Stage, "writing">,
  room: Room,
): Room {
  const { engine } = needOf(model, stage, 0);
  return { ...room, bytes: Math.min(room.bytes, engine + comfortablePass) };
}

/**
 * The largest number of records, up to `wanted`, that can be written at the same time; at least 1.
 */
export function fittingCount(model: GradientModel, room: Room, wanted: number): number {
  let count = wanted;
  const isFitting = () => isWithin(needOf(model, "writing", model.writingFootprint(count)), room);
  while (count > 1 && !isFitting()) count = Math.ceil(count / 2);
  return count;
}

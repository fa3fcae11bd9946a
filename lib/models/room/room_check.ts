/**
 * Refuses what does not fit in the engine, before anything is computed or written, and says what
 * would fit.
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import { trimmed } from "../../cohort/trim.ts";
import { type Backend, hasNativeBinding } from "../../nn/backend.ts";
import { machineBytes } from "../../machine_memory.ts";
import { type Room, roomOn } from "../../nn/room.ts";
import { modelFamily, models } from "../mod.ts";
import type { GradientModel } from "../interface/model.ts";
import { numbersOf } from "../interface/settings.ts";
import {
  bothNeeds,
  extraNeed,
  type Extras,
  isWithin,
  type Need,
  needOf,
  parameterBytes,
  passFloats,
  type Stage,
} from "./needs.ts";
import { counted } from "../../in_words.ts";

/** What a model is to do, with which records. */
export interface Task {
  readonly stage: Stage;
  /** The records to train on or to evaluate; none if records are generated. */
  readonly cohort?: Cohort;
  /** Threads with their own engine, besides this one; default 0. */
  readonly workers?: number | undefined;
  /** What training keeps beside what every one does; default nothing. */
  readonly extras?: Extras;
}

const verbs: Readonly<Record<Stage, string>> = {
  learning: "train",
  judging: "compute the likelihood of records with",
  writing: "generate records with",
};

/** What a thread takes before it holds any tensor. */
const workerBytes = 2 ** 26;

/**
 * Floats of the smallest pass that cannot be cut: that of the record that takes most, or a pair's
 * step.
 */
function smallestPass(model: GradientModel, { stage, cohort }: Task): number {
  if (stage === "writing" || cohort === undefined) return model.writingFootprint(1);
  let most = stage === "learning" ? model.adversary?.stepFootprint ?? 0 : 0;
  const record = Int32Array.of(0);
  for (; record[0] < cohort.recordCount; record[0]++) {
    most = Math.max(most, passFloats(model, stage, cohort, record));
  }
  return most;
}

/** Bytes of the whole process; `workers` are threads besides this one. */
export function processBytes(need: Need, model: GradientModel, workers: number): number {
  const others = workers * (need.engine + parameterBytes(model) + workerBytes);
  return need.engine + need.process + others;
}

/** What a task needs at least. */
function leastNeed(model: GradientModel, task: Task, hasHost?: boolean): Need {
  const need = needOf(model, task.stage, smallestPass(model, task), hasHost);
  return bothNeeds(need, extraNeed(model, task.extras ?? {}, hasHost));
}

function isFitting(model: GradientModel, task: Task, room: Room): boolean {
  const hasHost = room.engine === "wasm" || room.engine === "cpu";
  const need = leastNeed(model, task, hasHost);
  return isWithin(need, room) && processBytes(need, model, task.workers ?? 0) <= machineBytes();
}

/** Bytes for people, with two digits. */
function shown(bytes: number): string {
  const unit = bytes >= 1e9 ? ["GB", 1e9] as const : ["MB", 1e6] as const;
  const number = Number((bytes / unit[1]).toPrecision(2));
  return `${number.toLocaleString("en", { maximumSignificantDigits: 2 })} ${unit[0]}`;
}

/**
 * Checks that a task of a model fits in the chosen engine and the machine, by arithmetic alone.
 *
 * @throws {RangeError} If it does not; the message says how much is needed, and what would fit
 */
export function checkRoom(model: GradientModel, task: Task): void {
  const room = roomOn();
  if (isFitting(model, task, room)) return;
  const workers = task.workers ?? 0;
  const need = leastNeed(model, task);
  const own = parameterBytes(model);
  const taken = isWithin(need, room)
    ? [shown(processBytes(need, model, workers)), `but this machine has ${shown(machineBytes())}`]
    : need.engine > room.bytes
    ? [shown(need.engine), `but ${room.engine} can hold ${shown(room.bytes)} of tensors`]
    : [
      `a tensor of ${shown(need.largest)}`,
      `but ${room.engine} can hold tensors of ${shown(room.largest)}`,
    ];
  const ways = waysOut(model, task, room);
  throw new RangeError(
    `Cannot ${verbs[task.stage]} "${model.family}" on ${room.engine}: ` +
      `with ${counted(numbersOf(model.config).codes)} codes and ${shown(own)} of parameters ` +
      `it needs ${taken[0]}, ${taken[1]}` + (ways.length === 0 ? "" : `; ${ways.join(", or ")}`),
  );
}

/** The largest fitting whole number between two; smaller numbers must fit if a larger one does. */
function largestFitting(low: number, high: number, isFitting: (n: number) => boolean) {
  if (low > high || !isFitting(low)) return undefined;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isFitting(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** What would fit, each tried by the same arithmetic. */
function waysOut(model: GradientModel, task: Task, room: Room): string[] {
  const ways: string[] = [];
  if ((task.workers ?? 0) > 0) {
    const most = largestFitting(
      1,
      task.workers ?? 0,
      (workers) => isFitting(model, { ...task, workers }, room),
    );
    if (most !== undefined) return [`use --workers ${most}`];
  }
  const engines: Backend[] = room.engine === "wasm" ? ["tensorflow"] : ["tensorflow", "wasm"];
  const engine = engines.find((name) =>
    name !== room.engine && isFitting(model, { ...task, workers: 0 }, roomOn(name))
  );
  if (engine !== undefined) {
    const isBuilt = engine !== "tensorflow" || hasNativeBinding();
    ways.push(isBuilt ? `use --backend ${engine}` : "build TensorFlow (deno task native)");
  }
  if (task.stage !== "learning" || task.cohort === undefined) return ways;
  return [...ways, ...smallerForms(model, task, room, task.cohort)];
}

function smallerForms(model: GradientModel, task: Task, room: Room, cohort: Cohort): string[] {
  const ways: string[] = [];
  const { family: name, config, schema } = model;
  const changed = (change: Record<string, number>) => {
    const other = modelFamily(name).create({ ...config, ...change }, schema);
    return !("learn" in other) && isFitting(other, task, room);
  };
  const { codes, width, heads = 1, headRank } = numbersOf(config);
  const rank = 32;
  if (headRank === 0 && codes > rank && changed({ headRank: rank })) {
    ways.push(`use --set headRank=${rank}`);
  }
  const shares = largestFitting(1, width / heads - 1, (share) => changed({ width: share * heads }));
  const narrower = heads * 2 ** Math.floor(Math.log2(shares ?? 0));
  if (narrower >= 16) ways.push(`use --set width=${narrower}`);
  if (schema === undefined) {
    const most = largestFitting(1, codes - 1, (fewer) => changed({ codes: fewer }));
    if (most !== undefined && most >= codes / 20) {
      const round = 10 ** Math.max(0, Math.floor(Math.log10(most)) - 1);
      const left = (Math.floor(most / round) * round).toLocaleString("en");
      ways.push(`prepare with a --min-count that keeps ${left} codes`);
    }
  }
  let visits = 0;
  for (let record = 0; record < cohort.recordCount; record++) {
    visits = Math.max(visits, cohort.visitOffsets[record + 1] - cohort.visitOffsets[record]);
  }
  const most = largestFitting(
    1,
    visits - 1,
    (maxVisits) => isFitting(model, { ...task, cohort: trimmed(cohort, { maxVisits }) }, room),
  );
  if (most !== undefined) ways.push(`prepare with --max-visits ${most}`);
  const others = otherNetworks(name, cohort).filter((other) => isFitting(other, task, room));
  if (others.length > 0) {
    ways.push(`use another --model: ${others.map(({ family }) => family).join(", ")}`);
  }
  return ways;
}

/** Networks that learn by the likelihood alone, from codes alone, in one stage. */
function otherNetworks(name: string, cohort: Cohort): GradientModel[] {
  return Object.values(models).flatMap((family) => {
    if (family.name === name || (family.keeps?.({}) ?? []).length > 0) return [];
    const model = family.create(family.configFor(cohort, {}));
    if ("learn" in model || model.likelihoodIsBound || model.likelihoods === undefined) return [];
    return model.tables === undefined ? [model] : [];
  });
}

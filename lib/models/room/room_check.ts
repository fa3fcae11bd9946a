/**
 * Refuses what no engine could hold before anything is computed or written, and says what would fit.
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
import { isWithin, type Need, needOf, parameterBytes, passFloats, type Stage } from "./needs.ts";

/** What a model is to do, with which records. */
export interface Task {
  readonly stage: Stage;
  /** The records to learn from or to judge; none where records are written. */
  readonly cohort?: Cohort;
  /** Threads with an engine each, beside this one; 0 when left out. */
  readonly workers?: number | undefined;
}

const verbs: Readonly<Record<Stage, string>> = {
  learning: "train",
  judging: "judge records by",
  writing: "write records by",
};

/** What a thread takes before it holds any tensor. */
const workerBytes = 2 ** 26;

/** Floats of the smallest pass that cannot be cut: that of the record that takes most, or a pair's step. */
function smallestPass(model: GradientModel, { stage, cohort }: Task): number {
  if (stage === "writing" || cohort === undefined) return model.writingFootprint(1);
  let most = stage === "learning" ? model.adversary?.stepFootprint ?? 0 : 0;
  const record = Int32Array.of(0);
  for (; record[0] < cohort.recordCount; record[0]++) {
    most = Math.max(most, passFloats(model, stage, cohort, record));
  }
  return most;
}

/** Bytes of the whole process. */
function processBytes(need: Need, model: GradientModel, workers: number): number {
  const others = workers * (need.engine + parameterBytes(model) + workerBytes);
  return need.engine + need.process + others;
}

function isFitting(model: GradientModel, task: Task, room: Room): boolean {
  const hasHost = room.engine === "wasm" || room.engine === "cpu";
  const need = needOf(model, task.stage, smallestPass(model, task), hasHost);
  return isWithin(need, room) && processBytes(need, model, task.workers ?? 0) <= machineBytes();
}

/** Bytes for people, with two digits. */
function shown(bytes: number): string {
  const unit = bytes >= 1e9 ? ["GB", 1e9] as const : ["MB", 1e6] as const;
  const number = Number((bytes / unit[1]).toPrecision(2));
  return `${number.toLocaleString("en", { maximumSignificantDigits: 2 })} ${unit[0]}`;
}

/**
 * Checks that the chosen engine and the machine hold what a model is to do, by arithmetic alone.
 *
 * @throws {RangeError} If they do not; the message says how much is missing, and what would fit
 */
export function checkRoom(model: GradientModel, task: Task): void {
  const room = roomOn();
  if (isFitting(model, task, room)) return;
  const workers = task.workers ?? 0;
  const need = needOf(model, task.stage, smallestPass(model, task));
  const own = parameterBytes(model);
  const taken = isWithin(need, room)
    ? [shown(processBytes(need, model, workers)), `this machine has ${shown(machineBytes())}`]
    : need.engine > room.bytes
    ? [shown(need.engine), `${room.engine} holds ${shown(room.bytes)} of tensors`]
    : [
      `a tensor of ${shown(need.largest)}`,
      `${room.engine} holds tensors of ${shown(room.largest)}`,
    ];
  const ways = waysOut(model, task, room);
  throw new RangeError(
    `Cannot ${verbs[task.stage]} "${model.family}" on ${room.engine}: ` +
      `with ${numbersOf(model.config).codes.toLocaleString("en")} codes and parameters of ${
        shown(own)
      } ` +
      `it takes ${taken[0]}, ${taken[1]}` + (ways.length === 0 ? "" : `; ${ways.join(", or ")}`),
  );
}

/** The largest whole number between two that is fitting, where smaller ones are if a larger one is. */
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
    if (most !== undefined) return [`take --workers ${most}`];
  }
  const engines: Backend[] = room.engine === "wasm" ? ["tensorflow"] : ["tensorflow", "wasm"];
  const engine = engines.find((name) =>
    name !== room.engine && isFitting(model, { ...task, workers: 0 }, roomOn(name))
  );
  if (engine !== undefined) {
    const isBuilt = engine !== "tensorflow" || hasNativeBinding();
    ways.push(isBuilt ? `take --backend ${engine}` : "build TensorFlow (deno task native)");
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
  const { codes, width, heads = 1 } = numbersOf(config);
  const shares = largestFitting(1, width / heads - 1, (share) => changed({ width: share * heads }));
  const narrower = heads * 2 ** Math.floor(Math.log2(shares ?? 0));
  if (narrower >= 16) ways.push(`take --set width=${narrower}`);
  if (schema === undefined) {
    const most = largestFitting(1, codes - 1, (fewer) => changed({ codes: fewer }));
    if (most !== undefined && most >= codes / 20) {
      const round = 10 ** Math.max(0, Math.floor(Math.log10(most)) - 1);
      const left = (Math.floor(most / round) * round).toLocaleString("en");
      ways.push(`prepare with a --min-count that leaves ${left} codes`);
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
    ways.push(`take another --model: ${others.map(({ family }) => family).join(", ")}`);
  }
  return ways;
}

/** Networks that learn by the likelihood alone, from the records alone, in one stage. */
function otherNetworks(name: string, cohort: Cohort): GradientModel[] {
  return Object.values(models).flatMap((family) => {
    if (family.name === name || family.schemaFor !== undefined) return [];
    const model = family.create(family.configFor(cohort, {}));
    if ("learn" in model || model.likelihoodIsBound || model.likelihoods === undefined) return [];
    return model.tables === undefined ? [model] : [];
  });
}

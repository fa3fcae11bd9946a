/**
 * Writes records side by side, step by step: rows of visits or tokens, depending on the model's
 * codec. Each step has its own random stream, from the random seed, the record's number and the
 * step.
 *
 * @module
 */
import { breathe } from "../breathe.ts";
import type {
  Beginning,
  RecordReader,
  Steps,
  StepSampling,
  Writer,
} from "../models/interface/writing.ts";
import { rowOf, rowsAt, rowsFrom } from "../nn/multi_hot.ts";
import { stream } from "../random.ts";
import { type RuleGuard, ruleGuard } from "./rule_guard.ts";
import { asGiven } from "./beginnings.ts";
import { givenLabels, mostAttempts, neverCameUp, type Order, type Written } from "./order.ts";
import { hasLabels, isAsWanted, isOfPatients } from "./wanted.ts";

/** One record as it is being written. */
interface Draft {
  readonly number: number;
  /** Number of the attempt to draw what is required. */
  readonly attempt: number;
  /** Steps after the first that are given, not drawn. */
  readonly given: readonly (readonly number[])[];
  /** The waits before these steps. */
  readonly waits?: readonly number[] | undefined;
  readonly reader: RecordReader;
  readonly guard?: RuleGuard | undefined;
  /** Gets the steps after the first, where somebody asks for them. */
  readonly steps?: number[][];
}

/** How a record begins, before what is drawn of it. */
type Start = Pick<Beginning, "steps" | "numbers" | "waits"> & {
  /** The attempt in which it was drawn; 0 for what was given. */
  readonly attempt: number;
};

/** Starts a record. */
function draftOf({ codec }: StepSampling, order: Order, number: number, start: Start): Draft {
  const { attempt, steps, numbers, waits } = start;
  return {
    number,
    attempt, // whose numbers after its start were not drawn: those of others decided about them
    given: steps,
    waits,
    reader: codec.reader(stream("openValues", order.seed, number, ...later(attempt)), numbers),
    guard: order.ruled && ruleGuard(order.ruled, codec.otherColumns),
  };
}

/** The part of a stream's key that tells attempts apart; none for the first. */
function later(attempt: number): number[] {
  return attempt === 0 ? [] : [attempt];
}

/** The records of an order. */
export async function writtenBySteps(sampling: StepSampling, order: Order): Promise<Written[]> {
  const starts = await startsOf(sampling, order);
  const drafts = starts.map((start, i) => draftOf(sampling, order, order.first + i, start));
  await write(sampling, order, drafts, ({ part }) => part === "end");
  return drafts.map(({ reader }, i) => {
    const record = reader.record?.() ?? { visits: reader.visits, labels: reader.labels };
    const given = order.beginnings?.[i].record;
    return {
      ...given === undefined ? record : asGiven(record, given),
      isCutOff: reader.part !== "end",
    };
  });
}

/** [size] How each record begins. */
async function startsOf(sampling: StepSampling, order: Order): Promise<Start[]> {
  const { labelSteps } = sampling.codec;
  const { beginnings, labelRows, wanted, size } = order;
  if (beginnings !== undefined) return beginnings.map((given) => ({ ...given, attempt: 0 }));
  if (labelSteps === undefined && (labelRows !== undefined || wanted.labels.size > 0)) {
    throw new RangeError(
      "Cannot generate with given labels: with these settings the model writes labels later than " +
        "other tokens",
    );
  }
  const fromLabels = (labels: ArrayLike<number>, attempt: number): Start => ({
    steps: labelSteps?.(labels) ?? [],
    attempt,
  });
  const given = givenLabels(order)?.map((labels) => fromLabels(labels, 0)) ??
    Array.from({ length: size }, (): Start => ({ steps: [], attempt: 0 }));
  if (isOfPatients(wanted)) return await wantedStarts(sampling, order, given);
  if (wanted.labels.size === 0) return given;
  const found = await wantedLabels(sampling, order);
  return found.map(({ reader, attempt }) => fromLabels(reader.labels, attempt));
}

/**
 * Draws labels until the required ones occur, so the others have their conditional distribution.
 */
function wantedLabels(sampling: StepSampling, order: Order): Promise<Draft[]> {
  return drawnUntil(
    sampling,
    order,
    (number, attempt) => ({ number, attempt, given: [], reader: sampling.codec.reader() }),
    ({ part }) => part !== "labels",
    ({ reader }) => hasLabels(order.wanted, reader.labels),
  );
}

/**
 * Draws labels and the first visit until patients are as required, so all else has its conditional
 * distribution.
 *
 * @param given [size] what of each record does not have to be drawn
 */
async function wantedStarts(
  sampling: StepSampling,
  order: Order,
  given: readonly Start[],
): Promise<Start[]> {
  const { wanted, first } = order;
  const found = await drawnUntil(
    sampling,
    order,
    (number, attempt) => ({
      ...draftOf(sampling, order, number, { ...given[number - first], attempt }),
      steps: [],
    }),
    (reader) =>
      reader.part === "end" ||
      reader.part === "visits" && (!hasLabels(wanted, reader.labels) || hasFirstVisit(reader)),
    ({ reader }) => isAsWanted(wanted, reader.record?.() ?? reader),
  );
  return found.map(({ steps = [], attempt }) => ({ steps, attempt }));
}

/** Whether the first visit with codes is whole. */
function hasFirstVisit({ visits, isOpen }: RecordReader): boolean {
  return !isOpen && visits.some(({ length }) => length > 0);
}

/** [size] A draft of each record that is as required, of many attempts. */
async function drawnUntil(
  sampling: StepSampling,
  order: Order,
  begin: (number: number, attempt: number) => Draft,
  isDone: (reader: RecordReader) => boolean,
  isFitting: (draft: Draft) => boolean,
): Promise<Draft[]> {
  const found: Draft[] = [];
  const quiet = { ...order, onEnded: () => order.onEnded(0) };
  let missing = Array.from({ length: order.size }, (_, i) => i);
  let attempt = 0;
  while (missing.length > 0) {
    if (attempt === mostAttempts) throw neverCameUp(order);
    // The fewer records are left, the more tries of each are made at once
    const tries = Math.min(
      Math.max(1, Math.floor(order.size / missing.length)),
      mostAttempts - attempt,
    );
    const drafts = missing.flatMap((i) =>
      Array.from({ length: tries }, (_, more) => begin(order.first + i, attempt + more))
    );
    await write(sampling, quiet, drafts, isDone);
    missing = missing.filter((i, at) => {
      const fitting = drafts.slice(at * tries, (at + 1) * tries).find(isFitting);
      if (fitting !== undefined) found[i] = fitting;
      return fitting === undefined;
    });
    attempt += tries;
  }
  return found;
}

/** Share of done records at which they are left out: each new size costs TensorFlow its kernels. */
const doneShare = 1 / 8;

/** Writes drafts until each is done or has reached the largest length. */
async function write(
  sampling: StepSampling,
  { seed, onEnded }: Order,
  drafts: readonly Draft[],
  isDone: (reader: RecordReader) => boolean,
): Promise<void> {
  const { first, limit } = sampling.codec;
  const writer = sampling.begin();
  try {
    let open = drafts;
    let steps: Steps = rowsFrom(drafts.map(() => first));
    for (let step = 1; step < limit && open.length > 0; step++) {
      writer.advance(steps);
      steps = await nextSteps(sampling, writer, seed, open, step, isDone);
      open.forEach(({ reader, guard, steps: asked }, i) => {
        if (isDone(reader)) return;
        const step = rowOf(steps, i);
        asked?.push(Array.from(step));
        reader.read(step, steps.waits?.[i]);
        guard?.follow(reader);
      });
      const positions = Array.from(open.keys()).filter((i) => !isDone(open[i].reader));
      onEnded(drafts.length - positions.length);
      await breathe();
      if (positions.length <= (1 - doneShare) * open.length) {
        writer.keep(Int32Array.from(positions));
        steps = stepsAt(steps, positions);
        open = positions.map((i) => open[i]);
      }
    }
    onEnded(drafts.length);
  } finally {
    writer.dispose();
  }
}

/** The steps of the records at some positions. */
function stepsAt({ waits, ...rows }: Steps, positions: readonly number[]): Steps {
  return {
    ...rowsAt(rows, positions),
    waits: waits && Float64Array.from(positions, (i) => waits[i]),
  };
}

/** The next step of each record: given, or drawn from the stream of its number and step. */
async function nextSteps(
  { uniforms: count }: StepSampling,
  writer: Writer,
  seed: number,
  open: readonly Draft[],
  step: number,
  isDone: (reader: RecordReader) => boolean,
): Promise<Steps> {
  const free = Array.from(open.keys()).filter((i) => open[i].given.length < step);
  const givenWaits = Float64Array.from(open, ({ waits }) => waits?.[step - 1] ?? NaN);
  if (free.length === 0) {
    return { ...rowsFrom(open.map(({ given }) => given[step - 1])), waits: givenWaits };
  }
  const uniforms = new Float32Array(free.length * count);
  free.forEach((i, at) => {
    const { number, attempt } = open[i];
    stream("steps", seed, number, step, attempt)
      .fillUniform(uniforms, at * count, (at + 1) * count);
  });
  const forbidden = free.map((i) => {
    const { reader, guard } = open[i];
    if (isDone(reader)) return undefined;
    return guard === undefined ? reader.forbidden?.() : guard.forbidden(reader);
  });
  const drawn = await writer.draw(Int32Array.from(free), uniforms, forbidden);
  if (free.length === open.length) return drawn;
  const next: ArrayLike<number>[] = open.map(({ given }) => given[step - 1]);
  free.forEach((i, at) => {
    next[i] = rowOf(drawn, at);
    givenWaits[i] = drawn.waits?.[at] ?? NaN;
  });
  return { ...rowsFrom(next), waits: givenWaits };
}

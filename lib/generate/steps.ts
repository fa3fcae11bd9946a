/**
 * Writes records side by side, step by step: rows of visits or tokens, depending on the model's
 * codec. Each step has its own random stream, from the random seed, the record's number and the
 * step.
 *
 * @module
 */
import { breathe } from "../breathe.ts";
import type { RecordReader, StepSampling, Writer } from "../models/interface/writing.ts";
import { type MultiHot, rowOf, rowsAt, rowsFrom } from "../nn/multi_hot.ts";
import { stream } from "../random.ts";
import { type RuleGuard, ruleGuard } from "./rule_guard.ts";
import {
  areWanted,
  givenLabels,
  mostAttempts,
  neverCameUp,
  type Order,
  type Written,
} from "./order.ts";
import { asGiven } from "./beginnings.ts";

/** One record as it is being written. */
interface Draft {
  readonly number: number;
  /** Number of the attempt to draw the required labels. */
  readonly attempt: number;
  /** Steps after the first that are given, not drawn. */
  readonly given: readonly (readonly number[])[];
  readonly reader: RecordReader;
  readonly guard?: RuleGuard | undefined;
}

/** The records of an order. */
export async function writtenBySteps(sampling: StepSampling, order: Order): Promise<Written[]> {
  const { codec } = sampling;
  const { labelSteps } = codec;
  if (labelSteps === undefined && (order.labelRows !== undefined || order.wanted.size > 0)) {
    throw new RangeError(
      "Cannot generate with given labels: with these settings the model writes labels later than " +
        "other tokens",
    );
  }
  const labels = givenLabels(order) ??
    (order.wanted.size > 0 ? await wantedLabels(sampling, order) : undefined);
  const drafts = Array.from({ length: order.size }, (_, i): Draft => ({
    number: order.first + i,
    attempt: 0,
    given: order.beginnings?.[i].steps ?? (labels && labelSteps?.(labels[i])) ?? [],
    reader: codec.reader(
      stream("openValues", order.seed, order.first + i),
      order.beginnings?.[i].numbers,
    ),
    guard: order.ruled && ruleGuard(order.ruled, codec.otherColumns),
  }));
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

/**
 * Draws labels until the required ones occur, so the others have their conditional distribution.
 */
async function wantedLabels(
  sampling: StepSampling,
  order: Order,
): Promise<ArrayLike<number>[]> {
  const found: ArrayLike<number>[] = [];
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
      Array.from({ length: tries }, (_, more): Draft => ({
        number: order.first + i,
        attempt: attempt + more,
        given: [],
        reader: sampling.codec.reader(),
      }))
    );
    const quiet = { ...order, onEnded: () => order.onEnded(0) };
    await write(sampling, quiet, drafts, ({ part }) => part !== "labels");
    missing = missing.filter((i, at) => {
      const fitting = drafts.slice(at * tries, (at + 1) * tries)
        .find(({ reader }) => areWanted(order, reader.labels));
      if (fitting !== undefined) found[i] = fitting.reader.labels;
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
    let steps = rowsFrom(drafts.map(() => first));
    for (let step = 1; step < limit && open.length > 0; step++) {
      writer.advance(steps);
      steps = await nextSteps(sampling, writer, seed, open, step, isDone);
      open.forEach(({ reader, guard }, i) => {
        if (isDone(reader)) return;
        reader.read(rowOf(steps, i));
        guard?.follow(reader);
      });
      const positions = Array.from(open.keys()).filter((i) => !isDone(open[i].reader));
      onEnded(drafts.length - positions.length);
      await breathe();
      if (positions.length <= (1 - doneShare) * open.length) {
        writer.keep(Int32Array.from(positions));
        steps = rowsAt(steps, positions);
        open = positions.map((i) => open[i]);
      }
    }
    onEnded(drafts.length);
  } finally {
    writer.dispose();
  }
}

/** The next step of each record: given, or drawn from the stream of its number and step. */
async function nextSteps(
  { uniforms: count }: StepSampling,
  writer: Writer,
  seed: number,
  open: readonly Draft[],
  step: number,
  isDone: (reader: RecordReader) => boolean,
): Promise<MultiHot> {
  const free = Array.from(open.keys()).filter((i) => open[i].given.length < step);
  if (free.length === 0) return rowsFrom(open.map(({ given }) => given[step - 1]));
  const uniforms = new Float32Array(free.length * count);
  free.forEach((i, at) => {
    const { number, attempt } = open[i];
    stream("steps", seed, number, step, attempt).fillUniform(
      uniforms.subarray(at * count, (at + 1) * count),
    );
  });
  const forbidden = free.map((i) => {
    const { reader, guard } = open[i];
    if (isDone(reader)) return undefined;
    return guard === undefined ? reader.forbidden?.() : guard.forbidden(reader);
  });
  const drawn = await writer.draw(Int32Array.from(free), uniforms, forbidden);
  if (free.length === open.length) return drawn;
  const next: ArrayLike<number>[] = open.map(({ given }) => given[step - 1]);
  free.forEach((i, at) => next[i] = rowOf(drawn, at));
  return rowsFrom(next);
}

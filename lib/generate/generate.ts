/**
 * Writes synthetic records. Each record draws from a stream of its own, named by the seed and the
 * record's number, so a cohort does not depend on batch size or on how many processes made it.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Cohort, concatenated } from "../cohort/cohort.ts";
import { cohortOf } from "../cohort/records.ts";
import type { Rules } from "../cohort/rules/rules.ts";
import { sameTexts } from "../cohort/vocabulary.ts";
import type { Sampler } from "../models/interface/model.ts";
import { fittingCount } from "../models/room/needs.ts";
import { checkRoom } from "../models/room/room_check.ts";
import { toTensors } from "../nn/parameters.ts";
import { roomOn } from "../nn/room.ts";
import type { OnProgress } from "../progress.ts";
import { modelOf, type Run } from "../train/run_folder.ts";
import type { RuleTally } from "./rule_guard.ts";
import { beginningsFor } from "./beginnings.ts";
import { writtenBySteps } from "./steps.ts";
import { writtenWhole } from "./whole_records.ts";

/** What to generate. */
export interface GenerationOptions {
  /** Number of records. */
  readonly count: number;
  /** Default 1. */
  readonly seed?: number;
  /** Number of the first record, for cohorts made in parts; default 0. */
  readonly first?: number;
  /** Most records written side by side; default 256. Changes speed, not the records. */
  readonly batch?: number;
  /**
   * How a masked head draws the codes of a visit; both ways give the same records. Default
   * "fixed-point"; to be left out for models without such a head.
   */
  readonly sampler?: Sampler;
  /** Labels that the records shall have, by name; the rest are drawn given these. */
  readonly labels?: Readonly<Record<string, 0 | 1>>;
  /** [count × labels] All labels of each record, in place of `labels`. */
  readonly labelRows?: Uint8Array;
  /**
   * Records to go on with, in place of labels: record i begins with the labels and visits of record
   * i modulo their number, which it keeps, and goes on as the model has it given these. Codes and
   * labels are found by name, visits without codes are left out. A model of rows is told that none of
   * these visits is the last; one of tokens may end there.
   */
  readonly prefixes?: Cohort;
  /**
   * Clinical rules that no record may break, for the run's vocabulary and labels. Models that write
   * step by step are kept from what a rule forbids given the record so far; records of models that
   * write them whole are drawn anew.
   */
  readonly rules?: Rules;
  /** Hears of finished records. */
  readonly onProgress?: OnProgress;
}

/** Finished records, in order. */
export interface Generated {
  /** The records; subject ids count on from `first` + 1. */
  readonly cohort: Cohort;
  /** Records that reached the model's longest length without an end. */
  readonly cutOff: number;
  /** How many draws the rules changed; left out where none were given. */
  readonly ruled?: RuleTally;
}

/** Labels that all records shall have, by index; checks all that is said of labels. */
function wantedLabels(
  { labelNames }: Run,
  { count, labels, labelRows, prefixes }: GenerationOptions,
): ReadonlyMap<number, 0 | 1> {
  const wanted = new Map(
    Object.entries(labels ?? {}).map(([name, value]) => {
      const index = labelNames.indexOf(name);
      if (index >= 0) return [index, value];
      throw new RangeError(
        `Cannot generate with label "${name}": the model has none of that name, ` +
          `known are ${labelNames.join(", ") || "none"}`,
      );
    }),
  );
  if (labelRows !== undefined && wanted.size > 0) {
    throw new RangeError("Cannot generate with both some labels and whole rows of them");
  }
  if (prefixes !== undefined && (wanted.size > 0 || labelRows !== undefined)) {
    throw new RangeError(
      "Cannot generate with both labels and records to go on with: these have some",
    );
  }
  if (labelRows?.some((bit) => bit > 1)) {
    throw new RangeError("Cannot generate from these rows of labels: each must be 0 or 1");
  }
  if (labelRows !== undefined && labelRows.length !== count * labelNames.length) {
    throw new RangeError(
      `Cannot generate ${count} records from ${labelRows.length} labels: ` +
        `wanted ${count} rows of ${labelNames.length}`,
    );
  }
  return wanted;
}

function isFor(rules: Rules, { vocabulary, labelNames }: Run): boolean {
  return sameTexts(rules.vocabulary.codes, vocabulary.codes) &&
    sameTexts(rules.labelNames, labelNames);
}

/**
 * Generates records, a batch at a time, so memory stays bounded however many there are.
 *
 * A visit holds each code at most once and no special token. Networks drop visits that would hold
 * no code, as the originals do; a record may end up without visits.
 *
 * @param run a trained model
 * @param options what to generate
 * @throws {RangeError} If a number is out of range, if labels are unknown or not one row a record, if
 * records to go on with have codes that the model does not know or are too long for it,
 * if the model has no such sampler, if the rules are for other codes or ask what it does not write, or
 * if what is wanted comes up in fewer than about one of 2,000 records
 */
export async function* generateParts(
  run: Run,
  options: GenerationOptions,
): AsyncGenerator<Generated> {
  const {
    count,
    seed = 1,
    first = 0,
    batch = 256,
    sampler,
    labelRows,
    prefixes,
    rules,
    onProgress,
  } = options;
  const bounds = { count: [count, 1], seed: [seed, 0], first: [first, 0], batch: [batch, 1] };
  for (const [name, [value, min]] of Object.entries(bounds)) {
    if (Number.isSafeInteger(value) && value >= min) continue;
    throw new RangeError(
      `Cannot generate with ${name} ${value}: must be a whole number, at least ${min}`,
    );
  }
  const wanted = wantedLabels(run, options);
  const model = modelOf(run.runConfig);
  if (sampler !== undefined && !model.samplers.includes(sampler)) {
    throw new RangeError(
      `Cannot generate by ${sampler}: "${model.family}" has ` +
        (model.samplers.length === 0 ? "one way to draw only" : model.samplers.join(", ")),
    );
  }
  if (rules !== undefined && !isFor(rules, run)) {
    throw new RangeError("Cannot generate with these rules: they are for other codes or labels");
  }
  if (!("learn" in model)) checkRoom(model, { stage: "writing" });
  const together = "learn" in model ? batch : fittingCount(model, roomOn(), Math.min(batch, count));
  const tensors = "learn" in model ? {} : toTensors(run.parameters);
  try {
    const sampling = "learn" in model
      ? model.sampling(run.parameters)
      : model.sampling(tensors, sampler);
    try {
      const byAge = rules?.rules.findIndex(({ kind }) => kind === "age") ?? -1;
      const { knowsAges } = sampling.kind === "steps" ? sampling.script : sampling;
      if (byAge >= 0 && !knowsAges) {
        throw new RangeError(
          `Cannot keep to rule ${byAge + 1}, which is about age: "${model.family}" writes no ages`,
        );
      }
      const beginning = prefixes && beginningsFor(prefixes, run, sampling, { first, count });
      for (let done = 0; done < count; done += together) {
        const size = Math.min(together, count - done);
        const tally = { draws: 0, touched: 0 };
        const order = {
          first: first + done,
          size,
          seed,
          wanted,
          labelRows: labelRows?.subarray(
            done * run.labelNames.length,
            (done + size) * run.labelNames.length,
          ),
          beginnings: beginning &&
            Array.from({ length: size }, (_, i) => beginning(first + done + i)),
          ruled: rules && { rules, columns: model.columns, tally },
          onEnded: (ended: number) =>
            onProgress?.({ stage: "generating", done: done + ended, total: count }),
        };
        const written = sampling.kind === "steps"
          ? await writtenBySteps(sampling, order)
          : await writtenWhole(sampling, order);
        yield {
          cohort: {
            ...cohortOf(run.vocabulary, run.labelNames, written),
            subjectIds: BigInt64Array.from(written, (_, i) => BigInt(order.first + i + 1)),
          },
          cutOff: written.filter(({ isCutOff }) => isCutOff).length,
          ...rules && { ruled: tally },
        };
      }
    } finally {
      sampling.dispose();
    }
  } finally {
    tf.dispose(tensors);
  }
}

/**
 * Generates records, all in memory; for more than fit use {@link generateParts}.
 *
 * @param run a trained model
 * @param options what to generate
 * @throws what {@link generateParts} throws
 */
export async function generate(run: Run, options: GenerationOptions): Promise<Generated> {
  const parts: Cohort[] = [];
  let cutOff = 0;
  const ruled = { draws: 0, touched: 0 };
  for await (const part of generateParts(run, options)) {
    parts.push(part.cohort);
    cutOff += part.cutOff;
    ruled.draws += part.ruled?.draws ?? 0;
    ruled.touched += part.ruled?.touched ?? 0;
  }
  return { cohort: concatenated(parts), cutOff, ...options.rules && { ruled } };
}

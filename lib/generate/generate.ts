/**
 * Generates synthetic records. Each record has its own random stream, from the random seed and the
 * record's number, so a cohort does not depend on the batch size or on the number of processes.
 *
 * @module
 */
import { checkArguments, checkOptions } from "../arguments.ts";
import { type Cohort, concatenated } from "../cohort/cohort.ts";
import { cohortOf } from "../cohort/records.ts";
import { sameTexts } from "../cohort/vocabulary.ts";
import { longWork, stoppable } from "../long_work.ts";
import type { Model } from "../models/interface/model.ts";
import type { RecordSampling, StepSampling } from "../models/interface/writing.ts";
import { fittingCount } from "../models/room/needs.ts";
import { checkRoom } from "../models/room/room_check.ts";
import { roomOn } from "../nn/room.ts";
import { modelOf, type Run } from "../train/run_folder.ts";
import { beginningsFor, type GivenRecord } from "./beginnings.ts";
import { checkNumbers, generationOptionNames, type GenerationOptions } from "./options.ts";
import type { Order } from "./order.ts";
import type { RuleTally } from "./rule_guard.ts";
import { samplingOf } from "./sampling_of.ts";
import { wantedOf } from "./wanted.ts";
import { writtenBySteps } from "./steps.ts";
import { writtenWhole } from "./whole_records.ts";

/** Generated records, in order. */
export interface Generated {
  /** The records; subject ids count from `first` + 1. */
  readonly cohort: Cohort;
  /** Records that reached the largest length of the model without an end. */
  readonly cutOff: number;
  /** How many draws the rules changed; omitted without rules. */
  readonly ruled?: RuleTally | undefined;
}

/** Checks that the run's model has the sampler, and that the rules are for it. */
function checkModel(
  { vocabulary, labelNames }: Run,
  { family, samplers }: Model,
  { sampler, rules }: GenerationOptions,
): void {
  if (sampler !== undefined && !samplers.includes(sampler)) {
    throw new RangeError(
      `Cannot generate with sampler ${sampler}: "${family}" has ` +
        (samplers.length === 0 ? "only one" : samplers.join(", ")),
    );
  }
  const isForModel = rules === undefined ||
    sameTexts(rules.vocabulary.codes, vocabulary.codes) && sameTexts(rules.labelNames, labelNames);
  if (!isForModel) {
    throw new RangeError("Cannot generate with these rules: they are for other codes or labels");
  }
}

/** Checks that a model that writes no ages gets no rules about age. */
function checkAges(
  { family }: Model,
  sampling: StepSampling | RecordSampling,
  { rules }: GenerationOptions,
): void {
  const byAge = rules?.rules.findIndex(({ kind }) => kind === "age") ?? -1;
  const { knowsAges } = sampling.kind === "steps" ? sampling.codec : sampling;
  if (byAge < 0 || knowsAges) return;
  throw new RangeError(
    `Cannot apply rule ${byAge + 1}, which is about age: "${family}" writes no ages`,
  );
}

/** Orders of at most `together` records each; together they are all records. */
function* ordersOf(
  { count, seed = 1, first = 0, labelRows, rules, ...watched }: GenerationOptions,
  { labelCount, columns, wanted, beginning, together }: {
    readonly labelCount: number;
    readonly columns: number;
    readonly wanted: Order["wanted"];
    readonly beginning: ((number: number) => GivenRecord) | undefined;
    readonly together: number;
  },
): Generator<Order> {
  const onProgress = stoppable(watched);
  for (let done = 0; done < count; done += together) {
    const size = Math.min(together, count - done);
    const numbers = Array.from({ length: size }, (_, i) => first + done + i);
    yield {
      first: first + done,
      size,
      seed,
      wanted,
      ...labelRows && {
        labelRows: labelRows.subarray(done * labelCount, (done + size) * labelCount),
      },
      ...beginning && { beginnings: numbers.map(beginning) },
      ...rules && { ruled: { rules, columns, tally: { draws: 0, touched: 0 } } },
      onEnded: (ended) => onProgress({ stage: "generating", done: done + ended, total: count }),
    };
  }
}

/** The records of an order. */
async function written(
  { vocabulary, labelNames }: Run,
  sampling: StepSampling | RecordSampling,
  order: Order,
): Promise<Generated> {
  const records = sampling.kind === "steps"
    ? await writtenBySteps(sampling, order)
    : await writtenWhole(sampling, order);
  return {
    cohort: {
      ...cohortOf(vocabulary, labelNames, records),
      subjectIds: BigInt64Array.from(records, (_, i) => BigInt(order.first + i + 1)),
    },
    cutOff: records.filter(({ isCutOff }) => isCutOff).length,
    ...order.ruled && { ruled: order.ruled.tally },
  };
}

/**
 * Generates records batch by batch, so memory stays bounded for any number of records.
 *
 * A visit has each code at most once and no special token. Networks drop visits without codes, as
 * the originals do; a record may have no visits.
 *
 * @param run a trained model
 * @param options what to generate
 * @throws {RangeError} If a number is out of range, if labels are unknown or not one row per
 * record, if records to continue have codes that the model does not know or are too long for it, if
 * the model has no such sampler, if the rules are for other codes or need what the model does not
 * write, or if fewer than about one of 2,000 records is as required or keeps the rules
 */
export async function* generateParts(
  run: Run,
  options: GenerationOptions,
): AsyncGenerator<Generated> {
  checkNumbers(options);
  const wanted = wantedOf(run, options);
  const model = modelOf(run.runConfig);
  checkModel(run, model, options);
  const { count, first = 0, batch = 256, sampler, prefixes } = options;
  if (!("learn" in model)) checkRoom(model, { stage: "writing" });
  const together = "learn" in model ? batch : fittingCount(model, roomOn(), Math.min(batch, count));
  const { sampling, dispose } = samplingOf(run, model, sampler);
  try {
    checkAges(model, sampling, options);
    const beginning = prefixes && beginningsFor(prefixes, run, sampling, { first, count });
    const { columns } = model;
    const labelCount = run.labelNames.length;
    const how = { labelCount, columns, wanted, beginning, together };
    for (const order of ordersOf(options, how)) yield await written(run, sampling, order);
  } finally {
    dispose();
  }
}

/**
 * Generates records, all in memory; for cohorts that do not fit in memory, use
 * {@link generateParts}.
 *
 * @param run a trained model
 * @param options what to generate
 * @throws what {@link generateParts} throws, and the reason of `signal` once it is aborted
 */
export async function generate(run: Run, options: GenerationOptions): Promise<Generated> {
  checkArguments("generate", [run, "run"], [options, "options"]);
  checkOptions("generate", options, generationOptionNames);
  return await longWork(
    options,
    () => "Generation stopped by you; no records are kept",
    (watched) => generatedWhole(run, { ...options, ...watched }),
  );
}

async function generatedWhole(run: Run, options: GenerationOptions): Promise<Generated> {
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

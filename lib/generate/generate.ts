/**
 * Writes synthetic records. Each record draws from a stream of its own, named by the seed and the
 * record's number, so a cohort does not depend on batch size or on how many processes made it.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Cohort, concatenated } from "../cohort/cohort.ts";
import { cohortOf } from "../cohort/records.ts";
import type { Model, VisitStepper } from "../models/model.ts";
import { endColumn, startColumn } from "../models/visit_rows.ts";
import { type MultiHot, rowsAt } from "../nn/multi_hot.ts";
import { type NamedTensors, toTensors } from "../nn/parameters.ts";
import { random } from "../nn/random.ts";
import type { OnProgress } from "../progress.ts";
import { modelOf, type Run } from "../train/run_folder.ts";
import { blockOrderRows } from "./block_order.ts";
import { fixedPointRows } from "./fixed_point.ts";
import { rowsFrom } from "./row_lists.ts";

/** What to generate. */
export interface GenerationOptions {
  /** Number of records. */
  readonly count: number;
  /** Default 1. */
  readonly seed?: number;
  /** Number of the first record, for cohorts made in parts; default 0. */
  readonly first?: number;
  /** Records written side by side; default 256. Changes speed, not the records. */
  readonly batch?: number;
  /** How the codes of a visit are drawn; both give the same records. Default "fixed-point". */
  readonly sampler?: Sampler;
  /** Labels that the records shall have, by name; the rest are drawn given these. */
  readonly labels?: Readonly<Record<string, 0 | 1>>;
  /** [count × labels] All labels of each record, in place of `labels`. */
  readonly labelRows?: Uint8Array;
  /** Hears of finished records. */
  readonly onProgress?: OnProgress;
}

/** The two exact ways to draw a visit's codes. */
export type Sampler = "fixed-point" | "block-order";

/** Finished records, in order. */
export interface Generated {
  /** The records; subject ids count on from `first` + 1. */
  readonly cohort: Cohort;
  /** Records that reached the model's longest length without an end. */
  readonly cutOff: number;
}

/** Draws of the label row per record before it is given up that wanted labels come up. */
const labelAttempts = 2000;

/** One record as it is being written. */
interface Draft {
  readonly number: number;
  readonly visits: number[][];
  labels: number[];
  isCutOff: boolean;
}

/**
 * Generates records, a batch at a time, so memory stays bounded however many there are.
 *
 * A visit holds each code at most once and no special token. Visits that would hold no code are
 * dropped, as in the original; a record may end up without visits.
 *
 * @param run a trained model
 * @param options what to generate
 * @throws {RangeError} If a number is out of range, if labels are unknown or not one row a record,
 * or if wanted labels come up in fewer than about one of 2,000 records
 */
export async function* generateParts(
  run: Run,
  options: GenerationOptions,
): AsyncGenerator<Generated> {
  const { count, seed = 1, first = 0, batch = 256, labels, labelRows, onProgress } = options;
  const bounds = { count: [count, 1], seed: [seed, 0], first: [first, 0], batch: [batch, 1] };
  for (const [name, [value, min]] of Object.entries(bounds)) {
    if (Number.isSafeInteger(value) && value >= min) continue;
    throw new RangeError(
      `Cannot generate with ${name} ${value}: must be a whole number, at least ${min}`,
    );
  }
  const { labelNames } = run;
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
  if (labelRows !== undefined && labelRows.length !== count * labelNames.length) {
    throw new RangeError(
      `Cannot generate ${count} records from ${labelRows.length} labels: ` +
        `wanted ${count} rows of ${labelNames.length}`,
    );
  }
  const parameters = toTensors(run.parameters);
  const writer = new BatchWriter(modelOf(run.runConfig), parameters, { ...options, wanted });
  try {
    for (let done = 0; done < count; done += batch) {
      const size = Math.min(batch, count - done);
      const drafts = await writer.write(
        first + done,
        size,
        (ended) => onProgress?.({ stage: "generating", done: done + ended, total: count }),
      );
      yield {
        cohort: {
          ...cohortOf(run.vocabulary, labelNames, drafts),
          subjectIds: BigInt64Array.from(drafts, ({ number }) => BigInt(number + 1)),
        },
        cutOff: drafts.filter(({ isCutOff }) => isCutOff).length,
      };
    }
  } finally {
    tf.dispose(parameters);
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
  for await (const part of generateParts(run, options)) {
    parts.push(part.cohort);
    cutOff += part.cutOff;
  }
  return { cohort: concatenated(parts), cutOff };
}

/** Writes one batch of records side by side. */
class BatchWriter {
  private readonly sizes: { codes: number; labels: number };

  constructor(
    private readonly model: Model,
    private readonly parameters: NamedTensors,
    private readonly options: GenerationOptions & { wanted: ReadonlyMap<number, 0 | 1> },
  ) {
    const { codes, labels } = model.config;
    this.sizes = { codes, labels };
  }

  async write(first: number, size: number, onEnded: (ended: number) => void): Promise<Draft[]> {
    const drafts = Array.from({ length: size }, (_, i): Draft => ({
      number: first + i,
      visits: [],
      labels: [],
      isCutOff: false,
    }));
    const stepper = this.model.stepper(this.parameters);
    try {
      await this.fill(stepper, drafts, onEnded);
    } finally {
      stepper.dispose();
    }
    return drafts;
  }

  private async fill(
    stepper: VisitStepper,
    drafts: Draft[],
    onEnded: (ended: number) => void,
  ): Promise<void> {
    let open = drafts;
    let rows = rowsFrom(drafts.map(() => [startColumn(this.sizes)]));
    for (let row = 1; row < this.model.rowLimit && open.length > 0; row++) {
      const history = stepper.advance(rows);
      try {
        rows = row === 1
          ? await this.labelRow(stepper, history, open)
          : await this.draw(stepper, history, open, row, 0);
      } finally {
        history.dispose();
      }
      const goesOn = this.take(open, rows, row);
      if (goesOn.length < open.length) {
        stepper.keep(Int32Array.from(goesOn));
        rows = rowsAt(rows, goesOn);
        open = goesOn.map((i) => open[i]);
        onEnded(drafts.length - open.length);
      }
    }
    for (const draft of open) draft.isCutOff = true;
    onEnded(drafts.length);
  }

  /** One row of each open record, from the stream of its number, row and attempt. */
  private async draw(
    stepper: VisitStepper,
    history: tf.Tensor2D,
    open: readonly Draft[],
    row: number,
    attempt: number,
  ): Promise<MultiHot> {
    const { columns } = stepper.head;
    const { seed = 1, sampler = "fixed-point" } = this.options;
    const uniforms = new Float32Array(open.length * columns);
    open.forEach(({ number }, i) => {
      const target = uniforms.subarray(i * columns, (i + 1) * columns);
      random(seed, number, row, attempt).fillUniform(target);
    });
    return sampler === "fixed-point"
      ? (await fixedPointRows(stepper.head, history, uniforms)).rows
      : await blockOrderRows(stepper.head, history, uniforms);
  }

  /** Row 1: given, or drawn until the wanted labels come up, which leaves the others as likely. */
  private async labelRow(
    stepper: VisitStepper,
    history: tf.Tensor2D,
    open: readonly Draft[],
  ): Promise<MultiHot> {
    const { codes, labels } = this.sizes;
    const { wanted, labelRows, first = 0 } = this.options;
    if (labelRows !== undefined) {
      return rowsFrom(open.map(({ number }) => {
        const from = (number - first) * labels;
        const given = labelRows.subarray(from, from + labels);
        return Array.from(given.keys()).filter((i) => given[i] === 1).map((i) => codes + i);
      }));
    }
    if (wanted.size === 0) return this.draw(stepper, history, open, 1, 0);
    const accepted: ArrayLike<number>[] = [];
    let missing = Array.from(open.keys());
    for (let attempt = 0; missing.length > 0; attempt++) {
      if (attempt === labelAttempts) {
        throw new RangeError(
          `Cannot generate records with these labels: they did not come up in ${labelAttempts} ` +
            "draws from the model; ask for fewer at once",
        );
      }
      const indices = tf.tensor1d(missing, "int32");
      const histories = tf.gather(history, indices);
      const drafts = missing.map((i) => open[i]);
      const drawn = await this.draw(stepper, histories, drafts, 1, attempt);
      tf.dispose([indices, histories]);
      missing = missing.filter((i, at) => {
        const row = drawn.columns.slice(drawn.offsets[at], drawn.offsets[at + 1]);
        const isWanted = Array.from(wanted).every(([label, value]) =>
          row.includes(codes + label) === (value === 1)
        );
        if (isWanted) accepted[i] = row;
        return !isWanted;
      });
    }
    return rowsFrom(accepted);
  }

  /** Notes what a row says; gives the positions of the records that go on. */
  private take(open: readonly Draft[], rows: MultiHot, row: number): number[] {
    const { codes, labels } = this.sizes;
    return Array.from(open.keys()).filter((i) => {
      const on = rows.columns.subarray(rows.offsets[i], rows.offsets[i + 1]);
      if (row === 1) {
        open[i].labels = Array.from({ length: labels }, (_, l) => on.includes(codes + l) ? 1 : 0);
      } else {
        const visit = Array.from(on).filter((column) => column < codes);
        if (visit.length > 0) open[i].visits.push(visit);
      }
      return !on.includes(endColumn(this.sizes));
    });
  }
}

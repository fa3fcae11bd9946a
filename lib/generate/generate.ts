/**
 * Writes synthetic records. Each record draws from a stream of its own, named by the seed and the
 * record's number, so a cohort does not depend on batch size or on how many processes made it.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { type Cohort } from "../cohort/cohort.ts";
import { cohortOf } from "../cohort/records.ts";
import type { Vocabulary } from "../cohort/vocabulary.ts";
import type { Model, VisitStepper } from "../models/model.ts";
import { endColumn, startColumn } from "../models/visit_rows.ts";
import type { MultiHot } from "../nn/multi_hot.ts";
import { rowsAt } from "../nn/multi_hot.ts";
import type { NamedTensors } from "../nn/parameters.ts";
import { random } from "../nn/random.ts";
import type { OnProgress } from "../progress.ts";
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
  /** Labels that the records shall have, by index; the rest are drawn given these. */
  readonly labels?: ReadonlyMap<number, 0 | 1>;
  /** [count × labels] All labels of each record, in place of `labels`. */
  readonly labelRows?: Uint8Array;
  /** Hears of finished records. */
  readonly onProgress?: OnProgress;
}

/** The two exact ways to draw a visit's codes. */
export type Sampler = "fixed-point" | "block-order";

/** Some finished records, in order. */
export interface GeneratedPart {
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
 * @param model that was trained
 * @param parameters its parameters on the backend
 * @param vocabulary its codes
 * @param labelNames its labels
 * @param options what to generate
 * @throws {RangeError} If the count is not a whole number of at least 1, or if wanted labels come
 * up in fewer than about one of 2,000 records of this model
 */
export async function* generate(
  model: Model,
  parameters: NamedTensors,
  vocabulary: Vocabulary,
  labelNames: readonly string[],
  options: GenerationOptions,
): AsyncGenerator<GeneratedPart> {
  const { count, first = 0, batch = 256, onProgress } = options;
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(`Cannot generate ${count} records: must be a whole number, at least 1`);
  }
  for (let done = 0; done < count; done += batch) {
    const size = Math.min(batch, count - done);
    const writer = new BatchWriter(model, parameters, options);
    const drafts = await writer.write(
      first + done,
      size,
      (ended) => onProgress?.({ stage: "generating", done: done + ended, total: count }),
    );
    const records = cohortOf(vocabulary, labelNames, drafts);
    yield {
      cohort: {
        ...records,
        subjectIds: BigInt64Array.from(drafts, ({ number }) => BigInt(number + 1)),
      },
      cutOff: drafts.filter(({ isCutOff }) => isCutOff).length,
    };
  }
}

/** Writes one batch of records side by side. */
class BatchWriter {
  private readonly sizes: { codes: number; labels: number };

  constructor(
    private readonly model: Model,
    private readonly parameters: NamedTensors,
    private readonly options: GenerationOptions,
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
      rows = row === 1
        ? await this.labelRow(stepper, history, open)
        : await this.draw(stepper, history, open, row, 0);
      history.dispose();
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
    const { labels: wanted, labelRows, first = 0 } = this.options;
    if (labelRows !== undefined) {
      return rowsFrom(open.map(({ number }) => {
        const from = (number - first) * labels;
        const given = labelRows.subarray(from, from + labels);
        return Array.from(given.keys()).filter((i) => given[i] === 1).map((i) => codes + i);
      }));
    }
    if (wanted === undefined || wanted.size === 0) return this.draw(stepper, history, open, 1, 0);
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

import type { Random } from "../random.ts";

/**
 * Batches of more than a few records have a multiple of this number of records: TensorFlow compiles
 * a kernel for each new shape of a product, which took 15% of HALO's training time when every batch
 * had its own shape.
 */
const step = 4;

/** Batches that are sorted by length together; more give less padding, but also less mixing. */
const window = 24;

/** Number of batches of a pass over records. */
export function batchCount(records: number, batch: number): number {
  return Math.ceil(records / batch);
}

/**
 * Optimizer steps of an epoch: as many as asked for, or else those of one pass over the records.
 *
 * @param steps 0 for one pass
 */
export function stepsOfEpoch(
  records: number,
  { batch, steps }: { readonly batch: number; readonly steps: number },
): number {
  return steps > 0 ? steps : batchCount(records, batch);
}

/** What a step of training is about. */
export interface Step {
  /** Indices of the batch's records. */
  readonly records: Int32Array;
  /** The pass over the training records that the batch is of, counted from 0. */
  readonly pass: number;
}

/**
 * The steps of an epoch. Passes over the records follow one another without a gap, however many steps
 * an epoch has, so no record comes again before all others have come.
 *
 * @param from the first step, counted from 0 over all epochs
 * @param count steps of the epoch
 * @param ofPass batches of a pass
 * @param batchesOf the batches of a pass, in their order
 */
export function* passedSteps(
  { from, count, ofPass }: {
    readonly from: number;
    readonly count: number;
    readonly ofPass: number;
  },
  batchesOf: (pass: number) => readonly Int32Array[],
): Iterable<Step> {
  const end = from + count;
  for (let pass = Math.floor(from / ofPass); pass * ofPass < end; pass++) {
    const start = pass * ofPass;
    for (const records of batchesOf(pass).slice(Math.max(0, from - start), end - start)) {
      yield { records, pass };
    }
  }
}

/**
 * The batches of a pass: every record once, records of similar length together, in random order.
 *
 * Records are shuffled, sorted by length within windows of 24 batches and cut where each batch has
 * its share of the window's rows, so short records come in larger batches: every step weighs as
 * much as the next. (Batches of equally many records gave Adam steps of very unequal size, and
 * HALO on Synthea took 15% more epochs to the same likelihood.) Then the batches are shuffled.
 *
 * @param lengths [records] rows of each record
 * @param batch records per batch, on average
 * @param random decides the order
 * @returns indices of records; {@link batchCount} batches
 */
export function epochBatches(
  lengths: ArrayLike<number>,
  batch: number,
  random: Random,
): Int32Array[] {
  const order = random.shuffle(Int32Array.from(lengths, (_, record) => record));
  const batches: Int32Array[] = [];
  for (let from = 0; from < order.length; from += batch * window) {
    const part = order.subarray(from, from + batch * window)
      .toSorted((a, b) => lengths[a] - lengths[b]);
    batches.push(...evenCuts(part, lengths, Math.ceil(part.length / batch)));
  }
  return random.shuffle(batches);
}

/**
 * All records from the shortest to the longest, in batches of equally many: for passes whose order
 * does not matter.
 *
 * @param lengths [records] rows of each record
 * @param batch records per batch; the last one may have fewer
 */
export function batchesByLength(lengths: ArrayLike<number>, batch: number): Int32Array[] {
  const order = Int32Array.from(lengths, (_, record) => record)
    .sort((a, b) => lengths[a] - lengths[b]);
  return Array.from(
    { length: Math.ceil(order.length / batch) },
    (_, i) => order.slice(i * batch, (i + 1) * batch),
  );
}

/** Cuts sorted records into `count` batches of about equally many rows, none of them empty. */
function evenCuts(records: Int32Array, lengths: ArrayLike<number>, count: number): Int32Array[] {
  let rowsLeft = records.reduce((sum, record) => sum + lengths[record], 0);
  let from = 0;
  return Array.from({ length: count }, (_, i) => {
    const batchesLeft = count - i;
    const share = rowsLeft / batchesLeft;
    const latest = records.length - batchesLeft + 1; // leaves a record for each later batch
    let to = from + 1;
    let rows = lengths[records[from]];
    while (to < latest && rows + lengths[records[to]] / 2 <= share) rows += lengths[records[to++]];
    if (to - from >= 4 * step) to = Math.min(latest, from + Math.round((to - from) / step) * step);
    if (batchesLeft === 1) to = records.length;
    for (let at = from; at < to; at++) rowsLeft -= lengths[records[at]];
    const cut = records.slice(from, to);
    from = to;
    return cut;
  });
}

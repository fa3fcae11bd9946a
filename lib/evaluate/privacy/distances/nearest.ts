/**
 * The nearest records of a reference set, for each record of another set: all pairs, exactly. Small
 * questions are answered in this thread, large ones in several.
 *
 * @module
 */
import { breathe } from "../../../breathe.ts";
import type { OnProgress } from "../../../progress.ts";
import { answerOf, sharedCopy } from "../../../threads.ts";
import { type Compared, type Distance, postingsOf } from "./distance_rows.ts";
import type { Range, Setup } from "./messages.ts";
import { type Nearest, nearestRows, type Skipped } from "./nearest_rows.ts";
import { recordCountOf, type RecordSets } from "./record_sets.ts";

/** How to look for nearest records. */
export interface NearestOptions {
  /** References per record, from 1 to 10; default 1. */
  readonly k?: number | undefined;
  /** How far apart two records are; default `symmetric_difference`. */
  readonly distance?: Distance | undefined;
  /** References that are skipped; default `none`. */
  readonly skipped?: Skipped | undefined;
  /** Threads; default one for small questions, else as many as the machine has cores. */
  readonly workers?: number | undefined;
  /** Called with the records that are done, after every block of them. */
  readonly onProgress?: OnProgress | undefined;
}

/** Shared items that one thread counts in about two seconds; fewer are not worth other threads. */
const smallWork = 1e9;

/** Records of a block. */
const blockSize = 128;

/** Pairs of a record and a reference's item, plus one for each pair of records. */
function workOf({ queries, references, postings }: Compared): number {
  let work = recordCountOf(queries) * recordCountOf(references);
  for (const item of queries.items) work += postings.offsets[item + 1] - postings.offsets[item];
  return work;
}

/** Above every item of both sets. */
function itemCountOf(...sets: readonly RecordSets[]): number {
  let most = -1;
  for (const { items } of sets) for (const item of items) if (item > most) most = item;
  return most + 1;
}

const shared = (array: Uint32Array) => sharedCopy(array, (buffer) => new Uint32Array(buffer));

function sharedSets({ offsets, items, visits }: RecordSets): RecordSets {
  return {
    offsets: shared(offsets),
    items: shared(items),
    ...visits && {
      visits: {
        visitOffsets: shared(visits.visitOffsets),
        codeOffsets: shared(visits.codeOffsets),
      },
    },
  };
}

/** Lets Workers take ranges until all records are done. */
async function findInWorkers(
  setup: Setup,
  records: number,
  count: number,
  onDone: (records: number) => void,
): Promise<void> {
  const threads = Array.from(
    { length: count },
    () => new Worker(import.meta.resolve("./worker.ts"), { type: "module" }),
  );
  let next = 0;
  const work = async (thread: Worker) => {
    const isReady = answerOf(thread);
    thread.postMessage(setup);
    await isReady;
    while (next < records) {
      const range: Range = { from: next, to: Math.min(next + blockSize, records) };
      next = range.to;
      const done = answerOf(thread);
      thread.postMessage(range);
      onDone(await done);
    }
  };
  try {
    await Promise.all(threads.map(work));
  } finally {
    for (const thread of threads) thread.terminate();
  }
}

/** Finds them in this thread, which others may interrupt. */
async function findHere(setup: Setup, records: number, onDone: (records: number) => void) {
  const findRange = nearestRows(setup.compared, setup.skipped, setup.found);
  for (let from = 0; from < records; from += blockSize) {
    const to = Math.min(from + blockSize, records);
    findRange(from, to);
    onDone(to - from);
    await breathe();
  }
}

/**
 * The nearest references of each record, by all pairs: exactly, and the same for any number of threads.
 *
 * @param queries records of which the nearest references are asked
 * @param references with items of the same numbering
 * @returns nearest first; of equally near references the earliest first
 * @throws {RangeError} If `k` is out of range, or visits are asked for and not known
 */
export async function nearest(
  queries: RecordSets,
  references: RecordSets,
  { k = 1, distance = "symmetric_difference", skipped = "none", workers, onProgress }:
    NearestOptions = {},
): Promise<Nearest> {
  if (!(Number.isInteger(k) && k >= 1 && k <= 10)) {
    throw new RangeError(`Cannot find the ${k} nearest records: must be a whole number, 1 to 10`);
  }
  const records = recordCountOf(queries);
  const postings = postingsOf(references, itemCountOf(queries, references));
  const compared: Compared = { queries, references, postings, distance };
  const cores = navigator.hardwareConcurrency;
  const count = workers ?? (workOf(compared) < smallWork ? 1 : cores);
  const cells = records * k;
  const found: Nearest = {
    k,
    distances: new Float64Array(new SharedArrayBuffer(cells * 8)),
    indices: new Int32Array(new SharedArrayBuffer(cells * 4)),
  };
  let done = 0;
  const onDone = (more: number) => {
    done += more;
    onProgress?.({ stage: "finding nearest records", done, total: records });
  };
  if (count <= 1) {
    await findHere({ compared, skipped, found }, records, onDone);
    return found;
  }
  const inShared: Compared = {
    queries: sharedSets(queries),
    references: sharedSets(references),
    postings: { offsets: shared(postings.offsets), records: shared(postings.records) },
    distance,
  };
  await findInWorkers({ compared: inShared, skipped, found }, records, count, onDone);
  return found;
}

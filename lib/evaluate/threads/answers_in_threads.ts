/**
 * Measures that are asked at the same time, in this thread and in Workers.
 *
 * @module
 */
import { collectGarbage } from "../../collect_garbage.ts";
import { stoppable } from "../../long_work.ts";
import type { OnProgress } from "../../progress.ts";
import { onFailure } from "../../threads.ts";
import { type Ask, asking } from "../answers.ts";
import type { Answer, Asked, Measure } from "../measure.ts";
import type { Message, Reply } from "./messages.ts";

/** Indices of measures that one thread asks, one after the other. */
type Job = readonly number[];

/** Work that no thread has taken yet. */
interface Queue {
  /** What only this thread can do. */
  readonly main: Job[];
  /** What any thread can do, in the order of the measures. */
  readonly any: Job[];
}

function queueOf(measures: readonly Measure[]): Queue {
  const jobs = Map.groupBy(measures.keys(), (index) => measures[index].thread ?? index);
  const main = (jobs.get("main") ?? []).map((index) => [index]);
  jobs.delete("main");
  return { main, any: [...jobs.values()] };
}

/** Asks measures in a Worker; its failures become ours. */
function askingWorker(worker: Worker, { run: _, ...asked }: Asked): Ask {
  const send = (message: Message) => worker.postMessage(message);
  send({ asked });
  return ({ key }, onProgress) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Reply>) => {
        if ("answers" in data) return resolve(data.answers);
        if ("error" in data) return reject(data.error);
        try {
          onProgress?.({ stage: "", ...data });
        } catch (stopped) {
          reject(stopped);
        }
      };
      onFailure(worker, reject);
      send({ key });
    });
}

/**
 * The answers of measures, the same for any number of threads. The first Worker takes them from the
 * beginning, where the largest tables are, the others and this thread from the end: so what takes
 * most memory is not asked at the same time.
 *
 * @param measures of Ehrloom; Workers find them by their keys
 * @param asked about cohorts in shared memory; arrays that are not there are copied for each Worker
 * @param how.threads at least 2: this one and Workers
 * @param how.progress of a measure, by its index
 * @returns [measures][others]
 */
export async function answersInThreads(
  measures: readonly Measure[],
  asked: Asked,
  { threads, progress }: { threads: number; progress: (index: number) => OnProgress },
): Promise<Answer<unknown>[][]> {
  const all: Answer<unknown>[][] = [];
  const failed = new AbortController();
  const work = async (ask: Ask, next: () => Job | undefined) => {
    for (let job = next(); job !== undefined; job = next()) {
      for (const index of job) {
        const onProgress = stoppable({ onProgress: progress(index), signal: failed.signal });
        all[index] = await ask(measures[index], onProgress);
        onProgress({ stage: "", done: 1, total: 1 });
      }
    }
  };
  const { main, any } = queueOf(measures);
  collectGarbage(); // what reading the cohorts has left
  const workers = Array.from(
    { length: Math.min(threads, any.length + Math.min(1, main.length)) - 1 },
    () => new Worker(import.meta.resolve("./worker.ts"), { type: "module" }),
  );
  try {
    await Promise.all([
      ...workers.map(async (worker, i) => {
        await work(askingWorker(worker, asked), () => i === 0 ? any.shift() : any.pop());
        worker.terminate(); // its memory is free for the others
      }),
      // so that what this thread has used is free for the others
      work(asking(asked), () => main.shift() ?? any.pop()).then(collectGarbage),
    ]);
  } catch (error) {
    failed.abort(error); // what this thread does ends too
    throw error;
  } finally {
    for (const worker of workers) worker.terminate();
  }
  return all;
}

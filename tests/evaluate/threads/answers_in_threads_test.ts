import { assertEquals, assertRejects } from "@std/assert";
import {
  type Cohort,
  evaluate,
  type EvaluateOptions,
  judge,
  type Measure,
  type Progress,
  sharedCohort,
} from "ehrloom";
import { breathe } from "ehrloom/breathe.ts";
import { measures } from "ehrloom/evaluate/measures.ts";
import * as v from "valibot";
import { measuredCohort } from "../../plot/fixture.ts";
import { listedCohort, randomRecords } from "../random_cohort.ts";

const real: Cohort = {
  ...measuredCohort(1),
  splits: Uint8Array.from({ length: measuredCohort(1).recordCount }, (_, i) => i % 3),
};
const synthetic = measuredCohort(2);

const all: readonly Measure[] = Object.values(measures).flat();

/** A report as bytes, without what differs from one evaluation to the next. */
async function bytesWith(workers: number, options: EvaluateOptions): Promise<string> {
  const report = await evaluate(real, synthetic, { ...options, workers });
  const { created: _, seconds: __, ...about } = report.about;
  return JSON.stringify({ ...report, about });
}

Deno.test("evaluate() gives the same bytes with 1, 2 and 3 workers", async () => {
  const options = { quick: true, seed: 3, resamples: 20, minCell: 1, by: "label:asthma" };
  const one = await bytesWith(1, options);
  assertEquals(JSON.parse(one).fidelity.ceiling.values === null, false);
  for (const workers of [2, 3]) assertEquals(await bytesWith(workers, options), one);
});

Deno.test("evaluate() gives the same bytes with workers where engines compute too", async () => {
  const only = ["fidelity.c2st_sequences", "fidelity.unigram", "utility.next_visit"];
  const options = { only, seed: 3, resamples: 5, minCell: 1 };
  assertEquals(await bytesWith(3, options), await bytesWith(1, options));
});

Deno.test("evaluate() with workers has one scale of progress, which only grows to its end", async () => {
  const seen: Progress[] = [];
  const onProgress = (progress: Progress) => seen.push(progress);
  await evaluate(real, synthetic, { quick: true, resamples: 20, workers: 3, onProgress });
  const done = seen.map((each) => each.done);
  assertEquals(done, done.toSorted((a, b) => a - b));
  assertEquals(seen.at(-1)?.done, seen.at(-1)?.total);
  const asked = all.filter(({ effort }) => effort === undefined);
  assertEquals(seen.at(-1)?.total, 21 * asked.length);
  assertEquals(new Set(seen.map(({ note }) => note)), new Set(asked.map(({ key }) => key)));
});

Deno.test("evaluate() with workers ends with the reason of its signal", async () => {
  const stop = new AbortController();
  const reason = new DOMException("Enough", "AbortError");
  let after = 0;
  const onProgress = () => {
    if (stop.signal.aborted) after++;
    stop.abort(reason);
  };
  const options = { quick: true, resamples: 200, workers: 3, signal: stop.signal, onProgress };
  await assertRejects(() => evaluate(real, synthetic, options), DOMException, "Enough");
  assertEquals(after, 0);
});

const cohort = sharedCohort(listedCohort(randomRecords(1, 9, 5), 5));
const cohorts = {
  real: { role: "real", cohort },
  others: [{ role: "synthetic", cohort }],
  resamples: 0,
} as const;

/** A measure that other threads do not know. */
function unknown(key: string, ask: Measure["ask"]): Measure {
  return { key, question: "Who?", schema: v.unknown(), ask };
}

Deno.test("judge() fails as a Worker does, in one sentence, and ends what this thread does", async () => {
  let ended = false;
  const endless = unknown("endless", async (_, onProgress) => {
    try {
      for (let done = 1;; done++) {
        await breathe();
        onProgress?.({ stage: "", done, total: Infinity });
      }
    } finally {
      ended = true;
    }
  });
  const never = unknown("elsewhere", () => Promise.reject(new Error("asked in this thread")));
  await assertRejects(
    () => judge([never, endless], { ...cohorts, workers: 2 }),
    RangeError,
    'Cannot ask a measure: none has the key "elsewhere"',
  );
  while (!ended) await breathe();
});

Deno.test("judge() fails as a measure of this thread does", async () => {
  const [{ key }] = measures.fidelity;
  const failing = unknown("failing", () => Promise.reject(new Error("no luck")));
  await assertRejects(
    () => judge([unknown(key, failing.ask), failing], { ...cohorts, workers: 2 }),
    Error,
    "no luck",
  );
});

Deno.test("judge() and evaluate() refuse a number of workers that is none", async () => {
  for (const workers of [0, 1.5, NaN]) {
    const message = `Cannot evaluate with ${workers} workers: must be a whole number, at least 1`;
    await assertRejects(() => judge([], { ...cohorts, workers }), RangeError, message);
    await assertRejects(() => evaluate(real, synthetic, { workers }), RangeError, message);
  }
});

Deno.test("measures that need the run are asked by the thread that has it", () => {
  for (const { key, needs = [], thread } of all) {
    const usesRun = needs.includes("run") || needs.includes("canaries") || key === "membership";
    if (usesRun) assertEquals(thread, "main", key);
  }
});

/**
 * The classifier two-sample test by a recurrent network on sequences of visits: it sees what the
 * order of visits says, which summary features do not.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { useBackend } from "../../../nn/backend.ts";
import { sigmoid } from "../../../nn/sigmoid.ts";
import type { ThoroughMeasure } from "../../measure.ts";
import { type Classify, twoSampleSchema, type TwoSampleTest, twoSampleTests } from "./c2st.ts";
import { type NothingMeasured, orLeftOut } from "./left_out.ts";
import type { Sample } from "./samples.ts";
import { fitSequences, type Labelled, sequenceScores } from "./sequence_classifier.ts";

/** Records of each cohort at most, the first ones of the samples: a network takes long. */
const mostRecords = 500;

/** Some records of both samples in turn. */
function labelled(
  { first, second }: { readonly first: Sample; readonly second: Sample },
  records: Uint32Array,
): Labelled[] {
  return Array.from(records, (record) => [
    { source: first.cohort, record, hasGaps: first.hasGaps, isSecond: false },
    { source: second.cohort, record, hasGaps: second.hasGaps, isSecond: true },
  ]).flat();
}

/** Fits a network of its own for each fold. */
function bySequences(seed: number): Classify {
  return async (samples, training, test, fold) => {
    const backend: string | undefined = tf.getBackend(); // undefined before one is chosen
    if (backend === undefined) await useBackend();
    const parameters = await fitSequences(labelled(samples, training), [seed, fold]);
    const scores = await sequenceScores(parameters, labelled(samples, test));
    const probabilities = scores.map(sigmoid);
    return {
      first: probabilities.filter((_, i) => i % 2 === 0),
      second: probabilities.filter((_, i) => i % 2 === 1),
    };
  };
}

/** How well a recurrent network tells synthetic from held-out records. */
export const c2stSequences: ThoroughMeasure<
  "c2st_sequences",
  TwoSampleTest | NothingMeasured | null
> = {
  key: "c2st_sequences",
  question: "Can synthetic records be told from real ones by their sequences of visits?",
  needs: ["held_out"],
  effort: "thorough",
  thread: "main",
  schema: orLeftOut(twoSampleSchema),
  ask: (asked, onProgress) =>
    twoSampleTests(asked, bySequences(asked.seed), { mostRecords, onProgress }),
};

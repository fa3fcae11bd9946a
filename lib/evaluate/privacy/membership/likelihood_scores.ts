/**
 * Scores by which an attacker who has the model itself ranks real records: their log-probability, alone
 * and minus that under a Markov chain of visits that has only seen reference records.
 *
 * @module
 */
import type { Cohort } from "../../../cohort/cohort.ts";
import { markov } from "../../../models/markov.ts";
import { useDefaultBackend } from "../../../nn/backend.ts";
import type { OnProgress } from "../../../progress.ts";
import { modelOf, type Run } from "../../../train/run_folder.ts";
import { likelihoodsOf } from "../../likelihood/record_likelihoods.ts";
import { asTheRunKnows, obstacle, readable } from "../membership_by_likelihood.ts";

/** Real records by what the attacker knows of them. */
export interface LikelihoodSets {
  /** The training records, whose codes are those that the model can know. */
  readonly training: Cohort;
  /** Records to be scored. */
  readonly scored: readonly Cohort[];
  /** Real records that are neither members nor scored, if there are any. */
  readonly reference?: Cohort | undefined;
}

/** Rows that the chain reads: as many as records have. */
const anyLength = 2 ** 20;

/** Log-probabilities under a Markov chain of the reference records. */
function chainOf(reference: Cohort) {
  const model = markov.create({ ...markov.configFor(reference, {}), context: anyLength });
  return { model, parameters: model.learn(reference) };
}

/** [scored] Log-probabilities; -Infinity for records that the model does not read to their end. */
async function logProbabilities(
  run: Run,
  cohort: Cohort,
  onProgress: OnProgress,
): Promise<Float64Array> {
  const model = modelOf(run.runConfig);
  if (!("learn" in model)) await useDefaultBackend();
  const short = readable(model, cohort);
  const found = await likelihoodsOf(model, run, short, { onProgress });
  const bySubject = new Map(
    found.map(({ logProbability }, i) => [short.subjectIds[i], logProbability]),
  );
  return Float64Array.from(
    cohort.subjectIds,
    (subject: bigint) => bySubject.get(subject) ?? -Infinity,
  );
}

/**
 * Scores by name, for each cohort of `scored`: `likelihood` and, where there is a reference,
 * `calibrated_likelihood`.
 *
 * @returns a clause on why there are none, where the run gives no likelihoods
 */
export async function likelihoodScores(
  run: Run,
  { training, scored, reference }: LikelihoodSets,
  part: () => OnProgress,
): Promise<Map<string, Float64Array>[] | string> {
  const reason = obstacle(modelOf(run.runConfig), run, training);
  if (reason !== undefined) return reason;
  const known = (cohort: Cohort) => asTheRunKnows(cohort, training, run);
  const chain = reference && chainOf(known(reference));
  const found: Map<string, Float64Array>[] = [];
  for (const cohort of scored.map(known)) {
    const likelihood = await logProbabilities(run, cohort, part());
    const scores = new Map([["likelihood", likelihood]]);
    found.push(scores);
    if (chain === undefined) continue;
    const { parameters, model } = chain;
    const reading = { ...run, parameters };
    const expected = await likelihoodsOf(model, reading, cohort, { onProgress: part() });
    scores.set(
      "calibrated_likelihood",
      likelihood.map((each, i) => each - expected[i].logProbability),
    );
  }
  return found;
}

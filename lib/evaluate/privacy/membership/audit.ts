/**
 * How large is the epsilon of differential privacy at least? For runs that were trained with canaries
 * (`deno task train --canaries N`). An attacker who has the model scores each canary by its
 * log-probability. The quarter with the highest scores is guessed to have been in training, the quarter
 * with the lowest not. How many guesses are right bounds epsilon from below, whatever the model is.
 *
 * The log-probability alone, not minus that under a Markov chain of the training records or under
 * independent codes: canaries are drawn alike, and of the three it told canaries in training best (HALO
 * on the Synthea sample).
 *
 * A private run promises that its epsilon is not larger than its budget. A bound above that shows that
 * the promise is broken, by a gradient that is not clipped, noise that is left out or an accountant that
 * errs; but for the one audit in twenty that a confidence of 95% allows to be wrong.
 *
 * @see Steinke, Nasr & Jagielski 2023, "Privacy auditing with one (1) training run"
 * @module
 */
import * as v from "valibot";
import type { Cohort } from "../../../cohort/cohort.ts";
import { reindexed } from "../../../cohort/trim.ts";
import { object, text, whole } from "../../../files/checked_json.ts";
import { counted } from "../../../in_words.ts";
import type { Model } from "../../../models/interface/model.ts";
import { useDefaultBackend } from "../../../nn/backend.ts";
import type { OnProgress } from "../../../progress.ts";
import { asPatientsOf, type Canaries } from "../../../train/canaries.ts";
import { modelOf, type Run } from "../../../train/run_folder.ts";
import { figureSchema, maybeFigureSchema } from "../../bootstrap.ts";
import { inTurn } from "../../in_turn.ts";
import { likelihoodsOf } from "../../likelihood/record_likelihoods.ts";
import type { Answer, Asked, Judged, ThoroughMeasure } from "../../measure.ts";
import { readable } from "../membership_by_likelihood.ts";
import { canaryAudit, extractedCanaries } from "./canaries.ts";
import { oneRunAudit } from "./one_run_audit.ts";

/** What canaries show of a training; null for a run without canaries. */
export interface PrivacyAudit {
  /** Canaries that the model reads to their end, each of which was in training by a fair coin. */
  canaries: number;
  /** Those of them that were. */
  in_training: number;
  /** Canaries that are too long for the model, and were left out. */
  too_long: number;
  /** Guesses about canaries; the attacker abstains on the others. */
  guesses: number;
  /** Guesses that are right. */
  right: number;
  /** Epsilon is at least this, at least 0; 0 says only that the canaries show nothing. */
  lower_bound: number;
  /** The bound if all guesses had been right: more canaries are needed to show more. */
  largest_bound: number;
  /** The epsilon that a private run promises; null for other runs, which promise none. */
  promised: number | null;
  /** The δ of (ε, δ): that of the promise, else 1e-5. */
  delta: number;
  /** The probability with which the bound holds, in [0, 1]. */
  confidence: number;
  /** Mean exposure of the canaries in training, in bits; null if there are none. */
  exposure: number | null;
  /** Canaries in training whose codes one synthetic record has together. */
  extracted: number;
  /** What follows, in a sentence. */
  conclusion: string;
}

const confidence = 0.95;
/** The δ of a run that promises nothing, as of the empirical epsilon of other attacks. */
const usualDelta = 1e-5;

/** The canaries that a model reads to their end; whether it does has nothing to do with the coins. */
function readableCanaries(model: Model, { canaries, isIn }: Canaries): Canaries {
  const short = readable(model, canaries);
  const coins = new Map(isIn.entries().map(([i, own]) => [canaries.subjectIds[i], own]));
  return {
    canaries: short,
    isIn: Uint8Array.from(short.subjectIds, (subject: bigint) => coins.get(subject) ?? 0),
  };
}

/** Which of the canaries in training come out of synthetic records. */
function extractedFrom(records: Cohort, { canaries, isIn }: Canaries): number {
  const { vocabulary } = records;
  const places = new Map(vocabulary.codes.map((code, index) => [code, index]));
  const newIndex = Int32Array.from(canaries.vocabulary.codes, (code) => places.get(code) ?? -1);
  const found = extractedCanaries(reindexed(canaries, { newIndex, vocabulary }), records);
  return found.filter((out, canary) => out === 1 && isIn[canary] === 1).length;
}

/** What the bound says. */
function conclusionOf({
  right,
  guesses,
  canaries,
  lower_bound,
  largest_bound,
  promised,
  delta,
}: Omit<PrivacyAudit, "conclusion">): string {
  if (guesses === 0) {
    return `the model reads ${counted(canaries)} canaries to their end, too few for an audit`;
  }
  const found =
    `from the model, ${counted(right)} of ${counted(guesses)} guesses were right about ` +
    `which of ${counted(canaries)} canaries were in training`;
  const most = `${largest_bound.toFixed(2)} if all were right`;
  if (lower_bound === 0) {
    return `${found}: this shows no epsilon above 0, which is no proof of privacy (${most})`;
  }
  const bound =
    `${found}: with 95% confidence, epsilon is at least ${lower_bound.toFixed(2)} at a ` +
    `delta of ${delta}`;
  if (promised === null) return `${bound} (${most}); the training promises no epsilon`;
  return lower_bound > promised
    ? `${bound}, and the training promised at most ${promised}: the promise does not hold, or this ` +
      "is the one audit in twenty that errs"
    : `${bound} (${most}); the training promised at most ${promised}`;
}

/** An audit of a run by its canaries. */
async function auditOf(
  run: Run,
  { canaries: stored, isIn: coins }: Canaries,
  { real }: Asked,
  onProgress?: OnProgress,
): Promise<{ figures: Omit<PrivacyAudit, "conclusion" | "extracted">; scored: Canaries }> {
  const model = modelOf(run.runConfig);
  const all = { canaries: asPatientsOf(real.cohort, stored), isIn: coins };
  const scored = readableCanaries(model, all);
  const { canaries, isIn } = scored;
  if (!("learn" in model)) await useDefaultBackend();
  const likelihoods = await likelihoodsOf(model, run, canaries, { onProgress });
  const scores = likelihoods.map(({ logProbability }) => logProbability);
  const { privacy } = run.runConfig;
  const delta = privacy?.delta ?? usualDelta;
  const { epsilon, exposure, guesses, right } = canaryAudit(scores, isIn, { delta, confidence });
  const best = { canaries: isIn.length, guesses, right: guesses };
  return {
    scored,
    figures: {
      canaries: isIn.length,
      in_training: exposure.length,
      too_long: coins.length - isIn.length,
      guesses,
      right,
      lower_bound: epsilon,
      largest_bound: oneRunAudit(best, { delta, confidence }),
      promised: privacy?.epsilon ?? null,
      delta,
      confidence,
      exposure: exposure.length === 0
        ? null
        : exposure.reduce((sum, each) => sum + each, 0) / exposure.length,
    },
  };
}

async function answerFor(
  asked: Asked,
  { cohort }: Judged,
  onProgress?: OnProgress,
): Promise<Answer<PrivacyAudit | null>> {
  const { run } = asked;
  if (run?.canaries === undefined) return { figures: null, resampled: {} };
  const { figures, scored } = await auditOf(run, run.canaries, asked, onProgress);
  const all = { ...figures, extracted: extractedFrom(cohort, scored) };
  return { figures: { ...all, conclusion: conclusionOf(all) }, resampled: {} };
}

/** A lower bound of the epsilon of differential privacy, by canaries in one training run. */
export const audit: ThoroughMeasure<"audit", PrivacyAudit | null> = {
  key: "audit",
  question: "How large is the epsilon of differential privacy at least?",
  needs: ["canaries"],
  of: ["synthetic"],
  effort: "thorough",
  thread: "main",
  schema: v.nullable(object({
    canaries: whole(0),
    in_training: whole(0),
    too_long: whole(0),
    guesses: whole(0),
    right: whole(0),
    lower_bound: figureSchema,
    largest_bound: figureSchema,
    promised: maybeFigureSchema,
    delta: figureSchema,
    confidence: figureSchema,
    exposure: maybeFigureSchema,
    extracted: whole(0),
    conclusion: text,
  })),
  ask(asked, onProgress) {
    return inTurn(asked, (other) => answerFor(asked, other, onProgress));
  },
};

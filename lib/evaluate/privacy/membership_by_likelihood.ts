/**
 * Does the model give training records a higher probability than held-out ones? Whoever has the model
 * then sees who was in the training set. HALO's attack on the model (Theodorou et al. 2023): the score
 * is the log-probability of a whole record, so it also grows with fewer visits.
 *
 * Corrected: each record counts once, and all thresholds are looked at. As published, batches overlap,
 * so that most records count twice, and accuracy at the median is all that is reported.
 *
 * Codes that training never saw are left out of the held-out records, as in the test loss: the model
 * has nothing to say about them.
 *
 * @module
 */
import * as v from "valibot";
import { type Cohort, subset } from "../../cohort/cohort.ts";
import { reindexed } from "../../cohort/trim.ts";
import { sameTexts } from "../../cohort/vocabulary.ts";
import { flag, object, whole } from "../../files/checked_json.ts";
import { readableRecords } from "../../models/coverage.ts";
import type { Model } from "../../models/interface/model.ts";
import { useDefaultBackend } from "../../nn/backend.ts";
import type { OnProgress } from "../../progress.ts";
import { modelOf, type Run } from "../../train/run_folder.ts";
import { inTurn } from "../in_turn.ts";
import { likelihoodsOf } from "../likelihood/record_likelihoods.ts";
import type { Answer, Asked, ThoroughMeasure } from "../measure.ts";
import { type LeftOut, leftOutSchema } from "../not_measured.ts";
import { progressInParts } from "../progress_in_parts.ts";
import { tooFew } from "./left_out.ts";
import {
  aboveMedian,
  type CalledMembers,
  calledMembersSchema,
  type Membership,
  membership,
  membershipSchema,
} from "./membership.ts";
import { heldOutOf, sampleOf } from "./samples.ts";

/** An attack by likelihood; null where the model or the records do not allow it. */
export interface MembershipByLikelihood {
  /** Whether the log-probabilities are lower bounds. */
  is_bound: boolean;
  /** Records that are too long for the model, and were left out. */
  too_long: number;
  /** Each record once. */
  corrected: Membership | null;
  /** In overlapping batches, as HALO's code scores records. */
  published: CalledMembers | null;
  /** Why there are no figures. */
  left_out: LeftOut[];
}

/** Most training records and most held-out records that are scored. */
const most = 7500;
const mostQuickly = 500;
/** Records of a batch of the published code. */
const publishedBatch = 48;

/** Indices of scored records as published code has them: windows of two batches, one batch apart. */
export function overlapping(records: number, batch: number): number[] {
  const starts = Array.from({ length: Math.ceil(records / batch) }, (_, i) => i * batch);
  return starts.flatMap((start) =>
    Array.from({ length: Math.min(2 * batch, records - start) }, (_, i) => start + i)
  );
}

/** A cohort with the vocabulary of a run, without codes that training never saw. */
export function asTheRunKnows(source: Cohort, training: Cohort, { vocabulary }: Run): Cohort {
  const names = source.vocabulary.codes;
  const places = new Map(vocabulary.codes.map((code, index) => [code, index]));
  const newIndex = new Int32Array(names.length).fill(-1);
  for (const code of new Set(training.codes)) newIndex[code] = places.get(names[code]) ?? -1;
  return reindexed(source, { newIndex, vocabulary });
}

/** The records that a model reads to their end. */
export function readable(model: Model, cohort: Cohort): Cohort {
  const whole = readableRecords(model, cohort);
  const short = [...whole.subjectIds.keys()]
    .filter((record) => model.rowsOf(whole, record) <= model.rowLimit);
  return short.length === whole.recordCount ? whole : subset(whole, short);
}

/** Why a run cannot be asked about records at all. */
export function obstacle(model: Model, { parameters, labelNames }: Run, training: Cohort) {
  if (model.likelihoods === undefined) return `"${model.family}" gives records no likelihood`;
  if (Object.keys(parameters).length === 0) return "the run has no parameters";
  if (!sameTexts(labelNames, training.labelNames)) return "the run has other labels";
}

const notAsked = { is_bound: false, too_long: 0, corrected: null, published: null };

function without(reason: string): Answer<MembershipByLikelihood> {
  const left_out = [{ label: "membership by likelihood", reason }];
  return { figures: { ...notAsked, left_out }, resampled: {} };
}

async function answerFor(
  run: Run,
  asked: Asked,
  part: () => OnProgress,
): Promise<Answer<MembershipByLikelihood>> {
  const { real, quick, seed } = asked;
  const heldOut = heldOutOf(asked);
  const model = modelOf(run.runConfig);
  const reason = obstacle(model, run, real.cohort);
  if (reason !== undefined) return without(reason);
  const bound = quick ? mostQuickly : most;
  const records = Math.min(real.cohort.recordCount, heldOut.recordCount, bound);
  const known = [
    sampleOf(real.cohort, "training", records, seed),
    sampleOf(heldOut, "held_out", records, seed),
  ].map((sample) => asTheRunKnows(sample, real.cohort, run));
  const [members, others] = known.map((sample) => readable(model, sample));
  const too_long = 2 * records - members.recordCount - others.recordCount;
  const left_out = tooFew("membership by likelihood", {
    "training records that the model reads": members.recordCount,
    "held-out records that the model reads": others.recordCount,
  });
  if (left_out.length > 0) {
    return { figures: { ...notAsked, too_long, left_out }, resampled: {} };
  }
  if (!("learn" in model)) await useDefaultBackend();
  const scoresOf = async (cohort: Cohort) => {
    const found = await likelihoodsOf(model, run, cohort, { onProgress: part() });
    return Float64Array.from(found, ({ logProbability }) => logProbability);
  };
  const [ofMembers, ofOthers] = [await scoresOf(members), await scoresOf(others)];
  const { figures, resampled } = membership(ofMembers, ofOthers, asked);
  return {
    figures: {
      is_bound: model.likelihoodIsBound ?? false,
      too_long,
      corrected: figures,
      published: publishedAttack(ofMembers, ofOthers, publishedBatch),
      left_out,
    },
    resampled: { "corrected.auc": resampled.auc, "corrected.accuracy": resampled.accuracy },
  };
}

/** The figures of the published code, whose batches overlap. */
export function publishedAttack(
  members: ArrayLike<number>,
  others: ArrayLike<number>,
  batch: number,
): CalledMembers {
  const scores = [...Array.from(members), ...Array.from(others)];
  const scored = overlapping(scores.length, batch);
  return aboveMedian(
    scored.map((record) => scores[record]),
    scored.map((record) => record < members.length),
  );
}

/** Membership inference by the likelihood of the model that generated the records. */
export const membershipByLikelihood: ThoroughMeasure<
  "membership_by_likelihood",
  MembershipByLikelihood | null
> = {
  key: "membership_by_likelihood",
  question: "Can one tell from the model who was in the training set?",
  needs: ["held_out", "run"],
  of: ["synthetic"],
  effort: "thorough",
  thread: "main",
  schema: v.nullable(object({
    is_bound: flag,
    too_long: whole(0),
    corrected: v.nullable(membershipSchema),
    published: v.nullable(calledMembersSchema),
    left_out: leftOutSchema,
  })),
  ask(asked, onProgress) {
    const { run } = asked;
    const part = progressInParts(onProgress, 2 * asked.others.length);
    return inTurn(
      asked,
      () => run === undefined ? without("no run is known") : answerFor(run, asked, part),
    );
  },
};

/**
 * Can one tell from the synthetic records who was in the training set, by distance? A record is scored
 * by the distance to its nearest synthetic record; training records that are nearer than held-out ones
 * are given away. HALO's attack on the data set (Theodorou et al. 2023), in a corrected form and as
 * published.
 *
 * Corrected: the distance is symmetric, all thresholds are looked at (the area under the ROC curve,
 * and true positives where few non-members are called members), and equal distances favour nobody. As
 * published, accuracy at the median alone cannot show a few exposed patients, codes of a synthetic
 * record's further visits are not counted, and equal distances at the median lower the recall.
 *
 * @module
 */
import * as v from "valibot";
import type { Cohort } from "../../cohort/cohort.ts";
import { object, whole } from "../../files/checked_json.ts";
import type { OnProgress } from "../../progress.ts";
import { inTurn } from "../in_turn.ts";
import type { Answer, Asked, Judged, Measure } from "../measure.ts";
import { type LeftOut, leftOutSchema } from "../not_measured.ts";
import { progressInParts } from "../progress_in_parts.ts";
import { type Distance } from "./distances/distance_rows.ts";
import { nearest } from "./distances/nearest.ts";
import { type RecordSets, visitSets } from "./distances/record_sets.ts";
import { tooFew } from "./left_out.ts";
import {
  aboveMedian,
  type CalledMembers,
  calledMembersSchema,
  highestHalf,
  type Membership,
  membership,
  membershipSchema,
} from "./membership.ts";
import { heldOutOf, sampleOf } from "./samples.ts";

/** An attack by distance; null where there are too few records, with the reason in `left_out`. */
export interface MembershipByDistance {
  /** Evaluated records, at most 50,000 of them, at random. */
  records: number;
  /** With the symmetric distance. */
  corrected: Membership | null;
  /** With the published distance: by the rule of the code, and by that of the paper. */
  published: { code: CalledMembers; paper: CalledMembers } | null;
  /** Why there are no figures. */
  left_out: LeftOut[];
}

/** Most training records and most held-out records that are scored: those of the published code. */
const mostScored = 7500;
const mostScoredQuickly = 1000;
/** Most records that are evaluated. */
const mostRecords = 50_000;

/** The records that are scored: as many training records as held-out ones. */
function scoredRecords(asked: Asked): { members: Cohort; others: Cohort } {
  const { real, quick, seed } = asked;
  const held = heldOutOf(asked);
  const most = quick ? mostScoredQuickly : mostScored;
  const records = Math.min(real.cohort.recordCount, held.recordCount, most);
  return {
    members: sampleOf(real.cohort, "training", records, seed),
    others: sampleOf(held, "held_out", records, seed),
  };
}

/** Scores of members and non-members: minus the distance to the nearest record. */
async function scoresOf(
  sets: { members: RecordSets; others: RecordSets; records: RecordSets },
  distance: Distance,
  part: () => OnProgress,
): Promise<{ members: Float64Array; others: Float64Array }> {
  const scores = async (of: RecordSets) =>
    (await nearest(of, sets.records, { distance, onProgress: part() })).distances.map((each) =>
      -each
    );
  return { members: await scores(sets.members), others: await scores(sets.others) };
}

/** What published code says of scores. */
export function publishedAttack(
  members: ArrayLike<number>,
  others: ArrayLike<number>,
): { code: CalledMembers; paper: CalledMembers } {
  const scores = [...Array.from(members), ...Array.from(others)];
  const isMember = scores.map((_, i) => i < members.length);
  return { code: aboveMedian(scores, isMember), paper: highestHalf(scores, isMember) };
}

async function answerFor(
  { cohort }: Judged,
  asked: Asked,
  part: () => OnProgress,
): Promise<Answer<MembershipByDistance>> {
  const { members, others } = scoredRecords(asked);
  const source = sampleOf(cohort, "other", mostRecords, asked.seed);
  const records = source.recordCount;
  const left_out = tooFew("membership by distance", {
    "training and held-out records each": members.recordCount,
  });
  if (left_out.length > 0) {
    return { figures: { records, corrected: null, published: null, left_out }, resampled: {} };
  }
  const [ofMembers, ofOthers, ofRecords] = visitSets([members, others, source]);
  const sets = { members: ofMembers, others: ofOthers, records: ofRecords };
  const symmetric = await scoresOf(sets, "visits", part);
  const published = await scoresOf(sets, "visits_as_published", part);
  const { figures, resampled } = membership(symmetric.members, symmetric.others, asked);
  return {
    figures: {
      records,
      corrected: figures,
      published: publishedAttack(published.members, published.others),
      left_out,
    },
    resampled: {
      "corrected.auc": resampled.auc,
      "corrected.accuracy": resampled.accuracy,
    },
  };
}

/** Membership inference by the distance to the nearest synthetic record. */
export const membershipByDistance: Measure<"membership_by_distance", MembershipByDistance | null> =
  {
    key: "membership_by_distance",
    question: "Can one tell by distance who was in the training set?",
    needs: ["held_out"],
    of: ["synthetic", "floor", "memoriser"],
    schema: v.nullable(object({
      records: whole(1),
      corrected: v.nullable(membershipSchema),
      published: v.nullable(object({ code: calledMembersSchema, paper: calledMembersSchema })),
      left_out: leftOutSchema,
    })),
    ask(asked, onProgress) {
      const part = progressInParts(onProgress, 4 * asked.others.length);
      return inTurn(asked, (other) => answerFor(other, asked, part));
    },
  };

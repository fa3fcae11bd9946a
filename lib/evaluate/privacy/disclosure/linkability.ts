/**
 * Do synthetic records link two halves of a patient's record? One party has the first half of the
 * visits, another one the second half, without names. Each half is compared with the same halves of
 * synthetic records. If the synthetic record that is nearest to both is the same one, the attacker
 * links the halves. The control does the same with held-out patients.
 *
 * @see Giomi et al. 2023; here the parties have visits instead of columns
 * @module
 */
import * as v from "valibot";
import { type Cohort, subset } from "../../../cohort/cohort.ts";
import { visitsOf } from "../../../cohort/records.ts";
import { object, whole } from "../../../files/checked_json.ts";
import type { OnProgress } from "../../../progress.ts";
import { stream } from "../../../random.ts";
import { inTurn } from "../../in_turn.ts";
import type { Answer, Asked, Judged, Measure } from "../../measure.ts";
import { type LeftOut, leftOutSchema } from "../../not_measured.ts";
import { progressInParts } from "../../progress_in_parts.ts";
import { nearest } from "../distances/nearest.ts";
import { type RecordSets, recordSets } from "../distances/record_sets.ts";
import { tooFew } from "../left_out.ts";
import { heldOutOf, type SampledSet, sampleOf } from "../samples.ts";
import {
  type AttackRisk,
  attackRisk,
  attackRiskSchema,
  guessesOf,
  resampledAttack,
} from "./attack_risk.ts";

/** Linkability; null where there are too few records. */
export interface Linkability {
  /** Synthetic records of at least two visits that link, at most 20,000 of them. */
  records: number;
  /** The outcome; right guesses are halves of one patient that were linked. */
  outcome: AttackRisk | null;
  /** Why there is none. */
  left_out: LeftOut[];
}

/** Most records that are attacked of each kind. */
const mostAttacked = 5000;
const mostQuickly = 500;
/** Most synthetic records. */
const mostRecords = 20_000;

/** At most so many records of at least two visits. */
function divisible(cohort: Cohort, set: SampledSet, most: number, seed: number): Cohort {
  const long = [...cohort.subjectIds.keys()].filter((record) => visitsOf(cohort, record) >= 2);
  return sampleOf(subset(cohort, long), set, most, seed);
}

/** Codes of the first half of each record's visits, the middle one included, and of the second. */
export function halfSets(cohort: Cohort): { first: RecordSets; second: RecordSets } {
  const { visitOffsets, codeOffsets, codes } = cohort;
  const distinct = (from: number, to: number) =>
    Uint32Array.from(new Set(codes.subarray(codeOffsets[from], codeOffsets[to])));
  const records = [...cohort.subjectIds.keys()].map((record) => {
    const [from, to] = [visitOffsets[record], visitOffsets[record + 1]];
    const middle = from + Math.ceil((to - from) / 2);
    return { first: distinct(from, middle), second: distinct(middle, to) };
  });
  return {
    first: recordSets(records.map(({ first }) => first)),
    second: recordSets(records.map(({ second }) => second)),
  };
}

/** Whether each record's halves are nearest to the same synthetic record. */
async function linked(
  targets: Cohort,
  synthetic: { first: RecordSets; second: RecordSets },
  part: () => OnProgress,
): Promise<boolean[]> {
  const own = halfSets(targets);
  const how = { distance: "jaccard" } as const;
  const first = await nearest(own.first, synthetic.first, { ...how, onProgress: part() });
  const second = await nearest(own.second, synthetic.second, { ...how, onProgress: part() });
  return Array.from(first.indices, (index, record) => index === second.indices[record]);
}

async function answerFor(
  { cohort }: Judged,
  asked: Asked,
  part: () => OnProgress,
): Promise<Answer<Linkability>> {
  const { real, seed, quick } = asked;
  const most = quick ? mostQuickly : mostAttacked;
  const targets = divisible(real.cohort, "training", most, seed);
  const others = divisible(heldOutOf(asked), "held_out", most, seed);
  const source = divisible(cohort, "other", mostRecords, seed);
  const records = source.recordCount;
  const left_out = tooFew("linking halves of records", {
    "training records of at least two visits": targets.recordCount,
    "held-out records of at least two visits": others.recordCount,
    "synthetic records of at least two visits": records,
  });
  if (left_out.length > 0) {
    return { figures: { records, outcome: null, left_out }, resampled: {} };
  }
  const synthetic = halfSets(source);
  const draws = stream("chanceLinks", seed);
  const byChance = [...targets.subjectIds.keys()]
    .map(() => draws.integer(records) === draws.integer(records));
  const found = await linked(targets, synthetic, part);
  const outcome = attackRisk({
    attack: guessesOf(found),
    control: guessesOf(await linked(others, synthetic, part)),
    naive: guessesOf(byChance),
  });
  return {
    figures: { records, outcome, left_out },
    resampled: { "outcome.attack": resampledAttack(found, asked) },
  };
}

/** Linking two halves of a record. */
export const linkability: Measure<"linkability", Linkability | null> = {
  key: "linkability",
  question: "Do synthetic records link the first and the second half of a patient's visits?",
  needs: ["held_out"],
  of: ["synthetic", "floor", "memoriser"],
  schema: v.nullable(object({
    records: whole(0),
    outcome: v.nullable(attackRiskSchema),
    left_out: leftOutSchema,
  })),
  ask(asked, onProgress) {
    const part = progressInParts(onProgress, 4 * asked.others.length);
    return inTurn(asked, (other) => answerFor(other, asked, part));
  },
};

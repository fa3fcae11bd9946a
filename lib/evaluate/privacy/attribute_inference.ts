/**
 * What can one find out about a training patient from the synthetic records, if part of the record is
 * known? Labels and the 100 commonest codes are known; the other codes are predicted to be those that
 * more than half of the k nearest records hold. HALO's attribute inference (Theodorou et al. 2023).
 * The same attack with held-out real records instead of synthetic ones shows what anyone learns from
 * records of other patients: only what goes beyond it can be a disclosure. Records of independent
 * marginals can be above 0 too, with k = 10, where they repeat common codes more evenly than real
 * records do; so a difference is to be read beside that of the floor.
 *
 * Corrected: all training records are attacked, with an interval of the difference over them, and
 * also with k = 10. As published, as many training records as there are held-out ones, with k = 1.
 * Codes that a user names as sensitive have figures of their own, see `inferred_codes.ts`.
 *
 * @module
 */
import * as v from "valibot";
import { type Cohort } from "../../cohort/cohort.ts";
import { object, whole } from "../../files/checked_json.ts";
import type { OnProgress } from "../../progress.ts";
import {
  type Estimate,
  estimate,
  estimateSchema,
  figureSchema,
  resampledSums,
} from "../bootstrap.ts";
import { inTurn } from "../in_turn.ts";
import type { Answer, Asked, Judged, Measure } from "../measure.ts";
import { type LeftOut, leftOutSchema } from "../not_measured.ts";
import { minus } from "../paired_differences.ts";
import { progressInParts } from "../progress_in_parts.ts";
import { nearest } from "./distances/nearest.ts";
import { codeSets, type RecordSets } from "./distances/record_sets.ts";
import { type NamedCode, namedCodes, namedCodesSchema } from "./inferred_codes.ts";
import { type KnownAndHidden, knownAndHidden } from "./known_and_hidden.ts";
import { tooFew } from "./left_out.ts";
import { heldOutOf, sampleOf } from "./samples.ts";

/**
 * The codes that most records hold, at most `count`; of equally frequent ones those that come first in
 * the records.
 */
export function commonCodes(cohort: Cohort, count: number): Uint32Array {
  const holders = new Map<number, number>(); // in the order in which codes first occur
  for (const code of codeSets(cohort).items) holders.set(code, (holders.get(code) ?? 0) + 1);
  const sorted = [...holders].sort(([, a], [, b]) => b - a);
  return Uint32Array.from(sorted.slice(0, count), ([code]) => code);
}

/** Sums behind an F1 score. */
const width = 3;

/** Hidden codes that more than half of some records hold. */
function votedCodes({ offsets, items }: RecordSets, records: Int32Array): Set<number> {
  const votes = new Map<number, number>();
  for (const record of records) {
    for (const code of items.subarray(offsets[record], offsets[record + 1])) {
      votes.set(code, (votes.get(code) ?? 0) + 1);
    }
  }
  return new Set(
    [...votes].filter(([, count]) => count > records.length / 2).map(([code]) => code),
  );
}

/** [records × 3] Of each attacked record: codes found, predicted, and there. */
function hitsOf(
  targets: KnownAndHidden,
  reference: KnownAndHidden,
  indices: Int32Array,
  k: number,
) {
  const { offsets, items } = targets.hidden;
  const hits = new Float64Array((offsets.length - 1) * width);
  const all = indices.length / (offsets.length - 1);
  for (let record = 0; record + 1 < offsets.length; record++) {
    const voted = votedCodes(reference.hidden, indices.subarray(record * all, record * all + k));
    const own = items.subarray(offsets[record], offsets[record + 1]);
    const found = own.filter((code) => voted.has(code)).length;
    hits.set([found, voted.size, own.length], record * width);
  }
  return hits;
}

/** F1 score of sums: twice the found among the predicted and those that are there; 0 without any. */
function f1(sums: Float64Array, row: number): number {
  const [found, predicted, there] = sums.subarray(row * width, (row + 1) * width);
  return predicted + there === 0 ? 0 : 2 * found / (predicted + there);
}

/**
 * [records × 3] for each k: of each attacked record the codes found, predicted and there.
 *
 * @param common codes that are known
 * @param ks numbers of nearest records, ascending, at most 10
 */
export async function inferredCodes(
  targets: Cohort,
  reference: Cohort,
  { common, ks, onProgress }: {
    common: Uint32Array;
    ks: readonly number[];
    onProgress?: OnProgress | undefined;
  },
): Promise<Float64Array[]> {
  const known = new Set(common);
  const attacked = knownAndHidden(targets, known);
  const others = knownAndHidden(reference, known);
  const k = Math.max(...ks);
  const { indices } = await nearest(attacked.known, others.known, { k, onProgress });
  return ks.map((each) => hitsOf(attacked, others, indices, each));
}

/** Micro F1 over all records of {@link inferredCodes}. */
export function microF1(hits: Float64Array): number {
  return f1(resampledSums({ role: "real", seed: 0 }, hits, width, 0), 0);
}

/** An attack, the same with held-out records, and the difference. */
export interface InferredAttributes {
  /** F1 of the predicted codes over all attacked records, in [0, 1]. */
  attack: Estimate;
  /** The same with held-out real records as the reference. */
  baseline: Estimate;
  /**
   * The former minus the latter; more than that of the floor is a disclosure. The interval is over the
   * attacked patients, with the reference records as they are: with few of these it is too narrow.
   */
  difference: Estimate;
}

/** Attribute inference; null where there are too few records. */
export interface AttributeInference {
  /** Training records that are attacked, at random. */
  attacked: number;
  /** Records of each reference set, at random. */
  references: number;
  /** Known codes. */
  known_codes: number;
  /** With the nearest record, and with the majority of the ten nearest. */
  corrected: { k1: InferredAttributes; k10: InferredAttributes } | null;
  /** With the nearest record, of as many training records as references. */
  published: { attack: number; baseline: number } | null;
  /** One row for each code that the user named as sensitive; absent if none was named. */
  by_code?: NamedCode[] | undefined;
  /** What is not there, and why. */
  left_out: LeftOut[];
}

/** Codes that are known of a record if it holds them. */
const knownCodes = 100;
const ks = [1, 10] as const;
const mostAttacked = 10_000;
const mostQuickly = 1000;

/** Both attacks, by resample of the attacked patients. */
function inferred(attack: Float64Array, baseline: Float64Array, { seed, resamples }: Asked) {
  const figures = (hits: Float64Array) => {
    const sums = resampledSums({ role: "real", seed }, hits, width, resamples);
    return Float64Array.from({ length: resamples + 1 }, (_, row) => f1(sums, row));
  };
  const [ours, theirs] = [figures(attack), figures(baseline)];
  const difference = minus(ours, theirs);
  return {
    figures: {
      attack: estimate(ours),
      baseline: estimate(theirs),
      difference: estimate(difference),
    },
    difference,
  };
}

/** Says that every code of the attacked records is among the known ones, if that is so. */
function nothingHidden(targets: Cohort, common: Uint32Array): LeftOut[] {
  if (knownAndHidden(targets, new Set(common)).hidden.items.length > 0) return [];
  const reason = `training records have only the ${common.length} codes that count as known`;
  return [{ label: "attribute inference", reason }];
}

async function answerFor(
  { cohort }: Judged,
  asked: Asked,
  part: () => OnProgress,
): Promise<Answer<AttributeInference>> {
  const { real, seed, quick, sensitive: named = [], minCell = 1 } = asked;
  const heldOut = heldOutOf(asked);
  const most = quick ? mostQuickly : mostAttacked;
  const references = Math.min(
    heldOut.recordCount,
    cohort.recordCount,
    real.cohort.recordCount,
    most,
  );
  const targets = sampleOf(real.cohort, "training", most, seed);
  const common = commonCodes(targets, knownCodes);
  const about = { attacked: targets.recordCount, references, known_codes: common.length };
  const left_out = [
    ...tooFew("attribute inference", { "records in the smallest set": references }),
    ...nothingHidden(targets, common),
  ];
  if (left_out.length > 0) {
    return { figures: { ...about, corrected: null, published: null, left_out }, resampled: {} };
  }
  const reference = sampleOf(cohort, "other", references, seed);
  const control = sampleOf(heldOut, "held_out", references, seed);
  const [k1, k10] = await inferredCodes(targets, reference, { common, ks, onProgress: part() });
  const [own1, own10] = await inferredCodes(targets, control, { common, ks, onProgress: part() });
  const byCode = named.length > 0 &&
    await namedCodes({ targets, reference, control, common, named, minCell, part });
  const [one, ten] = [inferred(k1, own1, asked), inferred(k10, own10, asked)];
  return {
    figures: {
      ...about,
      corrected: { k1: one.figures, k10: ten.figures },
      published: await published(real.cohort, { reference, control }, seed, part),
      ...byCode && { by_code: byCode.rows },
      left_out: byCode ? byCode.left_out : [],
    },
    resampled: {
      "corrected.k1.difference": one.difference,
      "corrected.k10.difference": ten.difference,
    },
  };
}

/** The published figures: as many training records as references, their common codes, k = 1. */
async function published(
  training: Cohort,
  { reference, control }: { reference: Cohort; control: Cohort },
  seed: number,
  part: () => OnProgress,
): Promise<{ attack: number; baseline: number }> {
  const targets = sampleOf(training, "training", reference.recordCount, seed);
  const common = commonCodes(targets, knownCodes);
  const f1With = async (records: Cohort) => {
    const how = { common, ks: [1], onProgress: part() };
    return microF1((await inferredCodes(targets, records, how))[0]);
  };
  return { attack: await f1With(reference), baseline: await f1With(control) };
}

const inferredSchema = object({
  attack: estimateSchema,
  baseline: estimateSchema,
  difference: estimateSchema,
});

/** Attribute inference from nearest records. */
export const attributeInference: Measure<"attribute_inference", AttributeInference | null> = {
  key: "attribute_inference",
  question: "Do records disclose codes of training patients of whom others are known?",
  needs: ["held_out"],
  of: ["synthetic", "floor", "memoriser"],
  schema: v.nullable(object({
    attacked: whole(0),
    references: whole(0),
    known_codes: whole(0),
    corrected: v.nullable(object({ k1: inferredSchema, k10: inferredSchema })),
    published: v.nullable(object({ attack: figureSchema, baseline: figureSchema })),
    by_code: v.optional(namedCodesSchema),
    left_out: leftOutSchema,
  })),
  ask(asked, onProgress) {
    const searches = (asked.sensitive ?? []).length > 0 ? 6 : 4;
    const part = progressInParts(onProgress, searches * asked.others.length);
    return inTurn(asked, (other) => answerFor(other, asked, part));
  },
};

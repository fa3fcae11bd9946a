/**
 * A check for copies, not evidence of privacy: are records nearer to the training records than to
 * held-out ones? Distances to closest records find copies and near copies; records that pass may still
 * disclose who was in the training set (Yao et al. 2025, "The DCR Delusion"; consensus on disclosure
 * of synthetic health data, 2025).
 *
 * The distance is the number of codes that only one of two records holds, over all visits. The share
 * counts records that are nearer to training records, ties half, where both sets have equally many
 * records: of the larger one, samples as large as the smaller one are taken, without overlap, and
 * their shares averaged. It is 0.5 for records that are independent of the training records.
 *
 * The interval is that of a randomisation test: real patients are redistributed at random among the
 * held-out set and the samples, as would be fair if the records knew none of them, and the interval is
 * as wide as the share varies then. So it is above 0.5 once in 40 times for independent records. A
 * bootstrap would be too narrow: a few short records are the nearest ones of many (hubs), and a
 * resample that holds one of them twice is no different from one that holds it once.
 *
 * @module
 */
import * as v from "valibot";
import { breathe } from "../../breathe.ts";
import { type Cohort, subset } from "../../cohort/cohort.ts";
import { quantile } from "../../cohort/quantile.ts";
import { flag, object, whole } from "../../files/checked_json.ts";
import type { OnProgress } from "../../progress.ts";
import { stream } from "../../random.ts";
import {
  type Estimate,
  estimate,
  estimateSchema,
  resampleWeights,
  type Role,
} from "../bootstrap.ts";
import { inTurn } from "../in_turn.ts";
import type { Answer, Asked, Judged, Measure } from "../measure.ts";
import { type LeftOut, leftOutSchema } from "../not_measured.ts";
import { progressInParts } from "../progress_in_parts.ts";
import { nearest } from "./distances/nearest.ts";
import type { Nearest } from "./distances/nearest_rows.ts";
import { codeSets } from "./distances/record_sets.ts";
import { tooFew } from "./left_out.ts";
import { heldOutOf, sampleOf, shuffled } from "./samples.ts";

/** Quantiles of a figure of records; a low one says how near the nearest 5% are. */
export interface LowAndMedian {
  /** 5% of records are below. */
  low: Estimate;
  /** Half of the records are below. */
  median: Estimate;
}

/** Distances of records to real ones. */
export interface ClosestRecords {
  /** To the nearest record, in codes that only one of the two holds. */
  distance: LowAndMedian;
  /**
   * Distance to the nearest record divided by that to the second nearest, in [0, 1]: near 0 for a copy
   * of a record that has no twin. 1 if both are 0.
   */
  ratio: LowAndMedian;
}

/** The figures of a check for copies. */
export interface Copies {
  /** Share of records that are nearer to training than to held-out records, ties half. */
  share: Estimate;
  /** Whether its interval is above 0.5: copies, or near copies, were found; false without resamples. */
  alarmed: boolean;
  /** Nearest training records, in samples as large as the held-out set. */
  to_training: ClosestRecords;
  /** Nearest held-out records. */
  to_held_out: ClosestRecords;
}

/** A check for copies; null where there are too few records. */
export interface CopyingCheck {
  /** Records that are checked, at random. */
  records: number;
  /** Records of each set that they are compared with. */
  compared_with: number;
  /** Samples of training records of that size. */
  training_samples: number;
  /** What was found. */
  found: Copies | null;
  /** Why there are no figures. */
  left_out: LeftOut[];
}

/** Nearest records of each set that are known of each record; more are hardly ever needed. */
const depth = 10;
/** Most records that are checked, and most of each set that they are compared with. */
const most = 20_000;
const mostQuickly = 2000;
/** Most samples of training records. */
const mostSamples = 10;

/** Disjoint random samples of training records. */
function samplesOf(training: Cohort, size: number, seed: number): Cohort[] {
  const order = shuffled(training, "training", seed);
  const count = Math.min(mostSamples, Math.floor(training.recordCount / size));
  return Array.from(
    { length: count },
    (_, i) => subset(training, order.subarray(i * size, (i + 1) * size).sort()),
  );
}

/** Nearest training records by sample, and nearest held-out records, of the records of a role. */
interface Neighbours {
  readonly role: Role;
  readonly records: number;
  /** Records of each sample, and held-out records. */
  readonly size: number;
  readonly training: readonly Nearest[];
  readonly heldOut: Nearest;
}

/** The neighbours of each record among all real ones, nearest first. */
interface Pooled {
  /** Neighbours of each record. */
  readonly width: number;
  /** [records × width] */
  readonly distances: Float64Array;
  /** [records × width] Numbers of real records: those of the samples in turn, then the held-out. */
  readonly numbers: Uint32Array;
}

function pooled({ records, size, training, heldOut }: Neighbours): Pooled {
  const sets = [...training, heldOut];
  const width = sets.length * depth;
  const distances = new Float64Array(records * width);
  const numbers = new Uint32Array(records * width);
  for (let record = 0; record < records; record++) {
    const all = sets.flatMap(({ distances, indices }, set) =>
      Array.from({ length: depth }, (_, i) => ({
        distance: distances[record * depth + i],
        number: set * size + indices[record * depth + i],
      }))
    ).sort((a, b) => a.distance - b.distance);
    for (const [i, { distance, number }] of all.entries()) {
      distances[record * width + i] = distance;
      numbers[record * width + i] = number;
    }
  }
  return { width, distances, numbers };
}

/**
 * Of one record: in how many samples a training record is nearer than all held-out ones, ties half.
 *
 * @param setOf [real records] the sample of each; the last set is the held-out one
 * @param closest [sets] overwritten: distances to the nearest record of each
 */
function nearerSamples(
  { width, distances, numbers }: Pooled,
  record: number,
  setOf: Uint8Array,
  closest: Float64Array,
): number {
  const end = (record + 1) * width;
  closest.fill(distances[end - 1]); // of sets that are not among the neighbours
  let open = closest.length;
  let seen = 0; // bits of sets
  for (let i = record * width; i < end && open > 0; i++) {
    const set = setOf[numbers[i]];
    if ((seen >> set & 1) === 1) continue;
    seen |= 1 << set;
    closest[set] = distances[i];
    open--;
  }
  const bound = closest[closest.length - 1];
  let nearer = 0;
  for (let set = 0; set < closest.length - 1; set++) {
    nearer += closest[set] < bound ? 1 : closest[set] === bound ? 0.5 : 0;
  }
  return nearer;
}

/**
 * [resamples + 1] The share of records that are nearer to training records; then the same less what a
 * redistribution of real records adds to 0.5.
 */
async function resampledShare(
  neighbours: Neighbours,
  { seed, resamples }: Asked,
): Promise<Float64Array> {
  const { records, size, training } = neighbours;
  const pool = pooled(neighbours);
  const sets = training.length + 1;
  const setOf = Uint8Array.from({ length: sets * size }, (_, number) => Math.floor(number / size));
  const closest = new Float64Array(sets);
  const shares = new Float64Array(resamples + 1);
  for (let resample = 0; resample <= resamples; resample++) {
    await breathe();
    if (resample > 0) stream("redistributions", seed, resample).shuffle(setOf);
    let nearer = 0;
    for (let record = 0; record < records; record++) {
      nearer += nearerSamples(pool, record, setOf, closest);
    }
    const share = nearer / (records * training.length);
    shares[resample] = resample === 0 ? share : shares[0] + 0.5 - share;
  }
  return shares;
}

/**
 * Quantiles over records, by resample of records.
 *
 * @param numbers [samples × records]
 */
async function lowAndMedian(
  numbers: Float64Array,
  { role, records }: Neighbours,
  { seed, resamples }: Asked,
): Promise<LowAndMedian> {
  const order = Uint32Array.from(numbers.keys()).sort((a, b) => numbers[a] - numbers[b]);
  const weights = new Int32Array(records);
  const sorted = new Float64Array(numbers.length);
  const [low, median] = [new Float64Array(resamples + 1), new Float64Array(resamples + 1)];
  for (let resample = 0; resample <= resamples; resample++) {
    await breathe();
    resampleWeights({ role, seed }, resample, weights);
    let at = 0;
    for (const i of order) for (let n = weights[i % records]; n > 0; n--) sorted[at++] = numbers[i];
    low[resample] = quantile(sorted, 0.05);
    median[resample] = quantile(sorted, 0.5);
  }
  return { low: estimate(low), median: estimate(median) };
}

/** Quantiles of distances to the nearest real records, over samples of these and records. */
async function closestRecords(
  samples: readonly Nearest[],
  neighbours: Neighbours,
  asked: Asked,
): Promise<ClosestRecords> {
  const { records } = neighbours;
  const distances = new Float64Array(samples.length * records);
  const ratios = new Float64Array(distances.length);
  for (const [sample, { k, distances: found }] of samples.entries()) {
    for (let record = 0; record < records; record++) {
      const [first, second] = found.subarray(record * k, record * k + 2);
      distances[sample * records + record] = first;
      ratios[sample * records + record] = second === 0 ? 1 : first / second;
    }
  }
  return {
    distance: await lowAndMedian(distances, neighbours, asked),
    ratio: await lowAndMedian(ratios, neighbours, asked),
  };
}

/** Records to check, and the real records to compare them with. */
interface Sets {
  readonly records: Cohort;
  /** As large as the held-out set, each. */
  readonly training: readonly Cohort[];
  readonly heldOut: Cohort;
}

function setsOf(cohort: Cohort, asked: Asked): Sets {
  const { real, quick, seed } = asked;
  const held = heldOutOf(asked);
  const bound = quick ? mostQuickly : most;
  const size = Math.min(real.cohort.recordCount, held.recordCount, bound);
  return {
    records: sampleOf(cohort, "other", bound, seed),
    training: samplesOf(real.cohort, size, seed),
    heldOut: sampleOf(held, "held_out", size, seed),
  };
}

/** What is nearest to the records. */
async function neighboursOf(
  { records, training, heldOut }: Sets,
  role: Role,
  onProgress: OnProgress,
): Promise<Neighbours> {
  const part = progressInParts(onProgress, training.length + 1);
  const own = codeSets(records);
  const nearestOf = (real: Cohort) =>
    nearest(own, codeSets(real), { k: depth, onProgress: part() });
  const samples: Nearest[] = [];
  for (const sample of training) samples.push(await nearestOf(sample));
  return {
    role,
    records: records.recordCount,
    size: heldOut.recordCount,
    training: samples,
    heldOut: await nearestOf(heldOut),
  };
}

async function answerFor(
  { role, cohort }: Judged,
  asked: Asked,
  onProgress: OnProgress,
): Promise<Answer<CopyingCheck>> {
  const sets = setsOf(cohort, asked);
  const about = {
    records: sets.records.recordCount,
    compared_with: sets.heldOut.recordCount,
    training_samples: sets.training.length,
  };
  const left_out = tooFew("check for copies", {
    "records to check": about.records,
    "training and held-out records each": about.compared_with,
  });
  if (left_out.length > 0) return { figures: { ...about, found: null, left_out }, resampled: {} };
  const neighbours = await neighboursOf(sets, role, onProgress);
  const shares = await resampledShare(neighbours, asked);
  const { value, low, high } = estimate(shares);
  const share = { value, low: Math.max(0, low), high: Math.min(1, high) };
  const found = {
    share,
    alarmed: asked.resamples > 0 && share.low > 0.5,
    to_training: await closestRecords(neighbours.training, neighbours, asked),
    to_held_out: await closestRecords([neighbours.heldOut], neighbours, asked),
  };
  return { figures: { ...about, found, left_out }, resampled: { "found.share": shares } };
}

const lowAndMedianSchema = object({ low: estimateSchema, median: estimateSchema });
const closestSchema = object({ distance: lowAndMedianSchema, ratio: lowAndMedianSchema });

/** Whether records are nearer to training records than to held-out ones. */
export const copyingCheck: Measure<"copying_check", CopyingCheck | null> = {
  key: "copying_check",
  question: "Are there copies of training records? (A check for copies, not evidence of privacy)",
  needs: ["held_out"],
  of: ["synthetic", "floor", "memoriser"],
  schema: v.nullable(object({
    records: whole(0),
    compared_with: whole(0),
    training_samples: whole(0),
    found: v.nullable(object({
      share: estimateSchema,
      alarmed: flag,
      to_training: closestSchema,
      to_held_out: closestSchema,
    })),
    left_out: leftOutSchema,
  })),
  ask(asked, onProgress) {
    const part = progressInParts(onProgress, asked.others.length);
    return inTurn(asked, (other) => answerFor(other, asked, part()));
  },
};

/**
 * Measured values, summed over each resample of patients.
 *
 * @module
 */
import { breathe } from "../../../breathe.ts";
import type { Cohort } from "../../../cohort/cohort.ts";
import { growing } from "../../../cohort/growing.ts";
import type { OnProgress } from "../../../progress.ts";
import { resampleWeights } from "../../bootstrap.ts";
import type { Asked, Judged } from "../../measure.ts";

/** What each record has measured, as sparse rows of channels. */
interface MeasuredRecords {
  /** [records] Visits with a value. */
  readonly visits: Float64Array;
  /** [records + 1] */
  readonly offsets: Uint32Array;
  /** [entries] Index among the channels. */
  readonly channels: Uint32Array;
  /** [entries × 3] Number of values, their sum and sum of squares, both from the centre. */
  readonly sums: Float64Array;
}

/** What is measured, summed over each resample. */
export interface ResampledValues {
  /** [channels] Records with a value of each channel. */
  readonly patients: Uint32Array;
  /** [resamples + 1] */
  readonly visits: Float64Array;
  /** [resamples + 1 × channels × 3] */
  readonly sums: Float64Array;
}

/** Codes that are measured, in the vocabulary's order. */
export function measuredCodes(cohorts: readonly Cohort[]): number[] {
  const isMeasured = new Uint8Array(cohorts[0].vocabulary.codes.length);
  for (const { codes, values } of cohorts) {
    values?.forEach((value, i) => {
      if (Number.isFinite(value)) isMeasured[codes[i]] = 1;
    });
  }
  return [...isMeasured.keys()].filter((code) => isMeasured[code] === 1);
}

/**
 * [channels] What sums are taken from, so that squares of large numbers do not swallow their spread:
 * the cohort's first value, so that a value that never varies has no spread at all.
 */
export function centreOf(
  { codes, values }: Cohort,
  channelOf: Int32Array,
  channels: number,
): Float64Array {
  const centre = new Float64Array(channels).fill(NaN);
  values?.forEach((value, i) => {
    const channel = channelOf[codes[i]];
    if (Number.isNaN(centre[channel]) && Number.isFinite(value)) centre[channel] = value;
  });
  return centre.map((value) => Number.isNaN(value) ? 0 : value);
}

function measuredRecords(
  { visitOffsets, codeOffsets, codes, values, recordCount }: Cohort,
  channelOf: Int32Array,
  centre: Float64Array,
): MeasuredRecords {
  const visits = new Float64Array(recordCount);
  const offsets = new Uint32Array(recordCount + 1);
  const channels = growing((length) => new Uint32Array(length));
  const sums = growing((length) => new Float64Array(length));
  for (let record = 0; record < recordCount; record++) {
    const own = new Map<number, [count: number, sum: number, squares: number]>();
    for (let visit = visitOffsets[record]; visit < visitOffsets[record + 1]; visit++) {
      let hasValue = false;
      for (let i = codeOffsets[visit]; i < codeOffsets[visit + 1]; i++) {
        const value = values?.[i] ?? NaN;
        if (!Number.isFinite(value)) continue;
        hasValue = true;
        const channel = channelOf[codes[i]];
        const from = value - centre[channel];
        const [count, sum, squares] = own.get(channel) ?? [0, 0, 0];
        own.set(channel, [count + 1, sum + from, squares + from ** 2]);
      }
      visits[record] += Number(hasValue);
    }
    for (const [channel, three] of own) {
      channels.push(channel);
      for (const sum of three) sums.push(sum);
    }
    offsets[record + 1] = channels.length;
  }
  return { visits, offsets, channels: channels.view(), sums: sums.view() };
}

/**
 * Number, sum and sum of squares of the values of each channel, over each resample of a cohort.
 *
 * @param channelOf [codes] a code's channel
 * @param centre [channels] what sums are taken from
 */
export async function resampledValues(
  { role, cohort }: Judged,
  channelOf: Int32Array,
  centre: Float64Array,
  { seed, resamples }: Asked,
  onProgress?: OnProgress,
): Promise<ResampledValues> {
  const { visits, offsets, channels, sums } = measuredRecords(cohort, channelOf, centre);
  const channelCount = centre.length;
  const weights = new Int32Array(cohort.recordCount);
  const patients = new Uint32Array(channelCount);
  for (const channel of channels) patients[channel]++;
  const found = {
    patients,
    visits: new Float64Array(resamples + 1),
    sums: new Float64Array((resamples + 1) * channelCount * 3),
  };
  for (let resample = 0; resample <= resamples; resample++) {
    resampleWeights({ role, seed }, resample, weights);
    const row = found.sums.subarray(resample * channelCount * 3);
    for (let record = 0; record < weights.length; record++) {
      const weight = weights[record];
      if (weight === 0) continue;
      found.visits[resample] += weight * visits[record];
      for (let i = offsets[record]; i < offsets[record + 1]; i++) {
        const at = channels[i] * 3;
        row[at] += weight * sums[3 * i];
        row[at + 1] += weight * sums[3 * i + 1];
        row[at + 2] += weight * sums[3 * i + 2];
      }
    }
    if (resample % 50 > 0 && resample < resamples) continue;
    onProgress?.({ stage: "comparing values", done: resample + 1, total: resamples + 1 });
    await breathe();
  }
  return found;
}

/**
 * How closely are measured values kept: which codes are measured, and how high they come out, with
 * intervals over resamples of patients.
 *
 * Codes that only one cohort measures count as errors of presence; they have no second mean to
 * compare, so the R² of means is over the others (the original compares with 0). The original's R²
 * of means is dominated by codes with large numbers; the mean difference in standard deviations is
 * not.
 *
 * @see docs/specs/continuous.md section 3
 * @module
 */
import * as v from "valibot";
import { breathe } from "../../breathe.ts";
import type { Cohort } from "../../cohort/cohort.ts";
import { growing } from "../../cohort/growing.ts";
import { list, object, text } from "../../files/checked_json.ts";
import type { OnProgress } from "../../progress.ts";
import {
  type Estimate,
  estimateSchema,
  figureSchema,
  r2Estimate,
  resampleWeights,
} from "../bootstrap.ts";
import type { Answer, Asked, Judged, Measure } from "../measure.ts";
import {
  type ProbabilityFidelity,
  probabilityFidelity,
  probabilitySchema,
} from "./probability_fidelity.ts";
import { r2 } from "./r2.ts";

/** The values of one code in one cohort. */
export interface MeasuredCode {
  /** Share of the visits with values that have one of this code, in [0, 1]. */
  share: number;
  /** Null where it is never measured. */
  mean: number | null;
  /** Of the population; null where it is never measured. */
  sd: number | null;
}

/** How closely measured values are kept, over the codes that are measured. */
export interface ValueFidelity {
  /** Share of the visits with values that have a value of the code; codes measured in either. */
  presence: ProbabilityFidelity;
  /** Mean value, of codes measured in both. Scales differ, so large numbers dominate this R². */
  means: ProbabilityFidelity;
  /**
   * Distance of the two means in real standard deviations, on average over the codes measured in
   * both whose real values vary; its interval is moved as that of an R² is.
   */
  mean_difference: Estimate;
  /** One row a code measured in either cohort, in the vocabulary's order. */
  codes: { code: string; description: string; real: MeasuredCode; synthetic: MeasuredCode }[];
}

const maybeFigure = v.nullable(figureSchema);
const measuredSchema = object({ share: figureSchema, mean: maybeFigure, sd: maybeFigure });
const valueSchema = object({
  presence: probabilitySchema,
  means: probabilitySchema,
  mean_difference: estimateSchema,
  codes: list(object({
    code: text,
    description: text,
    real: measuredSchema,
    synthetic: measuredSchema,
  })),
});

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

/** The same over each resample. */
interface ResampledValues {
  /** [resamples + 1] */
  readonly visits: Float64Array;
  /** [resamples + 1 × channels × 3] */
  readonly sums: Float64Array;
}

/** Codes that are measured, in the vocabulary's order. */
function measuredCodes(cohorts: readonly Cohort[]): number[] {
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
function centreOf({ codes, values }: Cohort, channelOf: Int32Array, channels: number) {
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

async function resampled(
  { role, cohort }: Judged,
  { visits, offsets, channels, sums }: MeasuredRecords,
  channelCount: number,
  { seed, resamples }: Asked,
  onProgress?: OnProgress,
): Promise<ResampledValues> {
  const weights = new Int32Array(cohort.recordCount);
  const found = {
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

/** A channel's figures in one resample. */
function measured(
  { visits, sums }: ResampledValues,
  resample: number,
  channel: number,
  centre: Float64Array,
): MeasuredCode {
  const at = (resample * centre.length + channel) * 3;
  const [count, sum, squares] = sums.subarray(at, at + 3);
  const share = count / (visits[resample] || 1);
  if (count === 0) return { share, mean: null, sd: null };
  const mean = sum / count;
  const sd = Math.sqrt(Math.max(0, squares / count - mean ** 2));
  return { share, mean: centre[channel] + mean, sd };
}

interface Figures {
  presence: number;
  means: number;
  difference: number;
}

interface Pair {
  code: string;
  description: string;
  real: MeasuredCode;
  synthetic: MeasuredCode;
  /** Of the real cohort as it is; 0 where its values do not vary. */
  scale: number;
}

function figures(pairs: readonly Pair[]): Figures {
  const realMeans: number[] = [];
  const syntheticMeans: number[] = [];
  let difference = 0;
  let varying = 0;
  for (const { real, synthetic, scale } of pairs) {
    if (real.mean === null || synthetic.mean === null) continue;
    realMeans.push(real.mean);
    syntheticMeans.push(synthetic.mean);
    if (scale === 0) continue;
    difference += Math.abs(synthetic.mean - real.mean) / scale;
    varying++;
  }
  return {
    presence: r2(
      pairs.map(({ real }) => real.share),
      pairs.map(({ synthetic }) => synthetic.share),
    ),
    means: r2(realMeans, syntheticMeans),
    difference: difference / (varying || 1),
  };
}

function compared(
  names: readonly { code: string; description: string }[],
  centre: Float64Array,
  truth: ResampledValues,
  values: ResampledValues,
): Answer<ValueFidelity | null> {
  const scales = names.map((_, channel) => measured(truth, 0, channel, centre).sd ?? 0);
  const pairs = (resample: number): Pair[] =>
    names.map((name, channel) => ({
      ...name,
      scale: scales[channel],
      real: measured(truth, resample, channel, centre),
      synthetic: measured(values, resample, channel, centre),
    })).filter(({ real, synthetic }) => real.share + synthetic.share > 0);
  const own = pairs(0);
  const inBoth = own.filter(({ real, synthetic }) => real.share > 0 && synthetic.share > 0);
  if (inBoth.length === 0) return { figures: null, resampled: {} };
  const all = Array.from(truth.visits, (_, resample) => figures(pairs(resample)));
  const column = (name: keyof Figures) => Float64Array.from(all, (row) => row[name]);
  const [presence, means, difference] = [column("presence"), column("means"), column("difference")];
  const { value, low, high } = r2Estimate(difference, Infinity);
  return {
    figures: {
      presence: probabilityFidelity(presence, own.length),
      means: probabilityFidelity(means, inBoth.length),
      mean_difference: { value, low: Math.max(0, low), high },
      codes: own.map(({ scale: _, ...row }) => row),
    },
    resampled: { "presence.r2": presence, "means.r2": means, mean_difference: difference },
  };
}

async function ask(
  asked: Asked,
  onProgress?: OnProgress,
): Promise<Answer<ValueFidelity | null>[]> {
  const { real, others } = asked;
  const all = [real, ...others];
  const codes = measuredCodes(all.map(({ cohort }) => cohort));
  const { vocabulary } = real.cohort;
  const names = codes.map((index) => ({
    code: vocabulary.codes[index],
    description: vocabulary.descriptions[index],
  }));
  const channelOf = new Int32Array(vocabulary.codes.length).fill(-1);
  codes.forEach((code, channel) => channelOf[code] = channel);
  const centre = centreOf(real.cohort, channelOf, codes.length);
  const found: ResampledValues[] = [];
  for (const [i, judged] of all.entries()) {
    const records = measuredRecords(judged.cohort, channelOf, centre);
    const own: OnProgress = ({ stage, done, total }) =>
      onProgress?.({ stage, done: i * total + done, total: all.length * total });
    found.push(await resampled(judged, records, codes.length, asked, own));
  }
  const [truth, ...values] = found;
  return values.map((each) => compared(names, centre, truth, each));
}

/**
 * How closely measured values are kept; null unless some code has values in both cohorts.
 *
 * Time is linear in the distinct measured codes of all records times the resamples.
 */
export const valueFidelity: Measure<"values", ValueFidelity | null> = {
  key: "values",
  question: "Are measured values alike?",
  needs: ["values"],
  schema: v.nullable(valueSchema),
  ask,
};

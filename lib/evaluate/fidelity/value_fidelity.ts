/**
 * How closely measured values are followed: which codes are measured, and how high their values are,
 * with intervals over resamples of patients.
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
import { isShownCell } from "../../cohort/small_cells.ts";
import { list, object, text, whole } from "../../files/checked_json.ts";
import type { OnProgress } from "../../progress.ts";
import { type Estimate, estimateSchema, figureSchema, maybeFigureSchema } from "../bootstrap.ts";
import type { Answer, Asked, Measure } from "../measure.ts";
import { progressInParts } from "../progress_in_parts.ts";
import {
  centreOf,
  measuredCodes,
  type ResampledValues,
  resampledValues,
} from "./counting/resampled_values.ts";
import { distanceEstimate } from "./distribution_distance.ts";
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
  /** Null if it is never measured. */
  mean: number | null;
  /** Standard deviation of the population; null if it is never measured. */
  sd: number | null;
}

/** How closely measured values are followed, over the codes that are measured. */
export interface ValueFidelity {
  /** Share of the visits with values that have a value of the code; codes measured in either. */
  presence: ProbabilityFidelity;
  /** Mean value, of codes measured in both. Scales differ, so large numbers dominate this R². */
  means: ProbabilityFidelity;
  /**
   * Distance of the two means in real standard deviations, on average over the codes measured in
   * both whose real values vary; its interval is moved as that of an R² is. Null without such codes.
   */
  mean_difference: Estimate | null;
  /**
   * Measured codes without a row, since fewer than `min_cell` real patients have a value; absent if
   * every code has a row.
   */
  rare_codes?: number | undefined;
  /** One row per code that either cohort measures, in the order of the vocabulary. */
  codes: { code: string; description: string; real: MeasuredCode; synthetic: MeasuredCode }[];
}

const measuredSchema = object({
  share: figureSchema,
  mean: maybeFigureSchema,
  sd: maybeFigureSchema,
});
const valueSchema = object({
  presence: probabilitySchema,
  means: probabilitySchema,
  mean_difference: v.nullable(estimateSchema),
  rare_codes: v.optional(whole(1)),
  codes: list(object({
    code: text,
    description: text,
    real: measuredSchema,
    synthetic: measuredSchema,
  })),
});

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
  /** Whether it gets a row. */
  isShown: boolean;
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
    difference: difference / varying, // NaN where nothing varies
  };
}

function compared(
  names: readonly { code: string; description: string }[],
  centre: Float64Array,
  [truth, values]: readonly ResampledValues[],
  isShown: (channel: number) => boolean,
): Answer<ValueFidelity | null> {
  const scales = names.map((_, channel) => measured(truth, 0, channel, centre).sd ?? 0);
  const pairs = (resample: number): Pair[] =>
    names.map((name, channel) => ({
      ...name,
      scale: scales[channel],
      isShown: isShown(channel),
      real: measured(truth, resample, channel, centre),
      synthetic: measured(values, resample, channel, centre),
    })).filter(({ real, synthetic }) => real.share + synthetic.share > 0);
  const own = pairs(0);
  const inBoth = own.filter(({ real, synthetic }) => real.share > 0 && synthetic.share > 0);
  if (inBoth.length === 0) return { figures: null, resampled: {} };
  const all = Array.from(truth.visits, (_, resample) => figures(pairs(resample)));
  const column = (name: keyof Figures) => Float64Array.from(all, (row) => row[name]);
  const [presence, means, difference] = [column("presence"), column("means"), column("difference")];
  const distance = distanceEstimate(difference);
  const rows = own.filter(({ isShown }) => isShown)
    .map(({ code, description, real, synthetic }) => ({ code, description, real, synthetic }));
  const rare_codes = own.length - rows.length;
  return {
    figures: {
      presence: probabilityFidelity(presence, own.length),
      means: probabilityFidelity(means, inBoth.length),
      mean_difference: Number.isNaN(distance.value) ? null : distance,
      ...rare_codes > 0 && { rare_codes },
      codes: rows,
    },
    resampled: { "presence.r2": presence, "means.r2": means, mean_difference: difference },
  };
}

async function ask(
  asked: Asked,
  onProgress?: OnProgress,
): Promise<Answer<ValueFidelity | null>[]> {
  const { real, others, minCell = 1 } = asked;
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
  const part = progressInParts(onProgress, all.length);
  for (const judged of all) {
    found.push(await resampledValues(judged, channelOf, centre, asked, part()));
  }
  const [truth, ...values] = found;
  return values.map((each, i) => {
    const ofPatients = others[i].role === "held_out" ? [truth, each] : [truth];
    const isShown = (channel: number) =>
      isShownCell(minCell, ...ofPatients.map(({ patients }) => patients[channel]));
    return compared(names, centre, [truth, each], isShown);
  });
}

/**
 * How closely measured values are followed; null unless some code has values in both cohorts.
 *
 * Time is linear in the distinct measured codes of all records times the resamples.
 */
export const valueFidelity: Measure<"values", ValueFidelity | null> = {
  key: "values",
  question: "Do measured values have the right distribution?",
  needs: ["values"],
  schema: v.nullable(valueSchema),
  ask,
};

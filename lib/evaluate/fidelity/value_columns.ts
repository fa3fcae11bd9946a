/**
 * The figures behind measured values in each resample of patients: of each code, and of pairs of codes.
 *
 * @module
 */
import { quantile } from "../../cohort/quantile.ts";
import type { OnProgress } from "../../progress.ts";
import { affordableResamples } from "../affordable_resamples.ts";
import type { Asked } from "../measure.ts";
import { progressInParts } from "../progress_in_parts.ts";
import { centreOf } from "./counting/resampled_values.ts";
import { type Cumulative, cumulative, distancesFrom, totalOf } from "./distribution_distance.ts";
import {
  type Channels,
  channelsOf,
  type Correlations,
  observer,
  pairsOf,
  valueRows,
} from "./measured_series.ts";
import { observations, resampledCorrelations } from "./resampled_correlations.ts";
import { type KindsOfSums, resampledFigures, sumsOf } from "./resampled_sums.ts";

/** Codes between which correlations are compared at most. */
const mostPaired = 15;
/** Real values, or pairs of them, that a figure needs. */
export const fewestValues = 20;

/** The figures of one code, [used + 1] each; NaN where there is nothing to compare. */
export interface ChannelColumns {
  /** 1 minus the Kolmogorov-Smirnov distance. */
  readonly ks_complement: Float64Array;
  /** Wasserstein-1 distance in interquartile ranges of the real values. */
  readonly wasserstein_iqr: Float64Array;
  /** Share of visits with a value, minus the real one. */
  readonly visits_difference: Float64Array;
  /** Share of patients with a value, minus the real one. */
  readonly patients_difference: Float64Array;
  /** Correlation of a value with the next one, minus the real one. */
  readonly lag_1_difference: Float64Array;
}

/** The figures of one cohort. */
export interface ValueColumns {
  readonly channels: ChannelColumns[];
  /** Correlations of patients' means, minus the real ones; of pairs that enough patients have. */
  readonly patientPairs: Float64Array[];
  /** Correlations within visits, minus the real ones; of pairs that enough visits have. */
  readonly visitPairs: Float64Array[];
}

/** The part of an array over cells that belongs to a channel. */
function cellsOf(all: Float64Array, { offsets }: Channels, channel: number): Float64Array {
  return all.subarray(offsets[channel], offsets[channel + 1]);
}

/** Interquartile range of ascending values with whole weights. */
function interquartileRange(values: Float64Array, weights: Float64Array): number {
  const all = new Float64Array(totalOf(weights));
  let filled = 0;
  values.forEach((value, cell) => all.fill(value, filled, filled += weights[cell]));
  return quantile(all, 0.75) - quantile(all, 0.25);
}

/** A channel in one resample of real records, to be compared with the others. */
interface RealChannel {
  readonly distribution: Cumulative;
  /** Share of visits with a value. */
  readonly visits: number;
  /** Share of patients with a value. */
  readonly patients: number;
}

/** Figures of one resample: of the real cohort once, and from them each code's for one of the others. */
function comparing(channels: Channels, ranges: readonly number[]) {
  const ofChannels = ranges.map((range, channel) => {
    const at = cellsOf(channels.values, channels, channel);
    const names = ["ks_complement", "wasserstein_iqr", "visits_difference", "patients_difference"];
    const [ks, wasserstein, visits, patients] = names.map((name) => `${name} ${channel}`);
    const shares = new Float64Array(at.length);
    return { range, channel, at, shares, ks, wasserstein, visits, patients };
  });
  return ([values, patients, [records, visits]]: KindsOfSums) => {
    const truth = ofChannels.map(({ channel, at, shares }): RealChannel => {
      const distribution = cumulative(at, cellsOf(values, channels, channel), shares);
      return {
        distribution,
        visits: distribution.total / visits,
        patients: patients[channel] / records,
      };
    });
    return ([values, patients, [records, visits]]: KindsOfSums): Record<string, number> => {
      const figures: Record<string, number> = {};
      for (const { range, channel, at, ...names } of ofChannels) {
        const own = cellsOf(values, channels, channel);
        const { total, largest, area } = distancesFrom(truth[channel].distribution, at, own);
        figures[names.ks] = 1 - largest;
        figures[names.wasserstein] = range > 0 ? area / range : NaN;
        figures[names.visits] = total / visits - truth[channel].visits;
        figures[names.patients] = patients[channel] / records - truth[channel].patients;
      }
      return figures;
    };
  };
}

/** Correlations of each cohort, real first, and how they are laid out. */
interface AllCorrelations {
  readonly sizes: Correlations;
  /** Real pairs of numbers behind each correlation. */
  readonly pairs: Float64Array;
  /** [cohorts][(used + 1) × correlations] */
  readonly found: readonly Float64Array[];
}

/** A cohort's columns, from those of its distributions and from the correlations. */
function columnsOf(
  own: Readonly<Record<string, Float64Array>>,
  { sizes, pairs, found }: AllCorrelations,
  cohort: number,
): ValueColumns {
  const [real, other] = [found[0], found[cohort]];
  const difference = (correlation: number) =>
    Float64Array.from({ length: other.length / pairs.length }, (_, resample) => {
      const at = resample * pairs.length + correlation;
      return other[at] - real[at];
    });
  const block = (first: number) =>
    Array.from({ length: pairsOf(sizes) }, (_, pair) => first + pair)
      .filter((each) => pairs[each] >= fewestValues).map(difference);
  const nothing = new Float64Array(other.length / pairs.length).fill(NaN);
  return {
    channels: Array.from({ length: sizes.channels }, (_, channel) => {
      const ks_complement = own[`ks_complement ${channel}`];
      const isFollowed = pairs[channel] >= fewestValues && !Number.isNaN(ks_complement[0]);
      return {
        ks_complement,
        wasserstein_iqr: own[`wasserstein_iqr ${channel}`],
        visits_difference: own[`visits_difference ${channel}`],
        patients_difference: own[`patients_difference ${channel}`],
        lag_1_difference: isFollowed ? difference(channel) : nothing,
      };
    }),
    patientPairs: block(sizes.channels),
    visitPairs: block(sizes.channels + pairsOf(sizes)),
  };
}

/**
 * The figures of each of `asked.others` in each resample.
 *
 * @param compared vocabulary indices of the codes, those with the most real values first
 * @returns also [cohorts][channels] the patients with a value of each code, those of the real cohort
 *   first
 */
export async function valueColumns(
  asked: Asked,
  compared: readonly number[],
  onProgress?: OnProgress,
): Promise<{ columns: ValueColumns[]; patients: Float64Array[] }> {
  const all = [asked.real, ...asked.others];
  const cohorts = all.map(({ cohort }) => cohort);
  const channels = channelsOf(cohorts, compared);
  const rows = cohorts.map((cohort) => valueRows(cohort, channels));
  const centre = centreOf(asked.real.cohort, channels.channelOf, compared.length);
  const sizes = { channels: compared.length, paired: Math.min(mostPaired, compared.length) };
  const correlations = sizes.channels + 2 * pairsOf(sizes);
  const observe = cohorts.map((cohort) => observer(cohort, channels.channelOf, centre, sizes));
  const seen = cohorts.map(({ recordCount }, i) =>
    observations(recordCount, correlations, observe[i])
  );
  const operations = rows.map(({ values }, i) =>
    totalOf(sumsOf(values)) + 2 * channels.values.length + seen[i].operations
  );
  const used = affordableResamples(asked.resamples, Math.max(...operations));
  const how = { ...asked, resamples: used };
  const own = sumsOf(rows[0].values);
  const ranges = compared.map((_, channel) =>
    interquartileRange(
      cellsOf(channels.values, channels, channel),
      cellsOf(own, channels, channel),
    )
  );
  const part = progressInParts(onProgress, 1 + all.length);
  const found = await resampledFigures<string>(
    how,
    [rows.map((each) => each.values), rows.map((each) => each.patients), rows.map((r) => r.totals)],
    comparing(channels, ranges),
    part(),
  );
  const ofAll: Float64Array[] = [];
  for (const [i, judged] of all.entries()) {
    ofAll.push(await resampledCorrelations(judged, correlations, observe[i], how, part()));
  }
  return {
    columns: found.map((each, i) =>
      columnsOf(each, { sizes, pairs: seen[0].pairs, found: ofAll }, i + 1)
    ),
    patients: rows.map(({ patients }) => sumsOf(patients)),
  };
}

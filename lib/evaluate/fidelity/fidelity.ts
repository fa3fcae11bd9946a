/**
 * How true is a synthetic cohort to the training records, on a scale from its floor (records drawn
 * from independent marginals) to its ceiling (held-out real records).
 *
 * @module
 */
import type { Cohort } from "../../cohort/cohort.ts";
import type { OnProgress } from "../../progress.ts";
import { checkResamples, estimate, r2Estimate, resampledSums } from "../bootstrap.ts";
import type { Fidelity, FidelityFigures, LabelPrevalence } from "../report.ts";
import { aggregate, aggregateStatistics } from "./aggregate_statistics.ts";
import { gapFidelity, type GapSums, gapSums } from "./gap_days.ts";
import { independentMarginals } from "./independent_marginals.ts";
import { type CodeKind, codeKinds } from "./counting/key_rows.ts";
import {
  type Played,
  probabilityFidelity,
  type ResampledR2,
  resampledR2,
} from "./probability_fidelity.ts";
import { r2 } from "./r2.ts";
import { valueFidelity } from "./value_fidelity.ts";
import { checkVocabularies } from "../vocabularies.ts";
import { withoutEmptyRecords } from "../without_empty_records.ts";

/** How to judge fidelity. */
export interface FidelityOptions {
  /** Names the resamples and the floor; a whole number, at least 0; 0 when left out. */
  readonly seed?: number;
  /** Resamples of patients behind each interval; 1,000 when left out, 0 for none. */
  readonly resamples?: number;
  /** Told of every block of resamples. */
  readonly onProgress?: OnProgress;
}

/** Sums over each resample, from which lengths, prevalences and days are divided. */
interface Sums {
  readonly records: number;
  /** [resamples + 1 × (2 + labels + 3)] visits, codes, records with each label, {@link GapSums}. */
  readonly sums: Float64Array;
  readonly width: number;
}

function recordSums({ role, cohort }: Played, seed: number, resamples: number): Sums {
  const { visitOffsets, codeOffsets, labels, recordCount } = cohort;
  const labelCount = cohort.labelNames.length;
  const width = 2 + labelCount + 3;
  const features = new Float64Array(recordCount * width);
  for (let record = 0; record < recordCount; record++) {
    const from = visitOffsets[record];
    const to = visitOffsets[record + 1];
    features[record * width] = to - from;
    features[record * width + 1] = codeOffsets[to] - codeOffsets[from];
    const own = labels.subarray(record * labelCount, (record + 1) * labelCount);
    features.set(own, record * width + 2);
    features.set(gapSums(cohort, record), record * width + 2 + labelCount);
  }
  const sums = resampledSums({ role, seed }, features, width, resamples);
  return { records: recordCount, sums, width };
}

/** [resamples + 1] A figure of each resample, from that resample's row of sums. */
function figures({ sums, width }: Sums, figure: (row: Float64Array) => number): Float64Array {
  return Float64Array.from(
    { length: sums.length / width },
    (_, resample) => figure(sums.subarray(resample * width, (resample + 1) * width)),
  );
}

/** [resamples + 1] */
function gaps({ sums, width }: Sums): GapSums[] {
  return Array.from({ length: sums.length / width }, (_, resample) => {
    const end = (resample + 1) * width;
    return [sums[end - 3], sums[end - 2], sums[end - 1]];
  });
}

function prevalenceFidelity(
  names: readonly string[],
  real: Sums,
  synthetic: Sums,
): LabelPrevalence {
  const shares = [real, synthetic].map((sums) =>
    names.map((_, label) => figures(sums, (row) => row[2 + label] / sums.records))
  );
  const labels = names.map((label, i) => ({
    label,
    real: estimate(shares[0][i]),
    synthetic: estimate(shares[1][i]),
  }));
  if (names.length < 2) return { r2: null, r2_low: null, r2_high: null, labels };
  const found = r2Estimate(
    figures(real, () => 0).map((_, resample) => {
      const [truth, judged] = shares.map((each) => each.map((share) => share[resample]));
      return r2(truth, judged);
    }),
  );
  return { r2: found.value, r2_low: found.low, r2_high: found.high, labels };
}

/** The fidelity figures of one cohort, and the R² of every resample behind them. */
export interface ResampledFidelity {
  readonly figures: FidelityFigures;
  /** [resamples + 1] R² of shares of visits, first of the cohorts as they are. */
  readonly r2: Readonly<Record<CodeKind, Float64Array>>;
}

/**
 * The fidelity figures of several cohorts against one real cohort, all against the same resamples
 * of it.
 *
 * @returns one entry for each of `others`
 * @throws {RangeError} If vocabularies or labels differ, a cohort is empty, or an option is out of
 *   range
 */
export async function fidelityFigures(
  real: Played,
  others: readonly Played[],
  options: FidelityOptions = {},
): Promise<FidelityFigures[]> {
  return (await resampledFidelity(real, others, options)).map(({ figures }) => figures);
}

/** {@link fidelityFigures} with the resamples, for differences between models; throws the same. */
export async function resampledFidelity(
  real: Played,
  others: readonly Played[],
  { seed = 0, resamples = 1000, onProgress }: FidelityOptions = {},
): Promise<ResampledFidelity[]> {
  checkResamples(resamples, real.cohort.labelNames.length);
  for (const { role, cohort } of [real, ...others]) {
    checkVocabularies(real.cohort, cohort);
    if (cohort.recordCount === 0 || cohort.visitCount === 0) {
      throw new RangeError(`Cannot judge fidelity: the ${role.replace("_", "-")} cohort is empty`);
    }
  }
  const kinds: ResampledR2[][] = [];
  for (const kind of codeKinds) {
    kinds.push(await resampledR2(kind, real, others, { seed, resamples, onProgress }));
  }
  const values = await valueFidelity(real, others, { seed, resamples, onProgress });
  const realSums = recordSums(real, seed, resamples);
  const realLengths = aggregateStatistics(real.cohort);
  const visits = (sums: Sums) => figures(sums, (row) => row[0] / sums.records);
  const codes = (sums: Sums) => figures(sums, (row) => row[1] / row[0]);
  return others.map((other, i) => {
    const sums = recordSums(other, seed, resamples);
    const lengths = aggregateStatistics(other.cohort);
    const [unigram, sameVisit, sequential] = kinds.map((found) => found[i]);
    const found: FidelityFigures = {
      unigram: probabilityFidelity(unigram.perVisit, unigram.keys),
      same_visit_bigram: probabilityFidelity(sameVisit.perVisit, sameVisit.keys),
      sequential_bigram: probabilityFidelity(sequential.perVisit, sequential.keys),
      record_unigram: probabilityFidelity(unigram.perRecord, unigram.keys),
      record_same_visit_bigram: probabilityFidelity(sameVisit.perRecord, sameVisit.keys),
      record_sequential_bigram: probabilityFidelity(sequential.perRecord, sequential.keys),
      aggregate: {
        visits_per_record: aggregate(
          realLengths.visitsPerRecord,
          lengths.visitsPerRecord,
          visits(realSums),
          visits(sums),
        ),
        codes_per_visit: aggregate(
          realLengths.codesPerVisit,
          lengths.codesPerVisit,
          codes(realSums),
          codes(sums),
        ),
      },
      label_prevalence: prevalenceFidelity(real.cohort.labelNames, realSums, sums),
      values: values[i],
      gap_days: gapFidelity(gaps(realSums), gaps(sums)),
    };
    const r2 = {
      unigram: unigram.perVisit,
      same_visit_bigram: sameVisit.perVisit,
      sequential_bigram: sequential.perVisit,
    };
    return { figures: found, r2 };
  });
}

/**
 * The fidelity of a synthetic cohort to the training records, with its ceiling and its floor.
 * Records without visits are left out, real ones too, and the synthetic ones among them counted.
 *
 * @param cohorts.train the real records that the generator learned from
 * @param cohorts.heldOut real records that it never saw, for the ceiling
 * @param cohorts.synthetic about as many records as `train`
 * @throws {RangeError} As {@link fidelityFigures}
 */
export async function fidelity(
  cohorts: { train: Cohort; heldOut: Cohort; synthetic: Cohort },
  options: FidelityOptions = {},
): Promise<Fidelity> {
  const train = withoutEmptyRecords(cohorts.train);
  const heldOut = withoutEmptyRecords(cohorts.heldOut);
  const synthetic = withoutEmptyRecords(cohorts.synthetic);
  const [own, ceiling, floor] = await fidelityFigures({ role: "real", cohort: train }, [
    { role: "synthetic", cohort: synthetic },
    { role: "held_out", cohort: heldOut },
    { role: "floor", cohort: independentMarginals(train, { seed: options.seed ?? 0 }) },
  ], options);
  return {
    ...own,
    ceiling,
    floor,
    records_without_visits: cohorts.synthetic.recordCount - synthetic.recordCount,
  };
}

/**
 * Where is a synthetic cohort on the scale from its floor (records drawn from independent marginals)
 * to its ceiling (held-out real records)? Beside it stands the memoriser, which copies training
 * records: it shows what a figure cannot see.
 *
 * @module
 */
import { type Cohort, copiesOf } from "../cohort/cohort.ts";
import { sharedCohort } from "../cohort/shared_cohort.ts";
import { stream } from "../random.ts";
import type { Estimate } from "./bootstrap.ts";
import { inEqualNumbers } from "./equal_numbers.ts";
import { independentMarginals } from "./fidelity/independent_marginals.ts";
import { judge, type Judgement, judgementBy, type JudgeOptions } from "./judge.ts";
import type { FiguresOf, Judged, Measure } from "./measure.ts";
import { pairedDifferences } from "./paired_differences.ts";
import type { Scale } from "./report.ts";
import { withoutEmptyRecords } from "./without_empty_records.ts";

/** The cohorts of a scale in memory that threads share, all without records that have no visits. */
export interface ScaledCohorts {
  /** The training records. */
  readonly real: Judged;
  /** Synthetic, held-out, floor and memoriser. */
  readonly others: readonly Judged[];
  /** Synthetic and held-out in equal numbers, see {@link inEqualNumbers}. */
  readonly equal: readonly Judged[];
  /** The held-out records. */
  readonly heldOut: Cohort;
  /** Synthetic records that were left out. */
  readonly recordsWithoutVisits: number;
}

/** As many records as the source has, each a copy of one of its records, drawn with replacement. */
function memorised(source: Cohort, seed: number): Cohort {
  const { recordCount } = source;
  const draws = stream("copies", seed);
  const drawn = Int32Array.from({ length: recordCount }, () => draws.integer(recordCount));
  return copiesOf(source, drawn);
}

/**
 * The cohorts of a scale. Records without visits are left out, real ones too.
 *
 * @param cohorts.train the training records
 * @param cohorts.heldOut real records that it never saw, for the ceiling
 * @param cohorts.synthetic about as many records as `train`
 * @param seed random seed of the floor, the memoriser and samples in equal numbers
 */
export function scaledCohorts(
  cohorts: { train: Cohort; heldOut: Cohort; synthetic: Cohort },
  seed: number,
): ScaledCohorts {
  const [train, heldOut, synthetic] = [cohorts.train, cohorts.heldOut, cohorts.synthetic]
    .map((each) => sharedCohort(withoutEmptyRecords(each)));
  const judged: Judged[] = [
    { role: "synthetic", cohort: synthetic },
    { role: "held_out", cohort: heldOut },
  ];
  return {
    real: { role: "real", cohort: train },
    others: [
      ...judged,
      { role: "floor", cohort: sharedCohort(independentMarginals(train, { seed })) },
      { role: "memoriser", cohort: sharedCohort(memorised(train, seed)) },
    ],
    equal: inEqualNumbers(judged, seed).map((each) =>
      each.isSample ? { ...each, cohort: sharedCohort(each.cohort) } : each
    ),
    heldOut,
    recordsWithoutVisits: cohorts.synthetic.recordCount - synthetic.recordCount,
  };
}

/** How far a synthetic cohort is from its ceiling, at equal numbers of patients. */
export interface FromCeiling {
  /** Patients in each of the two cohorts, see {@link inEqualNumbers}. */
  readonly patients: number;
  /** Held-out patients in all, with at least one visit. */
  readonly heldOut: number;
  /** Figure of the synthetic records minus that of held-out ones, by `measure.path`. */
  readonly differences: Readonly<Record<string, Estimate>>;
}

/** The figures of a synthetic cohort on its scale. */
export interface OnScale<Figures> {
  /** Its figures, with its ceiling and its floor. */
  readonly figures: Figures & Scale<Figures>;
  /** Its distance from the ceiling. */
  readonly fromCeiling: FromCeiling;
  /** [resamples + 1] of each of its headline figures, by `measure.path`. */
  readonly resampled: Readonly<Record<string, Float64Array>>;
}

/** All cohorts that are compared with the training records. */
export function comparedOf({ others, equal }: ScaledCohorts): Judged[] {
  return [...others, ...equal.filter(({ isSample }) => isSample)];
}

/**
 * Asks measures about all cohorts of a scale.
 *
 * @throws {RangeError} As {@link judge}
 */
export function judgeScale<Measures extends readonly Measure[]>(
  measures: Measures,
  cohorts: ScaledCohorts,
  options: Omit<JudgeOptions, "real" | "others" | "heldOut">,
): Promise<Judgement<Measures>[]> {
  const { real, heldOut } = cohorts;
  return judge(measures, { ...options, real, others: comparedOf(cohorts), heldOut });
}

/**
 * The figures of a synthetic cohort, with its ceiling, its floor and its distance from the ceiling.
 *
 * @param judgements of {@link judgeScale}, by these measures and perhaps others
 */
export function onScale<Measures extends readonly Measure[]>(
  measures: Measures,
  cohorts: ScaledCohorts,
  judgements: readonly Judgement<readonly Measure[]>[],
): OnScale<FiguresOf<Measures>> {
  const { equal, heldOut } = cohorts;
  const all = comparedOf(cohorts);
  const own = judgements.map((each) => judgementBy(measures, each));
  const [synthetic, ceiling, floor, memoriser] = own.map(({ figures }) => figures);
  const [sampled, equalCeiling] = equal.map((each) => own[all.indexOf(each)].resampled);
  return {
    figures: { ...synthetic, ceiling, floor, memoriser },
    fromCeiling: {
      patients: equal[0].cohort.recordCount,
      heldOut: heldOut.recordCount,
      differences: pairedDifferences(sampled, equalCeiling),
    },
    resampled: own[0].resampled,
  };
}

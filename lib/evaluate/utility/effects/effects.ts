/**
 * Would an analysis of synthetic records find the same associations? Log odds ratios, with the patient
 * as the unit, of codes with labels (both anywhere in the record) and of codes with later codes (in the
 * first and second half of the visits), against those of the real records.
 *
 * Of each kind there are at most 50 effects, chosen once in the real records for all cohorts. Half of them
 * are those that are most certain there, with the largest ratio to the standard error: they may be lost.
 * The others are of exposures and outcomes about as many patients have as lack, whatever the
 * effect: they may be invented. Held-out records show how much chance there is in this choice. Each log
 * odds ratio has half a patient added to each cell and Woolf's interval. They are associations, not
 * adjusted for anything: the question is whether both cohorts give the same answer, not whether it is
 * causal.
 *
 * @module
 */
import * as v from "valibot";
import { codeMask } from "../../../cohort/code_mask.ts";
import { list, object, type Schema, text, whole } from "../../../files/checked_json.ts";
import type { OnProgress } from "../../../progress.ts";
import {
  type Estimate,
  estimateSchema,
  figureSchema,
  r2Estimate,
  type Role,
} from "../../bootstrap.ts";
import { r2 } from "../../fidelity/r2.ts";
import {
  type RecordRows,
  recordRows,
  resampledFigures,
  sumsOf,
} from "../../fidelity/resampled_sums.ts";
import type { Answer, Asked, Judged, Measure } from "../../measure.ts";
import {
  chosenPairs,
  codesAndLabels,
  codesAndLaterCodes,
  type Pair,
  type Reader,
  tableOf,
} from "./exposures.ts";
import {
  intervalOf,
  intervalOverlap,
  isSignificant,
  type LogOddsRatio,
  logOddsRatio,
  type Table,
} from "./odds_ratio.ts";

/** An effect in both cohorts: log odds ratios with Woolf's 95% intervals. */
export interface ComparedEffect {
  /** "exposure → outcome". */
  effect: string;
  /** What the two mean; absent in older reports. */
  description?: string | undefined;
  /** Log odds ratio in the real cohort. */
  real: Estimate;
  /** Log odds ratio in the other cohort. */
  synthetic: Estimate;
  /** How far both intervals overlap, see {@link EffectAgreement}. */
  interval_overlap: number;
}

/**
 * How well the effects of a kind agree. Intervals are over resamples of patients of both cohorts, moved
 * as that of a `ProbabilityFidelity` is.
 */
export interface EffectAgreement {
  /** R² of the log odds ratios, real as truth; 1 is best. */
  r2: Estimate;
  /**
   * Slope of the synthetic on the real ones; 1 is best, below it effects are too weak. The errors of the
   * real ones and the choice of the most certain ones lower it for any cohort; the ceiling shows how much.
   */
  slope: Estimate;
  /**
   * Share with the same sign, in [0, 1], of those whose interval excludes 0 in the real records; null
   * if there is none.
   */
  same_sign: Estimate | null;
  /**
   * Mean overlap of the intervals (Karr et al. 2006): 1 if all are equal, below 0 if they do not meet on
   * average.
   */
  interval_overlap: Estimate;
  /** Number of effects. */
  effects: number;
  /** How many of them have an interval that excludes 0 in the real records. */
  significant: number;
  /** Effects that are not listed, since fewer than `min_cell` real patients are in a cell; may be absent. */
  rare_effects?: number | undefined;
  /** One row for each effect. */
  list: ComparedEffect[];
}

/** Agreement of both kinds; null if too few effects can be estimated. */
export interface Effects {
  /** Of codes on labels. */
  labels: EffectAgreement | null;
  /** Of codes on later codes. */
  codes: EffectAgreement | null;
  /** Kinds without figures, and why. */
  left_out: { label: string; reason: string }[];
}

const agreementSchema: Schema<EffectAgreement | null> = v.nullable(object({
  r2: estimateSchema,
  slope: estimateSchema,
  same_sign: v.nullable(estimateSchema),
  interval_overlap: estimateSchema,
  effects: whole(1),
  significant: whole(0),
  rare_effects: v.optional(whole(1)),
  list: list(object({
    effect: text,
    description: v.optional(text),
    real: estimateSchema,
    synthetic: estimateSchema,
    interval_overlap: figureSchema,
  })),
}));

/** Effects of each kind. */
const mostEffects = 50;
/** Effects below which nothing is said about a kind. */
const leastEffects = 5;

const kinds = ["labels", "codes"] as const;
type Kind = typeof kinds[number];

/** The effects of a kind that are asked about. */
interface Chosen {
  readonly kind: Kind;
  readonly read: Reader;
  readonly pairs: readonly Pair[];
}

async function chosenOf(kind: Kind, { cohort }: Judged): Promise<Chosen> {
  const read = kind === "labels" ? codesAndLabels : codesAndLaterCodes;
  const outcomes = kind === "labels" ? cohort.labelNames.length : cohort.vocabulary.codes.length;
  return { kind, read, pairs: await chosenPairs(cohort, read, { outcomes, most: mostEffects }) };
}

/** [pairs × 3 + 1] Patients of each pair with both, the exposure, the outcome; and all patients. */
function tableRows({ kind, read, pairs }: Chosen, { cohort }: Judged): RecordRows {
  const wanted = codeMask(
    cohort,
    pairs.map(({ exposure }) => exposure),
    kind === "labels" ? [] : pairs.map(({ outcome }) => outcome),
  );
  return recordRows(cohort, 3 * pairs.length + 1, (record, add) => {
    const own = read(cohort, record, wanted);
    if (own === undefined) return;
    add(3 * pairs.length);
    for (const [i, { exposure, outcome }] of pairs.entries()) {
      const isExposed = own.exposures.has(exposure);
      const hasOutcome = own.outcomes.has(outcome);
      if (isExposed && hasOutcome) add(3 * i);
      if (isExposed) add(3 * i + 1);
      if (hasOutcome) add(3 * i + 2);
    }
  });
}

function tablesFrom(sums: Float64Array): Table[] {
  const patients = sums[sums.length - 1];
  return Array.from(
    { length: (sums.length - 1) / 3 },
    (_, i) => tableOf(sums[3 * i], sums[3 * i + 1], sums[3 * i + 2], patients),
  );
}

function ratiosFrom(sums: Float64Array): LogOddsRatio[] {
  return tablesFrom(sums).map(logOddsRatio);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}

/** Slope of the least-squares line. */
function slopeOf(x: readonly number[], y: readonly number[]): number {
  const center = mean(x);
  const across = x.reduce((sum, each, i) => sum + (each - center) * y[i], 0);
  return across / x.reduce((sum, each) => sum + (each - center) ** 2, 0);
}

const figureNames = ["r2", "slope", "same_sign", "interval_overlap"] as const;

/**
 * The figures of a resample.
 *
 * @param significant indices of the effects whose signs are compared; the same in all resamples
 */
function agreement(
  real: readonly LogOddsRatio[],
  synthetic: readonly LogOddsRatio[],
  significant: readonly number[],
): Record<typeof figureNames[number], number> {
  const [x, y] = [real, synthetic].map((of) => of.map(({ value }) => value));
  return {
    r2: r2(x, y),
    slope: slopeOf(x, y),
    same_sign: mean(significant.map((i) => Number(Math.sign(x[i]) === Math.sign(y[i])))),
    interval_overlap: mean(real.map((each, i) => intervalOverlap(each, synthetic[i]))),
  };
}

/** With the interval moved, see `r2Estimate`. */
function moved(series: Float64Array, highest: number): Estimate {
  const { value, low, high } = r2Estimate(series, highest);
  return { value, low, high };
}

/** The tables of both cohorts as they are, and the names of their pairs. */
interface Listed {
  readonly names: readonly Pick<ComparedEffect, "effect" | "description">[];
  readonly real: readonly Table[];
  readonly synthetic: readonly Table[];
  /** Whether the other cohort's patients are real too. */
  readonly areReal: boolean;
}

/** Rows of the effects that may be shown. */
function listOf({ names, real, synthetic, areReal }: Listed, minCell: number): ComparedEffect[] {
  const least = (table: Table) => Math.min(...Object.values(table));
  return names.flatMap((name, i) => {
    const patients = areReal ? Math.min(least(real[i]), least(synthetic[i])) : least(real[i]);
    if (minCell > 1 && patients < minCell) return [];
    const [of, other] = [logOddsRatio(real[i]), logOddsRatio(synthetic[i])];
    const interval_overlap = intervalOverlap(of, other);
    return { ...name, real: intervalOf(of), synthetic: intervalOf(other), interval_overlap };
  });
}

/** An agreement from [resamples + 1] of each figure. */
function agreementOf(
  series: Readonly<Record<typeof figureNames[number], Float64Array>>,
  listed: Listed,
  minCell: number,
): EffectAgreement {
  const rows = listOf(listed, minCell);
  const rare = listed.names.length - rows.length;
  const significant = listed.real.map(logOddsRatio).filter(isSignificant).length;
  return {
    r2: moved(series.r2, 1),
    slope: moved(series.slope, Infinity),
    same_sign: significant > 0 ? moved(series.same_sign, 1) : null,
    interval_overlap: moved(series.interval_overlap, 1),
    effects: listed.names.length,
    significant,
    ...rare > 0 && { rare_effects: rare },
    list: rows,
  };
}

/** Roles whose patients are real. */
const realRoles: readonly Role[] = ["held_out", "memoriser"];

/** The agreement of one kind, for each of the others. */
async function askKind(
  asked: Asked,
  chosen: Chosen,
  onProgress?: OnProgress,
): Promise<Answer<EffectAgreement>[]> {
  const { real, others, minCell = 1 } = asked;
  const { kind, pairs } = chosen;
  const { vocabulary, labelNames } = real.cohort;
  const { codes, descriptions } = vocabulary;
  const [outcomes, described] = kind === "labels"
    ? [labelNames, labelNames]
    : [codes, descriptions];
  const names = pairs.map(({ exposure, outcome }) => ({
    effect: `${codes[exposure]} → ${outcomes[outcome]}`,
    description: `${descriptions[exposure]} → ${described[outcome]}`,
  }));
  const rows = [real, ...others].map((each) => tableRows(chosen, each));
  const [truth, ...judged] = rows.map((each) => tablesFrom(sumsOf(each)));
  const significant = [...truth.keys()].filter((i) => isSignificant(logOddsRatio(truth[i])));
  const found = await resampledFigures(
    asked,
    [rows],
    ([of]) => ([other]) => agreement(ratiosFrom(of), ratiosFrom(other), significant),
    onProgress,
  );
  return found.map((series, i) => {
    const areReal = realRoles.includes(others[i].role);
    const listed = { names, real: truth, synthetic: judged[i], areReal };
    const headlines = figureNames.filter((name) => !Number.isNaN(series[name][0]))
      .map((name) => [`${kind}.${name}`, series[name]] as const);
    return {
      figures: agreementOf(series, listed, minCell),
      resampled: Object.fromEntries(headlines),
    };
  });
}

/** Log odds ratios of codes with labels and with later codes. */
export const effects: Measure<"effects", Effects> = {
  key: "effects",
  question: "Does an analysis find the same associations?",
  schema: object({
    labels: agreementSchema,
    codes: agreementSchema,
    left_out: list(object({ label: text, reason: text })),
  }),
  async ask(asked, onProgress) {
    const answers = asked.others.map((): Answer<Effects> => ({
      figures: { labels: null, codes: null, left_out: [] },
      resampled: {},
    }));
    for (const kind of kinds) {
      const chosen = await chosenOf(kind, asked.real);
      if (chosen.pairs.length < leastEffects) {
        const reason = `fewer than ${leastEffects} effects with at least 5 real patients per cell`;
        for (const { figures } of answers) figures.left_out.push({ label: kind, reason });
        continue;
      }
      for (const [i, found] of (await askKind(asked, chosen, onProgress)).entries()) {
        const { figures, resampled } = answers[i];
        answers[i] = {
          figures: { ...figures, [kind]: found.figures },
          resampled: { ...resampled, ...found.resampled },
        };
      }
    }
    return answers;
  },
};

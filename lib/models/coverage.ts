/**
 * What a model learns of a cohort's training records, and what it leaves out: measured values, times,
 * births, sexes and races, and what lies beyond its context. Worked out once, before training, and stored
 * with the run, so that every stage says the same.
 *
 * @module
 */
import * as v from "valibot";
import { type Cohort, splitOf, subset } from "../cohort/cohort.ts";
import { measuredValues, valueCount } from "../cohort/measured_values.ts";
import { otherRace, raceNamesOf, raceOf } from "../cohort/races.ts";
import { flag, object, type Schema as JsonSchema, whole } from "../files/checked_json.ts";
import type { Extra, Model } from "./interface/model.ts";
import type { ModelConfig } from "./interface/settings.ts";
import { modelFamily, models } from "./mod.ts";
import { counted, listed } from "../in_words.ts";

/** One kind of thing that records may hold. */
export interface Covered {
  /** How many the training records have. */
  readonly count: number;
  /** Whether the model learns and writes them. */
  readonly isLearned: boolean;
}

/** How much of the training records fits into a model's context. */
export interface ContextCoverage {
  /** Tokens that the model reads of a record. */
  readonly limit: number;
  /** Tokens of all training records. */
  readonly tokens: number;
  /** Those beyond the context, which are not learned. */
  readonly beyond: number;
  /** Training records. */
  readonly records: number;
  /** Those that are longer than the context. */
  readonly longRecords: number;
  /** Tokens of the longest record of the cohort, in any split. */
  readonly longest: number;
  /** The smallest context beyond which at most a tenth of the tokens lies. */
  readonly acceptable: number;
}

/** What a model learns of a cohort's training records. */
export interface Coverage {
  /** Measured values. */
  readonly values: Covered;
  /** Visits whose time is known. */
  readonly times: Covered;
  /** Patients whose birth or sex is known. */
  readonly demographics: Covered;
  /** Patients whose race is known; absent if there are none, and in runs of earlier versions. */
  readonly races?: Covered | undefined;
  /**
   * Whether a model that learns races does not learn all by name, since too few training patients have
   * them; absent if it does.
   */
  readonly hasRareRaces?: boolean | undefined;
  /**
   * Measured codes whose values a model that learns values does not learn, since too few training
   * patients have them; absent if there are none.
   */
  readonly rareCodes?: number | undefined;
  /** Present in models that read only the beginning of a long record. */
  readonly context?: ContextCoverage | undefined;
}

const coveredSchema = object({ count: whole(0), isLearned: flag });

/** The form of a {@link Coverage} in a run's config. */
export const coverageSchema: JsonSchema<Coverage> = object({
  values: coveredSchema,
  times: coveredSchema,
  demographics: coveredSchema,
  races: v.optional(coveredSchema),
  hasRareRaces: v.optional(flag),
  rareCodes: v.optional(whole(1)),
  context: v.optional(object({
    limit: whole(1),
    tokens: whole(0),
    beyond: whole(0),
    records: whole(0),
    longRecords: whole(0),
    longest: whole(0),
    acceptable: whole(0),
  })),
});

/** The largest share of the training tokens that may be lost without anybody's consent. */
const acceptableLoss = 0.1;

/** How many values, dated visits and known patients a cohort has. */
function countsOf(cohort: Cohort): Record<Extra, number> {
  const { startDays, visitOffsets, gapDays, demographics, recordCount } = cohort;
  let times = 0;
  let [patients, races] = [0, 0];
  for (let record = 0; record < recordCount; record++) {
    const gaps = gapDays.subarray(visitOffsets[record], visitOffsets[record + 1]);
    times += Number.isNaN(startDays[record])
      ? gaps.reduce((sum, days) => sum + Number(days > 0), 0)
      : gaps.length;
    const isKnown = demographics !== null &&
      (demographics.sexes[record] > 0 || !Number.isNaN(demographics.birthDays[record]));
    patients += Number(isKnown);
    races += Number(raceOf(demographics?.races, record) !== "");
  }
  return { values: valueCount(cohort), times, demographics: patients, races };
}

/** Tokens beyond a context. */
function beyond(lengths: readonly number[], context: number): number {
  return lengths.reduce((sum, length) => sum + Math.max(0, length - context), 0);
}

/** The smallest context that loses an acceptable share. */
function acceptableContext(lengths: readonly number[], tokens: number): number {
  let [low, high] = [0, Math.max(0, ...lengths)];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (beyond(lengths, middle) <= acceptableLoss * tokens) high = middle;
    else low = middle + 1;
  }
  return low;
}

function contextOf(model: Model, whole: Cohort, train: Cohort): ContextCoverage | undefined {
  const { tokensOf, rowLimit } = model;
  if (tokensOf === undefined) return undefined;
  const lengthsOf = (cohort: Cohort) =>
    Array.from(cohort.subjectIds, (_, record) => tokensOf(cohort, record));
  const limit = rowLimit + 1;
  const lengths = lengthsOf(train);
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  return {
    limit,
    tokens,
    beyond: beyond(lengths, limit),
    records: lengths.length,
    longRecords: lengths.filter((length) => length > limit).length,
    longest: lengthsOf(whole).reduce((most, length) => Math.max(most, length), 0),
    acceptable: acceptableContext(lengths, tokens),
  };
}

/** Measured codes of the training records whose values a model's tokens do not stand for. */
function rareCodesOf({ schema }: Model, train: Cohort): number {
  if (schema === undefined) return 0;
  const learned = new Set(schema.series.map(({ code }) => code));
  return measuredValues(train).keys().reduce((sum, code) => sum + Number(!learned.has(code)), 0);
}

/** Whether some races of the training records are none that the model knows by name. */
function hasRareRaces({ schema }: Model, { demographics, recordCount }: Cohort): boolean {
  const known = ["", ...schema?.races ?? []];
  return raceNamesOf(demographics?.races, recordCount).some((race) => !known.includes(race));
}

/** What a model learns of a cohort's training records; of all records where it was never split. */
export function coverageOf(model: Model, cohort: Cohort): Coverage {
  const train = cohort.splits === null ? cohort : splitOf(cohort, "train");
  const kept = modelFamily(model.family).keeps?.(model.config) ?? [];
  const counts = countsOf(train);
  const covered = (extra: Extra) => ({ count: counts[extra], isLearned: kept.includes(extra) });
  const context = contextOf(model, cohort, train);
  const rareCodes = kept.includes("values") ? rareCodesOf(model, train) : 0;
  return {
    values: covered("values"),
    times: covered("times"),
    demographics: covered("demographics"),
    ...counts.races > 0 && { races: covered("races") },
    ...rareCodes > 0 && { rareCodes },
    ...kept.includes("races") && hasRareRaces(model, train) && { hasRareRaces: true },
    ...context && { context },
  };
}

/**
 * The records of a cohort that a model reads to their end. Others have no probability under it, so
 * they are left out wherever records are judged by it.
 */
export function readableRecords(model: Model, cohort: Cohort): Cohort {
  const { tokensOf, rowLimit } = model;
  if (tokensOf === undefined) return cohort;
  const whole = [...cohort.subjectIds.keys()]
    .filter((record) => tokensOf(cohort, record) <= rowLimit + 1);
  return whole.length === cohort.recordCount ? cohort : subset(cohort, whole);
}

const inWords: Readonly<Record<Extra, (count: number) => string>> = {
  values: (count) => `${counted(count)} measured values`,
  times: (count) => `the times of ${counted(count)} visits`,
  demographics: (count) => `birth and sex of ${counted(count)} patients`,
  races: (count) => `the races of ${counted(count)} patients`,
};

const learnedInWords: Readonly<Record<Extra, string>> = {
  values: "values",
  times: "times",
  demographics: "birth and sex",
  races: "race",
};

/** How a model would learn what it leaves out, and which models do, as the end of a sentence. */
function keepers(
  family: string,
  lost: readonly Extra[],
  nameOf: (name: string) => string,
): string {
  const own = Object.hasOwn(modelFamily(family).settings, "numbers")
    ? "; with numbers=10 it learns them too"
    : "";
  const names = Object.values(models)
    .filter(({ keeps, isCompared = true }) =>
      isCompared && lost.every((extra) => keeps?.({}).includes(extra))
    )
    .map(({ name }) => nameOf(name));
  if (names.length === 0) return own;
  return `${own}; ${listed(names)} ${names.length === 1 ? "keeps" : "keep"} them`;
}

/** How much lies beyond the context, as a part of a sentence. */
function beyondInWords({ limit, tokens, beyond, records, longRecords }: ContextCoverage): string {
  return `${
    (100 * beyond / tokens).toFixed(1)
  }% of the training tokens are beyond the context of ` +
    `${counted(limit)} tokens and are not learned (in ${longRecords} of ${records} records)`;
}

/**
 * What a model does not learn, in sentences without a full stop; none where it learns everything.
 *
 * @param family the model's name
 * @param nameOf how a model is called: by default as options have it, such as "halo"; on pages
 *   {@link titleOf}
 */
export function coverageInWords(
  family: string,
  coverage: Coverage,
  nameOf = (name: string) => name,
): string[] {
  const extras = ["values", "times", "demographics", "races"] as const;
  const of = (extra: Extra) => coverage[extra] ?? { count: 0, isLearned: false };
  const there = extras.filter((extra) => of(extra).count > 0);
  const lost = there.filter((extra) => !of(extra).isLearned);
  const kept = extras.filter((extra) => of(extra).isLearned);
  const { context, rareCodes = 0, hasRareRaces = false } = coverage;
  return [
    ...lost.length === 0 ? [] : [
      `${nameOf(family)} learns labels, codes and their order${
        kept.length === 0
          ? " only"
          : `${kept.length === 1 ? " and" : ","} ${
            listed(kept.map((extra) => learnedInWords[extra]))
          }`
      }: ${listed(lost.map((extra) => inWords[extra](of(extra).count)))} are left out` +
      keepers(family, lost, nameOf),
    ],
    ...rareCodes === 0 ? [] : [
      `the values of ${counted(rareCodes)} measured ${
        rareCodes === 1 ? "code" : "codes"
      } are not learned, since too few training patients have them`,
    ],
    ...hasRareRaces
      ? [`races that too few training patients have are learned as "${otherRace}", or not at all`]
      : [],
    ...context === undefined || context.beyond === 0 ? [] : [beyondInWords(context)],
  ];
}

/**
 * Whether the records that a run writes have an order of visits and no times.
 *
 * @param run its config; runs of earlier versions have no coverage
 */
export function writesOrderOnly(
  { model, config, coverage }: {
    readonly model: string;
    readonly config: ModelConfig;
    readonly coverage?: Coverage | undefined;
  },
): boolean {
  if (coverage !== undefined) return coverage.times.count === 0 || !coverage.times.isLearned;
  return modelFamily(model).keeps?.(config).includes("times") !== true;
}

/**
 * Checks that at most a tenth of the training tokens lies beyond a model's context.
 *
 * @param others what else the caller could do, each with "or"
 * @throws {RangeError} If more does; the message names the settings that help
 */
export function checkCoverage(
  family: string,
  { context }: Coverage,
  others: readonly string[] = [],
): void {
  if (context === undefined || context.beyond <= acceptableLoss * context.tokens) return;
  const { longest, acceptable } = context;
  throw new RangeError(
    `Cannot train "${family}": ${
      beyondInWords(context)
    }; set context=${longest} to lose nothing, ` +
      `or context=${acceptable} to lose at most ${100 * acceptableLoss}% ` +
      "(train --dry-run says how much memory and time that takes), " +
      [...others, "or accept the loss (--accept-loss; acceptLoss: true)"].join(", "),
  );
}

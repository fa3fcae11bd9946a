/**
 * Asks measures about cohorts.
 *
 * @module
 */
import type { OnProgress } from "../progress.ts";
import { type Ask, asking, progressOf } from "./answers.ts";
import { checkResamples, roleName } from "./bootstrap.ts";
import type { Answer, Asked, FiguresOf, Measure } from "./measure.ts";
import { checkSensitive } from "./sensitive_codes.ts";
import { answersInThreads } from "./threads/answers_in_threads.ts";
import { checkVocabularies } from "./vocabularies.ts";

/** Which cohorts to evaluate, and how. */
export interface JudgeOptions extends Pick<Asked, "real" | "others"> {
  /** Random seed of the resamples; default 0. */
  readonly seed?: number | undefined;
  /** Resamples of patients behind each interval; default 1,000; 0: no intervals. */
  readonly resamples?: number | undefined;
  /** The same as in {@link Asked}. */
  readonly minCell?: Asked["minCell"];
  /** The same as in {@link Asked}. */
  readonly keptEntries?: Asked["keptEntries"] | undefined;
  /** The same as in {@link Asked}. */
  readonly heldOut?: Asked["heldOut"] | undefined;
  /** The same as in {@link Asked}. */
  readonly run?: Asked["run"] | undefined;
  /** The same as in {@link Asked}. */
  readonly quick?: Asked["quick"];
  /** The same as in {@link Asked}. */
  readonly sensitive?: Asked["sensitive"];
  /**
   * Threads that ask measures, at least 1; default 1. With more, measures must be those of Ehrloom, which
   * other threads find by their keys.
   */
  readonly workers?: number | undefined;
  /** Called after every block of resamples, over all measures. */
  readonly onProgress?: OnProgress | undefined;
}

/** The figures of a list of measures for one cohort. */
export interface Judgement<Measures extends readonly Measure[]> {
  /** By the measures' keys. */
  readonly figures: FiguresOf<Measures>;
  /** [resamples + 1] of each headline figure, named `key.path`, see {@link Answer}. */
  readonly resampled: Readonly<Record<string, Float64Array>>;
}

/**
 * Checks a number of threads.
 *
 * @throws {RangeError} If it is no whole number, or less than 1
 */
export function checkThreads(workers: number): void {
  if (Number.isSafeInteger(workers) && workers >= 1) return;
  throw new RangeError(
    `Cannot evaluate with ${workers} workers: must be a whole number, at least 1`,
  );
}

function checkAsked({ real, others, resamples, minCell = 1, sensitive = [] }: Asked): void {
  if (!Number.isSafeInteger(minCell) || minCell < 0) {
    throw new RangeError(
      `Cannot evaluate with minCell ${minCell}: must be a whole number, at least 0`,
    );
  }
  checkSensitive(sensitive, real.cohort.vocabulary);
  checkResamples(resamples, real.cohort.labelNames.length);
  for (const { role, cohort } of [real, ...others]) {
    checkVocabularies(real.cohort, cohort, role);
    if (cohort.recordCount === 0 || cohort.visitCount === 0) {
      throw new RangeError(`Cannot evaluate: the ${roleName(role)} cohort is empty`);
    }
  }
}

/**
 * The figures of measures for several cohorts, each against the same resamples of the real one.
 *
 * @example Days between visits
 * ```ts
 * import { cohortOf, fidelityMeasures, judge, vocabulary } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const cohort = (days: number) =>
 *   cohortOf(vocabulary(["a"]), [], [{ visits: [[0], [0]], gapDays: [0, days], labels: [] }]);
 * const gapDays = fidelityMeasures.filter(({ key }) => key === "gap_days");
 * const [{ figures }] = await judge(gapDays, {
 *   real: { role: "real", cohort: cohort(7) },
 *   others: [{ role: "synthetic", cohort: cohort(10) }],
 *   resamples: 0,
 * });
 * assertEquals(figures.gap_days?.difference.value, 3);
 * ```
 *
 * @param measures each asked of all cohorts at once
 * @returns one entry for each of `others`
 * @throws {RangeError} If vocabularies or labels differ, a cohort is empty, or an option is out of
 *   range
 */
export async function judge<const Measures extends readonly Measure[]>(
  measures: Measures,
  { seed = 0, resamples = 1000, workers = 1, onProgress, ...cohorts }: JudgeOptions,
): Promise<Judgement<Measures>[]> {
  const sensitive = [...new Set(cohorts.sensitive)];
  const asked: Asked = { ...cohorts, seed, resamples, sensitive };
  checkAsked(asked);
  checkThreads(workers);
  const progress = progressOf(measures, resamples + 1, onProgress);
  const all = workers > 1
    ? await answersInThreads(measures, asked, { threads: workers, progress })
    : await answersHere(measures, asking(asked), progress);
  const found = asked.others.map(() => ({
    figures: {} as Record<string, unknown>,
    resampled: {} as Record<string, Float64Array>,
  }));
  for (const [index, { key }] of measures.entries()) {
    for (const [i, { figures, resampled }] of all[index].entries()) {
      found[i].figures[key] = figures;
      for (const [path, each] of Object.entries(resampled)) {
        found[i].resampled[`${key}.${path}`] = each;
      }
    }
  }
  // the loop above gives each measure's key the figures of that measure
  return found as Judgement<Measures>[];
}

/** Asks one measure after another. */
async function answersHere(
  measures: readonly Measure[],
  ask: Ask,
  progress: (index: number) => OnProgress,
): Promise<Answer<unknown>[][]> {
  const all: Answer<unknown>[][] = [];
  for (const [index, measure] of measures.entries()) {
    all.push(await ask(measure, progress(index)));
    progress(index)({ stage: "", done: 1, total: 1 });
  }
  return all;
}

/** The part of a judgement that is of some of its measures. */
export function judgementBy<Measures extends readonly Measure[]>(
  measures: Measures,
  { figures, resampled }: Judgement<readonly Measure[]>,
): Judgement<Measures> {
  const keys = measures.map(({ key }) => key);
  const own = Object.entries(resampled).filter(([name]) =>
    keys.some((key) => name.startsWith(`${key}.`))
  );
  return {
    // the figures of these measures have these keys
    figures: Object.fromEntries(keys.map((key) => [key, figures[key]])) as FiguresOf<Measures>,
    resampled: Object.fromEntries(own),
  };
}

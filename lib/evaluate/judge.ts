/**
 * Asks measures about cohorts.
 *
 * @module
 */
import type { Cohort } from "../cohort/cohort.ts";
import type { OnProgress } from "../progress.ts";
import { checkResamples, roleName } from "./bootstrap.ts";
import type { Answer, Asked, FiguresOf, Judged, Measure, Need } from "./measure.ts";
import { checkSensitive } from "./sensitive_codes.ts";
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

/** Whether any time passes between visits; where none is known, none does. */
export function knowsDays({ visitOffsets, gapDays, recordCount }: Cohort): boolean {
  for (let record = 0; record < recordCount; record++) {
    for (let visit = visitOffsets[record] + 1; visit < visitOffsets[record + 1]; visit++) {
      if (gapDays[visit] > 0) return true;
    }
  }
  return false;
}

/** Whether one cohort has what a measure needs. */
function has(need: Need, cohort: Cohort, { heldOut, run }: Asked): boolean {
  switch (need) {
    case "values":
      return cohort.values !== null;
    case "days":
      return knowsDays(cohort);
    case "labels":
      return cohort.labelNames.length > 0;
    case "run":
      return run !== undefined;
    case "canaries":
      return run?.canaries !== undefined;
    case "held_out":
      return heldOut !== undefined;
  }
}

/** Which of the others a measure can be asked about. */
function answerable({ needs = [], of, effort }: Measure, asked: Asked): boolean[] {
  const hasAll = ({ cohort }: Judged) => needs.every((need) => has(need, cohort, asked));
  const hasCeiling = of?.includes("held_out") ?? true; // samples are for the distance from it
  const isMeant = ({ role, isSample = false }: Judged) =>
    (of?.includes(role) ?? true) && !(isSample && (effort === "thorough" || !hasCeiling));
  const isKnown = hasAll(asked.real);
  return asked.others.map((other) => isKnown && isMeant(other) && hasAll(other));
}

/**
 * Answers a measure with null figures for cohorts that lack what it needs.
 *
 * @param part the same question about some of the others; the same object for the same others, so
 *   that measures can share a pass
 */
async function answersOf(
  measure: Measure,
  asked: Asked,
  part: (isIn: readonly boolean[]) => Asked,
  onProgress?: OnProgress,
): Promise<Answer<unknown>[]> {
  const isIn = answerable(measure, asked);
  if (!isIn.includes(true)) return isIn.map(() => ({ figures: null, resampled: {} }));
  const answers = await measure.ask(part(isIn), onProgress);
  let next = 0;
  return isIn.map((each) => each ? answers[next++] : { figures: null, resampled: {} });
}

/** Gives each question about the same of the others the same object. */
function partsOf(asked: Asked): (isIn: readonly boolean[]) => Asked {
  const parts = new Map<string, Asked>();
  return (isIn) => {
    const name = isIn.join();
    const part = parts.get(name) ?? { ...asked, others: asked.others.filter((_, i) => isIn[i]) };
    parts.set(name, part);
    return part;
  };
}

/** One scale for the progress of all measures, which only grows. */
function progressOf(measures: readonly Measure[], units: number, onProgress?: OnProgress) {
  let last = 0;
  return (index: number): OnProgress => ({ done, total }) => {
    const all = units * index + Math.floor(units * done / total);
    if (all <= last) return;
    last = all;
    const note = measures[index].key;
    onProgress?.({ stage: "evaluating", done: all, total: units * measures.length, note });
  };
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
 * @param measures asked one after another, each of all cohorts at once
 * @returns one entry for each of `others`
 * @throws {RangeError} If vocabularies or labels differ, a cohort is empty, or an option is out of
 *   range
 */
export async function judge<const Measures extends readonly Measure[]>(
  measures: Measures,
  { seed = 0, resamples = 1000, onProgress, ...cohorts }: JudgeOptions,
): Promise<Judgement<Measures>[]> {
  const sensitive = [...new Set(cohorts.sensitive)];
  const asked: Asked = { ...cohorts, seed, resamples, sensitive };
  checkAsked(asked);
  const part = partsOf(asked);
  const progress = progressOf(measures, resamples + 1, onProgress);
  const found = asked.others.map(() => ({
    figures: {} as Record<string, unknown>,
    resampled: {} as Record<string, Float64Array>,
  }));
  for (const [index, measure] of measures.entries()) {
    const answers = await answersOf(measure, asked, part, progress(index));
    for (const [i, { figures, resampled }] of answers.entries()) {
      found[i].figures[measure.key] = figures;
      for (const [path, each] of Object.entries(resampled)) {
        found[i].resampled[`${measure.key}.${path}`] = each;
      }
    }
    progress(index)({ stage: "", done: 1, total: 1 });
  }
  // the loop above gives each measure's key the figures of that measure
  return found as Judgement<Measures>[];
}

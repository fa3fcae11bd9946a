/**
 * How measures are asked, and how far all of them are.
 *
 * @module
 */
import type { Cohort } from "../cohort/cohort.ts";
import type { OnProgress } from "../progress.ts";
import { knowsDays } from "./knows_days.ts";
import type { Answer, Asked, Judged, Measure, Need } from "./measure.ts";

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

/** A measure's answers, one for each of the others. */
export type Ask = (measure: Measure, onProgress?: OnProgress) => Promise<Answer<unknown>[]>;

/**
 * Asks measures about the same cohorts. Those that lack what a measure needs get null figures, and
 * the measure is asked about the others: by the same object for the same others, so that measures
 * can share a pass.
 */
export function asking(asked: Asked): Ask {
  const parts = new Map<string, Asked>();
  return async (measure, onProgress) => {
    const isIn = answerable(measure, asked);
    if (!isIn.includes(true)) return isIn.map(() => ({ figures: null, resampled: {} }));
    const name = isIn.join();
    const part = parts.get(name) ?? { ...asked, others: asked.others.filter((_, i) => isIn[i]) };
    parts.set(name, part);
    const answers = await measure.ask(part, onProgress);
    let next = 0;
    return isIn.map((each) => each ? answers[next++] : { figures: null, resampled: {} });
  };
}

/**
 * One scale for the progress of all measures, which only grows; several may be asked at the same
 * time.
 *
 * @returns the progress of a measure, by its index
 */
export function progressOf(
  measures: readonly Measure[],
  units: number,
  onProgress?: OnProgress,
): (index: number) => OnProgress {
  const finished = new Float64Array(measures.length); // units of each
  let all = 0;
  return (index) => ({ done, total }) => {
    const more = Math.floor(units * done / total) - finished[index];
    if (!(more > 0)) return;
    finished[index] += more;
    all += more;
    const note = measures[index].key;
    onProgress?.({ stage: "evaluating", done: all, total: units * measures.length, note });
  };
}

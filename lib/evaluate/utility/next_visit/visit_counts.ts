/**
 * What predictors of the next visit count in the records that they are trained on.
 *
 * @module
 */
import { breathe } from "../../../breathe.ts";
import type { Cohort } from "../../../cohort/cohort.ts";
import { forEachFollowing } from "./following_visits.ts";

/** Visits' worth of the overall probability that a conditional one is smoothed with. */
const smoothing = 10;

/** Probabilities of codes, estimated from records. */
export interface VisitCounts {
  /** [codes] Probability that a visit has the code, above 0. */
  readonly share: Float64Array;
  /** [codes] Probability that it begins in the next visit of a record that never had it. */
  readonly begins: Float64Array;
  /** [codes] Probability that it is in the next visit of a record that has had it. */
  readonly returns: Float64Array;
  /** [codes] How many visits with the code have a next visit. */
  readonly followed: Float64Array;
  /** [codes] How often each code is in the next visit; undefined if there is none. */
  readonly next: readonly (ReadonlyMap<number, number> | undefined)[];
}

/** Counts over records. */
export async function visitCounts(
  cohort: Cohort,
  records: ArrayLike<number>,
): Promise<VisitCounts> {
  const { visitOffsets, codeOffsets, codes, vocabulary: { codes: { length } } } = cohort;
  const zeros = () => new Float64Array(length);
  const [count, had, returned, begun, followed] = [zeros(), zeros(), zeros(), zeros(), zeros()];
  const next = Array<Map<number, number> | undefined>(length).fill(undefined);
  let [visits, following] = [0, 0];
  for (let i = 0; i < records.length; i++) {
    const [from, to] = [visitOffsets[records[i]], visitOffsets[records[i] + 1]];
    visits += to - from;
    for (const code of codes.subarray(codeOffsets[from], codeOffsets[to])) count[code]++;
    forEachFollowing(cohort, records[i], ({ codes, last, times, known }) => {
      following++;
      for (const code of known) had[code]++;
      for (const code of codes) (times[code] > 0 ? returned : begun)[code]++;
      for (const code of last) {
        followed[code]++;
        const own = next[code] ??= new Map();
        for (const after of codes) own.set(after, (own.get(after) ?? 0) + 1);
      }
    });
    await breathe();
  }
  const share = count.map((each) => (each + 0.5) / (visits + 1));
  const smoothed = (successes: number, trials: number, code: number) =>
    (successes + smoothing * share[code]) / (trials + smoothing);
  return {
    share,
    begins: begun.map((each, code) => smoothed(each, following - had[code], code)),
    returns: returned.map((each, code) => smoothed(each, had[code], code)),
    followed,
    next,
  };
}

/**
 * The probability of each code in the next visit, given the codes of the last one: the mean over these
 * of each one's conditional probability, backed off to the overall one by ten visits' worth (a
 * Dirichlet prior, MacKay & Peto 1995).
 *
 * @param into [codes] is overwritten
 */
export function bigramProbabilities(
  { share, followed, next }: VisitCounts,
  last: ArrayLike<number>,
  into: Float64Array,
): void {
  let backOff = last.length === 0 ? 1 : 0;
  for (let i = 0; i < last.length; i++) {
    backOff += smoothing / (followed[last[i]] + smoothing) / last.length;
  }
  for (let code = 0; code < share.length; code++) into[code] = backOff * share[code];
  for (let i = 0; i < last.length; i++) {
    const weight = 1 / (followed[last[i]] + smoothing) / last.length;
    for (const [code, times] of next[last[i]] ?? []) into[code] += times * weight;
  }
}

/**
 * What is found of canaries: by scores of who was in training, and among synthetic records.
 *
 * @see Carlini et al. 2019, "The Secret Sharer"; Steinke, Nasr & Jagielski 2023
 * @module
 */
import type { Cohort } from "../../../cohort/cohort.ts";
import { codeSets } from "../distances/record_sets.ts";
import { type AuditedGuesses, type AuditOptions, oneRunAudit } from "./one_run_audit.ts";

/**
 * [canaries] 1 for those whose codes a record of another cohort has together.
 *
 * @param records over the same vocabulary
 */
export function extractedCanaries(canaries: Cohort, records: Cohort): Uint8Array {
  const { offsets, items } = codeSets(records);
  const own = codeSets(canaries);
  const found = new Uint8Array(canaries.recordCount);
  const lastHolder = new Int32Array(records.vocabulary.codes.length).fill(-1);
  for (let record = 0; record < records.recordCount; record++) {
    for (let i = offsets[record]; i < offsets[record + 1]; i++) lastHolder[items[i]] = record;
    for (let canary = 0; canary < found.length; canary++) {
      let at = own.offsets[canary];
      while (at < own.offsets[canary + 1] && lastHolder[own.items[at]] === record) at++;
      if (at === own.offsets[canary + 1]) found[canary] = 1;
    }
  }
  return found;
}

/** What scores say about canaries. */
export interface CanaryAudit extends AuditedGuesses {
  /** Lower bound of epsilon, see {@link oneRunAudit}. */
  epsilon: number;
  /**
   * [canaries in training] log2 of the number of other canaries plus one, minus log2 of its rank among
   * them: 0 for the last, its highest value for the first.
   */
  exposure: number[];
}

/** Share of the canaries that is guessed to be in training; as many are guessed not to be. */
const guessedShare = 1 / 4;

/**
 * How exposed canaries are, and how large epsilon is at least. The quarter with the highest scores is
 * guessed to be in training, the quarter with the lowest not to be; of equal scores the earliest.
 *
 * The number of guesses is fixed beforehand, so the bound needs no correction for a choice. With normal
 * scores that are 1 to 4 standard deviations higher in training, a quarter gave a larger bound from 64
 * canaries than the best of four shares did with Bonferroni's correction, and at most 0.3 less than
 * the best share.
 *
 * @param scores [canaries] higher for likelier members, such as log-probabilities under the run
 * @param isIn [canaries] 1 for those in training
 */
export function canaryAudit(
  scores: ArrayLike<number>,
  isIn: Uint8Array,
  options: AuditOptions = {},
): CanaryAudit {
  if (scores.length !== isIn.length) {
    throw new RangeError(`Cannot audit ${isIn.length} canaries by ${scores.length} scores`);
  }
  const order = Uint32Array.from(isIn.keys()).sort((a, b) => scores[b] - scores[a]);
  const each = Math.floor(guessedShare * order.length);
  const right = order.subarray(0, each).filter((canary) => isIn[canary] === 1).length +
    order.subarray(order.length - each).filter((canary) => isIn[canary] === 0).length;
  const audited = { canaries: isIn.length, guesses: 2 * each, right };
  const others = [...order].filter((canary) => isIn[canary] === 0);
  const exposure = [...isIn.keys()].filter((canary) => isIn[canary] === 1).map((canary) => {
    const rank = 1 + others.filter((other) => scores[other] >= scores[canary]).length;
    return Math.log2(others.length + 1) - Math.log2(rank);
  });
  return { ...audited, epsilon: oneRunAudit(audited, options), exposure };
}

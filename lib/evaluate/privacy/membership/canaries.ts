/**
 * Canaries: made-up patients with combinations of rare codes that no real patient has. Some of them are
 * put into the training records, by the toss of a coin, and one looks for what comes out.
 *
 * @see Carlini et al. 2019, "The Secret Sharer"; Steinke, Nasr & Jagielski 2023
 * @module
 */
import {
  type Cohort,
  cohort as cohortFrom,
  concatenated,
  splitNames,
  subset,
} from "../../../cohort/cohort.ts";
import { cohortOf } from "../../../cohort/records.ts";
import { stream } from "../../../random.ts";
import { codeSets } from "../distances/record_sets.ts";
import { type AuditedGuesses, type AuditOptions, oneRunAudit } from "./one_run_audit.ts";

/** Which canaries to make. */
export interface CanaryOptions {
  /** How many, of which about half are in training; default 100. */
  readonly canaries?: number | undefined;
  /** Visits of each, all with the same three codes; default 3. */
  readonly visits?: number | undefined;
  /** Random seed of the codes and coins; default 0. */
  readonly seed?: number | undefined;
}

/** A cohort with canaries. */
export interface WithCanaries {
  /** The cohort, with some of the canaries in its training split. */
  readonly cohort: Cohort;
  /** All canaries, over the same codes and labels. */
  readonly canaries: Cohort;
  /** [canaries] 1 for those that are in the cohort. */
  readonly isIn: Uint8Array;
}

/** Codes of a canary. */
const canaryCodes = 3;
/** Share of the codes that are rare enough for canaries: the rarest of them. */
const rareShare = 0.25;

/** The rarest codes that training patients have. */
function rarestCodes(training: Cohort): number[] {
  const holders = new Map<number, number>();
  for (const code of codeSets(training).items) holders.set(code, (holders.get(code) ?? 0) + 1);
  const sorted = [...holders].sort(([a, m], [b, n]) => m - n || a - b).map(([code]) => code);
  return sorted.slice(0, Math.max(2 * canaryCodes, Math.ceil(rareShare * sorted.length)));
}

/** The codes of each canary: three rare ones that no patient has together, another three each. */
function combinations(source: Cohort, rare: readonly number[], count: number, seed: number) {
  const { offsets, items } = codeSets(source);
  const known = [...source.subjectIds.keys()]
    .map((record) => new Set(items.subarray(offsets[record], offsets[record + 1])));
  const draws = stream("canaries", seed);
  const found = new Map<string, number[]>();
  for (let tries = 0; found.size < count && tries < 100 * count; tries++) {
    const codes = draws.shuffle([...rare]).slice(0, canaryCodes).sort((a, b) => a - b);
    const isReal = known.some((own) => codes.every((code) => own.has(code)));
    if (!isReal) found.set(codes.join(), codes);
  }
  if (found.size < count) {
    throw new RangeError(
      `Cannot make ${count} canaries: ${rare.length} rare codes give only ${found.size} combinations`,
    );
  }
  return [...found.values()];
}

/**
 * Puts canaries into the training records of a cohort, each by the toss of a fair coin.
 *
 * @example About half of them are in training
 * ```ts
 * import { syntheaSample, withCanaries } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const real = await syntheaSample();
 * const { cohort, isIn } = withCanaries(real, { canaries: 20 });
 * assertEquals(cohort.recordCount, real.recordCount + isIn.filter((own) => own === 1).length);
 * ```
 *
 * @param source with splits; its values and demographics are left out, as canaries have none
 * @throws {RangeError} If it has no splits, or too few codes for so many canaries
 */
export function withCanaries(
  source: Cohort,
  { canaries: count = 100, visits = 3, seed = 0 }: CanaryOptions = {},
): WithCanaries {
  const { splits, vocabulary, labelNames } = source;
  if (splits === null) throw new RangeError("Cannot add canaries: the cohort has no splits");
  const trainSplit = splitNames.indexOf("train");
  const training = [...splits.keys()].filter((record) => splits[record] === trainSplit);
  const rare = rarestCodes(subset(source, training));
  const made = combinations(source, rare, count, seed).map((codes) => ({
    visits: Array.from({ length: visits }, () => codes),
    labels: labelNames.map(() => 0),
    split: trainSplit,
  }));
  const highest = source.subjectIds.reduce((most, each) => each > most ? each : most, 0n);
  const canaries = cohortFrom({
    ...cohortOf(vocabulary, labelNames, made),
    subjectIds: BigInt64Array.from(made, (_, i) => highest + BigInt(i + 1)),
  });
  const coins = stream("canaryCoins", seed);
  const isIn = Uint8Array.from(made, () => coins.integer(2));
  const real = cohortFrom({ ...source, values: null, demographics: null });
  const chosen = [...isIn.keys()].filter((canary) => isIn[canary] === 1);
  return { cohort: concatenated([real, subset(canaries, chosen)]), canaries, isIn };
}

/** [canaries] 1 for those whose codes a record of another cohort has together. */
export function extractedCanaries(canaries: Cohort, records: Cohort): Uint8Array {
  const { offsets, items } = codeSets(records);
  const sets = [...records.subjectIds.keys()]
    .map((record) => new Set(items.subarray(offsets[record], offsets[record + 1])));
  const own = codeSets(canaries);
  return Uint8Array.from(canaries.subjectIds, (_, canary) => {
    const codes = own.items.subarray(own.offsets[canary], own.offsets[canary + 1]);
    return Number(sets.some((set) => codes.every((code) => set.has(code))));
  });
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

/**
 * How exposed canaries are, and with which epsilon they could be at least. The third with the highest
 * scores is guessed to be in training, the third with the lowest not; of equal scores the earliest.
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
  const third = Math.floor(order.length / 3);
  const right = order.subarray(0, third).filter((canary) => isIn[canary] === 1).length +
    order.subarray(order.length - third).filter((canary) => isIn[canary] === 0).length;
  const audited = { canaries: isIn.length, guesses: 2 * third, right };
  const others = [...order].filter((canary) => isIn[canary] === 0);
  const exposure = [...isIn.keys()].filter((canary) => isIn[canary] === 1).map((canary) => {
    const rank = 1 + others.filter((other) => scores[other] >= scores[canary]).length;
    return Math.log2(others.length + 1) - Math.log2(rank);
  });
  return { ...audited, epsilon: oneRunAudit(audited, options), exposure };
}

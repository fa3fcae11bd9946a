/**
 * Canaries: made-up patients, some of whom are put into the training records, each by the toss of a
 * fair coin. What the trained model knows of them shows how much it discloses of a patient.
 *
 * Their codes are drawn independently of each other and of the patients, each with the same probability
 * from the vocabulary. Most codes of a vocabulary are rare, so such a record is far less likely than
 * that of any patient, and a model that finds it likely has learned it by heart. Nothing about a canary
 * but its length is taken from patients, so canaries disclose none. Of the kinds that we tried, HALO gave
 * these away most after four epochs; docs/decisions.md has the figures.
 *
 * @see Carlini et al. 2019, "The Secret Sharer"; Steinke, Nasr & Jagielski 2023
 * @module
 */
import {
  type Cohort,
  cohort as cohortFrom,
  concatenated,
  splitNames,
  splitOf,
  subset,
} from "../cohort/cohort.ts";
import { isOrderOnly } from "../cohort/order_only.ts";
import { cohortOf, type RecordLists } from "../cohort/records.ts";
import { stream } from "../random.ts";

/** Which canaries to make. */
export interface CanaryOptions {
  /** How many, of which about half are in training; default 100. */
  readonly canaries?: number | undefined;
  /** Random seed of their codes and of the coins; default 0. */
  readonly seed?: number | undefined;
}

/** Canaries, and which of them are in training. */
export interface Canaries {
  /** The canaries, over the codes and labels of a cohort. */
  readonly canaries: Cohort;
  /** [canaries] 1 for those in training, as the coins fell. */
  readonly isIn: Uint8Array;
}

/** A cohort with canaries. */
export interface WithCanaries extends Canaries {
  /** The cohort, with some of the canaries in its training split. */
  readonly cohort: Cohort;
}

/** The fewest canaries from which an audit can show an epsilon above 0. */
const fewest = 12;
/** Visits of a canary, and codes of each, where training records are that long. */
const longest = { visits: 8, codes: 6 };
/** Days between two visits, at most, where the cohort has days. */
const mostDays = 365;

/** Visits of a canary, and codes of each: together no longer than the longest training records. */
function shapeFor({ vocabulary, visitOffsets, codeOffsets, recordCount }: Cohort) {
  let [visits, codes] = [1, 1];
  for (let record = 0; record < recordCount; record++) {
    const [from, to] = [visitOffsets[record], visitOffsets[record + 1]];
    visits = Math.max(visits, to - from);
    codes = Math.max(codes, codeOffsets[to] - codeOffsets[from]);
  }
  visits = Math.min(visits, longest.visits);
  const each = Math.max(1, Math.floor(codes / visits));
  return { visits, codes: Math.min(each, longest.codes, vocabulary.codes.length) };
}

/** The records of canaries for a cohort. */
function drawn(source: Cohort, training: Cohort, count: number, seed: number): RecordLists[] {
  const { labelNames, vocabulary } = source;
  const shape = shapeFor(training);
  const hasDays = !isOrderOnly(source);
  const draws = stream("canaries", seed);
  const visit = () => {
    const codes = new Set<number>();
    while (codes.size < shape.codes) codes.add(draws.integer(vocabulary.codes.length));
    return [...codes];
  };
  const days = () => hasDays ? 1 + draws.integer(mostDays) : 0;
  return Array.from({ length: count }, () => ({
    visits: Array.from({ length: shape.visits }, visit),
    gapDays: Array.from({ length: shape.visits }, (_, i) => i === 0 ? 0 : days()),
    labels: labelNames.map(() => 0),
    split: splitNames.indexOf("train"),
  }));
}

/** The smallest subject ids that nobody has. */
function freeIds({ subjectIds }: Cohort, count: number): BigInt64Array {
  const taken = new Set(subjectIds);
  const free = new BigInt64Array(count);
  let found = 0;
  for (let id = 1n; found < count; id++) {
    if (!taken.has(id)) free[found++] = id;
  }
  return free;
}

/**
 * Canaries as patients of a cohort: with subject ids that nobody has there, and with values, birth, sex
 * and race unknown where the cohort has such.
 *
 * @param source with the codes and labels of the canaries
 */
export function asPatientsOf(source: Cohort, canaries: Cohort): Cohort {
  const { recordCount, codes } = canaries;
  return cohortFrom({
    ...canaries,
    subjectIds: freeIds(source, recordCount),
    values: source.values && new Float32Array(codes.length).fill(NaN),
    demographics: source.demographics && {
      birthDays: new Float64Array(recordCount).fill(NaN),
      sexes: new Uint8Array(recordCount),
    },
  });
}

/** A cohort with those canaries in its training split that are in training. */
export function joinedBy(source: Cohort, { canaries, isIn }: Canaries): Cohort {
  const chosen = [...isIn.keys()].filter((canary) => isIn[canary] === 1);
  return concatenated([source, subset(asPatientsOf(source, canaries), chosen)]);
}

/**
 * Puts canaries into the training records of a cohort, each by the toss of a fair coin.
 *
 * A canary has eight visits of six codes, or fewer if no training record is as long, and no label. Its
 * codes are in the cohort's vocabulary, so the vocabulary stays as it is; values, birth, sex and race
 * are unknown. Days between its visits are drawn from 1 to 365 where the cohort has days.
 *
 * @example About half of them are in training
 * ```ts
 * import { syntheaSample, withCanaries } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * const real = await syntheaSample();
 * const { cohort, canaries, isIn } = withCanaries(real, { canaries: 20 });
 * assertEquals(canaries.recordCount, 20);
 * assertEquals(cohort.recordCount, real.recordCount + isIn.filter((own) => own === 1).length);
 * ```
 *
 * @param source with splits
 * @throws {RangeError} If it has no splits, or there are fewer than 12 canaries or more than training
 * records
 */
export function withCanaries(
  source: Cohort,
  { canaries: count = 100, seed = 0 }: CanaryOptions = {},
): WithCanaries {
  const { splits, vocabulary, labelNames } = source;
  if (splits === null) throw new RangeError("Cannot add canaries: the cohort has no splits");
  const training = splitOf(source, "train");
  const { recordCount } = training;
  if (!(Number.isInteger(count) && count >= fewest && count <= recordCount)) {
    throw new RangeError(
      `Cannot add ${count} canaries: there must be at least ${fewest}, and no more than the ` +
        `${recordCount} training records`,
    );
  }
  const made = cohortOf(vocabulary, labelNames, drawn(source, training, count, seed));
  const coins = stream("canaryCoins", seed);
  const isIn = Uint8Array.from({ length: count }, () => coins.integer(2));
  const canaries = asPatientsOf(source, made);
  return { cohort: joinedBy(source, { canaries, isIn }), canaries, isIn };
}

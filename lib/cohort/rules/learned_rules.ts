import type { OnProgress } from "../../progress.ts";
import { type Cohort, splitOf } from "../cohort.ts";
import type { Rule } from "./rules.ts";

/** When two codes count as exclusive. */
export interface LearnedRulesOptions {
  /**
   * Make a rule of two codes that never occur together if at least this number of records (or
   * visits) would have both, were the codes independent; see {@link learnedRules} for the default.
   */
  readonly expected?: number | undefined;
  /** Whether the codes must never occur together in a record or in a visit; default "record". */
  readonly within?: "record" | "visit" | undefined;
  /** Called from time to time with the number of records read. */
  readonly onProgress?: OnProgress | undefined;
}

/** Records between two calls of `onProgress`. */
const told = 1000;

/** Codes of each record or visit, distinct. */
function* units(source: Cohort, within: "record" | "visit"): Generator<Iterable<number>> {
  const { visitOffsets, codeOffsets, codes } = source;
  if (within === "visit") {
    for (let visit = 0; visit < source.visitCount; visit++) {
      yield codes.subarray(codeOffsets[visit], codeOffsets[visit + 1]);
    }
  } else {
    for (let record = 0; record < source.recordCount; record++) {
      const [from, to] = [visitOffsets[record], visitOffsets[record + 1]];
      yield new Set(codes.subarray(codeOffsets[from], codeOffsets[to]));
    }
  }
}

/**
 * Rules from the training split (from all records of a cohort without splits): pairs of codes that
 * never occur together although at least `expected` records would have both if the codes were
 * independent.
 *
 * The probability that none of n records has two independent codes is at most e^-expected. The
 * default is ln(20 × pairs of codes that occur), which keeps the risk of any false rule below 5%.
 * Records of different length make codes meet more often, so the risk is even lower. Visits of one
 * patient are not independent; for visits, require more.
 *
 * Memory is one bit for each pair of codes that are frequent enough: 12 MB for 10,000 codes.
 *
 * @returns a `never-together` rule for each pair; those expected most often come first
 * @throws {RangeError} If `expected` is not above 0
 */
export function learnedRules(source: Cohort, options: LearnedRulesOptions = {}): Rule[] {
  const { within = "record", onProgress } = options;
  const cohort = source.splits === null ? source : splitOf(source, "train");
  const { codes, descriptions } = cohort.vocabulary;
  const counts = new Float64Array(codes.length);
  let total = 0;
  for (const unit of units(cohort, within)) {
    total++;
    for (const code of unit) counts[code]++;
  }
  const occurring = counts.filter((count) => count > 0).length;
  const expected = options.expected ?? Math.log(10 * Math.max(2, occurring * (occurring - 1)));
  if (!(expected > 0)) {
    throw new RangeError(`Cannot learn rules with expected ${expected}: must be above 0`);
  }
  const most = counts.reduce((most, count) => Math.max(most, count), 0);
  const frequent = Array.from(codes.keys())
    .filter((code) => counts[code] > 0 && counts[code] * most >= expected * total)
    .sort((a, b) => counts[b] - counts[a] || a - b);
  const place = new Int32Array(codes.length).fill(-1); // among the frequent ones
  frequent.forEach((code, i) => place[code] = i);
  const size = frequent.length;
  const together = new Uint8Array(Math.ceil(size * size / 8)); // a bit for each pair
  let done = 0;
  for (const unit of units(cohort, within)) {
    const places = Array.from(unit, (code) => place[code]).filter((i) => i >= 0)
      .sort((a, b) => a - b);
    for (let i = 0; i < places.length; i++) {
      for (let j = i + 1; j < places.length; j++) {
        const bit = places[i] * size + places[j];
        together[Math.floor(bit / 8)] |= 1 << bit % 8;
      }
    }
    if (++done % told === 0) onProgress?.({ stage: "learning rules", done, total });
  }
  const pairs: { a: number; b: number; mean: number }[] = [];
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) {
      const mean = counts[frequent[i]] * counts[frequent[j]] / total;
      if (mean < expected) break; // the others are rarer
      const bit = i * size + j;
      if ((together[Math.floor(bit / 8)] >> bit % 8 & 1) === 1) continue;
      pairs.push({ a: frequent[i], b: frequent[j], mean });
    }
  }
  return pairs.sort((a, b) => b.mean - a.mean).map(({ a, b, mean }) => ({
    kind: "never-together",
    within,
    codes: [codes[a]],
    with: [codes[b]],
    note: `${descriptions[a]} / ${descriptions[b]}: ${
      mean.toFixed(1)
    } ${within}s expected, none seen`,
  }));
}
